using CryoSpin.Cli.Parsing;
using CryoSpin.Evaluation;
using CryoSpin.Preprocessing;
using CryoSpin.Reconstruction;
using CryoSpin.Reporting.Comparison;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Comparing;

/// <summary>What a comparison has found so far.</summary>
internal sealed class ComparisonResults(
    ComparisonOptions options, ImageGrid grid, int particleCount, ComparisonTruth truth, IReadOnlyList<PlannedRun> plan)
{
    private readonly ComparedRun[] _runs = [.. plan.Select(Missing)];

    /// <summary>Scores of the runs that have any.</summary>
    public Dictionary<PlannedRun, RunScore> Scores { get; } = [];

    /// <summary>All planned runs in order.</summary>
    public IReadOnlyList<ComparedRun> Runs => _runs;

    /// <summary>Enters a run that has ended.</summary>
    /// <param name="run">Which one.</param>
    /// <param name="failure">Why it has no scores; null where it has.</param>
    /// <param name="scorer">Knows its map.</param>
    public void Add(PlannedRun run, string? failure, RunScorer scorer)
    {
        int at = Enumerable.Range(0, plan.Count).First(i => plan[i] == run);
        RunRecord? record = RunDirectory.ReadRun(run.Folder);
        ComparedRun entry = _runs[at] with { Message = failure };
        if (record is not null)
        {
            entry = entry with
            {
                HalfMapResolutionAngstrom = record.ResolutionAngstrom,
                // Of a run that was resumed, the time between its parts is not its own; nor is that of making snapshots.
                Seconds = record.PhaseTimes.Sum(p => p.Seconds),
                ProcessorSeconds = record.ProcessorSeconds,
                PeakMemoryBytes = record.PeakMemoryBytes,
                Parameters = record.Parameters,
            };
        }
        if (failure is not null)
        {
            _runs[at] = entry with { Status = record?.Status == RunStatus.Stopped ? RunStatus.Stopped : RunStatus.Failed };
            return;
        }
        RunScore score = Scores[run];
        _runs[at] = entry with
        {
            Status = RunStatus.Finished,
            MeanRotationErrorDegrees = score.MeanRotationErrorDegrees,
            MedianRotationErrorDegrees = score.MedianRotationErrorDegrees,
            ShareWithin10Degrees = score.ShareWithin10Degrees,
            MedianShiftErrorAngstrom = score.MedianShiftErrorAngstrom,
            TruthFsc = score.TruthFsc is { } values ? new FscCurve(grid.BoxSize, grid.PixelSizeAngstrom, values) : null,
            Map = scorer.MapOf(run),
            Course = score.Course,
            Heads = score.Heads?.ToScores(),
        };
    }

    /// <summary>For the report.</summary>
    public ComparisonInput ToInput() => new()
    {
        Version = VerbHelp.Version,
        Command = options.Command,
        Dataset = options.Common.Particles.Path,
        ParticleCount = particleCount,
        BoxSize = grid.BoxSize,
        PixelSizeAngstrom = grid.PixelSizeAngstrom,
        TruthMap = truth.Map,
        Runs = _runs,
        Posteriors = [.. plan.Where(Scores.ContainsKey).SelectMany(run => Scores[run].Posteriors.Select(p => View(run, p)))],
        Remarks = [.. Remarks()],
    };

    private static ComparedRun Missing(PlannedRun run) => new()
    {
        Method = run.Method.Typed,
        Seed = run.Seed,
        Status = RunStatus.Stopped,
        Message = "It has not been run yet.",
        Folder = run.Name,
    };

    private static PosteriorView View(PlannedRun run, ScoredPosterior p) => new()
    {
        Method = run.Method.Typed,
        Seed = run.Seed,
        Particle = p.Particle,
        Phase = p.Phase,
        Epoch = p.Epoch,
        Views = PosePosterior.Views,
        LogLikelihoods = p.LogLikelihoods,
        Candidates = [.. p.Candidates.Select(c => (c[0], c[1], c[2]))],
        Truth = p.Truth is { } t ? (t[0], t[1], t[2]) : null,
    };

    private IEnumerable<string> Remarks()
    {
        foreach (ComparedRun run in _runs.Where(r => r.Message is not null)) yield return $"{run.Method}, seed {run.Seed}: {run.Message}";
        string[] silent =
        [
            .. _runs.Where(r => r.Status == RunStatus.Finished).GroupBy(r => r.Method)
                .Where(g => g.All(r => r.Course.Count <= 1)).Select(g => g.Key),
        ];
        if (silent.Length > 0) yield return $"No snapshots, and so no course, of {string.Join(", ", silent)}.";
        if (truth.Group is { Order: > 1 } group) yield return $"Poses that differ by the truth's symmetry, {group}, count as the same.";
        if (truth.Poses is null) yield return "Without true poses there are no rotation errors.";
        if (truth.Map is null) yield return "Without a true map the resolution is that of the half-maps alone.";
    }
}
