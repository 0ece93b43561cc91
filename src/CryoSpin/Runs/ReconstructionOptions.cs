namespace CryoSpin.Runs;

/// <summary>Which algorithm a run follows.</summary>
public enum ReconstructionPreset
{
    /// <summary>The best measured combination.</summary>
    Default,

    /// <summary>The published cryoSPIN algorithm.</summary>
    Paper,
}

/// <summary>What the user asked of a reconstruction. The one declaration of these options: help, run.json and the report read it.</summary>
public sealed record ReconstructionOptions
{
    /// <summary>Path of the particles' star file.</summary>
    public required string ParticlesPath { get; init; }

    /// <summary>A folder in which image stacks are looked for too; null for none.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Particles to take, a count or a file of indices as typed; null for all.</summary>
    public string? Subset { get; init; }

    /// <summary>Pixel size that beats the files'; null to take theirs.</summary>
    public double? PixelSizeAngstrom { get; init; }

    /// <summary>Further .cs files of the same particles; empty to look for one where it is needed.</summary>
    public IReadOnlyList<string> Passthrough { get; init; } = [];

    /// <summary>Folder for the results.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>Name of the method (<see cref="ReconstructionMethod"/>).</summary>
    public string Method { get; init; } = ReconstructionMethod.CryoSpin;

    /// <summary>The volume that the method learns; null for its usual one.</summary>
    public VolumeKind? Volume { get; init; }

    /// <summary>Copies of each image that the method's symmetric loss compares (<see cref="ReconstructionMethod.ImageCopies"/>); null for its usual number.</summary>
    public int? ImageCopies { get; init; }

    /// <summary>Settings of the default method.</summary>
    public ReconstructionPreset Preset { get; init; } = ReconstructionPreset.Default;

    /// <summary>Heads of the pose encoder (M).</summary>
    public int Heads { get; init; } = 7;

    /// <summary>Most steps of auto-encoding; null: by the number of particles.</summary>
    public int? EncoderSteps { get; init; }

    /// <summary>Seed of every random choice.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Worker threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Greatest distance of a particle from its image's centre, in pixels of the images as reconstructed.</summary>
    public double MaxShiftPixels { get; init; } = 5;

    /// <summary>Diameter of the spherical mask; null: estimated from the data.</summary>
    public double? MaskDiameterAngstrom { get; init; }

    /// <summary>Most memory the run may use, bytes; null: most of what is free.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>Existing folder for the particles where memory cannot hold them; null: the output folder.</summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>True to invert the images' contrast, false to keep it; null: inverted where the data show dark particles.</summary>
    public bool? Invert { get; init; }

    /// <summary>Box to which the images are downsampled while they are read; null: the images' own.</summary>
    public int? DownsampleBox { get; init; }

    /// <summary>True to leave particles out whose images are unreadable, not finite or constant; false to stop at them.</summary>
    public bool SkipBad { get; init; }

    /// <summary>True to use images that stand out from the others too (ice, carbon, aggregates); false to leave them out.</summary>
    public bool KeepAll { get; init; }

    /// <summary>True to check no more than tables and stack headers before the run; a bad pixel then ends it while it loads.</summary>
    public bool QuickValidation { get; init; }

    /// <summary>Whether an existing output folder may be replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>
    /// Minutes between two checkpoints within a stage, in the output folder; 0: whenever one can be written; null: none at all.
    /// </summary>
    public double? CheckpointMinutes { get; init; } = 5;

    /// <summary>Whether map and poses are kept at every epoch.</summary>
    public bool Snapshots { get; init; }

    /// <summary>Indices, from 0, of particles whose candidates are kept in the snapshots.</summary>
    public IReadOnlyList<int> Watched { get; init; } = [];

    /// <summary>Whether the run goes on from the newest checkpoint in its output folder, where there is one.</summary>
    public bool Resume { get; init; }
}
