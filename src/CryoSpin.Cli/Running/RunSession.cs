using System.Diagnostics;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reporting;
using CryoSpin.Reporting.Files;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Running;

/// <summary>Finds map and poses; what a session calls in the middle.</summary>
internal delegate RunResults RunEngine(
    ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation);

/// <summary>Looks particles over before a run; see <see cref="ParticleReview.Of"/>.</summary>
internal delegate IReadOnlyList<string> RunReview(
    ReconstructionOptions options, ParticleSource source, Terminal terminal, CancellationToken cancellation);

/// <summary>
/// One reconstruction from its options to its folder: run.json at every stage, the files, the report, the message at the end.
/// </summary>
internal sealed class RunSession(Terminal terminal, RunEngine engine)
{
    /// <summary>Refuses options that do not suit the particles, before the output folder is made.</summary>
    public Action<ReconstructionOptions, ParticleSet> Check { get; init; } = (_, _) => { };

    /// <summary>
    /// Looks the particles over, before the output folder is made; refuses them, or returns what is worth a line of the log. None for
    /// particles that the program has just made itself.
    /// </summary>
    public RunReview Review { get; init; } = (_, _, _, _) => [];

    /// <summary>Adds to the report before it is written, e.g. an evaluation against a known truth.</summary>
    public Func<RunResults, ReportInput, ReportInput> Enrich { get; init; } = (_, input) => input;

    /// <summary>Files, besides <see cref="StopFiles.Name"/> in the run's folder, whose appearance asks for a stop.</summary>
    public IReadOnlyList<string> FurtherStopFiles { get; init; } = [];

    /// <summary>Runs it. The caller prints the verdict.</summary>
    /// <exception cref="InputException">
    /// The particles cannot be read, or <see cref="Check"/> refused them, before there is a folder; or the run met a fault in them.
    /// </exception>
    /// <exception cref="OutputExistsException">The output folder exists and may not be replaced.</exception>
    public RunRecord Execute(ReconstructionOptions options, string command, CancellationToken cancellation)
    {
        // Before anything costs time: reading 100 000 images only to learn that the folder exists would annoy.
        if (Directory.Exists(options.Output.Folder) && !options.Output.Overwrite) throw new OutputExistsException(options.Output.Folder);
        OutputFolder.CheckPlace(options.Output.Folder);
        using StopFiles stop = new([.. FurtherStopFiles], cancellation);
        using RunParticles particles = RunParticles.Open(options, terminal, stop.Token);
        ParticleSet set = particles.Source.Set;
        new InputProtection(set.InputFiles).RefuseInRun(options.Output.Folder);
        CheckWatched(options, set);
        (options, IReadOnlyList<string> notes) = WorkingImages.Fit(options, set);
        Check(options, set);
        IReadOnlyList<string> remarks = [.. notes, .. Review(options, particles.Source, terminal, stop.Token)];
        ImageGrid grid = ImageGrid.Of(set, options.Images.DownsampleBox);
        using RunDirectory folder = RunDirectory.Create(options.Output.Folder, options.Output.Overwrite);
        CheckpointFolder.Clear(options.Output.Folder);
        RunRecord run = ForThisProcess(new RunRecord
        {
            Version = VerbHelp.Version,
            Command = command,
            Options = options,
            StartedUtc = DateTime.UtcNow,
            ParticleCount = set.Count,
            SkippedParticles = particles.Skipped.Count,
            BoxSize = grid.BoxSize,
            PixelSizeAngstrom = grid.PixelSizeAngstrom,
            WorkingDirectory = Environment.CurrentDirectory,
        });
        stop.Add(Path.Combine(folder.Path, StopFiles.Name));
        return Execute(run, particles, remarks, folder, stop);
    }

    /// <summary>Goes on with a run that was interrupted, in its folder; one that is complete is left as it is.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="change">Changes those of its options that may be changed.</param>
    /// <param name="cancellation">Stops it again.</param>
    /// <exception cref="CryoSpinException">There is no run in the folder, or another run works there.</exception>
    /// <exception cref="ResumeRefusedException">Its input has changed; its record is as it was.</exception>
    public RunRecord Resume(string path, Func<ReconstructionOptions, ReconstructionOptions> change, CancellationToken cancellation)
    {
        (RunDirectory? opened, RunRecord run) = RunDirectory.Reopen(path);
        if (opened is null)
        {
            CheckpointFolder.Clear(path);
            terminal.Error.WriteLine($"{path}: this run is finished; there is nothing to resume.");
            return run with { Options = run.Options with { Output = run.Options.Output with { Folder = path } } };
        }
        using RunDirectory folder = opened;
        if (run.Version != VerbHelp.Version)
        {
            string message = $"warning: The run was started by version {run.Version}, this is {VerbHelp.Version}: "
                + "the result may differ from that of an unbroken run.";
            folder.Log(message);
            terminal.Error.WriteLine(message);
        }
        ReconstructionOptions options = change(MovedRun.Options(run, path) with { Output = run.Options.Output with { Folder = path, Resume = true } });
        using StopFiles stop = new([Path.Combine(folder.Path, StopFiles.Name), .. FurtherStopFiles], cancellation);
        using RunParticles particles = RunParticles.Open(options, terminal, stop.Token);
        new InputProtection(particles.Source.Set.InputFiles).RefuseInRun(options.Output.Folder);
        CheckWatched(options, particles.Source.Set);
        Check(options, particles.Source.Set);
        IReadOnlyList<string> remarks = Review(options, particles.Source, terminal, stop.Token);
        RunRecord resumed = ForThisProcess(run) with
        {
            Options = options,
            Status = RunStatus.Running,
            Message = null,
            EndedUtc = null,
            Resumptions = run.Resumptions + 1,
        };
        try
        {
            return Execute(resumed, particles, remarks, folder, stop);
        }
        catch (ResumeRefusedException e)
        {
            // Nothing has happened to the run: what it was, stopped say, it still is.
            folder.Log($"not resumed: {e.Message}");
            folder.WriteRun(run);
            throw;
        }
    }

    /// <summary>Refuses watched particles that are not in the set.</summary>
    /// <exception cref="InputException">There are some.</exception>
    public static void CheckWatched(ReconstructionOptions options, ParticleSet set)
    {
        int[] beyond = [.. options.Output.Watched.Where(i => i >= set.Count)];
        if (beyond.Length == 0) return;
        throw new InputException(
            set.Source, $"--watch names particle {beyond[0] + 1}, but there {Plural.Choose(set.Count, "is", "are")} {Plural.Of(set.Count, "particle")}.",
            set.Count == 1 ? "Give 1." : $"Give numbers from 1 to {set.Count}.");
    }

    private RunRecord Execute(
        RunRecord run, RunParticles particles, IReadOnlyList<string> remarks, RunDirectory folder, StopFiles stop)
    {
        folder.WriteRun(run);
        return ProgressView.Run(
            terminal, view => Execute(run, particles, remarks, folder, new RunObserver(folder, view, run.Options.Output), stop));
    }

    private RunRecord Execute(
        RunRecord run, RunParticles particles, IReadOnlyList<string> remarks, RunDirectory folder, RunObserver observer, StopFiles stop)
    {
        try
        {
            folder.Log($"CryoSpin {VerbHelp.Version}: {(run.Resumptions == 0 ? "" : "resumed: ")}{run.Command}");
            observer.Log(
                $"{Wording.Count(run.ParticleCount)} particles, box {run.BoxSize}, {Wording.Number(run.PixelSizeAngstrom, 4)} Å per pixel");
            if (SlowProcessor.Notice is { } notice) folder.Log(notice);
            foreach (string note in particles.Notes.Concat(remarks)) observer.Log(note);
            if (ConversionLosses.LackOfOptics(particles.Source.Set) is { } lack) observer.Log($"warning: {RunFiles.Particles}: {lack}");
            RunResults results = engine(run.Options, particles.Source, observer, stop.Token);
            foreach (string warning in results.Warnings) observer.Log($"Warning: {warning}");
            if (results.Verdict is { } verdict) folder.Log($"verdict: {VerdictText.Word(verdict.State)}. {string.Join(' ', verdict.Reasons)}".TrimEnd());
            particles.Write(folder, results);
            run = End(run, RunStatus.Finished, null, observer) with
            {
                ResolutionAngstrom = double.IsFinite(results.ResolutionAngstrom) ? results.ResolutionAngstrom : null,
                MaskDiameterAngstrom = results.MaskDiameterAngstrom,
                MaxShiftPixels = results.MaxShiftPixels,
                Parameters = results.Parameters,
                RejectedParticles = results.Rejected.Count,
                Warnings = results.Warnings,
                Verdict = results.Verdict,
                PhaseTimes = results.PhaseTimes ?? observer.PhaseTimes,
            };
            folder.Log(
                $"finished: {Wording.Resolution(results.ResolutionAngstrom, run.PixelSizeAngstrom)} after {Wording.Duration(run.EndedUtc!.Value - run.StartedUtc)}");
            ReportInput input = new()
            {
                Run = run,
                Map = results.Map,
                MaskedFsc = results.MaskedFsc,
                CorrectedFsc = results.CorrectedFsc,
                UnmaskedFsc = results.UnmaskedFsc,
                Poses = results.Poses,
            };
            folder.Complete(Enrich(results, input));
        }
        catch (Exception e) when (e is not ResumeRefusedException)
        {
            Abandon(run, folder, observer, e, stop);
            throw;
        }
        CheckpointFolder.Clear(folder.Path);
        return run;
    }

    private static void Abandon(RunRecord run, RunDirectory folder, RunObserver observer, Exception cause, StopFiles stop)
    {
        bool stopped = cause is OperationCanceledException or AggregateException { InnerException: OperationCanceledException };
        RunProgress last = observer.Last;
        string epoch = last.Epochs > 0 ? $", epoch {last.Epoch} of {last.Epochs}" : "";
        string at = last.Phase is null ? "before the first phase" : $"during {last.Phase}{epoch}";
        string by = stop.Seen is { } file ? $" (file {file})" : "";
        string message = stopped ? $"Stopped by the user {at}{by}." : $"Failed {at}: {cause.Message}";
        // The command line ends with the cause; here it would stand twice.
        string shown = stopped ? message : $"Failed {at}.";
        folder.Log(message);
        try
        {
            folder.WriteRun(End(run, stopped ? RunStatus.Stopped : RunStatus.Failed, message, observer));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryoSpinException)
        {
            // A full disk may be the very cause: it is told all the same.
            observer.Notify($"{folder.FileFor(RunFiles.Run)} could not be written: {e.Message}");
        }
        string map = WriteMap(folder, observer) ? $"The map so far is {folder.FileFor(RunFiles.UnfinishedMap)}." : "There is no map yet.";
        string earlier = folder.Replaces ? $" The earlier results in {folder.Path} are unchanged." : "";
        observer.Notify(
            $"{shown} {map} The log and the figures so far are {folder.FileFor(RunFiles.Log)} and {folder.FileFor(RunFiles.Metrics)}.{earlier}");
        bool goesOn = CheckpointFolder.HasAny(folder.Path);
        if (!goesOn && !stopped) return;
        observer.Notify(goesOn ? "To go on:" : "There is no checkpoint yet. To begin again with the same options:");
        observer.Notify($"  cryospin reconstruct --resume {CommandText.Quote(folder.Path)}");
    }

    /// <summary>Writes the finest map that there is of an unfinished run; false where there is none, or no room.</summary>
    private static bool WriteMap(RunDirectory folder, RunObserver observer)
    {
        try
        {
            if ((CheckpointFolder.NewestMap(folder.Path) ?? observer.NewestMap) is not { } map) return false;
            folder.WriteMap(RunFiles.UnfinishedMap, map);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryoSpinException)
        {
            observer.Notify($"{folder.FileFor(RunFiles.UnfinishedMap)} could not be written: {e.Message}");
            return false;
        }
    }

    private static RunRecord ForThisProcess(RunRecord run) =>
        run with { ProcessId = Environment.ProcessId, MachineName = Environment.MachineName };

    private static RunRecord End(RunRecord run, RunStatus status, string? message, RunObserver observer)
    {
        using Process self = Process.GetCurrentProcess();
        return run with
        {
            Status = status,
            Message = message,
            EndedUtc = DateTime.UtcNow,
            PhaseTimes = observer.PhaseTimes,
            PeakMemoryBytes = self.PeakWorkingSet64,
        };
    }
}
