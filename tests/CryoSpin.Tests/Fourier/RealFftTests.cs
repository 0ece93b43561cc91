using System.Numerics;
using CryoSpin.Compute;
using CryoSpin.Fourier;

namespace CryoSpin.Tests.Fourier;

[Trait("Category", "Kernel")]
public class RealFftTests
{
    private const double Tolerance = 5e-7;

    public static TheoryData<int> Sizes2D =>
        [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 18, 20, 24, 25, 28, 30, 32, 36, 42, 49, 54, 64, 70, 90, 128, 140];

    public static TheoryData<int> Sizes3D => [2, 3, 4, 6, 7, 8, 9, 10, 12, 14, 15, 16, 18, 20, 28, 30, 32];

    [Theory, MemberData(nameof(Sizes2D))]
    public void Image_agrees_with_the_definition(int size)
    {
        RealFft2D fft = new(size);
        float[] image = NaiveFourier.Noise(fft.RealLength, size);
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(image, spectrum);
        Complex[] expected = NaiveFourier.Half(NaiveFourier.Forward(image, size, 2), size);
        Assert.InRange(NaiveFourier.RelativeError(NaiveFourier.ToComplex(spectrum), expected), 0, Tolerance);
        float[] back = new float[fft.RealLength];
        fft.Inverse(spectrum, back);
        Assert.InRange(NaiveFourier.RelativeError(back, image), 0, Tolerance);
    }

    [Theory, MemberData(nameof(Sizes3D))]
    public void Volume_agrees_with_the_definition(int size)
    {
        RealFft3D fft = new(size);
        float[] volume = NaiveFourier.Noise(fft.RealLength, size);
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(volume, spectrum);
        Complex[] expected = NaiveFourier.Half(NaiveFourier.Forward(volume, size, 3), size);
        Assert.InRange(NaiveFourier.RelativeError(NaiveFourier.ToComplex(spectrum), expected), 0, Tolerance);
        float[] before = [.. spectrum];
        float[] back = new float[fft.RealLength];
        fft.Inverse(spectrum, back);
        Assert.Equal(before, spectrum);
        Assert.InRange(NaiveFourier.RelativeError(back, volume), 0, Tolerance);
    }

    [Theory]
    [InlineData(240)]
    [InlineData(256)]
    public void Large_images_keep_the_accuracy(int size)
    {
        RealFft2D fft = new(size);
        float[] image = NaiveFourier.Noise(fft.RealLength, size);
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(image, spectrum);
        Complex[] expected = NaiveFourier.Half(NaiveFourier.Forward(image, size, 2), size);
        Assert.InRange(NaiveFourier.RelativeError(NaiveFourier.ToComplex(spectrum), expected), 0, Tolerance);
    }

    [Theory]
    [InlineData(48)]
    [InlineData(70)]
    public void Energy_is_kept(int size)
    {
        RealFft2D fft = new(size);
        float[] image = NaiveFourier.Noise(fft.RealLength, 1);
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(image, spectrum);
        double energy = 0;
        for (int i = 0; i < spectrum.Length; i++)
        {
            int kx = i / 2 % fft.HalfSize;
            energy += (kx == 0 || kx == size / 2 ? 1 : 2) * (double)spectrum[i] * spectrum[i];
        }
        double expected = image.Sum(v => (double)v * v) * size * size;
        Assert.InRange(energy / expected, 1 - 1e-6, 1 + 1e-6);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(15)]
    [InlineData(16)]
    public void Inverse_of_any_spectrum_is_the_real_part(int size)
    {
        RealFft2D fft = new(size);
        float[] spectrum = NaiveFourier.Noise(fft.SpectrumLength, 4);
        float[] image = new float[fft.RealLength];
        fft.Inverse(spectrum, image);
        float[] again = new float[fft.SpectrumLength];
        fft.Forward(image, again);
        for (int ky = 0; ky < size; ky++)
        {
            int partner = (size - ky) % size;
            for (int kx = 0; kx < fft.HalfSize; kx++)
            {
                bool selfPaired = kx == 0 || 2 * kx == size;
                int a = 2 * (ky * fft.HalfSize + kx), b = selfPaired ? 2 * (partner * fft.HalfSize + kx) : a;
                Assert.Equal((spectrum[a] + spectrum[b]) / 2, again[a], 1e-5);
                Assert.Equal(selfPaired ? (spectrum[a + 1] - spectrum[b + 1]) / 2 : spectrum[a + 1], again[a + 1], 1e-5);
            }
        }
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        using WorkerTeam team = new(3);
        float[] volume = NaiveFourier.Noise(36 * 36 * 36, 3);
        RealFft3D one = new(36), three = new(36, team);
        float[] a = new float[one.SpectrumLength], b = new float[one.SpectrumLength];
        one.Forward(volume, a);
        three.Forward(volume, b);
        Assert.Equal(a, b);
        float[] x = new float[one.RealLength], y = new float[one.RealLength];
        one.Inverse(a, x);
        three.Inverse(b, y);
        Assert.Equal(x, y);
    }

    [Fact]
    public void One_plan_serves_many_threads()
    {
        RealFft2D fft = new(60);
        float[][] images = [.. Enumerable.Range(0, 32).Select(i => NaiveFourier.Noise(fft.RealLength, i))];
        float[][] expected = Array.ConvertAll(images, image => Transform(fft, image));
        float[][] got = new float[images.Length][];
        Parallel.For(0, images.Length, i => got[i] = Transform(fft, images[i]));
        for (int i = 0; i < images.Length; i++) Assert.Equal(expected[i], got[i]);
    }

    [Fact]
    public void An_odd_scratch_address_is_fine()
    {
        RealFft2D fft = new(32);
        float[] image = NaiveFourier.Noise(fft.RealLength, 8);
        float[] scratch = new float[fft.ScratchLength + 5];
        float[] spectrum = new float[fft.SpectrumLength];
        scratch.AsSpan().Fill(float.NaN);
        fft.Forward(image, spectrum, scratch.AsSpan(5));
        Assert.Equal(Transform(fft, image), spectrum);
    }

    [Fact]
    public void A_bad_size_names_its_neighbours()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => new RealFft2D(134));
        Assert.Contains("128 and 140", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new RealFft3D(1));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(0, false)]
    [InlineData(22, false)]
    [InlineData(105, true)]
    [InlineData(256, true)]
    public void Good_sizes(int size, bool good) => Assert.Equal(good, FourierSizes.IsGood(size));

    [Theory]
    [InlineData(127, 128)]
    [InlineData(129, 140)]
    [InlineData(101, 108)]
    [InlineData(1, 2)]
    public void Next_good_is_even(int size, int next) => Assert.Equal(next, FourierSizes.NextGood(size));

    private static float[] Transform(RealFft2D fft, float[] image)
    {
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(image, spectrum);
        return spectrum;
    }
}
