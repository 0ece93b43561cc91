using System.CommandLine;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reporting.Files;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Verbs;

/// <summary>preprocess: a restacked copy of particles on one grid, with the optics' faults taken out.</summary>
internal static class PreprocessVerb
{
    private const string Star = "particles.star";
    private const string Stack = "particles.mrcs";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Argument<string> particles = new("PARTICLES.star") { Description = "Particles in RELION's form, a bare stack (.mrcs), or a list of stacks (.txt)." };
        ParticleInput input = new();
        ImageInput images = new();
        Option<string> output = OptionFactory.Path("--output", $"Folder for {Star} and {Stack}.", "DIR", required: true, "-o");
        Option<bool> keepGrey = OptionFactory.Flag("--no-normalise", "Keep the grey values; else backgrounds get mean 0 and deviation 1.");
        Option<bool> flip = OptionFactory.Flag("--phase-flip", "Multiply the images by the sign of their CTF.");
        Option<bool> half = OptionFactory.Flag("--float16", "Write 16-bit floats (RELION 4 and later).");
        Option<int> threads = OptionFactory.Integer("--threads", "Worker threads.", "T", Environment.ProcessorCount, 1, 1024);
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "Replace an earlier copy in DIR.");
        return new Verb("preprocess", "Write a restacked, downsampled, normalised copy of the particles.")
        {
            Notes =
            [
                "All optics groups come onto one box and pixel size. Beam tilt, odd aberrations and anisotropic magnification are taken out of "
                + "the images and of the star file.",
            ],
            IsLong = true,
            Examples = ["cryospin preprocess particles.star -o small --downsample 128"],
        }.With([particles, output, .. input.Options, .. images.Options, keepGrey, flip, half, threads, overwrite]).Does((parse, terminal, cancellation) =>
        {
            string folder = parse.GetRequiredValue(output);
            if (Directory.Exists(folder) && !parse.GetValue(overwrite)) throw new OutputExistsException(folder);
            using ParticleSource source = ParticleSource.Open(parse.GetRequiredValue(particles), input.Read(parse));
            new InputProtection(source.Set.InputFiles).RefuseIn(folder, Stack, Star);
            foreach (string warning in source.Warnings) terminal.Error.WriteLine("warning: " + warning);
            double pixel = ImageGrid.Of(source.Set, images.Read(parse).DownsampleBox).PixelSizeAngstrom;
            foreach (string line in ParticleReview.Values(source.Set, ValueUse.Images, workingPixelAngstrom: pixel)) terminal.Error.WriteLine(line);
            if (ConversionLosses.LackOfOptics(source.Set) is { } lack) terminal.Error.WriteLine($"warning: {Star}: {lack}");
            PreparedParticles prepared = PreparedParticles.Open(
                source, images.Read(parse) with { FlipPhases = parse.GetValue(flip), UndoPremultiplication = false });
            foreach (string note in prepared.Notes) terminal.Error.WriteLine(note);
            PreprocessedCopy copy = new(prepared) { Normalise = !parse.GetValue(keepGrey) };
            OutputFolder target = OutputFolder.Open(folder, parse.GetValue(overwrite), [Stack, Star]);
            using WorkerTeam team = new(parse.GetValue(threads));
            MrcMode mode = parse.GetValue(half) ? MrcMode.Half : MrcMode.Single;
            ProgressView.Run(terminal, view => Write(copy, target, mode, team, new Shown(view, source.Set.Count), cancellation));
            terminal.Out.WriteLine(
                $"{Wording.Count(source.Set.Count)} {Plural.Noun(source.Set.Count, "image")} of {prepared.Grid.BoxSize} x {prepared.Grid.BoxSize} pixels, "
                + $"{Wording.Number(prepared.Grid.PixelSizeAngstrom, 4)} Å per pixel: {Path.Combine(folder, Star)}");
            return ExitCode.Done;
        });
    }

    private static bool Write(
        PreprocessedCopy copy, OutputFolder target, MrcMode mode, WorkerTeam team, Shown shown, CancellationToken cancellation)
    {
        try
        {
            copy.WriteStack(target.FileFor(Stack), mode, team, shown.Done, cancellation);
            copy.WriteStar(target.FileFor(Star), Stack);
        }
        catch
        {
            target.RemoveIfEmpty();
            throw;
        }
        target.Complete();
        return true;
    }

    /// <summary>Progress by images.</summary>
    private sealed class Shown(IProgressView view, int count)
    {
        private readonly DateTime _start = DateTime.UtcNow;

        public void Done(int images)
        {
            TimeSpan elapsed = DateTime.UtcNow - _start;
            double share = (double)images / count;
            // The first images pay for the compiler; nothing can be told from them.
            TimeSpan? remaining = elapsed.TotalSeconds < 1 ? null : elapsed * ((1 - share) / share);
            view.Show(new RunProgress("preprocessing", 0, 0, share, images / Math.Max(elapsed.TotalSeconds, 1e-3), double.NaN, 0, remaining));
        }
    }
}
