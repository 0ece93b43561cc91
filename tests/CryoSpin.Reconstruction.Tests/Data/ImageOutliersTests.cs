using CryoSpin.Imaging;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Data;

public class ImageOutliersTests
{
    private const int Box = 32;
    private readonly Random _random = new(7);
    private readonly ParticleNormalisation _normalisation = new(Box, 0.9 * Box / 2);

    [Fact]
    public void Noise_and_particles_of_any_scale_and_ramp_stay()
    {
        LowFrequencyPower[] power = [.. Enumerable.Range(0, 400).Select(i => Measure(Image(blob: 1 + i % 3, ramp: 0.5 * (i % 5), scale: 1 + i)))];
        Assert.Empty(ImageOutliers.Find(power));
    }

    [Fact]
    public void Ice_is_told_by_its_power_and_carbon_by_its_ramp()
    {
        LowFrequencyPower[] power = [.. Enumerable.Range(0, 200).Select(i => Measure(Image(blob: 1, ramp: 0, scale: 1)))];
        power[17] = Measure(Image(blob: 12, ramp: 0, scale: 1));
        power[60] = Measure(Image(blob: 1, ramp: 12, scale: 1));
        RejectedImage[] found = ImageOutliers.Find(power);
        Assert.Equal([(17, RejectionReason.LowFrequencyPower), (60, RejectionReason.BackgroundRamp)], found.Select(f => (f.Particle, f.Reason)));
        Assert.All(found, f => Assert.InRange(f.PowerRatio, 2, 1000));
    }

    [Fact]
    public void Few_images_have_no_spread_to_be_judged_by() =>
        Assert.Empty(ImageOutliers.Find([.. Enumerable.Range(0, 49).Select(i => Measure(Image(i == 5 ? 30 : 1, 0, 1)))]));

    [Fact]
    public void Power_counts_in_units_of_the_noise()
    {
        float[] image = Image(blob: 3, ramp: 1, scale: 1), scaled = [.. image.Select(v => 700 + 25 * v)];
        LowFrequencyPower a = Measure(image), b = Measure(scaled);
        Assert.Equal(a.Coarse, b.Coarse, 1e-3);
        Assert.Equal(a.Fine, b.Fine, 1e-3);
        Assert.Equal(a.CoarseWithRamp, b.CoarseWithRamp, 1e-3);
        Assert.Equal(a.FineWithRamp, b.FineWithRamp, 1e-3);
    }

    [Fact]
    public void With_the_ramp_it_is_that_of_the_image_before_levelling()
    {
        float[] image = Image(blob: 2, ramp: 4, scale: 1);
        double[] blocks = [.. Enumerable.Range(0, 64).Select(b => Enumerable.Range(0, 16).Average(p => (double)image[(b / 8 * 4 + p / 4) * Box + b % 8 * 4 + p % 4]))];
        double mean = blocks.Average(), variance = blocks.Average(v => (v - mean) * (v - mean));
        double noise = Math.Pow(_normalisation.Measure(image).StandardDeviation, 2);
        Assert.Equal(Math.Log(variance / noise), Measure(image).CoarseWithRamp, 1e-3);
    }

    private LowFrequencyPower Measure(float[] image)
    {
        float[] levelled = [.. image];
        BackgroundPlane plane = _normalisation.Level(levelled);
        return LowFrequencyPower.Of(
            levelled, Box, plane, plane.StandardDeviation * plane.StandardDeviation, _normalisation.VarianceOf(plane));
    }

    /// <summary>White noise of deviation 1, a blob in the middle, and a ramp from edge to edge.</summary>
    private float[] Image(double blob, double ramp, double scale)
    {
        float[] image = new float[Box * Box];
        for (int i = 0; i < image.Length; i++)
        {
            double x = i % Box - Box / 2, y = i / Box - Box / 2;
            double noise = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
            image[i] = (float)(scale * (noise + blob * Math.Exp(-(x * x + y * y) / 32) + ramp * x / Box));
        }
        return image;
    }
}
