using CryoSpin.Runs;

namespace CryoSpin.Reporting.Comparison;

/// <summary>A figure over the seeds that finished and have it.</summary>
/// <param name="Count">Number of seeds.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation (n - 1); 0 for one seed.</param>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The greatest.</param>
public sealed record Spread(int Count, double Mean, double Deviation, double Minimum, double Maximum)
{
    /// <summary>The spread of all finite values; null where there are none.</summary>
    public static Spread? Of(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>().Where(double.IsFinite)];
        if (known.Length == 0) return null;
        double mean = known.Average();
        double deviation = known.Length < 2 ? 0 : Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / (known.Length - 1));
        return new Spread(known.Length, mean, deviation, known.Min(), known.Max());
    }
}

/// <summary>What a method reached over its seeds; runs that did not finish count only as such.</summary>
public sealed record MethodSummary
{
    private MethodSummary(string method, IReadOnlyList<ComparedRun> runs)
    {
        (Method, Runs) = (method, runs);
        Finished = [.. runs.Where(r => r.Status == RunStatus.Finished)];
        MeanRotationErrorDegrees = Spread.Of(Finished.Select(r => r.MeanRotationErrorDegrees));
        MedianRotationErrorDegrees = Spread.Of(Finished.Select(r => r.MedianRotationErrorDegrees));
        ShareWithin10Degrees = Spread.Of(Finished.Select(r => r.ShareWithin10Degrees));
        TruthResolutionAngstrom = Spread.Of(Finished.Select(TruthResolution));
        HalfMapResolutionAngstrom = Spread.Of(Finished.Select(r => r.HalfMapResolutionAngstrom));
        Seconds = Spread.Of(Finished.Select(r => (double?)r.Seconds));
        ProcessorSeconds = Spread.Of(Finished.Select(r => r.ProcessorSeconds));
        PeakMemoryBytes = Spread.Of(Finished.Where(r => r.PeakMemoryBytes > 0).Select(r => (double?)r.PeakMemoryBytes));
        Parameters = Spread.Of(Finished.Select(r => (double?)r.Parameters));
        Middle = MiddleOf(Finished);
    }

    /// <summary>Method and what was changed of it, as typed.</summary>
    public string Method { get; }

    /// <summary>All its runs.</summary>
    public IReadOnlyList<ComparedRun> Runs { get; }

    /// <summary>Those that finished.</summary>
    public IReadOnlyList<ComparedRun> Finished { get; }

    /// <summary>Number of runs that failed.</summary>
    public int Failed => Runs.Count(r => r.Status == RunStatus.Failed);

    /// <summary>Number of runs that were stopped or are not done yet.</summary>
    public int Unfinished => Runs.Count - Finished.Count - Failed;

    /// <summary>The finished run in the middle (of two, the better): by resolution with the truth, else of the half-maps, else by mean
    /// rotation error. It stands for the method where only one run can be shown. Null if none finished.</summary>
    public ComparedRun? Middle { get; }

    /// <summary>Mean error of the whole rotation.</summary>
    public Spread? MeanRotationErrorDegrees { get; }

    /// <summary>Median error of the whole rotation.</summary>
    public Spread? MedianRotationErrorDegrees { get; }

    /// <summary>Share of the images within 10 degrees, 0 to 1.</summary>
    public Spread? ShareWithin10Degrees { get; }

    /// <summary>Where the FSC with the truth falls below 0.5.</summary>
    public Spread? TruthResolutionAngstrom { get; }

    /// <summary>Where the half-maps' FSC falls below 0.143.</summary>
    public Spread? HalfMapResolutionAngstrom { get; }

    /// <summary>Time from start to end.</summary>
    public Spread? Seconds { get; }

    /// <summary>Processor time, seconds, of the runs of which it is known.</summary>
    public Spread? ProcessorSeconds { get; }

    /// <summary>Peak memory.</summary>
    public Spread? PeakMemoryBytes { get; }

    /// <summary>Numbers fitted to the data.</summary>
    public Spread? Parameters { get; }

    /// <summary>One summary per method, in the order in which they were named.</summary>
    public static IReadOnlyList<MethodSummary> Of(IEnumerable<ComparedRun> runs) =>
        [.. runs.GroupBy(r => r.Method, StringComparer.Ordinal).Select(g => new MethodSummary(g.Key, [.. g]))];

    /// <summary>Where the FSC of a run's map with the truth falls below 0.5, in angstrom.</summary>
    public static double? TruthResolution(ComparedRun run) => run.TruthFsc?.ResolutionAngstrom(0.5) is { } r && double.IsFinite(r) ? r : null;

    private static ComparedRun? MiddleOf(IReadOnlyList<ComparedRun> runs)
    {
        // One measure for all, as a resolution does not compare with an error.
        Func<ComparedRun, double?>[] measures = [TruthResolution, r => r.HalfMapResolutionAngstrom, r => r.MeanRotationErrorDegrees];
        foreach (Func<ComparedRun, double?> measure in measures)
        {
            ComparedRun[] ranked = [.. runs.Where(r => measure(r) is { } v && double.IsFinite(v)).OrderBy(measure).ThenBy(r => r.Seed)];
            if (ranked.Length > 0) return ranked[(ranked.Length - 1) / 2];
        }
        return runs.Count > 0 ? runs[0] : null;
    }
}
