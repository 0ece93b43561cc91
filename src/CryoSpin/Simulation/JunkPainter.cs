using CryoSpin.Fourier;
using CryoSpin.Optics;

namespace CryoSpin.Simulation;

/// <summary>
/// Images, without noise, of what is no particle, as strong beside one as they are in micrographs. Any number of threads may use it.
/// </summary>
/// <param name="optics">The images' optics group.</param>
/// <param name="signalDeviation">Standard deviation of a particle's image without noise.</param>
/// <param name="diameterPixels">The particle's diameter.</param>
internal sealed class JunkPainter(OpticsGroup optics, double signalDeviation, double diameterPixels)
{
    // Ice and carbon are thick: much of their contrast is lost electrons, not shifted phases.
    private const double AmplitudeContrastOfIce = 0.5;
    private const double SmoothingOfTexture = 0.15;

    // Shells that keep their phases in a denatured particle: that it is a compact mass.
    private const int CompactShells = 2;
    private readonly CtfFilter _filter = new(optics);
    private readonly RealFft2D _fft = new(optics.BoxSize);
    private readonly int _size = optics.BoxSize;

    /// <summary>One or two smooth, oval blobs, 2 to 6 times as strong as a particle.</summary>
    public void Ice(RandomStream random, in CtfParameters ctf, Span<float> image)
    {
        image.Clear();
        for (int blobs = 1 + random.Next(2); blobs > 0; blobs--) AddBlob(random, image);
        _filter.Apply(image, ctf, AmplitudeContrastOfIce);
        Strengthen(image, random.Uniform(2, 6));
    }

    /// <summary>A half plane with a granular texture, 2 to 6 times as strong as a particle.</summary>
    public void Carbon(RandomStream random, in CtfParameters ctf, Span<float> image)
    {
        (double sin, double cos) = Math.SinCos(random.Uniform(0, 2 * Math.PI));
        double distance = random.Uniform(-0.3, 0.3) * _size, softness = random.Uniform(1, 4);
        for (int i = 0; i < image.Length; i++) image[i] = (float)random.Gaussian();
        // White noise through the CTF is what carbon shows: Thon rings.
        Smooth(image);
        _filter.Apply(image, ctf, optics.AmplitudeContrast);
        double grain = 0.5 / Math.Max(Deviation(image), 1e-30);
        for (int i = 0; i < image.Length; i++)
        {
            (double x, double y) = Place(i);
            image[i] = (float)((1 + grain * image[i]) / (1 + Math.Exp(-(x * cos + y * sin - distance) / softness)));
        }
        Strengthen(image, random.Uniform(2, 6));
    }

    /// <summary>
    /// A particle's projection whose phases say nothing any more, within the particle's outline: the same scattering power, unfolded.
    /// </summary>
    /// <param name="random">Numbers.</param>
    /// <param name="ctf">The image's CTF.</param>
    /// <param name="image">Holds a centred projection without CTF, and receives the image.</param>
    public void Denature(RandomStream random, in CtfParameters ctf, Span<float> image)
    {
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        _fft.Forward(image, spectrum.Span);
        for (int i = 0; i < spectrum.Span.Length / 2; i++)
        {
            int kx = i % _fft.HalfSize, ky = Shells.Frequency(i / _fft.HalfSize, _size);
            double phase = random.Uniform(0, 2 * Math.PI);
            if (Shells.Index(kx, ky) <= CompactShells) continue;
            double magnitude = double.Hypot(spectrum.Span[2 * i], spectrum.Span[2 * i + 1]);
            (spectrum.Span[2 * i], spectrum.Span[2 * i + 1]) = ((float)(magnitude * Math.Cos(phase)), (float)(magnitude * Math.Sin(phase)));
        }
        _fft.Inverse(spectrum.Span, image);
        for (int i = 0; i < image.Length; i++)
        {
            (double x, double y) = Place(i);
            image[i] *= (float)(1 / (1 + Math.Exp(double.Hypot(x, y) - diameterPixels / 2)));
        }
        _filter.Apply(image, ctf, optics.AmplitudeContrast);
        Strengthen(image, random.Uniform(0.7, 1.4));
    }

    /// <summary>A Gaussian low-pass that keeps half of the amplitude at a seventh of the sampling frequency.</summary>
    private void Smooth(Span<float> image)
    {
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        _fft.Forward(image, spectrum.Span);
        Shells.Filter(spectrum.Span, _size, 2, k => Math.Pow(2, -k * k / (SmoothingOfTexture * SmoothingOfTexture * _size * _size)));
        _fft.Inverse(spectrum.Span, image);
    }

    private void AddBlob(RandomStream random, Span<float> image)
    {
        double width = random.Uniform(0.06, 0.18) * _size, height = width * random.Uniform(0.6, 1);
        double cx = random.Uniform(-0.35, 0.35) * _size, cy = random.Uniform(-0.35, 0.35) * _size;
        (double sin, double cos) = Math.SinCos(random.Uniform(0, Math.PI));
        for (int i = 0; i < image.Length; i++)
        {
            (double x, double y) = Place(i);
            double u = ((x - cx) * cos + (y - cy) * sin) / width, v = ((y - cy) * cos - (x - cx) * sin) / height;
            image[i] += (float)Math.Exp(-(u * u + v * v) / 2);
        }
    }

    private (double X, double Y) Place(int pixel) => (pixel % _size - _size / 2, pixel / _size - _size / 2);

    private void Strengthen(Span<float> image, double times)
    {
        double deviation = Deviation(image);
        if (!(deviation > 0)) return;
        float factor = (float)(times * signalDeviation / deviation);
        for (int i = 0; i < image.Length; i++) image[i] *= factor;
    }

    private static double Deviation(ReadOnlySpan<float> image)
    {
        double sum = 0, squares = 0;
        foreach (float v in image) sum += v;
        double mean = sum / image.Length;
        foreach (float v in image) squares += (v - mean) * (v - mean);
        return Math.Sqrt(squares / image.Length);
    }
}
