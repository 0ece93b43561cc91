using CryoSpin.Evaluation;
using CryoSpin.Imaging;

namespace CryoSpin.Tests.Evaluation;

public class MaskedFscTests
{
    [Theory]
    [InlineData(32)]
    [InlineData(27)]
    public void A_tight_mask_on_noise_correlates_and_the_correction_takes_it_away(int size)
    {
        Random random = new(size);
        // Independent noise beyond the shared broad blob: nothing true at high frequency.
        Volume a = Blob(size), b = Blob(size);
        for (int i = 0; i < a.Voxels.Length; i++)
        {
            a.Voxels[i] += 0.3f * (random.NextSingle() - 0.5f);
            b.Voxels[i] += 0.3f * (random.NextSingle() - 0.5f);
        }
        float[] mask = [.. Enumerable.Range(0, a.Voxels.Length).Select(i => Radius(i, size) < 0.12 * size ? 1f : 0f)];
        MaskedFsc fsc = MaskedFsc.Compute(a, b, mask, new Random(1));
        Assert.InRange(fsc.RandomisedFromShell, 2, size / 4);
        int count = 0;
        for (int s = fsc.RandomisedFromShell + 2; s <= size / 2; s++)
        {
            double r = fsc.Randomised.Values[s];
            Assert.Equal((fsc.Masked.Values[s] - r) / (1 - r), fsc.Corrected.Values[s], 1e-12);
            count++;
        }
        Assert.True(count > 3);
        double maskedMean = fsc.Masked.Values.Skip(fsc.RandomisedFromShell).Average();
        Assert.True(maskedMean > fsc.Corrected.Values.Skip(fsc.RandomisedFromShell).Average() + 0.1);
        Assert.Equal(fsc.Masked.Values.Take(fsc.RandomisedFromShell + 2), fsc.Corrected.Values.Take(fsc.RandomisedFromShell + 2));
        Assert.Equal(fsc.Randomised.Values, MaskedFsc.Compute(a, b, mask, new Random(1)).Randomised.Values);
    }

    [Fact]
    public void Random_phases_keep_the_amplitudes_and_end_the_correlation()
    {
        Random random = new(3);
        Volume a = FourierShellCorrelationTests.Noise(32, random);
        Volume b = new(32, 2, [.. a.Voxels.Select(v => v + 1.2f * (random.NextSingle() - 0.5f))]);
        float[] all = new float[a.Voxels.Length];
        Array.Fill(all, 1);
        MaskedFsc fsc = MaskedFsc.Compute(a, b, all, random);
        Assert.Equal(1, fsc.RandomisedFromShell);
        Assert.True(fsc.Unmasked.Values[12] > 0.5);
        // A shell of 1,800 independent pairs: one standard deviation is 0.03.
        Assert.Equal(0, fsc.Randomised.Values[12], 0.12);
        Assert.Equal(fsc.Masked.Values[12], fsc.Corrected.Values[12], 0.1);
    }

    private static Volume Blob(int size)
    {
        Volume map = new(size, 2);
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            double r = Radius(i, size) / (0.12 * size);
            map.Voxels[i] = (float)(4 * Math.Exp(-r * r));
        }
        return map;
    }

    private static double Radius(int i, int n)
    {
        double x = i % n - n / 2, y = i / n % n - n / 2, z = i / n / n - n / 2;
        return Math.Sqrt(x * x + y * y + z * z);
    }
}
