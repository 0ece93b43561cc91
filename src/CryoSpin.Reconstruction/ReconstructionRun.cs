using CryoSpin.Diagnostics;
using CryoSpin.Optics;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>A reconstruction from particles to map and poses.</summary>
public static class ReconstructionRun
{
    /// <summary>Reconstructs particles of a file, as the command line does.</summary>
    /// <param name="options">What the user asked.</param>
    /// <param name="source">The particles.</param>
    /// <param name="observer">Receives progress, metrics and log lines.</param>
    /// <param name="cancellation">Stops the run cleanly.</param>
    /// <exception cref="InputException">The particles cannot be reconstructed; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static ReconstructionOutcome Run(
        ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation = default) =>
        Run(options, MethodSettings.For(options.Method), source, observer, cancellation);

    /// <summary>Reconstructs images that the caller hands over. No file is read, and none is written unless the resources name a folder.</summary>
    /// <param name="images">The particles: what is needed is in <see cref="ReconstructionInput"/>.</param>
    /// <param name="options">What the method does; null for the usual options. The result depends on these and on the images alone.</param>
    /// <param name="resources">What the run may use of the machine; null for all cores and most of the free memory.</param>
    /// <param name="observer">Receives progress, metrics and log lines, on the calling thread; null for nobody.</param>
    /// <param name="cancellation">Stops the run cleanly.</param>
    /// <returns>Map, half-maps, their FSC, and poses in the order of the images that were used.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or parts of the images do not fit each other.</exception>
    /// <exception cref="InputException">The images cannot be reconstructed; the message says why and what to do.</exception>
    /// <exception cref="CryoSpinException">A folder of the resources is missing, or its disk is full.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static ReconstructionOutcome Run(
        ReconstructionInput images, MethodOptions? options = null, RunResources? resources = null, IRunObserver? observer = null,
        CancellationToken cancellation = default) =>
        Run(images, options ?? new(), null, resources ?? new(), observer ?? new SilentObserver(), resume: false, cancellation);

    /// <summary>
    /// Goes on with a run on images from memory that was stopped, to the same bytes as if it had not been; begins at the beginning where there
    /// is no checkpoint.
    /// </summary>
    /// <param name="images">The same particles.</param>
    /// <param name="options">The same options.</param>
    /// <param name="resources">Name the folder in which the stopped run kept its checkpoints; the rest may differ.</param>
    /// <param name="observer">Receives progress, metrics and log lines, on the calling thread; null for nobody.</param>
    /// <param name="cancellation">Stops the run cleanly.</param>
    /// <exception cref="ArgumentException">
    /// The resources name no folder of checkpoints, an option is out of its range, or parts of the images do not fit each other.
    /// </exception>
    /// <exception cref="InputException">The images cannot be reconstructed; the message says why and what to do.</exception>
    /// <exception cref="CryoSpinException">The images or an option are not what they were, or a folder of the resources is missing.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static ReconstructionOutcome Resume(
        ReconstructionInput images, MethodOptions? options, RunResources resources, IRunObserver? observer = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(resources);
        if (resources.CheckpointDirectory is null)
        {
            throw new ArgumentException($"{nameof(RunResources.CheckpointDirectory)} is null. Name the folder of the stopped run's checkpoints.", nameof(resources));
        }
        return Run(images, options ?? new(), null, resources, observer ?? new SilentObserver(), resume: true, cancellation);
    }

    /// <summary>Particles of a file, with the parts of the default method as given, so that each can be left out or shortened.</summary>
    internal static ReconstructionOutcome Run(
        ReconstructionOptions options, MethodSettings settings, ParticleSource source, IRunObserver observer, CancellationToken cancellation)
    {
        Check(options, source.Set);
        foreach (string warning in source.Warnings) observer.Log("warning: " + warning);
        MemoryPlan memory = Plan(options, source.Set);
        observer.Log(memory.ToString());
        ReconstructionInput input = InputOf(PreparedParticles.Open(source, options.Images.ToPreparation()), observer);
        InputFingerprint fingerprint = InputFingerprint.Of(options, source.Set);
        RunParts parts = new(input, options.Method, settings, options.ResourcesInFolder(), memory, fingerprint, observer)
        {
            Loaded = () => fingerprint.CheckStacks(source.Set),
        };
        return parts.Run(options.Output.Resume, cancellation);
    }

    /// <summary>Images from memory, with the parts of the default method as given; null for the usual ones.</summary>
    internal static ReconstructionOutcome Run(
        ReconstructionInput images, MethodOptions options, MethodSettings? settings, RunResources resources, IRunObserver observer, bool resume,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(images);
        InputChecks.CheckOptions(options, resources);
        InputChecks.CheckSizes(images.Name, images.Count, images.BoxSize, images.PixelSizeAngstrom, options);
        InputChecks.CheckParts(images);
        InputChecks.CheckFolders(resources);
        MemoryPlan memory = MemoryPlan.For(options, resources, images.Count, images.BoxSize, images.Name);
        observer.Log(memory.ToString());
        ReconstructionInput input = images.WithCheckedPixels();
        bool keeps = resources.CheckpointDirectory is not null;
        InputFingerprint fingerprint = keeps ? MemoryFingerprint.Of(input, options) : new InputFingerprint([]);
        return new RunParts(input, options, settings ?? MethodSettings.For(options), resources, memory, fingerprint, observer).Run(resume, cancellation);
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
        InputChecks.CheckOptions(options.Method, options.Resources);
        if (OptionCatalogue.Objection(options) is { } objection) throw new ArgumentException(objection, nameof(options));
        ImageGrid grid = ImageGrid.Of(particles, options.Images.DownsampleBox);
        InputChecks.CheckSizes(particles.Source, particles.Count, grid.BoxSize, grid.PixelSizeAngstrom, options.Method);
        Plan(options, particles);
    }
}
