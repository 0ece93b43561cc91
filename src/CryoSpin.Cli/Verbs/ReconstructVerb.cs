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
    private const string Output = "--output", Resume = "--resume", ListMethods = "--list-methods", PipelineControl = "--pipeline-control";

    /// <param name="engine">What finds map and poses.</param>
    public static Command Create(RunEngine engine)
    {
        Argument<string> particles = new(OptionCatalogue.Argument.Name)
        {
            Description = OptionCatalogue.Argument.Help,
            // Not needed with --resume; Mistake() asks for it elsewhere.
            Arity = ArgumentArity.ZeroOrOne,
        };
        RunOptionSet options = new(OptionCatalogue.All);
        Verb verb = new("reconstruct", "Find the map and every particle's rotation and shift, from a random start.")
        {
            Headings = options.Headings,
            Notes =
            [
                "Ctrl-C, or a file named 'stop' in the results' folder, stops cleanly; --resume goes on. The same seed gives the same bytes, whatever the number of threads and the memory. Files and options: docs/guide."
            ],
            IsLong = true,
            Examples =
            [
                "cryospin reconstruct particles.star -o result --max-shift 5",
                "cryospin reconstruct particles.star -o result2 --seed 2 --mask-diameter 180",
                "cryospin reconstruct --resume result",
            ],
        };
        verb.With([particles, .. options.Options]);
        verb.Validators.Add(result =>
        {
            if (options.IsGiven(result, ListMethods)) return;
            if ((Mistake(result, particles, options) ?? options.Objection(result)) is { } mistake) result.AddError(mistake);
        });
        return verb.Does((parse, terminal, cancellation) =>
        {
            CommandResult typed = parse.CommandResult;
            if (options.IsGiven(typed, ListMethods))
            {
                MethodList.Print(terminal.Out);
                return ExitCode.Done;
            }
            PipelineMarks marks = new(options.Word(typed, PipelineControl));
            RunSession session = new(terminal, engine)
            {
                Check = ReconstructionRun.Check,
                Review = ParticleReview.Of,
                FurtherStopFiles = marks.StopFiles,
            };
            return marks.Around(() =>
            {
                RunRecord run = options.Word(typed, Resume) is { } folder
                    ? session.Resume(folder, old => options.AddTo(old, typed), cancellation)
                    : session.Execute(Chosen(parse.GetRequiredValue(particles), options, typed), CommandText.Of(parse), cancellation);
                Print(run, terminal);
                return run.Verdict is { State: VerdictState.Failed } ? ExitCode.NoMap : ExitCode.Done;
            });
        });
    }

    private static ReconstructionOptions Chosen(string particles, RunOptionSet options, CommandResult typed)
    {
        ReconstructionOptions chosen = options.AddTo(ReconstructionOptions.Of(particles, ""), typed);
        bool fresh = options.IsGiven(typed, PipelineControl) && IsFresh(chosen.Output.Folder);
        return chosen with { Output = chosen.Output with { Overwrite = chosen.Output.Overwrite || fresh } };
    }

    /// <summary>Whether a folder holds no run: RELION makes a job's folder before it starts the job.</summary>
    private static bool IsFresh(string folder) => !RunFiles.OfAnyRun.Any(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>What is wrong with the options taken together.</summary>
    private static string? Mistake(CommandResult result, Argument<string> particles, RunOptionSet options)
    {
        bool named = result.GetResult(particles) is { Tokens.Count: > 0 };
        if (!options.IsGiven(result, Resume))
        {
            if (!named) return "the particles are missing: PARTICLES.star";
            return options.IsGiven(result, Output) ? null : "the option '--output' is required";
        }
        if (named) return "--resume DIR takes the particles from the run in DIR; leave PARTICLES.star out";
        string[] wrong = [.. options.Given(result).Where(o => !o.MayChangeOnResume).Select(o => o.Name)];
        if (wrong.Length == 0) return null;
        IEnumerable<string> changeable = OptionCatalogue.All.Where(o => o.MayChangeOnResume && o.Name != Resume).Select(o => o.Name);
        return $"a resumed run keeps its options: {string.Join(", ", wrong)} cannot stand with --resume; {string.Join(", ", changeable)} can";
    }

    /// <summary>The result in four lines.</summary>
    public static void Print(RunRecord run, Terminal terminal)
    {
        string folder = run.Options.Output.Folder;
        foreach (string line in VerdictText.Lines(run.Verdict)) terminal.Out.WriteLine(line);
        terminal.Out.WriteLine(
            $"Resolution  {Wording.Resolution(run.ResolutionAngstrom, run.PixelSizeAngstrom)} ({(run.Verdict is { State: not VerdictState.Solved } ? "half-map FSC 0.143; not proven" : "half-map FSC 0.143")}) after "
            + $"{Wording.Duration(run.EndedUtc!.Value - run.StartedUtc)}");
        terminal.Out.WriteLine($"Map         {Path.Combine(folder, RunFiles.Map)}");
        terminal.Out.WriteLine($"Poses       {Path.Combine(folder, RunFiles.Particles)}");
        terminal.Out.WriteLine($"Report      {Path.Combine(folder, RunFiles.Report)}");
    }
}
