using CryoSpin.Runs;

namespace CryoSpin.Reporting.Comparison;

/// <summary>Contents of comparison.json.</summary>
internal sealed record ComparisonRecord(
    string Version, string Command, string Dataset, int ParticleCount, int BoxSize, double PixelSizeAngstrom, IReadOnlyList<string> Remarks,
    IReadOnlyList<MethodRecord> Methods, IReadOnlyList<ComparedRunRecord> Runs);

/// <summary>A method over its seeds.</summary>
internal sealed record MethodRecord(
    string Method, int Finished, int Failed, int Unfinished, Spread? MeanRotationErrorDegrees, Spread? MedianRotationErrorDegrees,
    Spread? ShareWithin10Degrees, Spread? TruthResolutionAngstrom, Spread? HalfMapResolutionAngstrom, Spread? Seconds,
    Spread? ProcessorSeconds, Spread? PeakMemoryBytes, Spread? Parameters)
{
    public static MethodRecord Of(MethodSummary m) => new(
        m.Method, m.Finished.Count, m.Failed, m.Unfinished, m.MeanRotationErrorDegrees, m.MedianRotationErrorDegrees,
        m.ShareWithin10Degrees, m.TruthResolutionAngstrom, m.HalfMapResolutionAngstrom, m.Seconds, m.ProcessorSeconds,
        m.PeakMemoryBytes, m.Parameters);
}

/// <summary>One run, its maps left out.</summary>
internal sealed record ComparedRunRecord(
    string Method, int Seed, RunStatus Status, string? Message, string Folder, double? MeanRotationErrorDegrees,
    double? MedianRotationErrorDegrees, double? ShareWithin10Degrees, double? MedianShiftErrorAngstrom, double? TruthResolutionAngstrom,
    double? HalfMapResolutionAngstrom, double Seconds, double? ProcessorSeconds, long PeakMemoryBytes, long? Parameters,
    IReadOnlyList<double>? TruthFsc, IReadOnlyList<double>? HeadShares, IReadOnlyList<ScoredSnapshot> Snapshots)
{
    public static ComparedRunRecord Of(ComparedRun r) => new(
        r.Method, r.Seed, r.Status, r.Message, r.Folder, r.MeanRotationErrorDegrees, r.MedianRotationErrorDegrees, r.ShareWithin10Degrees,
        r.MedianShiftErrorAngstrom, MethodSummary.TruthResolution(r), r.HalfMapResolutionAngstrom, r.Seconds, r.ProcessorSeconds,
        r.PeakMemoryBytes, r.Parameters, r.TruthFsc?.Values, r.Heads?.Shares, r.Course);
}
