using System.CommandLine;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;
using CryoSpin.Simulation;

namespace CryoSpin.Cli.Verbs;

/// <summary>demo: simulate, reconstruct, evaluate, and say whether it worked.</summary>
internal static class DemoVerb
{
    private const string UsualFolder = "cryospin_demo";
    private const int Box = 64;
    private const double PixelSizeAngstrom = 4;

    // A result as good as this cannot come about by chance: random poses are 132 degrees wrong.
    private const double LargestMedianDegrees = 5;
    private const double LeastShareWithin10 = 0.8;

    /// <param name="engine">What finds map and poses.</param>
    public static Command Create(RunEngine engine)
    {
        Option<string> output = OptionFactory.Path(
            "--output", $"Folder for particles and result [default: {UsualFolder}, which is replaced].", "DIR", required: false, "-o");
        Option<int> seed = OptionFactory.Integer("--seed", "Seed of particles and reconstruction.", "K", 1, 0);
        Option<int> threads = OptionFactory.Integer("--threads", "Worker threads.", "T", Environment.ProcessorCount, 1, 1024);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "Replace the results in an existing DIR.");
        return new Verb("demo", "Simulate a particle, reconstruct it, compare with the truth and print the verdict.")
        {
            IsLong = true,
            Examples = ["cryospin demo", "cryospin demo -o trial --seed 2"],
        }.With(output, seed, threads, overwrite).Does((parse, terminal, cancellation) =>
        {
            string folder = parse.GetValue(output) ?? UsualFolder;
            bool replace = parse.GetValue(overwrite) || parse.GetValue(output) is null;
            if (Directory.Exists(folder) && !replace) throw new OutputExistsException(folder);
            string input = Path.Combine(folder, "particles"), result = Path.Combine(folder, "result");
            terminal.Error.WriteLine("Simulating particles of a molecule without symmetry, each turned, shifted and drowned in noise ...");
            Volume truth = Simulate(input, parse.GetValue(seed), parse.GetValue(threads), terminal, cancellation);
            ReconstructionOptions options = new()
            {
                Particles = new ParticleOptions { Path = Path.Combine(input, SimulationFolder.Particles) },
                Output = new OutputOptions { Folder = result, Overwrite = replace },
                // All were made here, and all are compared with the truth.
                Method = new MethodOptions { Seed = parse.GetValue(seed), KeepAll = true },
                Resources = new RunResources { Threads = parse.GetValue(threads) },
            };
            TruthComparison? comparison = null;
            RunSession session = new(terminal, engine)
            {
                Enrich = (results, report) =>
                {
                    Pose[] poses = TruthComparison.ReadTruth(Path.Combine(input, SimulationFolder.TruthStar));
                    comparison = TruthComparison.Of(([.. results.Poses], poses), (results.Map, truth));
                    return report with { TruthFsc = comparison.Fsc, Evaluation = comparison.ToFigures() };
                },
            };
            RunRecord run = session.Execute(options, CommandText.Of(parse), cancellation);
            return Verdict(run, comparison!, terminal);
        });
    }

    private static Volume Simulate(string folder, int seed, int threads, Terminal terminal, CancellationToken cancellation)
    {
        using WorkerTeam team = new(threads);
        Volume phantom = Phantom.Create(Box, PixelSizeAngstrom, team);
        ParticleSimulator simulator = new(phantom, new SimulationOptions { Particles = 2000, Seed = seed }, team);
        OutputFolder target = OutputFolder.Open(folder, overwrite: true, SimulationFolder.Names);
        return ProgressView.Run(terminal, view =>
        {
            SimulationFolder.Write(target, simulator, view, cancellation);
            return simulator.Truth;
        });
    }

    private static int Verdict(RunRecord run, TruthComparison comparison, Terminal terminal)
    {
        bool found = comparison.Poses is { } poses && poses.MedianDegrees <= LargestMedianDegrees
            && poses.ShareWithin10Degrees >= LeastShareWithin10;
        ReconstructVerb.Print(run, terminal);
        terminal.Out.WriteLine();
        comparison.ToFacts().Write(terminal.Out, json: false);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(found ? "Verdict: the molecule was found." : "Verdict: the molecule was NOT found.");
        return found ? ExitCode.Done : ExitCode.Failed;
    }
}
