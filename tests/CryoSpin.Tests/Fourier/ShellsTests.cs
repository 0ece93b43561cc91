using CryoSpin.Fourier;

namespace CryoSpin.Tests.Fourier;

public class ShellsTests
{
    [Theory]
    [InlineData(3, 4, 0, 5)]
    [InlineData(1, 1, 0, 1)]
    [InlineData(1, 1, 1, 2)]
    [InlineData(-2, 2, -1, 3)]
    public void Shell_is_the_rounded_length(int kx, int ky, int kz, int shell) => Assert.Equal(shell, Shells.Index(kx, ky, kz));

    [Theory]
    [InlineData(12, 2)]
    [InlineData(9, 2)]
    [InlineData(12, 3)]
    [InlineData(7, 3)]
    public void Power_agrees_with_the_full_spectrum(int size, int dimensions)
    {
        float[] real = NaiveFourier.Noise((int)Math.Pow(size, dimensions), 3);
        float[] spectrum;
        if (dimensions == 2) new RealFft2D(size).Forward(real, spectrum = new float[new RealFft2D(size).SpectrumLength]);
        else new RealFft3D(size).Forward(real, spectrum = new float[new RealFft3D(size).SpectrumLength]);
        double[] sum = new double[Shells.Count(size)], count = new double[Shells.Count(size)];
        System.Numerics.Complex[] full = NaiveFourier.Forward(real, size, dimensions);
        for (int i = 0; i < full.Length; i++)
        {
            int kx = Shells.Frequency(i % size, size), ky = Shells.Frequency(i / size % size, size);
            int kz = Shells.Frequency(i / (size * size), size);
            int shell = Shells.Index(kx, ky, kz);
            if (shell >= sum.Length) continue;
            sum[shell] += full[i].Real * full[i].Real + full[i].Imaginary * full[i].Imaginary;
            count[shell]++;
        }
        double[] got = Shells.PowerSpectrum(spectrum, size, dimensions);
        for (int s = 0; s < got.Length; s++) Assert.Equal(1, got[s] / (sum[s] / count[s]), 1e-4);
    }

    [Fact]
    public void Filter_scales_each_frequency_by_its_length()
    {
        RealFft2D fft = new(10);
        float[] spectrum = [.. Enumerable.Repeat(1f, fft.SpectrumLength)];
        Shells.Filter(spectrum, 10, 2, k => k);
        Assert.Equal(5, spectrum[2 * (4 * fft.HalfSize + 3)], 1e-6);
        Assert.Equal(5, spectrum[2 * (6 * fft.HalfSize + 3)], 1e-6);
        Assert.Equal(0, spectrum[0]);
        Assert.Equal(Math.Sqrt(50), spectrum[2 * (5 * fft.HalfSize + 5)], 1e-5);
    }
}
