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

    [Theory]
    [InlineData(16, 6.0, 0.0)]
    [InlineData(15, 5.5, 30000.0)]
    [InlineData(64, 28.8, -4.0)]
    public void A_plane_is_found_and_taken_off_whatever_the_particle_is(int size, double radius, double level)
    {
        Random random = new(3);
        const double SlopeX = 0.7, SlopeY = -0.2;
        float[] image = new float[size * size];
        for (int i = 0; i < image.Length; i++)
        {
            double particle = Radius(i, size) <= radius ? 50 * random.NextDouble() : 0;
            image[i] = (float)(level + SlopeX * (i % size - size / 2) + SlopeY * (i / size - size / 2) + particle);
        }
        ParticleNormalisation normalisation = new(size, radius);
        BackgroundPlane plane = normalisation.Level(image);
        Assert.Equal(SlopeX, plane.SlopeX, 1e-3);
        Assert.Equal(SlopeY, plane.SlopeY, 1e-3);
        Assert.Equal(level, plane.Mean, 1e-2);
        Assert.InRange(plane.StandardDeviation, 0, 2e-3);
        Assert.All(Enumerable.Range(0, image.Length).Where(i => Radius(i, size) > radius), i => Assert.Equal(0, image[i], 1e-2));
    }

    [Fact]
    public void A_plane_through_noise_is_the_least_squares_one()
    {
        Random random = new(4);
        float[] image = [.. Enumerable.Range(0, 400).Select(i => (float)(random.NextDouble() + 0.1 * (i % 20)))];
        ParticleNormalisation normalisation = new(20, 7);
        BackgroundPlane plane = normalisation.MeasurePlane(image);
        double Squares(double mean, double x, double y) => Enumerable.Range(0, 400).Where(i => Radius(i, 20) > 7)
            .Sum(i => Math.Pow(image[i] - mean - x * (i % 20 - 10) - y * (i / 20 - 10), 2));
        double least = Squares(plane.Mean, plane.SlopeX, plane.SlopeY);
        foreach (double d in (double[])[-1e-3, 1e-3])
        {
            Assert.True(Squares(plane.Mean + d, plane.SlopeX, plane.SlopeY) > least);
            Assert.True(Squares(plane.Mean, plane.SlopeX + d, plane.SlopeY) > least);
            Assert.True(Squares(plane.Mean, plane.SlopeX, plane.SlopeY + d) > least);
        }
        double all = normalisation.Measure(image).StandardDeviation;
        Assert.Equal(all * all, plane.StandardDeviation * plane.StandardDeviation + normalisation.VarianceOf(plane), 1e-6);
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
