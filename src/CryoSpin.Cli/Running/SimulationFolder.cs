using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Geometry;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Optics;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;
using CryoSpin.Simulation;

namespace CryoSpin.Cli.Running;

/// <summary>Writes simulated particles with their truth.</summary>
internal static class SimulationFolder
{
    /// <summary>The images.</summary>
    public const string Stack = "particles.mrcs";

    /// <summary>What a reconstruction is given: images and CTFs.</summary>
    public const string Particles = "particles.star";

    /// <summary>The same with the true poses.</summary>
    public const string TruthStar = "truth.star";

    /// <summary>Column of truth.star that says what an image holds.</summary>
    public const string KindColumn = "cryospinTruthKind";

    /// <summary>The true map.</summary>
    public const string TruthMap = "truth.mrc";

    /// <summary>All four.</summary>
    public static IReadOnlyList<string> Names { get; } = [Stack, Particles, TruthStar, TruthMap];

    /// <summary>Simulates and writes.</summary>
    public static void Write(OutputFolder folder, ParticleSimulator simulator, IProgressView view, CancellationToken cancellation)
    {
        try
        {
            WriteAll(folder, simulator, view, cancellation);
        }
        catch
        {
            folder.RemoveIfEmpty();
            throw;
        }
    }

    private static void WriteAll(OutputFolder folder, ParticleSimulator simulator, IProgressView view, CancellationToken cancellation)
    {
        DateTime start = DateTime.UtcNow;
        SimulatedParticle[] made = new SimulatedParticle[simulator.Count];
        int size = simulator.Truth.Size;
        using (MrcStackWriter stack = new(folder.FileFor(Stack), size, size, simulator.Truth.PixelSizeAngstrom, content: "simulated particle images"))
        {
            foreach (SimulatedParticle particle in simulator.Images())
            {
                cancellation.ThrowIfCancellationRequested();
                stack.Append(particle.Image);
                made[particle.Index] = particle with { Image = [] };
                Show(view, stack.Count, simulator.Count, DateTime.UtcNow - start);
            }
            stack.Complete();
        }
        MapFile.Write(folder.FileFor(TruthMap), simulator.Truth, "true map of simulated particles");
        // Errors of the defocus are the user's to suffer; the truth has none.
        Star(simulator, made, p => p.WrittenCtf).Write(folder.FileFor(Particles));
        WriteTruth(folder.FileFor(TruthStar), simulator, made);
        folder.Complete();
    }

    private static void Show(IProgressView view, int done, int count, TimeSpan elapsed)
    {
        double share = (double)done / count;
        double rate = done / Math.Max(elapsed.TotalSeconds, 1e-3);
        // The first images pay for the compiler; nothing can be told from them.
        TimeSpan? remaining = elapsed.TotalSeconds < 1 ? null : elapsed * ((1 - share) / share);
        view.Show(new RunProgress("simulating", 0, 0, share, rate, double.NaN, 0, remaining));
    }

    private static void WriteTruth(string path, ParticleSimulator simulator, SimulatedParticle[] made)
    {
        Star(simulator, made, p => p.Ctf).Write(path);
        ParticleSet written = ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false));
        Pose[] poses = [.. made.Select(p => p.Pose)];
        if (simulator.IsIdeal)
        {
            written.WriteStar(path, poses);
            return;
        }
        IReadOnlyList<double> Of(Func<ImageTruth, double> value) => [.. made.Select(p => value(p.Truth))];
        written.WriteStar(
            path, poses, null,
            [
                ("cryospinTruthContrast", Of(t => t.Contrast)), ("cryospinTruthNoiseLevel", Of(t => t.NoiseLevel)),
                ("cryospinTruthDefocusError", Of(t => t.DefocusErrorAngstrom)), ("cryospinTruthGradient", Of(t => t.Gradient)),
                ("cryospinTruthNeighbours", Of(t => t.Neighbours)), ("cryospinTruthHotPixels", Of(t => t.HotPixels)),
            ],
            [(KindColumn, [.. made.Select(p => NuisanceInput.WordFor(p.Truth.Kind))])]);
    }

    private static StarFile Star(ParticleSimulator simulator, SimulatedParticle[] made, Func<SimulatedParticle, CtfParameters> ctf)
    {
        OpticsGroup group = simulator.Optics;
        CtfParameters[] ctfs = [.. made.Select(ctf)];
        StarTable optics = new("optics");
        optics.SetColumn("rlnOpticsGroup", [1]);
        optics.SetColumn("rlnOpticsGroupName", [group.Name]);
        optics.SetColumn("rlnVoltage", new[] { group.VoltageKilovolts });
        optics.SetColumn("rlnSphericalAberration", new[] { group.SphericalAberrationMillimeters });
        optics.SetColumn("rlnAmplitudeContrast", new[] { group.AmplitudeContrast });
        optics.SetColumn("rlnImagePixelSize", new[] { group.PixelSizeAngstrom });
        optics.SetColumn("rlnImageSize", [group.BoxSize]);
        optics.SetColumn("rlnImageDimensionality", [2]);
        StarTable particles = new("particles");
        particles.SetColumn(
            "rlnImageName", [.. Enumerable.Range(1, ctfs.Length).Select(i => FormattableString.Invariant($"{i:000000}@{Stack}"))]);
        if (!simulator.IsIdeal)
        {
            particles.SetColumn("rlnMicrographName", [.. made.Select(p => FormattableString.Invariant($"micrograph{p.Truth.Micrograph + 1:0000}.mrc"))]);
        }
        particles.SetColumn("rlnOpticsGroup", [.. ctfs.Select(_ => 1)]);
        particles.SetColumn("rlnDefocusU", [.. ctfs.Select(c => c.DefocusUAngstrom)]);
        particles.SetColumn("rlnDefocusV", [.. ctfs.Select(c => c.DefocusVAngstrom)]);
        particles.SetColumn("rlnDefocusAngle", [.. ctfs.Select(c => c.AstigmatismAngleDegrees)]);
        StarFile file = new();
        file.Add(optics);
        file.Add(particles);
        return file;
    }
}
