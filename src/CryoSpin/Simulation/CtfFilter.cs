using CryoSpin.Fourier;
using CryoSpin.Optics;

namespace CryoSpin.Simulation;

/// <summary>Multiplies images, as wide as those of an optics group, with its CTF. Any number of threads may use it.</summary>
internal sealed class CtfFilter
{
    private readonly OpticsGroup _optics;
    private readonly RealFft2D _fft;
    private readonly float[] _kx;
    private readonly float[] _ky;

    public CtfFilter(OpticsGroup optics)
    {
        _optics = optics;
        _fft = new RealFft2D(optics.BoxSize);
        _kx = new float[optics.BoxSize * _fft.HalfSize];
        _ky = new float[_kx.Length];
        for (int i = 0; i < _kx.Length; i++)
        {
            _kx[i] = i % _fft.HalfSize;
            _ky[i] = Shells.Frequency(i / _fft.HalfSize, optics.BoxSize);
        }
    }

    /// <summary>Filters in place, for a scatterer of a given amplitude contrast: thick matter takes more electrons away than a particle.</summary>
    public void Apply(Span<float> image, in CtfParameters ctf, double amplitudeContrast)
    {
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        using PooledFloats values = new(_kx.Length);
        _fft.Forward(image, spectrum.Span);
        OpticsGroup optics = _optics with { AmplitudeContrast = amplitudeContrast };
        new ContrastTransferFunction(optics, ctf).Evaluate(_kx, _ky, 1 / (_optics.BoxSize * _optics.PixelSizeAngstrom), values.Span);
        for (int i = 0; i < _kx.Length; i++)
        {
            spectrum.Span[2 * i] *= values.Span[i];
            spectrum.Span[2 * i + 1] *= values.Span[i];
        }
        _fft.Inverse(spectrum.Span, image);
    }
}
