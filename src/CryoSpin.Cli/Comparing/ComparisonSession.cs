using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reconstruction;
using CryoSpin.Reporting.Comparison;
using CryoSpin.Reporting.Files;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Comparing;

/// <summary>
/// Runs methods in turn on the same particles, scores each run, and writes what came out. Called again it goes on where it was.
/// </summary>
internal sealed class ComparisonSession(Terminal terminal, ChildRun child)
{
    private const int UsuallyWatched = 3;

    /// <summary>Runs it.</summary>
    /// <returns>The runs with their scores.</returns>
    /// <exception cref="UsageException">The folder holds a comparison with other options.</exception>
    /// <exception cref="InputException">Particles or truth cannot be used, or a method cannot work on them.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same command goes on.</exception>
    public IReadOnlyList<ComparedRun> Execute(ComparisonOptions options, CancellationToken cancellation)
    {
        using ParticleSource source = ParticleSource.Open(options.Common.Particles.Path, options.Common.Particles.ToLoadOptions());
        ParticleSet set = source.Set;
        (ReconstructionOptions common, IReadOnlyList<string> notes) = WorkingImages.Fit(options.Common, set);
        foreach (string note in notes) terminal.Error.WriteLine(note);
        options = WithWatched(options with { Common = common }, set.Count);
        IReadOnlyList<PlannedRun> plan = options.Plan();
        foreach (PlannedRun run in plan)
        {
            RunSession.CheckWatched(run.Options, set);
            if (OptionCatalogue.Objection(run.Options) is { } objection) throw new UsageException($"{run.Title}: {objection}");
            ReconstructionRun.Check(run.Options, set);
            CheckSame(run, options.Folder);
        }
        RefuseInputs(options, set, plan);
        bool finished = plan.All(run => RunDirectory.ReadRun(run.Folder) is { Status: RunStatus.Finished });
        ParticleReview.Of(options.Common with { Particles = options.Common.Particles with { QuickValidation = finished } }, source, terminal, cancellation);
        ComparisonTruth truth = ComparisonTruth.Read(options, set);
        Directory.CreateDirectory(options.Folder);
        using RunLock held = RunLock.Acquire(options.Folder, () => " (another compare)");
        using RunScorer scorer = new(options, source, truth);
        using StopFiles stop = new([Path.Combine(options.Folder, StopFiles.Name)], cancellation);
        ComparisonResults results = new(options, ImageGrid.Of(set, options.Common.Images.DownsampleBox), set.Count, truth, plan);
        try
        {
            RunAll(plan, options, scorer, results, stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException { InnerException: OperationCanceledException })
        {
            terminal.Error.WriteLine("Stopped. The same command goes on where it was.");
            throw;
        }
        return results.Runs;
    }

    private static void RefuseInputs(ComparisonOptions options, ParticleSet set, IReadOnlyList<PlannedRun> plan)
    {
        InputProtection inputs = new([.. set.InputFiles, options.TruthPoses, options.TruthMap]);
        inputs.RefuseIn(options.Folder, ComparisonFiles.Names);
        foreach (PlannedRun run in plan) inputs.RefuseInRun(run.Folder);
    }

    private void RunAll(
        IReadOnlyList<PlannedRun> plan, ComparisonOptions options, RunScorer scorer, ComparisonResults results,
        CancellationToken cancellation)
    {
        for (int i = 0; i < plan.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            terminal.Error.WriteLine($"Run {i + 1} of {plan.Count}: {plan[i].Title}");
            string? failure = Run(plan[i], options.AnyVersion, cancellation);
            cancellation.ThrowIfCancellationRequested();
            results.Add(plan[i], failure ?? Score(plan[i], scorer, results, cancellation), scorer);
            ComparisonFiles.Write(options.Folder, results.ToInput());
            terminal.Error.WriteLine("  " + Verdict(results.Runs[i]));
        }
    }

    private static string? Score(PlannedRun run, RunScorer scorer, ComparisonResults results, CancellationToken cancellation)
    {
        try
        {
            results.Scores[run] = scorer.Score(run, cancellation);
            return null;
        }
        catch (Exception e) when (e is CryoSpinException or ArgumentException)
        {
            return $"It finished, but could not be scored: {e.Message}";
        }
    }

    /// <summary>Brings a run to its end, from wherever it stands; why it failed, or null.</summary>
    private string? Run(PlannedRun run, bool anyVersion, CancellationToken cancellation)
    {
        RunRecord? before = RunDirectory.ReadRun(run.Folder);
        bool pending = File.Exists(Path.Combine(run.Folder, OutputFolder.UnfinishedPrefix + RunFiles.Run));
        bool stale = before is { Status: RunStatus.Finished } && before.Version != VerbHelp.Version && !anyVersion;
        if (before is { Status: RunStatus.Finished } && !stale && !pending)
        {
            terminal.Error.WriteLine("  finished already.");
            return null;
        }
        if (stale) terminal.Error.WriteLine($"  was made by version {before!.Version}, this is {VerbHelp.Version}: once more.");
        IReadOnlyList<string> args = before is null || stale
            ? RunArguments.Start(run.Options with { Output = run.Options.Output with { Overwrite = Directory.Exists(run.Folder) } })
            : RunArguments.Resume(run.Options);
        string last = "";
        int code = child(args, line =>
        {
            terminal.Error.WriteLine("  " + line);
            if (line.Length > 0) last = line;
        }, run.Folder, cancellation);
        RunRecord? after = RunDirectory.ReadRun(run.Folder);
        if (code is ExitCode.Done or ExitCode.NoMap && after is { Status: RunStatus.Finished }) return null;
        if (after is { Status: RunStatus.Failed or RunStatus.Stopped, Message: { } message }) return message;
        return after is null ? last : $"It ended with exit code {code}: {last}";
    }

    private static ComparisonOptions WithWatched(ComparisonOptions options, int count)
    {
        OutputOptions output = options.Common.Output;
        if (output.Snapshots && output.Watched.Count > 0) return options;
        // Any will do; these are the same ones for every method and in every later command.
        int[] some = output.Snapshots ? [.. Enumerable.Range(0, UsuallyWatched).Select(i => i * count / UsuallyWatched).Distinct()] : [];
        return options with { Common = options.Common with { Output = output with { Watched = some } } };
    }

    private static void CheckSame(PlannedRun run, string folder)
    {
        if (RunDirectory.ReadRun(run.Folder) is not { } made || OptionDifferences.First(made, run.Options) is not { } difference) return;
        throw new UsageException(
            $"{folder} holds a comparison with other options ({run.Name}: {difference}). "
            + "Give the same options, or name another folder with -o.");
    }

    private static string Verdict(ComparedRun run)
    {
        if (run.Message is { } message) return $"{run.Status.ToString().ToLowerInvariant()}: {message}";
        List<string> parts = [];
        if (run.MeanRotationErrorDegrees is { } mean) parts.Add($"mean rotation error {Wording.Number(mean)}°");
        if (run.TruthFsc is { } fsc) parts.Add($"FSC 0.5 with the truth at {Wording.Angstrom(fsc.ResolutionAngstrom(0.5))}");
        parts.Add($"half-maps {Wording.Angstrom(run.HalfMapResolutionAngstrom)}");
        parts.Add(Wording.Duration(TimeSpan.FromSeconds(run.Seconds)));
        return string.Join(", ", parts);
    }
}
