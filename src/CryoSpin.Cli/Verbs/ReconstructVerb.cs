using System.CommandLine;
using System.CommandLine.Parsing;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Reconstruction;
using CryoSpin.Reporting.Files;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Verbs;

/// <summary>reconstruct: map and poses from particle images.</summary>
internal static class ReconstructVerb
{
    private static readonly ReconstructionOptions Usual = new() { ParticlesPath = "", OutputDirectory = "" };

    /// <param name="engine">What finds map and poses.</param>
    public static Command Create(RunEngine engine)
    {
        Argument<string> particles = new("PARTICLES.star")
        {
            Description = "Particles: RELION's .star, cryoSPARC's .cs or .csg, a bare stack (.mrcs), or a list of stacks (.txt).",
            // Not needed with --resume; Missing() asks for it elsewhere.
            Arity = ArgumentArity.ZeroOrOne,
        };
        ParticleInput input = new();
        WorkingInput images = new();
        Option<string> output = OptionFactory.Path("--output", "Folder for the results; needed unless --resume is given.", "DIR", false, "-o");
        MethodInput method = new();
        Option<string> preset = new("--preset")
        {
            Description = "The best measured combination, or the published algorithm.",
            DefaultValueFactory = _ => "default",
            HelpName = "default|paper",
        };
        preset.AcceptOnlyFromAmong("default", "paper");
        Option<int> heads = OptionFactory.Integer("--heads", "Heads of the pose encoder.", "M", Usual.Heads, 1, 64);
        Option<int> seed = OptionFactory.Integer("--seed", "Seed of every random choice.", "K", Usual.Seed, 0);
        Option<int> threads = OptionFactory.Integer("--threads", "Worker threads.", "T", Usual.Threads, 1, 1024);
        Option<double?> mask = OptionFactory.OptionalNumber(
            "--mask-diameter", "Mask by a sphere of this diameter, angstrom [default: the particle's shape, measured].", "A", 1, 1e5);
        Option<long?> maxMemory = OptionFactory.OptionalSize(
            "--max-memory", "Most memory to use, e.g. 1G; particles that do not fit are kept on disk [default: most of what is free].");
        Option<string> scratch = OptionFactory.Path(
            "--scratch", "Existing folder for particles that memory cannot hold [default: the results' folder].", "DIR");
        Option<bool> skipBad = OptionFactory.Flag(
            "--skip-bad", "Leave particles out whose images are unreadable, not finite or constant; rejected.star keeps their rows.");
        Option<bool> keepAll = OptionFactory.Flag(
            "--keep-all", "Use images that stand out from the others (ice, carbon, aggregates) too, instead of leaving them out.");
        Option<bool> quick = OptionFactory.Flag(
            "--quick-validation", "Check tables and stack headers only before the run; a bad pixel then ends it while it loads.");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "Replace the results in an existing DIR.");
        Option<string> resume = OptionFactory.Path(
            "--resume", "Go on with the stopped run in DIR, to the same bytes; needs no other option.", "DIR");
        Option<double> checkpoints = OptionFactory.Number(
            "--checkpoint-minutes", "Minutes between checkpoints within a stage.", "MIN", Usual.CheckpointMinutes!.Value, 0, 1e5);
        Option<string> pipeline = OptionFactory.Path(
            "--pipeline-control", "RELION's job folder: files there tell how the run ended.", "DIR", false, "--pipeline_control");
        Option[] changeable = [resume, threads, maxMemory, scratch, quick, checkpoints, pipeline];
        Verb verb = new("reconstruct", "Find the map and every particle's rotation and shift, from a random start.")
        {
            Notes =
            [
                "Ctrl-C, or a file named 'stop' in the results' folder, stops cleanly; --resume goes on. The same seed gives the same bytes, whatever the number of threads and the memory. Files and options: docs/guide."
            ],
            Examples =
            [
                "cryospin reconstruct particles.star -o result --max-shift 5",
                "cryospin reconstruct particles.star -o result2 --seed 2 --mask-diameter 180",
                "cryospin reconstruct --resume result",
            ],
        };
        verb.With(
            [particles, output, .. method.Options, preset, heads, seed, threads, .. images.Options, mask, maxMemory, scratch,
                .. input.Options, skipBad, keepAll, quick, overwrite, resume, checkpoints, pipeline]);
        verb.Validators.Add(result =>
        {
            if (method.AsksForList(result)) return;
            string? mistake = Mistake(result, particles, output, resume, changeable) ?? method.Mistake(result, preset, heads);
            if (mistake is not null) result.AddError(mistake);
        });
        return verb.Does((parse, terminal, cancellation) =>
        {
            if (method.AsksForList(parse.CommandResult))
            {
                MethodInput.PrintList(terminal.Out);
                return ExitCode.Done;
            }
            PipelineMarks marks = new(parse.GetValue(pipeline));
            RunSession session = new(terminal, engine)
            {
                Fit = images.Read(parse).Fit,
                Check = ReconstructionRun.Check,
                Review = ParticleReview.Of,
                FurtherStopFiles = marks.StopFiles,
            };
            return marks.Around(() =>
            {
                RunRecord run = parse.GetValue(resume) is { } folder
                    ? session.Resume(folder, Changed, cancellation)
                    : session.Execute(images.AddTo(input.AddTo(method.AddTo(Options(), parse), parse), parse), CommandText.Of(parse), cancellation);
                Print(run, terminal);
                return ExitCode.Done;
            });

            ReconstructionOptions Changed(ReconstructionOptions old) => old with
            {
                Threads = parse.GetResult(threads) is { Implicit: false } ? parse.GetValue(threads) : old.Threads,
                MaxMemoryBytes = parse.GetValue(maxMemory) ?? old.MaxMemoryBytes,
                ScratchDirectory = parse.GetValue(scratch) ?? old.ScratchDirectory,
                QuickValidation = parse.GetValue(quick) || old.QuickValidation,
                CheckpointMinutes = parse.GetResult(checkpoints) is { Implicit: false } ? parse.GetValue(checkpoints) : old.CheckpointMinutes,
            };

            ReconstructionOptions Options() => new()
            {
                ParticlesPath = parse.GetRequiredValue(particles),
                OutputDirectory = parse.GetRequiredValue(output),
                Preset = parse.GetValue(preset) == "paper" ? ReconstructionPreset.Paper : ReconstructionPreset.Default,
                Heads = parse.GetValue(heads),
                Seed = parse.GetValue(seed),
                Threads = parse.GetValue(threads),
                MaskDiameterAngstrom = parse.GetValue(mask),
                MaxMemoryBytes = parse.GetValue(maxMemory),
                ScratchDirectory = parse.GetValue(scratch),
                SkipBad = parse.GetValue(skipBad),
                KeepAll = parse.GetValue(keepAll),
                QuickValidation = parse.GetValue(quick),
                Overwrite = parse.GetValue(overwrite) || (parse.GetValue(pipeline) is not null && IsFresh(parse.GetRequiredValue(output))),
                CheckpointMinutes = parse.GetValue(checkpoints),
            };
        });
    }

    /// <summary>Whether a folder holds no run: RELION makes a job's folder before it starts the job.</summary>
    private static bool IsFresh(string folder) => !RunFiles.OfAnyRun.Any(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>What is wrong with the options taken together.</summary>
    private static string? Mistake(
        CommandResult result, Argument<string> particles, Option<string> output, Option<string> resume, Option[] changeable)
    {
        bool named = result.GetResult(particles) is { Tokens.Count: > 0 };
        if (result.GetResult(resume) is null)
        {
            if (!named) return "the particles are missing: PARTICLES.star";
            return result.GetResult(output) is null ? "the option '--output' is required" : null;
        }
        if (named) return "--resume DIR takes the particles from the run in DIR; leave PARTICLES.star out";
        string[] wrong =
        [
            .. result.Children.OfType<OptionResult>().Where(o => !o.Implicit && !changeable.Contains(o.Option)).Select(o => o.Option.Name),
        ];
        return wrong.Length == 0
            ? null
            : $"a resumed run keeps its options: {string.Join(", ", wrong)} cannot stand with --resume; "
                + $"{string.Join(", ", changeable.Skip(1).Select(o => o.Name))} can";
    }


    /// <summary>The result in four lines.</summary>
    public static void Print(RunRecord run, Terminal terminal)
    {
        string folder = run.Options.OutputDirectory;
        terminal.Out.WriteLine(
            $"Resolution  {Wording.Resolution(run.ResolutionAngstrom, run.PixelSizeAngstrom)} (half-map FSC 0.143) after "
            + $"{Wording.Duration(run.EndedUtc!.Value - run.StartedUtc)}");
        terminal.Out.WriteLine($"Map         {Path.Combine(folder, RunFiles.Map)}");
        terminal.Out.WriteLine($"Poses       {Path.Combine(folder, RunFiles.Particles)}");
        terminal.Out.WriteLine($"Report      {Path.Combine(folder, RunFiles.Report)}");
    }
}
