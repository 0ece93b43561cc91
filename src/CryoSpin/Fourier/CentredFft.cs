using CryoSpin.Compute;

namespace CryoSpin.Fourier;

/// <summary>
/// <see cref="RealFft2D"/> with the origin of the image at pixel (Size/2, Size/2) (integer division), where RELION has a box's centre:
/// F(k) = sum over x of f(x) exp(-2 pi i k.(x - c) / Size). Layout and normalisation are the same.
/// </summary>
internal sealed class CentredFft2D
{
    private readonly RealFft2D _fft;
    private readonly CentrePhase _phase;

    /// <summary>Plans transforms of one size, see <see cref="RealFft2D(int)"/>.</summary>
    public CentredFft2D(int size)
    {
        _fft = new RealFft2D(size);
        _phase = new CentrePhase(size);
    }

    /// <summary>Edge of the images in pixels.</summary>
    public int Size => _fft.Size;

    /// <summary>Complex values in one row of the spectrum: Size/2 + 1.</summary>
    public int HalfSize => _fft.HalfSize;

    /// <summary>Floats in an image: Size^2.</summary>
    public int RealLength => _fft.RealLength;

    /// <summary>Floats in a spectrum: 2 Size (Size/2 + 1).</summary>
    public int SpectrumLength => _fft.SpectrumLength;

    /// <summary>Image [Size][Size] to spectrum [Size][Size/2 + 1], interleaved.</summary>
    public void Forward(ReadOnlySpan<float> real, Span<float> spectrum)
    {
        _fft.Forward(real, spectrum);
        _phase.Apply(spectrum, 0, Size, inverse: false);
    }

    /// <summary>Spectrum to image, divided by Size^2. The spectrum is used as work space: its contents are lost.</summary>
    public void InverseInPlace(Span<float> spectrum, Span<float> real)
    {
        _phase.Apply(spectrum, 0, Size, inverse: true);
        _fft.Inverse(spectrum, real);
    }
}

/// <summary>
/// <see cref="RealFft3D"/> with the origin of the volume at voxel (Size/2, Size/2, Size/2) (integer division), where RELION has a box's
/// centre. Layout and normalisation are the same.
/// </summary>
internal sealed class CentredFft3D
{
    private readonly RealFft3D _fft;
    private readonly CentrePhase _phase;

    /// <summary>Plans transforms of one size, see <see cref="RealFft3D(int, WorkerTeam?)"/>.</summary>
    public CentredFft3D(int size, WorkerTeam? team = null)
    {
        _fft = new RealFft3D(size, team);
        _phase = new CentrePhase(size);
    }

    /// <summary>Edge of the volumes in voxels.</summary>
    public int Size => _fft.Size;

    /// <summary>Complex values in one row of the spectrum: Size/2 + 1.</summary>
    public int HalfSize => _fft.HalfSize;

    /// <summary>Floats in a volume: Size^3.</summary>
    public int RealLength => _fft.RealLength;

    /// <summary>Floats in a spectrum: 2 Size^2 (Size/2 + 1).</summary>
    public int SpectrumLength => _fft.SpectrumLength;

    /// <summary>Volume [Size][Size][Size] to spectrum [Size][Size][Size/2 + 1], interleaved.</summary>
    public void Forward(ReadOnlySpan<float> real, Span<float> spectrum)
    {
        _fft.Forward(real, spectrum);
        ApplyPlanes(spectrum, inverse: false);
    }

    /// <summary>Spectrum to volume, divided by Size^3. The spectrum is used as work space: its contents are lost.</summary>
    public void InverseInPlace(Span<float> spectrum, Span<float> real)
    {
        ApplyPlanes(spectrum, inverse: true);
        _fft.InverseInPlace(spectrum, real);
    }

    private void ApplyPlanes(Span<float> spectrum, bool inverse)
    {
        int plane = 2 * Size * HalfSize;
        for (int kz = 0; kz < Size; kz++) _phase.Apply(spectrum.Slice(kz * plane, plane), kz, Size, inverse);
    }
}

/// <summary>The phase exp(2 pi i k c / N), c = N/2 rounded down, that moves the origin to a box's centre: (-1)^k for even N.</summary>
internal sealed class CentrePhase
{
    private readonly int _size;
    private readonly float[] _cos;
    private readonly float[] _sin;

    public CentrePhase(int size)
    {
        _size = size;
        _cos = new float[size];
        _sin = new float[size];
        for (int i = 0; i < size; i++)
        {
            // The phase depends on k c modulo N only; reducing it in integers keeps even sizes at exactly +1 and -1.
            (double s, double c) = Math.SinCos(2 * Math.PI * ((long)i * (size / 2) % size) / size);
            _cos[i] = (float)c;
            _sin[i] = size % 2 == 0 ? 0 : (float)s;
        }
    }

    /// <summary>
    /// Multiplies <paramref name="rows"/> rows (ky = 0 ...) of the plane kz by the phase, or its conjugate for the inverse.
    /// </summary>
    public void Apply(Span<float> plane, int kz, int rows, bool inverse)
    {
        int half = _size / 2 + 1;
        for (int ky = 0; ky < rows; ky++)
        {
            int index = (kz + ky) % _size;
            Span<float> row = plane.Slice(2 * half * ky, 2 * half);
            if (_size % 2 == 0)
            {
                // Every second value changes its sign; the loop touches only those.
                for (int kx = index & 1 ^ 1; kx < half; kx += 2)
                {
                    row[2 * kx] = -row[2 * kx];
                    row[2 * kx + 1] = -row[2 * kx + 1];
                }
                continue;
            }
            for (int kx = 0; kx < half; kx++)
            {
                int i = (index + kx) % _size;
                float c = _cos[i], s = inverse ? -_sin[i] : _sin[i];
                float re = row[2 * kx], im = row[2 * kx + 1];
                row[2 * kx] = re * c - im * s;
                row[2 * kx + 1] = re * s + im * c;
            }
        }
    }
}
