using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Optics;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reconstruction.Methods;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Runs;
using static System.FormattableString;

namespace CryoSpin.Reconstruction;

/// <summary>A reconstruction from particles to map and poses.</summary>
public static class ReconstructionRun
{
    private const int FewestParticles = 20;
    private const int SmallestBox = 16;

    /// <summary>Runs the preset that the options ask for.</summary>
    /// <param name="options">What the user asked.</param>
    /// <param name="source">The particles.</param>
    /// <param name="observer">Receives progress, metrics and log lines.</param>
    /// <param name="cancellation">Stops the run cleanly.</param>
    /// <exception cref="InputException">The particles cannot be reconstructed; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static ReconstructionOutcome Run(
        ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation = default) =>
        Run(options, MethodSettings.For(options.Method), source, observer, cancellation);

    /// <summary>The same with the parts of the default method as given, so that each can be left out or shortened.</summary>
    internal static ReconstructionOutcome Run(
        ReconstructionOptions options, MethodSettings settings, ParticleSource source, IRunObserver observer, CancellationToken cancellation)
    {
        Check(options, source.Set);
        foreach (string warning in source.Warnings) observer.Log("warning: " + warning);
        MemoryPlan memory = Plan(options, source.Set);
        observer.Log(memory.ToString());
        ReconstructionInput input = InputOf(PreparedParticles.Open(source, options.Images.ToPreparation()), observer);
        (MethodOptions chosen, RunResources resources, bool resume) = (options.Method, options.ResourcesInFolder(), options.Output.Resume);
        InputFingerprint fingerprint = InputFingerprint.Of(options, source.Set);
        using WorkerTeam team = new(resources.Threads);
        if (chosen.Preset == ReconstructionPreset.Paper)
        {
            if (resume)
            {
                observer.Log("The paper's preset writes no checkpoints: starting from the beginning.");
                observer.Resumed(0);
            }
            return PaperPreset.Run(input, chosen, memory, observer, team, cancellation);
        }
        if (MethodCatalogue.Create(chosen) is { } method)
        {
            if (resume)
            {
                observer.Log($"{chosen.Name} writes no checkpoints: starting from the beginning.");
                observer.Resumed(0);
            }
            MethodReconstruction other = new(method, input, chosen, memory, observer, team) { Loaded = () => fingerprint.CheckStacks(source.Set) };
            return other.Run(cancellation);
        }
        RunCheckpoints checkpoints = new(resources, fingerprint, observer, cancellation);
        RunState? from = resume ? checkpoints.Find(input.Count, input.BoxSize, settings.Search) : null;
        if (resume) observer.Resumed(from?.Course.Metrics ?? 0);
        DefaultReconstruction run = new(input, chosen, settings, memory, observer, team, checkpoints)
        {
            Loaded = () => fingerprint.CheckStacks(source.Set),
        };
        return run.Run(from, cancellation);
    }

    /// <summary>What the run will need of memory and disk.</summary>
    /// <exception cref="InputException">The particles are too many or too large for the memory that may be used.</exception>
    /// <exception cref="CryoSpinException">The disk has no room for what memory cannot hold.</exception>
    public static MemoryPlan Plan(ReconstructionOptions options, ParticleSet particles) =>
        MemoryPlan.For(
            options.Method, options.ResourcesInFolder(), particles.Count, ImageGrid.Of(particles, options.Images.DownsampleBox).BoxSize, particles.Source);

    /// <summary>Prepared particles, free of file formats. What their preparation decided goes to the observer's log.</summary>
    internal static ReconstructionInput InputOf(PreparedParticles particles, IRunObserver observer)
    {
        foreach (string note in particles.Notes) observer.Log(note);
        ParticleSet set = particles.Set;
        int[] all = [.. Enumerable.Range(0, set.Count)];
        ContrastTransferFunction[]? ctf = set.HasCtf ? [.. all.Select(i => particles.Ctf(i)!.Value)] : null;
        int[]? half = HalfSetSplit.Of(set, out string? drawn);
        if (drawn is not null) observer.Log("warning: " + drawn);
        return new ReconstructionInput(
            set.Count, particles.Grid.BoxSize, particles.Grid.PixelSizeAngstrom, particles.ReadImage, ctf, half)
        {
            Name = set.Source,
        };
    }

    /// <summary>Refuses particles and options that cannot be reconstructed, before any image is read.</summary>
    /// <param name="options">What the user asked.</param>
    /// <param name="particles">The particles.</param>
    /// <exception cref="InputException">
    /// Fewer than 20 particles, a box below 16 pixels or to which the images cannot be downsampled, a largest shift above a quarter of the
    /// box, or a mask that is wider than the box or narrower than 4 pixels; or too little memory.
    /// </exception>
    public static void Check(ReconstructionOptions options, ParticleSet particles)
    {
        if (OptionCatalogue.Objection(options) is { } objection) throw new ArgumentException(objection, nameof(options));
        if (particles.Count < FewestParticles)
        {
            throw new InputException(
                particles.Source, $"there {Plural.Choose(particles.Count, "is", "are")} {Plural.Of(particles.Count, "particle")}.", $"At least {FewestParticles} are needed; thousands are usual.");
        }
        ImageGrid grid = ImageGrid.Of(particles, options.Images.DownsampleBox);
        int size = grid.BoxSize;
        if (size < SmallestBox)
        {
            throw new InputException(particles.Source, $"the images are {size} pixels wide.", $"At least {SmallestBox} are needed.");
        }
        if (options.Method.MaxShiftPixels > size / 4.0)
        {
            throw new InputException(
                particles.Source,
                Invariant($"a largest shift of {options.Method.MaxShiftPixels} pixels is more than a quarter of the {size}-pixel box."),
                "Re-centre the particles, extract them in a larger box, or give a smaller --max-shift.");
        }
        double box = size * grid.PixelSizeAngstrom;
        if (options.Method.MaskDiameterAngstrom is { } mask && (mask > box || mask < 4 * grid.PixelSizeAngstrom))
        {
            throw new InputException(
                particles.Source, Invariant($"a mask of {mask:0.#} Å does not suit a box of {box:0.#} Å."),
                "Give the particle's diameter with --mask-diameter.");
        }
        Plan(options, particles);
    }
}
