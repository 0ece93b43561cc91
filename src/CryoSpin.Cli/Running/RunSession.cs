using System.Diagnostics;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reporting;
using CryoSpin.Reporting.Files;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Running;

/// <summary>Finds map and poses; what a session calls in the middle.</summary>
internal delegate RunResults RunEngine(
    ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation);

/// <summary>
/// One reconstruction from its options to its folder: run.json at every stage, the files, the report, the message at the end.
/// </summary>
internal sealed class RunSession(Terminal terminal, RunEngine engine)
{
    /// <summary>Refuses options that do not suit the particles, before the output folder is made.</summary>
    public Action<ReconstructionOptions, ParticleSet> Check { get; init; } = (_, _) => { };

    /// <summary>Adds to the report before it is written, e.g. an evaluation against a known truth.</summary>
    public Func<RunResults, ReportInput, ReportInput> Enrich { get; init; } = (_, input) => input;

    /// <summary>Runs it. The caller prints the verdict.</summary>
    /// <exception cref="CryoSpin.Diagnostics.InputException">
    /// The particles cannot be read, or <see cref="Check"/> refused them, before there is a folder; or the run met a fault in them.
    /// </exception>
    /// <exception cref="OutputExistsException">The output folder exists and may not be replaced.</exception>
    public RunRecord Execute(ReconstructionOptions options, string command, CancellationToken cancellation)
    {
        // Before anything costs time: reading 100 000 images only to learn that the folder exists would annoy.
        if (Directory.Exists(options.OutputDirectory) && !options.Overwrite) throw new OutputExistsException(options.OutputDirectory);
        using ParticleSource source = ParticleSource.Open(options.ParticlesPath, ParticleInput.Of(options));
        Check(options, source.Set);
        ImageGrid grid = ImageGrid.Of(source.Set, options.DownsampleBox);
        using RunDirectory folder = RunDirectory.Create(options.OutputDirectory, options.Overwrite);
        RunRecord run = new()
        {
            Version = VerbHelp.Version,
            Command = command,
            Options = options,
            StartedUtc = DateTime.UtcNow,
            ParticleCount = source.Set.Count,
            BoxSize = grid.BoxSize,
            PixelSizeAngstrom = grid.PixelSizeAngstrom,
        };
        folder.WriteRun(run);
        return ProgressView.Run(terminal, view => Execute(run, source, folder, new RunObserver(folder, view), cancellation));
    }

    private RunRecord Execute(
        RunRecord run, ParticleSource source, RunDirectory folder, RunObserver observer, CancellationToken cancellation)
    {
        try
        {
            folder.Log($"CryoSpin {run.Version}: {run.Command}");
            observer.Log(
                $"{Wording.Count(run.ParticleCount)} particles, box {run.BoxSize}, {Wording.Number(run.PixelSizeAngstrom, 4)} Å per pixel");
            RunResults results = engine(run.Options, source, observer, cancellation);
            folder.WriteResults(results, source.Set);
            run = End(run, RunStatus.Finished, null, observer) with
            {
                ResolutionAngstrom = results.ResolutionAngstrom,
                MaskDiameterAngstrom = results.MaskDiameterAngstrom,
                PhaseTimes = results.PhaseTimes ?? observer.PhaseTimes,
            };
            folder.Log(
                $"finished: {Wording.Angstrom(results.ResolutionAngstrom)} after {Wording.Duration(run.EndedUtc!.Value - run.StartedUtc)}");
            ReportInput input = new()
            {
                Run = run,
                Map = results.Map,
                MaskedFsc = results.MaskedFsc,
                UnmaskedFsc = results.UnmaskedFsc,
                Poses = results.Poses,
            };
            folder.Complete(Enrich(results, input));
            return run;
        }
        catch (Exception e)
        {
            Abandon(run, folder, observer, e);
            throw;
        }
    }

    private static void Abandon(RunRecord run, RunDirectory folder, RunObserver observer, Exception cause)
    {
        bool stopped = cause is OperationCanceledException or AggregateException { InnerException: OperationCanceledException };
        RunProgress last = observer.Last;
        string epoch = last.Epochs > 0 ? $", epoch {last.Epoch} of {last.Epochs}" : "";
        string at = last.Phase is null ? "before the first phase" : $"during {last.Phase}{epoch}";
        string message = stopped ? $"Stopped by the user {at}." : $"Failed {at}: {cause.Message}";
        // The command line ends with the cause; here it would stand twice.
        string shown = stopped ? message : $"Failed {at}.";
        folder.Log(message);
        folder.WriteRun(End(run, stopped ? RunStatus.Stopped : RunStatus.Failed, message, observer));
        string places = $"The log and the figures so far are {folder.FileFor(RunFiles.Log)} and {folder.FileFor(RunFiles.Metrics)}.";
        observer.Notify(
            folder.Replaces
                ? $"{shown} {places} The earlier results in {folder.Path} are unchanged."
                : $"{shown} {places} There is no map yet.");
    }

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
