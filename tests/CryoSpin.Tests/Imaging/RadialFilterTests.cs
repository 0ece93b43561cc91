using CryoSpin.Imaging;

namespace CryoSpin.Tests.Imaging;

public class RadialFilterTests
{
    [Theory]
    [InlineData(2, 1.0)]
    [InlineData(5, 0.5)]
    [InlineData(8, 0.0)]
    public void Low_pass_keeps_low_waves_and_halves_the_cutoff(int frequency, double factor)
    {
        // Box of 24 voxels of 2 angstrom: 48 / 5 angstrom is shell 5.
        Volume wave = Wave(frequency);
        Volume got = RadialFilter.LowPass(wave, 48.0 / 5, edgeShells: 4);
        AssertScaled(wave, got, factor);
    }

    [Fact]
    public void Gaussian_low_pass_is_one_half_at_its_resolution() => AssertScaled(Wave(4), RadialFilter.GaussianLowPass(Wave(4), 12), 0.5);

    [Fact]
    public void B_factor_follows_its_formula() =>
        AssertScaled(Wave(3), RadialFilter.BFactor(Wave(3), 100), Math.Exp(-25 * Math.Pow(3 / 48.0, 2)));

    [Fact]
    public void Fourier_crop_keeps_the_width()
    {
        Volume cropped = Wave(2).FourierCropTo(12);
        Assert.Equal(4, cropped.PixelSizeAngstrom, 1e-12);
        Assert.Equal(Wave(2)[12, 12, 14], cropped[6, 6, 7], 1e-5);
    }

    private static void AssertScaled(Volume before, Volume after, double factor)
    {
        for (int i = 0; i < before.Voxels.Length; i += 7) Assert.Equal(factor * before.Voxels[i], after.Voxels[i], 1e-5);
    }

    private static Volume Wave(int frequency)
    {
        Volume v = new(24, 2);
        for (int i = 0; i < v.Voxels.Length; i++) v.Voxels[i] = (float)Math.Cos(2 * Math.PI * frequency * (i % 24 - 12) / 24 + 0.4);
        return v;
    }
}
