using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Imaging;

namespace CryoSpin.Simulation;

/// <summary>
/// Projections of a map by its central slices, interpolated with a Kaiser-Bessel kernel of six cells on a spectrum at least 1.5 times
/// oversampled (twice up to 160 voxels), the map divided by the kernel's transform beforehand. The error is below 1e-4 of a
/// projection: the simulator's images do not share the errors of the reconstruction's own trilinear slices.
/// </summary>
/// <remarks>
/// Kernel and its width parameter: Beatty, Nishimura and Pauly, IEEE Trans. Med. Imaging 24 (2005) 799, equation 5.
/// A projection is the sum over voxels along the view. Frequencies at and above Nyquist are zero.
/// </remarks>
internal sealed class KaiserBesselProjector
{
    private const int Width = 6;
    private const int Before = Width / 2 - 1;
    private const int Margin = Width / 2;
    private const int Steps = 1024;
    private readonly int _padded;
    private readonly int _rows;
    private readonly int _columns;
    private readonly float[] _grid;
    private readonly float[] _weights;
    private readonly double _beta;

    /// <summary>Transforms the map once; projections from any number of threads may follow.</summary>
    /// <param name="map">The map; its edge even, a product of 2, 3, 5 and 7.</param>
    /// <param name="team">Threads for the preparation; null for the caller's.</param>
    public KaiserBesselProjector(Volume map, WorkerTeam? team = null)
        : this(map, map.Size <= 160 ? 2 : 1.5, team)
    {
    }

    internal KaiserBesselProjector(Volume map, double leastOversampling, WorkerTeam? team)
    {
        if (map.Size % 2 != 0) throw new ArgumentException($"The map's edge of {map.Size} voxels is not even.", nameof(map));
        FourierSizes.ThrowUnlessGood(map.Size);
        Size = map.Size;
        _padded = FourierSizes.NextGood((int)Math.Ceiling(leastOversampling * Size));
        double oversampling = (double)_padded / Size;
        double reach = Width / oversampling * (oversampling - 0.5);
        _beta = Math.PI * Math.Sqrt(reach * reach - 0.8);
        _weights = MakeWeights(_beta);
        _rows = _padded + 2 * Margin;
        _columns = _padded / 2 + 1 + 2 * Margin;
        // The last row's final vector may read two complex values past its six taps.
        long length = 2L * _rows * _rows * _columns + 4;
        if (length > Array.MaxLength) throw new ArgumentException($"A map of edge {Size} is too large to project.", nameof(map));
        _grid = new float[length];
        Fill(map, team);
    }

    /// <summary>Edge of the map and of its projections, pixels.</summary>
    public int Size { get; }

    /// <summary>The central slice of a pose: the spectrum of the projection, origin at the centre.</summary>
    /// <param name="rotation">Map to image coordinates: F_img(kx, ky) = F_map(A^T (kx, ky, 0)).</param>
    /// <param name="spectrum">Size x (Size/2 + 1) complex values, natural order, interleaved.</param>
    public void Slice(in Rotation rotation, Span<float> spectrum)
    {
        // A matrix that stretches would send the unchecked sampling outside the grid.
        if (!(rotation.AngleToDegrees(rotation.Orthonormalised()) < 0.01))
        {
            throw new ArgumentException("The matrix is not a rotation.", nameof(rotation));
        }
        int half = Size / 2 + 1;
        int squared = Size / 2 * (Size / 2);
        for (int row = 0; row < Size; row++)
        {
            int ky = Shells.Frequency(row, Size);
            Span<float> line = spectrum.Slice(2 * half * row, 2 * half);
            line.Clear();
            for (int kx = 0; kx * kx + ky * ky < squared; kx++)
            {
                (line[2 * kx], line[2 * kx + 1]) = Sample(
                    rotation.M00 * kx + rotation.M10 * ky, rotation.M01 * kx + rotation.M11 * ky, rotation.M02 * kx + rotation.M12 * ky);
            }
        }
    }

    /// <summary>
    /// One value of the map's spectrum (origin at the centre), at a frequency in Fourier pixels with every component below Nyquist.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe (float Re, float Im) Sample(double kx, double ky, double kz)
    {
        double stretch = (double)_padded / Size;
        bool conjugate = kx < 0;
        if (conjugate) stretch = -stretch;
        float* wx = stackalloc float[16];
        float* wy = stackalloc float[8];
        float* wz = stackalloc float[8];
        int ix = Weights(kx * stretch, wx), iy = Weights(ky * stretch, wy), iz = Weights(kz * stretch, wz);
        for (int i = Width - 1; i >= 0; i--) wx[2 * i] = wx[2 * i + 1] = wx[i];
        for (int i = 2 * Width; i < 16; i++) wx[i] = 0;
        int half = _padded / 2;
        Vector128<float> sum;
        fixed (float* grid = _grid)
        {
            nint line = 2 * _columns;
            int first = half - Before + Margin;
            float* corner = grid + ((nint)(iz + first) * _rows + iy + first) * line + 2 * (ix - Before + Margin);
            sum = Vector256.IsHardwareAccelerated ? Sum<Lanes8>(corner, line, wx, wy, wz) : Sum<Lanes4>(corner, line, wx, wy, wz);
        }
        float re = sum[0] + sum[2], im = sum[1] + sum[3];
        return (re, conjugate ? -im : im);
    }

    /// <summary>Weighted sum of the cells at and above a corner, complex numbers in two pairs that remain to be added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe Vector128<float> Sum<T>(float* corner, nint line, float* wx, float* wy, float* wz)
        where T : unmanaged, IQuadLanes<T>
    {
        Vector128<float> sum = Vector128<float>.Zero;
        for (int x = 0; x < 16; x += 2 * T.Count)
        {
            T a = T.Zero, b = a;
            for (int z = 0; z < Width; z++)
            {
                float* p = corner + z * _rows * line + x;
                for (int y = 0; y < Width; y++, p += line)
                {
                    T w = T.All(wz[z] * wy[y]);
                    a = T.Fma(w, T.Load(p), a);
                    b = T.Fma(w, T.Load(p + T.Count), b);
                }
            }
            a = a * T.Load(wx + x) + b * T.Load(wx + x + T.Count);
            sum += T.Quads == 1 ? T.Quad(a, 0) : T.Quad(a, 0) + T.Quad(a, 1);
        }
        return sum;
    }

    private void Fill(Volume map, WorkerTeam? team)
    {
        float[] spectrum = PaddedSpectrum(map, team);
        int half = _padded / 2;
        for (int z = 0; z < _rows; z++)
        {
            for (int y = 0; y < _rows; y++)
            {
                Span<float> line = _grid.AsSpan(2 * (z * _rows + y) * _columns, 2 * _columns);
                int kz = Wrap(z - half - Margin), ky = Wrap(y - half - Margin);
                for (int x = 0; x < _columns; x++)
                {
                    int kx = Wrap(x - Margin);
                    bool mirrored = kx > half;
                    int from = mirrored ? Index(Wrap(-kz), Wrap(-ky), _padded - kx) : Index(kz, ky, kx);
                    line[2 * x] = spectrum[from];
                    line[2 * x + 1] = mirrored ? -spectrum[from + 1] : spectrum[from + 1];
                }
            }
        }

        int Wrap(int k) => (k % _padded + _padded) % _padded;
        int Index(int kz, int ky, int kx) => 2 * ((kz * _padded + ky) * (half + 1) + kx);
    }

    private float[] PaddedSpectrum(Volume map, WorkerTeam? team)
    {
        double[] correction = new double[Size];
        for (int i = 0; i < Size; i++) correction[i] = 1 / Transform((double)(i - Size / 2) / _padded);
        int offset = _padded / 2 - Size / 2;
        CentredFft3D fft = new(_padded, team);
        float[] padded = new float[fft.RealLength];
        for (int z = 0; z < Size; z++)
        {
            for (int y = 0; y < Size; y++)
            {
                ReadOnlySpan<float> from = map.Voxels.AsSpan((z * Size + y) * Size, Size);
                Span<float> to = padded.AsSpan(((z + offset) * _padded + y + offset) * _padded + offset, Size);
                double c = correction[z] * correction[y];
                for (int x = 0; x < Size; x++) to[x] = (float)(from[x] * c * correction[x]);
            }
        }
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(padded, spectrum);
        return spectrum;
    }

    /// <summary>The six weights around a position; returns the cell it lies in.</summary>
    private unsafe int Weights(double position, float* weights)
    {
        int cell = (int)Math.Floor(position);
        double at = (position - cell) * Steps;
        int step = (int)at;
        float fraction = (float)(at - step);
        ReadOnlySpan<float> near = _weights.AsSpan(8 * step, 16);
        for (int i = 0; i < 8; i += 4)
        {
            Vector128<float> low = Vector128.Create(near[i..]), high = Vector128.Create(near[(8 + i)..]);
            (low + Vector128.Create(fraction) * (high - low)).Store(weights + i);
        }
        return cell;
    }

    /// <summary>
    /// For each of the positions between two cells, the kernel at the six cells around (and two zeros to fill the vector).
    /// </summary>
    private static float[] MakeWeights(double beta)
    {
        float[] weights = new float[8 * (Steps + 2)];
        for (int step = 0; step <= Steps; step++)
        {
            for (int tap = 0; tap < Width; tap++)
            {
                double u = (double)step / Steps + Before - tap;
                double t = 1 - 4 * u * u / (Width * Width);
                weights[8 * step + tap] = t < 0 ? 0 : (float)(BesselI0(beta * Math.Sqrt(t)) / BesselI0(beta));
            }
        }
        return weights;
    }

    /// <summary>The kernel's Fourier transform at x (a fraction of the padded box).</summary>
    private double Transform(double x)
    {
        double argument = _beta * _beta - Math.PI * Math.PI * Width * Width * x * x;
        double root = Math.Sqrt(Math.Abs(argument));
        double value = root < 1e-9 ? 1 : argument > 0 ? Math.Sinh(root) / root : Math.Sin(root) / root;
        return Width * value / BesselI0(_beta);
    }

    private static double BesselI0(double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; term > 1e-17 * sum; k++)
        {
            term *= x * x / (4.0 * k * k);
            sum += term;
        }
        return sum;
    }
}
