using CryoSpin.Imaging;

namespace CryoSpin.Tests.Imaging;

public class ParticleNormalisationTests
{
    [Theory]
    [InlineData(16, 6.0)]
    [InlineData(15, 5.5)]
    [InlineData(20, 11.0)]
    [InlineData(20, 0.0)]
    public void Statistics_are_those_of_the_pixels_outside(int size, double radius)
    {
        Random random = new(1);
        float[] image = [.. Enumerable.Range(0, size * size).Select(_ => (float)(1000 + random.NextDouble()))];
        double[] outside = [.. image.Where((_, i) => Radius(i, size) > radius).Select(v => (double)v)];
        double mean = outside.Average(), deviation = Math.Sqrt(outside.Average(v => (v - mean) * (v - mean)));
        ParticleNormalisation normalisation = new(size, radius);
        BackgroundStatistics found = normalisation.Apply(image);
        Assert.Equal(mean, found.Mean, 1e-9);
        Assert.Equal(deviation, found.StandardDeviation, 1e-9);
        BackgroundStatistics after = normalisation.Measure(image);
        Assert.Equal(0, after.Mean, 1e-6);
        Assert.Equal(1, after.StandardDeviation, 1e-6);
    }

    [Fact]
    public void A_blank_image_loses_its_mean_only()
    {
        float[] image = [.. Enumerable.Repeat(7f, 64)];
        BackgroundStatistics found = new ParticleNormalisation(8, 3).Apply(image);
        Assert.Equal(0, found.StandardDeviation);
        Assert.All(image, v => Assert.Equal(0, v));
    }

    [Fact]
    public void A_circle_beyond_the_corners_is_refused() => Assert.Throws<ArgumentException>(() => new ParticleNormalisation(8, 7));

    private static double Radius(int i, int size)
    {
        double x = i % size - size / 2, y = i / size - size / 2;
        return Math.Sqrt(x * x + y * y);
    }
}
