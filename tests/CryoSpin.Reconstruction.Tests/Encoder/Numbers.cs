namespace CryoSpin.Reconstruction.Tests.Encoder;

/// <summary>Comparison and random filling of arrays for the encoder's tests.</summary>
internal static class Numbers
{
    /// <summary>Asserts that every difference is below the tolerance times the largest expected magnitude.</summary>
    public static void Close(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double relative, string what)
    {
        Assert.Equal(expected.Count, actual.Count);
        double scale = expected.Max(Math.Abs), worst = 0;
        int at = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            double d = Math.Abs(expected[i] - actual[i]);
            if (d > worst || double.IsNaN(d)) (worst, at) = (double.IsNaN(d) ? double.PositiveInfinity : d, i);
        }
        Assert.True(
            worst <= relative * scale,
            $"{what}: off by {worst:G3} of {scale:G3} at {at} (expected {expected[at]:G6}, got {actual[at]:G6})");
    }

    public static double[] Uniform(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextDouble()) - 1)];

    public static float[] UniformFloats(Random random, int count) => [.. Uniform(random, count).Select(x => (float)x)];
}
