namespace CryoSpin.Evaluation;

/// <summary>Medians and ranks.</summary>
internal static class OrderStatistics
{
    /// <summary>The median: the mean of the two middle values where their number is even.</summary>
    public static double Median(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        int n = sorted.Length;
        return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    }
}
