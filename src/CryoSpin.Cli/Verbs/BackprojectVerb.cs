using System.CommandLine;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Cli.Running;
using CryoSpin.Particles;
using CryoSpin.Reconstruction;
using CryoSpin.Reporting.Files;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Verbs;

/// <summary>backproject: a map from particles whose poses are known.</summary>
internal static class BackprojectVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Argument<string> particles = new("PARTICLES.star") { Description = "Particles with poses." };
        ParticleInput input = new(hasNoCtf: true);
        ImageInput images = new();
        Option<string> output = OptionFactory.Path("--output", "The map.", "MAP.mrc", required: true, "-o");
        Option<bool> halves = OptionFactory.Flag(
            "--half-maps", "Also write the half-maps, as MAP_half1_unfil.mrc and MAP_half2_unfil.mrc.");
        Option<int> threads = OptionFactory.Integer("--threads", "Worker threads.", "T", Environment.ProcessorCount, 1, 1024);
        return new Verb("backproject", "Make the map from particles whose poses are known.")
        {
            IsLong = true,
            Examples = ["cryospin backproject result/particles.star -o check.mrc --half-maps"],
        }.With([particles, output, halves, threads, .. input.Options, .. images.Options]).Does((parse, terminal, cancellation) =>
        {
            string path = parse.GetRequiredValue(output);
            MapFile.CheckOutput(path);
            using ParticleSource source = PosedParticles.Open(
                parse.GetRequiredValue(particles), input.Read(parse), terminal.Error.WriteLine);
            string stem = Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path));
            string[] halfPaths = parse.GetValue(halves) ? [stem + "_half1_unfil.mrc", stem + "_half2_unfil.mrc"] : [];
            new InputProtection(source.Set.InputFiles).Refuse([path, .. halfPaths]);
            PosedReconstruction result = ProgressView.Run(
                terminal,
                view => PosedReconstruction.Run(
                    source, parse.GetValue(threads), new TerminalObserver(view), images.Read(parse), cancellation));
            MapFile.Write(path, result.Map, "back-projection of particles with known poses");
            if (halfPaths is [var first, var second])
            {
                MapFile.Write(first, result.Half1, "half-map 1 of a back-projection, unfiltered");
                MapFile.Write(second, result.Half2, "half-map 2 of a back-projection, unfiltered");
            }
            terminal.Out.WriteLine($"Map         {path}");
            terminal.Out.WriteLine($"Half-maps   FSC 0.143 at {Wording.Angstrom(result.Fsc.ResolutionAngstrom(0.143))}");
            return ExitCode.Done;
        });
    }

    /// <summary>Progress and messages for a verb that keeps no run folder.</summary>
    private sealed class TerminalObserver(IProgressView view) : IRunObserver
    {
        public void Log(string message) => view.Message(message);

        public void Report(in RunProgress progress) => view.Show(progress);

        public void Record(MetricRecord metric)
        {
        }
    }
}
