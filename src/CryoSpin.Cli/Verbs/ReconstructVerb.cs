using System.CommandLine;
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
            Description = "Particles in RELION's form (3.1, or older with one table), a bare stack (.mrcs), or a list of stacks (.txt).",
        };
        ParticleInput input = new();
        ImageInput images = new();
        Option<string> output = OptionFactory.Path("--output", "Folder for the results.", "DIR", required: true, "-o");
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
        Option<double> maxShift = OptionFactory.Number(
            "--max-shift", "Greatest distance of a particle from its image's centre, pixels (after --downsample).", "PX", Usual.MaxShiftPixels, 0, 512);
        Option<double?> mask = OptionFactory.OptionalNumber(
            "--mask-diameter", "Diameter of the spherical mask, angstrom [default: estimated from the data].", "A", 1, 1e5);
        Option<long?> maxMemory = OptionFactory.OptionalSize(
            "--max-memory", "Most memory to use, e.g. 1G; particles that do not fit are kept on disk [default: most of what is free].");
        Option<string> scratch = OptionFactory.Path(
            "--scratch", "Existing folder for particles that memory cannot hold [default: the results' folder].", "DIR");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "Replace the results in an existing DIR.");
        return new Verb("reconstruct", "Find the map and every particle's rotation and shift, from a random start.")
        {
            Notes =
            [
                "Ctrl-C stops cleanly. The same seed gives the same bytes, whatever the number of threads and the memory. Files and options: docs/guide."
            ],
            Examples =
            [
                "cryospin reconstruct particles.star -o result --max-shift 5",
                "cryospin reconstruct particles.star -o result2 --seed 2 --mask-diameter 180",
            ],
        }.With([particles, output, preset, heads, seed, threads, maxShift, mask, maxMemory, scratch, .. input.Options, .. images.Options, overwrite])
        .Does((parse, terminal, cancellation) =>
        {
            ReconstructionOptions options = new()
            {
                ParticlesPath = parse.GetRequiredValue(particles),
                OutputDirectory = parse.GetRequiredValue(output),
                Preset = parse.GetValue(preset) == "paper" ? ReconstructionPreset.Paper : ReconstructionPreset.Default,
                Heads = parse.GetValue(heads),
                Seed = parse.GetValue(seed),
                Threads = parse.GetValue(threads),
                MaxShiftPixels = parse.GetValue(maxShift),
                MaskDiameterAngstrom = parse.GetValue(mask),
                MaxMemoryBytes = parse.GetValue(maxMemory),
                ScratchDirectory = parse.GetValue(scratch),
                Overwrite = parse.GetValue(overwrite),
            };
            RunSession session = new(terminal, engine) { Check = ReconstructionRun.Check };
            RunRecord run = session.Execute(images.AddTo(input.AddTo(options, parse), parse), CommandText.Of(parse), cancellation);
            Print(run, terminal);
            return ExitCode.Done;
        });
    }

    /// <summary>The result in four lines.</summary>
    public static void Print(RunRecord run, Terminal terminal)
    {
        string folder = run.Options.OutputDirectory;
        terminal.Out.WriteLine(
            $"Resolution  {Wording.Angstrom(run.ResolutionAngstrom)} (half-map FSC 0.143) after "
            + $"{Wording.Duration(run.EndedUtc!.Value - run.StartedUtc)}");
        terminal.Out.WriteLine($"Map         {Path.Combine(folder, RunFiles.Map)}");
        terminal.Out.WriteLine($"Poses       {Path.Combine(folder, RunFiles.Particles)}");
        terminal.Out.WriteLine($"Report      {Path.Combine(folder, RunFiles.Report)}");
    }
}
