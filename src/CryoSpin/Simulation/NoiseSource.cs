using CryoSpin.Fourier;

namespace CryoSpin.Simulation;

/// <summary>Gaussian noise of a given colour and a given standard deviation per pixel. Any number of threads may use it.</summary>
internal sealed class NoiseSource
{
    private readonly int _size;
    private readonly double _deviation;
    private readonly RealFft2D? _fft;
    private readonly double _scale;

    public NoiseSource(int size, NoiseColour colour, double standardDeviation)
    {
        _size = size;
        _deviation = standardDeviation;
        if (colour == NoiseColour.White) return;
        _fft = new RealFft2D(size);
        double power = 0;
        for (int i = 0; i < size * size; i++)
        {
            int kx = Shells.Frequency(i % size, size), ky = Shells.Frequency(i / size, size);
            power += Power(Math.Sqrt(kx * kx + ky * ky));
        }
        _scale = size / Math.Sqrt(power);
    }

    /// <summary>Adds noise to an image.</summary>
    public void Add(RandomStream random, Span<float> image)
    {
        if (_fft is null)
        {
            for (int i = 0; i < image.Length; i++) image[i] += (float)(_deviation * random.Gaussian());
            return;
        }
        using PooledFloats noise = new(image.Length);
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        for (int i = 0; i < image.Length; i++) noise.Span[i] = (float)(_deviation * random.Gaussian());
        _fft.Forward(noise.Span, spectrum.Span);
        Shells.Filter(spectrum.Span, _size, 2, k => _scale * Math.Sqrt(Power(k)));
        _fft.Inverse(spectrum.Span, noise.Span);
        for (int i = 0; i < image.Length; i++) image[i] += noise.Span[i];
    }

    private double Power(double k) => 1 / (0.1 + 2 * k / _size);
}
