namespace CryoSpin.Runs;

/// <summary>
/// What the user asked of a reconstruction, in parts: where the particles are, how their images are prepared, what the method does, with
/// which resources, and where the results go. <see cref="OptionCatalogue"/> declares how each option is typed and what it means.
/// </summary>
public sealed record ReconstructionOptions
{
    /// <summary>Which particles.</summary>
    public required ParticleOptions Particles { get; init; }

    /// <summary>How their images are prepared.</summary>
    public ImageOptions Images { get; init; } = new();

    /// <summary>What the method does with them.</summary>
    public MethodOptions Method { get; init; } = new();

    /// <summary>What the run may use of the machine.</summary>
    public RunResources Resources { get; init; } = new();

    /// <summary>Where the results go.</summary>
    public required OutputOptions Output { get; init; }

    /// <summary>The usual options of a run.</summary>
    /// <param name="particles">Path of the particles.</param>
    /// <param name="folder">Folder for the results.</param>
    public static ReconstructionOptions Of(string particles, string folder) =>
        new() { Particles = new ParticleOptions { Path = particles }, Output = new OutputOptions { Folder = folder } };

    /// <summary>The resources, with the folder of the results for what the user named no folder for.</summary>
    public RunResources ResourcesInFolder() => Resources with
    {
        ScratchDirectory = Resources.ScratchDirectory ?? Output.Folder,
        CheckpointDirectory = Output.Folder,
    };
}
