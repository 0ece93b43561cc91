using CryoSpin.Fourier;

namespace CryoSpin.Simulation;

/// <summary>Gaussian noise of a given colour and a given standard deviation per pixel. Any number of threads may use it.</summary>
internal sealed class NoiseSource
{
    // Where the power of coloured noise has fallen halfway to that of high frequencies.
    private const double ColouredAngstrom = 60;
    private readonly int _size;
    private readonly NoiseColour _colour;
    private readonly double _pixelSize;
    private readonly double _deviation;
    private readonly RealFft2D? _fft;
    private readonly double _scale;

    public NoiseSource(int size, NoiseColour colour, double standardDeviation, double pixelSizeAngstrom)
    {
        (_size, _colour, _pixelSize) = (size, colour, pixelSizeAngstrom);
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

    /// <summary>Adds noise, of the usual strength times a factor, to an image.</summary>
    public void Add(RandomStream random, Span<float> image, double level = 1)
    {
        double deviation = _deviation * level;
        if (_fft is null)
        {
            for (int i = 0; i < image.Length; i++) image[i] += (float)(deviation * random.Gaussian());
            return;
        }
        using PooledFloats noise = new(image.Length);
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        for (int i = 0; i < image.Length; i++) noise.Span[i] = (float)(deviation * random.Gaussian());
        _fft.Forward(noise.Span, spectrum.Span);
        Shells.Filter(spectrum.Span, _size, 2, k => _scale * Math.Sqrt(Power(k)));
        _fft.Inverse(spectrum.Span, noise.Span);
        for (int i = 0; i < image.Length; i++) image[i] += noise.Span[i];
    }

    private double Power(double k)
    {
        if (_colour == NoiseColour.Pink) return 1 / (0.1 + 2 * k / _size);
        double ratio = k / (_size * _pixelSize) * ColouredAngstrom;
        return 1 + 4 / (1 + ratio * ratio);
    }
}
