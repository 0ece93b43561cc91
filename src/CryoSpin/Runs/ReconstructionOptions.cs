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

    /// <summary>Folder for the results.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>The algorithm.</summary>
    public ReconstructionPreset Preset { get; init; } = ReconstructionPreset.Default;

    /// <summary>Heads of the pose encoder (M).</summary>
    public int Heads { get; init; } = 7;

    /// <summary>Seed of every random choice.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Worker threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Greatest distance, in pixels, of a particle from its image's centre.</summary>
    public double MaxShiftPixels { get; init; } = 5;

    /// <summary>Diameter of the spherical mask; null: estimated from the data.</summary>
    public double? MaskDiameterAngstrom { get; init; }

    /// <summary>Most memory the run may use, bytes; null: most of what is free.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>Existing folder for the particles where memory cannot hold them; null: the output folder.</summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>Whether an existing output folder may be replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>
    /// Minutes between two checkpoints within a stage, in the output folder; 0: whenever one can be written; null: none at all.
    /// </summary>
    public double? CheckpointMinutes { get; init; } = 5;

    /// <summary>Whether the run goes on from the newest checkpoint in its output folder, where there is one.</summary>
    public bool Resume { get; init; }
}
