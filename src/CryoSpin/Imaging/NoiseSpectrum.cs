using CryoSpin.Fourier;

namespace CryoSpin.Imaging;

/// <summary>
/// The noise's power per shell, averaged over the backgrounds of many images: each image is taken outside its particle's circle, the
/// inside filled with 0, transformed, and its power divided by the share of pixels that are background. Add from one thread, or
/// from several into accumulators of their own that are merged in order.
/// </summary>
/// <remarks>
/// Cutting out the circle blurs the spectrum by about Size / (2 radius) shells; noise spectra are smooth, so that costs nothing.
/// Images should have background mean 0 (see <see cref="ParticleNormalisation"/>); what is left of the mean is taken off.
/// </remarks>
internal sealed class NoiseSpectrum
{
    private readonly ParticleNormalisation _background;
    private readonly RealFft2D _fft;
    private readonly float[] _work;
    private readonly float[] _spectrum;
    private readonly float[] _window;
    private readonly double _windowPower;
    private readonly double[] _power;
    private readonly double[] _count;

    /// <summary>Starts an average.</summary>
    /// <param name="size">Edge of the images; a product of 2, 3, 5 and 7.</param>
    /// <param name="radiusPixels">Radius of the circle that holds the particle.</param>
    /// <param name="edgePixels">Width of the soft edge of the cut, towards the outside.</param>
    public NoiseSpectrum(int size, double radiusPixels, double edgePixels = 3)
    {
        _background = new ParticleNormalisation(size, radiusPixels);
        _fft = new RealFft2D(size);
        _work = new float[_fft.RealLength];
        _spectrum = new float[_fft.SpectrumLength];
        _power = new double[Shells.Count(size)];
        _count = new double[Shells.Count(size)];
        CircularMask disc = new(size, radiusPixels, edgePixels);
        _window = new float[size * size];
        for (int i = 0; i < _window.Length; i++)
        {
            _window[i] = 1 - disc.Values[i];
            _windowPower += (double)_window[i] * _window[i];
        }
        if (_windowPower == 0)
        {
            throw new ArgumentException($"A circle of radius {radiusPixels} and its edge leave no background.", nameof(radiusPixels));
        }
        _windowPower /= _window.Length;
    }

    /// <summary>Images added so far.</summary>
    public int Images { get; private set; }

    /// <summary>
    /// Mean power of one Fourier coefficient of the unnormalised transform per shell 0 .. Size/2: white noise of variance s^2 has
    /// Size^2 s^2 in each. Shell 0 repeats shell 1, because the mean was taken off. Zeros before the first image.
    /// </summary>
    public double[] Power
    {
        get
        {
            double[] power = new double[_power.Length];
            for (int i = 1; i < power.Length && Images > 0; i++) power[i] = _power[i] / (_count[i] * _windowPower);
            power[0] = power[1];
            return power;
        }
    }

    /// <summary>Adds one image.</summary>
    /// <param name="image">[Size][Size].</param>
    public void Add(ReadOnlySpan<float> image)
    {
        float mean = (float)_background.Measure(image).Mean;
        for (int i = 0; i < _work.Length; i++) _work[i] = (image[i] - mean) * _window[i];
        _fft.Forward(_work, _spectrum);
        Shells.AddPower(_spectrum, _fft.Size, 2, _power, _count);
        Images++;
    }

    /// <summary>Adds another accumulator's images.</summary>
    public void Merge(NoiseSpectrum other)
    {
        if (other._fft.Size != _fft.Size) throw new ArgumentException("The accumulators have different box sizes.", nameof(other));
        for (int i = 0; i < _power.Length; i++)
        {
            _power[i] += other._power[i];
            _count[i] += other._count[i];
        }
        Images += other.Images;
    }
}
