using CryoSpin.Imaging;
using CryoSpin.Simulation;

namespace CryoSpin.Tests.Imaging;

public class ImageStatisticsTests
{
    private static readonly Volume s_phantom = Phantom.Create(48, 4);

    [Fact]
    public void White_noise_has_a_flat_spectrum_of_its_variance()
    {
        NoiseSpectrum spectrum = new(48, 20), first = new(48, 20), second = new(48, 20);
        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            // Uniform noise of variance 4 about a mean of 50, and a bright particle that must not count.
            float[] image = [.. Enumerable.Range(0, 48 * 48).Select(_ => (float)(50 + 2 * Math.Sqrt(12) * (random.NextDouble() - 0.5)))];
            for (int y = 18; y < 30; y++) image.AsSpan(y * 48 + 18, 12).Fill(500);
            spectrum.Add(image);
            (i < 150 ? first : second).Add(image);
        }
        Assert.Equal(300, spectrum.Images);
        double[] power = spectrum.Power;
        for (int shell = 2; shell < power.Length; shell++) Assert.InRange(power[shell] / (48 * 48 * 4), 0.93, 1.07);
        first.Merge(second);
        for (int shell = 0; shell < power.Length; shell++) Assert.Equal(1, first.Power[shell] / power[shell], 1e-12);
    }

    [Fact]
    public void Pink_noise_shows_its_slope()
    {
        NoiseSpectrum spectrum = new(48, 18);
        foreach (SimulatedParticle p in ParticleSimulator.Simulate(
            s_phantom, new SimulationOptions { Particles = 300, Snr = 0.001, NoiseColour = NoiseColour.Pink, MaxShiftPixels = 0 }))
        {
            spectrum.Add(p.Image);
        }
        double[] power = spectrum.Power;
        double expected = (0.1 + 20 / 24.0) / (0.1 + 6 / 24.0);
        Assert.InRange(power[6] / power[20] / expected, 0.9, 1.1);
    }

    [Theory]
    [InlineData(1, nameof(Contrast.White))]
    [InlineData(-1, nameof(Contrast.Black))]
    [InlineData(0, nameof(Contrast.Unclear))]
    public void Contrast_is_the_protein_sign(int sign, string expected)
    {
        ContrastEstimate estimate = new(48, 20);
        SimulationOptions options = new() { Particles = 200, Snr = sign == 0 ? 1e-9 : 0.1 };
        foreach (SimulatedParticle p in ParticleSimulator.Simulate(s_phantom, options))
        {
            float s = sign == 0 ? 1 : sign;
            estimate.Add(Array.ConvertAll(p.Image, v => s * v));
        }
        Assert.Equal(Enum.Parse<Contrast>(expected), estimate.Verdict);
        Assert.Equal(200, estimate.Images);
    }

    [Fact]
    public void No_image_no_verdict()
    {
        ContrastEstimate estimate = new(16, 6);
        estimate.Add(new float[256]);
        Assert.Equal(0, estimate.Images);
        Assert.Equal(Contrast.Unclear, estimate.Verdict);
    }
}
