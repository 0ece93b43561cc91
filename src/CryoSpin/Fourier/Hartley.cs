using CryoSpin.Compute;

namespace CryoSpin.Fourier;

/// <summary>
/// Hartley transforms of square images: H(k) = Re F(k) - Im F(k) with the origin at the box's centre. The result is a centred grid
/// [ky][kx] of Size x Size real numbers with k = 0 at (Size/2, Size/2). Any number of threads may use one plan.
/// </summary>
internal sealed class Hartley2D
{
    private readonly CentredFft2D _fft;

    /// <summary>Plans transforms of one size, see <see cref="RealFft2D(int)"/>.</summary>
    public Hartley2D(int size) => _fft = new CentredFft2D(size);

    /// <summary>Edge of the images in pixels.</summary>
    public int Size => _fft.Size;

    /// <summary>Image to Hartley values, unnormalised; the two may be the same memory.</summary>
    public void Forward(ReadOnlySpan<float> image, Span<float> hartley)
    {
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        _fft.Forward(image, spectrum.Span);
        HartleyGrid.FromSpectrum(spectrum.Span, Size, 1, hartley);
    }

    /// <summary>Hartley values to image, divided by Size^2; the two may be the same memory.</summary>
    public void Inverse(ReadOnlySpan<float> hartley, Span<float> image)
    {
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        HartleyGrid.ToSpectrum(hartley, Size, 1, spectrum.Span);
        _fft.InverseInPlace(spectrum.Span, image);
    }
}

/// <summary>
/// Hartley transforms of cubic volumes: H(k) = Re F(k) - Im F(k) with the origin at the box's centre, as a centred grid [kz][ky][kx] of
/// Size^3 real numbers with k = 0 at index Size/2 of each axis.
/// </summary>
internal sealed class Hartley3D
{
    private readonly CentredFft3D _fft;

    /// <summary>Plans transforms of one size, see <see cref="RealFft3D(int, WorkerTeam?)"/>.</summary>
    public Hartley3D(int size, WorkerTeam? team = null) => _fft = new CentredFft3D(size, team);

    /// <summary>Edge of the volumes in voxels.</summary>
    public int Size => _fft.Size;

    /// <summary>Volume to Hartley values, unnormalised; the two may be the same memory.</summary>
    public void Forward(ReadOnlySpan<float> volume, Span<float> hartley)
    {
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        _fft.Forward(volume, spectrum.Span);
        HartleyGrid.FromSpectrum(spectrum.Span, Size, Size, hartley);
    }

    /// <summary>Hartley values to volume, divided by Size^3; the two may be the same memory.</summary>
    public void Inverse(ReadOnlySpan<float> hartley, Span<float> volume)
    {
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        HartleyGrid.ToSpectrum(hartley, Size, Size, spectrum.Span);
        _fft.InverseInPlace(spectrum.Span, volume);
    }
}

/// <summary>Centred grids of Hartley values: their relation to half spectra, and the point-symmetric odd form.</summary>
internal static class HartleyGrid
{
    /// <summary>
    /// Half spectrum (natural order, <paramref name="planes"/> values of kz: 1 for an image) to the centred grid of Re - Im.
    /// </summary>
    public static void FromSpectrum(ReadOnlySpan<float> spectrum, int size, int planes, Span<float> hartley)
    {
        int half = size / 2 + 1;
        int centre = size / 2;
        for (int kz = 0; kz < planes; kz++)
        {
            int z = Shift(kz, planes), mz = Shift(Negative(kz, planes), planes);
            for (int ky = 0; ky < size; ky++)
            {
                ReadOnlySpan<float> row = spectrum.Slice(2 * half * (kz * size + ky), 2 * half);
                Span<float> plus = hartley.Slice((z * size + Shift(ky, size)) * size, size);
                Span<float> minus = hartley.Slice((mz * size + Shift(Negative(ky, size), size)) * size, size);
                for (int kx = 0; kx < half; kx++)
                {
                    // Right half from the value itself, left half from its Hermitian partner; Nyquist (even sizes) stands left only.
                    if (centre + kx < size) plus[centre + kx] = row[2 * kx] - row[2 * kx + 1];
                    if (kx > 0) minus[centre - kx] = row[2 * kx] + row[2 * kx + 1];
                }
            }
        }
    }

    /// <summary>The reverse of <see cref="FromSpectrum"/>.</summary>
    public static void ToSpectrum(ReadOnlySpan<float> hartley, int size, int planes, Span<float> spectrum)
    {
        int half = size / 2 + 1;
        int centre = size / 2;
        for (int kz = 0; kz < planes; kz++)
        {
            int z = Shift(kz, planes), mz = Shift(Negative(kz, planes), planes);
            for (int ky = 0; ky < size; ky++)
            {
                Span<float> row = spectrum.Slice(2 * half * (kz * size + ky), 2 * half);
                ReadOnlySpan<float> plus = hartley.Slice((z * size + Shift(ky, size)) * size, size);
                ReadOnlySpan<float> minus = hartley.Slice((mz * size + Shift(Negative(ky, size), size)) * size, size);
                for (int kx = 0; kx < half; kx++)
                {
                    float a = plus[centre + kx < size ? centre + kx : 0], b = minus[centre - kx];
                    row[2 * kx] = 0.5f * (a + b);
                    row[2 * kx + 1] = 0.5f * (b - a);
                }
            }
        }
    }

    /// <summary>
    /// A centred even grid of Size^d values to the odd grid of (Size+1)^d whose last line, plane ... repeats the first: point-symmetric
    /// about
    /// its middle, so that every value has its partner at (Size - z, Size - y, Size - x).
    /// </summary>
    /// <param name="grid">Size x Size (x Size) values; Size even.</param>
    /// <param name="size">Edge of the even grid.</param>
    /// <param name="dimensions">2 or 3.</param>
    /// <param name="odd">(Size+1)^d values.</param>
    public static void ToOdd(ReadOnlySpan<float> grid, int size, int dimensions, Span<float> odd)
    {
        int edge = size + 1;
        int planes = dimensions == 3 ? edge : 1;
        for (int z = 0; z < planes; z++)
        {
            for (int y = 0; y < edge; y++)
            {
                ReadOnlySpan<float> from = grid.Slice((z % size * size + y % size) * size, size);
                Span<float> to = odd.Slice((z * edge + y) * edge, edge);
                from.CopyTo(to);
                to[size] = from[0];
            }
        }
    }

    /// <summary>The reverse of <see cref="ToOdd"/>: drops the repeated line, plane ... at the far end.</summary>
    public static void FromOdd(ReadOnlySpan<float> odd, int size, int dimensions, Span<float> grid)
    {
        int edge = size + 1;
        int planes = dimensions == 3 ? size : 1;
        for (int z = 0; z < planes; z++)
        {
            for (int y = 0; y < size; y++)
            {
                odd.Slice((z * edge + y) * edge, size).CopyTo(grid.Slice((z * size + y) * size, size));
            }
        }
    }

    /// <summary>Natural index to centred index.</summary>
    private static int Shift(int index, int size) => (index + size / 2) % size;

    private static int Negative(int index, int size) => index == 0 ? 0 : size - index;
}
