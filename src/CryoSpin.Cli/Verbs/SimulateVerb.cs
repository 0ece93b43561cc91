using System.CommandLine;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Files;
using CryoSpin.Reporting.Html;
using CryoSpin.Simulation;

namespace CryoSpin.Cli.Verbs;

/// <summary>simulate: particle images of a map, a model or the phantom, with their truth.</summary>
internal static class SimulateVerb
{
    private static readonly SimulationOptions Usual = new();

    public static Command Create()
    {
        Argument<string> input = new("INPUT")
        {
            Description = "A map (.mrc, .map), an atomic model (.pdb, .cif), each also gzipped, or a data set's name: "
                + string.Join(", ", SimulationRecipe.All.Select(r => r.Name)) + ".",
        };
        Option<string> output = OptionFactory.Path(
            "--output", "Folder for particles.star, particles.mrcs, truth.star and truth.mrc.", "DIR", required: true, "-o");
        Option<int> particles = OptionFactory.Integer("--particles", "Number of images.", "N", Usual.Particles, 1);
        Option<int?> box = OptionFactory.OptionalInteger(
            "--box", "Width of the images in pixels [default: the map's; 64 for a model or a data set].", "D", 8, 4096);
        Option<double?> pixelSize = OptionFactory.OptionalNumber(
            "--pixel-size", "Pixel size in angstrom [default: follows from map and box; 4 for a model; a data set's own].", "A", 0.1, 100);
        Option<double> snr = OptionFactory.Number("--snr", "Variance of the signal over that of the noise.", "S", Usual.Snr, 1e-6, 1e9);
        Option<double> maxShift = OptionFactory.Number(
            "--max-shift", "Shifts are drawn from a disc of this radius.", "PX", Usual.MaxShiftPixels, 0, 2048);
        Option<bool> centred = OptionFactory.Flag("--centred", "No shifts: the same as --max-shift 0.");
        Option<string> models = OptionFactory.Path(
            "--models", $"Folder of the data sets' atomic models [default: {SimulationRecipe.ModelsVariable}, else the current folder].",
            "DIR");
        Option<string> noise = new("--noise")
        {
            Description = "Spectrum of the noise; coloured rises fivefold below 1/60 per angstrom.",
            DefaultValueFactory = _ => "white",
            HelpName = "white|pink|coloured",
        };
        noise.AcceptOnlyFromAmong("white", "pink", "coloured");
        Option<int> seed = OptionFactory.Integer("--seed", "Seed of every random choice.", "K", Usual.Seed, 0);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "Replace earlier simulated files in DIR.");
        NuisanceInput nuisances = new();
        Verb verb = new("simulate", "Simulate particle images: projection, CTF, shift and noise, with the truth beside them.")
        {
            Notes = ["The data sets:" + Environment.NewLine + SimulationRecipe.Listing],
            Headings =
            [
                new OptionHeading("Images", [output, particles, box, pixelSize, snr, maxShift, centred, models, noise, seed, overwrite]),
                new OptionHeading("What real stacks have", nuisances.Options),
            ],
            IsLong = true,
            Examples =
            [
                "cryospin simulate phantom -o sim --particles 2000 --snr 0.1",
                "cryospin simulate spike -o spike --centred --snr 0.05",
                "cryospin simulate spike -o real --snr 0.05 --junk 0.15 --views mild --scale 0.2 --noise coloured --gradient 0.5",
                "cryospin simulate 6vyb.cif.gz -o sim --box 64 --pixel-size 4.26 --max-shift 3",
            ],
        };
        verb.With([input, output, particles, box, pixelSize, snr, maxShift, centred, models, noise, seed, overwrite, .. nuisances.Options]);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(centred) is { Implicit: false } && result.GetResult(maxShift) is { Implicit: false })
            {
                result.AddError("--centred means --max-shift 0; give one of them");
            }
            if (nuisances.Objection(result) is { } objection) result.AddError(objection);
        });
        return verb.Does((parse, terminal, cancellation) =>
        {
            SimulationOptions options = Usual with
            {
                Particles = parse.GetValue(particles),
                Snr = parse.GetValue(snr),
                MaxShiftPixels = parse.GetValue(centred) ? 0 : parse.GetValue(maxShift),
                Seed = parse.GetValue(seed),
                NoiseColour = Enum.Parse<NoiseColour>(parse.GetValue(noise)!, ignoreCase: true),
                Nuisances = nuisances.Read(parse),
            };
            string folder = parse.GetRequiredValue(output);
            if (Directory.Exists(folder) && !parse.GetValue(overwrite)) throw new OutputExistsException(folder);
            string name = parse.GetRequiredValue(input);
            // A file of that name is what its user means.
            SimulationRecipe? recipe = File.Exists(name) ? null : SimulationRecipe.Find(name);
            string source = recipe?.Input(parse.GetValue(models)) ?? name;
            new InputProtection(source).RefuseIn(folder, SimulationFolder.Names);
            using WorkerTeam team = new(Environment.ProcessorCount);
            Volume map = SimulationInput.Read(
                source, parse.GetValue(box) ?? recipe?.Box,
                parse.GetValue(pixelSize) ?? recipe?.PixelSizeFor(parse.GetValue(box)),
                team, terminal.Error.WriteLine);
            ParticleSimulator simulator = new(map, options, team);
            OutputFolder target = OutputFolder.Open(folder, parse.GetValue(overwrite), SimulationFolder.Names);
            ProgressView.Run(terminal, view =>
            {
                SimulationFolder.Write(target, simulator, view, cancellation);
                return true;
            });
            terminal.Out.WriteLine(
                $"{Wording.Count(options.Particles)} {Plural.Noun(options.Particles, "image")} of {map.Size} x {map.Size} pixels, "
                + $"{Wording.Number(map.PixelSizeAngstrom, 4)} Å per pixel: "
                + Path.Combine(folder, SimulationFolder.Particles));
            terminal.Out.WriteLine(
                $"The truth: {Path.Combine(folder, SimulationFolder.TruthStar)}, {Path.Combine(folder, SimulationFolder.TruthMap)}");
            return ExitCode.Done;
        });
    }
}
