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
    private static readonly ReconstructionOptions Usual = new() { ParticlesPath = "", OutputDirectory = "" };

    /// <param name="child">Runs a reconstruction.</param>
    public static Command Create(ChildRun child)
    {
        Argument<string> particles = new("PARTICLES") { Description = "Particles, as reconstruct takes them." };
        Option<string> output = OptionFactory.Path("--output", "Folder for the runs and their comparison.", "DIR", required: true, "-o");
        Option<string> methods = OptionFactory.Path(
            "--methods", "Methods, or variants NAME:heads=M, NAME:encoder-steps=N, NAME:volume=KIND, NAME:copies=C (joined by '+') [default: all].", "LIST");
        Option<string> seeds = OptionFactory.Path("--seeds", "Seeds, e.g. 1..3 or 1,2,5 [default: 1].", "LIST");
        Option<string> truthPoses = OptionFactory.Path("--truth-poses", "Star file with the true poses of the same images.", "T.star");
        Option<string> truthMap = OptionFactory.Path("--truth-map", "The true map, as wide as the images.", "T.mrc");
        Option<string> symmetry = OptionFactory.Path(TruthSymmetry.Option, TruthSymmetry.Help, "GROUP");
        ParticleInput input = new();
        WorkingInput images = new();
        Option<double?> mask = OptionFactory.OptionalNumber("--mask-diameter", "Mask by a sphere of this diameter, angstrom [default: the particle's shape, measured].", "A", 1, 1e5);
        Option<int> threads = OptionFactory.Integer("--threads", "Worker threads.", "T", Usual.Threads, 1, 1024);
        Option<long?> maxMemory = OptionFactory.OptionalSize("--max-memory", "Most memory of a run, e.g. 1G.");
        Option<string> watch = OptionFactory.Path(
            "--watch", "Particles, numbered from 1, whose posteriors are shown [default: three, evenly spread].", "LIST");
        Option<bool> noSnapshots = OptionFactory.Flag("--no-snapshots", "Keep no maps and poses of the epochs: final results alone.");
        Option<bool> anyVersion = OptionFactory.Flag("--any-version", "Take finished runs of other versions of the program as they are.");
        Verb verb = new("compare", "Run several methods on the same particles in turn, score them alike, and report.")
        {
            Notes =
            [
                "Every run is a reconstruct of its own in DIR/runs. Ctrl-C, or a file DIR/stop, stops; the same command goes on. "
                + "Finished runs are not repeated, and methods and seeds can be added later; failed ones are tried again.",
            ],
            Examples =
            [
                "cryospin compare p.star -o cmp --methods cryospin,cryospin-amortized --seeds 1..3 --truth-poses t.star --truth-map t.mrc",
                "cryospin compare p.star -o cmp --methods cryospin,cryospin:heads=1 --truth-poses t.star",
            ],
        };
        verb.With(
            [particles, output, methods, seeds, truthPoses, truthMap, symmetry, .. images.Options, mask, threads, maxMemory, .. input.Options,
                watch, noSnapshots, anyVersion]);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(watch) is { } list && MethodInput.Numbers(list) is null)
            {
                result.AddError($"--watch needs particle numbers from 1, e.g. 5,12,300; found '{list}'");
            }
        });
        return verb.Does((parse, terminal, cancellation) =>
        {
            ReconstructionOptions common = Usual with
            {
                ParticlesPath = parse.GetRequiredValue(particles),
                MaskDiameterAngstrom = parse.GetValue(mask),
                Threads = parse.GetValue(threads),
                MaxMemoryBytes = parse.GetValue(maxMemory),
                // Every pixel is checked once, not before each run.
                QuickValidation = true,
                Snapshots = !parse.GetValue(noSnapshots),
                Watched = parse.GetValue(watch) is { } list ? MethodInput.Numbers(list)! : [],
            };
            ComparisonOptions options = new()
            {
                Folder = parse.GetRequiredValue(output),
                Command = CommandText.Of(parse),
                // Every method is scored on every particle.
                Common = images.AddTo(input.AddTo(common, parse), parse) with { KeepAll = true },
                Images = images.Read(parse),
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
