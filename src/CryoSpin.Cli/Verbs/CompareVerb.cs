using System.CommandLine;
using System.Globalization;
using CryoSpin.Cli.Comparing;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Reporting.Comparison;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Verbs;

/// <summary>compare: several methods on the same particles, with one scorer.</summary>
internal static class CompareVerb
{
    /// <param name="child">Runs a reconstruction.</param>
    public static Command Create(ChildRun child)
    {
        Argument<string> particles = new("PARTICLES") { Description = "Particles, as reconstruct takes them." };
        Option<string> output = OptionFactory.Path("--output", "Folder for the runs and their comparison.", "DIR", required: true, "-o");
        Option<string> methods = OptionFactory.Path(
            "--methods", $"Methods, or variants {ComparedMethod.Variants} (joined by '+') [default: all].", "LIST");
        Option<string> seeds = OptionFactory.Path("--seeds", "Seeds, e.g. 1..3 or 1,2,5 [default: 1].", "LIST");
        Option<string> truthPoses = OptionFactory.Path("--truth-poses", "Star file with the true poses of the same images.", "T.star");
        Option<string> truthMap = OptionFactory.Path("--truth-map", "The true map, as wide as the images.", "T.mrc");
        Option<string> symmetry = OptionFactory.Path(TruthSymmetry.Option, TruthSymmetry.Help, "GROUP");
        RunOptionSet common = new(OptionCatalogue.All.Where(o => o.Comparison == ComparisonRole.Common));
        Option<bool> noSnapshots = OptionFactory.Flag("--no-snapshots", "Keep no maps and poses of the epochs: final results alone.");
        Option<bool> anyVersion = OptionFactory.Flag("--any-version", "Take finished runs of other versions of the program as they are.");
        Verb verb = new("compare", "Run several methods on the same particles in turn, score them alike, and report.")
        {
            Headings = [new OptionHeading("Comparison", [output, methods, seeds, truthPoses, truthMap, symmetry, noSnapshots, anyVersion]), .. common.Headings],
            Notes =
            [
                "Every run is a reconstruct of its own in DIR/runs. Ctrl-C, or a file DIR/stop, stops; the same command goes on. "
                + "Finished runs are not repeated, and methods and seeds can be added later; failed ones are tried again.",
            ],
            IsLong = true,
            Examples =
            [
                "cryospin compare p.star -o cmp --methods cryospin,cryospin-amortized --seeds 1..3 --truth-poses t.star --truth-map t.mrc",
                "cryospin compare p.star -o cmp --methods cryospin,cryospin:heads=1 --truth-poses t.star",
            ],
        };
        verb.With([particles, output, methods, seeds, truthPoses, truthMap, symmetry, noSnapshots, anyVersion, .. common.Options]);
        return verb.Does((parse, terminal, cancellation) =>
        {
            ReconstructionOptions asked = common.AddTo(ReconstructionOptions.Of(parse.GetRequiredValue(particles), ""), parse.CommandResult);
            ComparisonOptions options = new()
            {
                Folder = parse.GetRequiredValue(output),
                Command = CommandText.Of(parse),
                Common = asked with
                {
                    // Every method is scored on every particle.
                    Method = asked.Method with { KeepAll = true },
                    // Every pixel is checked once, not before each run.
                    Particles = asked.Particles with { QuickValidation = true },
                    Output = asked.Output with { Snapshots = !parse.GetValue(noSnapshots) },
                },
                Methods = ComparedMethod.ParseList(parse.GetValue(methods)),
                Seeds = ComparedMethod.ParseSeeds(parse.GetValue(seeds) ?? "1"),
                TruthPoses = parse.GetValue(truthPoses),
                TruthMap = parse.GetValue(truthMap),
                TruthSymmetry = parse.GetValue(symmetry),
                AnyVersion = parse.GetValue(anyVersion),
            };
            IReadOnlyList<ComparedRun> runs = new ComparisonSession(terminal, child).Execute(options, cancellation);
            Print(runs, options.Folder, terminal);
            return runs.All(r => r.Status == RunStatus.Finished) ? ExitCode.Done : ExitCode.Failed;
        });
    }

    private static void Print(IReadOnlyList<ComparedRun> runs, string folder, Terminal terminal)
    {
        int width = Math.Max(6, runs.Max(r => r.Method.Length)) + 2;
        terminal.Out.WriteLine($"{"method".PadRight(width)}seed  mean error  FSC 0.5    time        processor   memory");
        foreach (ComparedRun run in runs)
        {
            string name = run.Method.PadRight(width) + run.Seed.ToString(CultureInfo.InvariantCulture).PadRight(6);
            string mean = run.MeanRotationErrorDegrees is { } degrees ? Wording.Number(degrees) + "°" : "-";
            string fsc = run.TruthFsc is { } curve ? Wording.Angstrom(curve.ResolutionAngstrom(0.5)) : "-";
            string time = Wording.Duration(TimeSpan.FromSeconds(run.Seconds));
            string processor = run.ProcessorSeconds is { } s ? Wording.Duration(TimeSpan.FromSeconds(s)) : "-";
            terminal.Out.WriteLine(run.Status == RunStatus.Finished
                ? $"{name}{mean,-12}{fsc,-11}{time,-12}{processor,-12}{Diagnostics.ByteSize.Text(run.PeakMemoryBytes)}"
                : $"{name}{run.Status.ToString().ToLowerInvariant()}: {run.Message}");
        }
        terminal.Out.WriteLine("Report  " + Path.Combine(folder, ComparisonFiles.Report));
    }
}
