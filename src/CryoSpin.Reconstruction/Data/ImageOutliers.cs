using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Data;

/// <summary>
/// Finds images that vary over large distances far more than the others do: contaminated ice, carbon edges, aggregates. A few per cent of
/// them are enough to become the first map, because they have several times the particles' contrast in the shells that the search begins with.
/// </summary>
/// <remarks>
/// The logarithms are compared with the population's median in units of its own spread (median absolute deviation), so that nothing is
/// assumed of particle, noise or units. docs/results/real-stacks.md: of simulated ice 96 to 100 %, of carbon edges 90 to 100 %, of
/// particles at most 0.3 % stand out.
/// </remarks>
internal static class ImageOutliers
{
    // Robust standard deviations above the median, and times the median's power: both must be exceeded. The second spares populations
    // that hardly vary, in which nothing is far from the median.
    private const double GreatestDeviation = 4;
    private const double LeastRatio = 2;

    // Fewer images have no spread to speak of.
    private const int FewestImages = 50;

    // Of a Gaussian, the standard deviation over the median absolute deviation.
    private const double DeviationOverMad = 1.4826;

    /// <summary>The images that stand out, in order.</summary>
    /// <param name="power">Of every image.</param>
    public static RejectedImage[] Find(IReadOnlyList<LowFrequencyPower> power)
    {
        if (power.Count < FewestImages) return [];
        double[] excess = new double[power.Count], excessWithRamp = new double[power.Count];
        AddExcess(power, p => p.Coarse, excess);
        AddExcess(power, p => p.Fine, excess);
        AddExcess(power, p => p.CoarseWithRamp, excessWithRamp);
        AddExcess(power, p => p.FineWithRamp, excessWithRamp);
        return
        [
            .. Enumerable.Range(0, power.Count).Where(i => excess[i] > 0 || excessWithRamp[i] > 0).Select(
                i => new RejectedImage(
                    i, excess[i] > 0 ? RejectionReason.LowFrequencyPower : RejectionReason.BackgroundRamp,
                    Math.Exp(Math.Max(excess[i], excessWithRamp[i])))),
        ];
    }

    /// <summary>For each image that stands out, raises its logarithm of the power over the median's to this measure's.</summary>
    private static void AddExcess(IReadOnlyList<LowFrequencyPower> power, Func<LowFrequencyPower, double> measure, double[] excess)
    {
        double[] values = [.. power.Select(measure)];
        double median = Median([.. values]), deviation = DeviationOverMad * Median([.. values.Select(v => Math.Abs(v - median))]);
        double limit = Math.Max(GreatestDeviation * deviation, Math.Log(LeastRatio));
        for (int i = 0; i < values.Length; i++)
        {
            double above = values[i] - median;
            if (above > limit) excess[i] = Math.Max(excess[i], above);
        }
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
