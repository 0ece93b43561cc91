using System.Text.Json.Serialization;

namespace CryoSpin.Runs;

/// <summary>Which algorithm a run follows.</summary>
public enum ReconstructionPreset
{
    /// <summary>The best measured combination.</summary>
    Default,

    /// <summary>The published cryoSPIN algorithm.</summary>
    Paper,
}

/// <summary>What a method does with prepared images. The result depends on these options and on the images alone.</summary>
public sealed record MethodOptions
{
    /// <summary>Name of the method (<see cref="ReconstructionMethod"/>).</summary>
    [JsonPropertyName("method")]
    public string Name { get; init; } = ReconstructionMethod.CryoSpin;

    /// <summary>Settings of the default method.</summary>
    public ReconstructionPreset Preset { get; init; } = ReconstructionPreset.Default;

    /// <summary>Seed of every random choice.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Greatest distance of a particle from its image's centre, in pixels of the images as reconstructed.</summary>
    public double MaxShiftPixels { get; init; } = 5;

    /// <summary>Diameter of the spherical mask; null: estimated from the data.</summary>
    public double? MaskDiameterAngstrom { get; init; }

    /// <summary>True to use images that stand out from the others too (ice, carbon, aggregates); false to leave them out.</summary>
    public bool KeepAll { get; init; }

    /// <summary>Heads of the pose encoder (M).</summary>
    public int Heads { get; init; } = 7;

    /// <summary>Most steps of auto-encoding; null: by the number of particles.</summary>
    public int? EncoderSteps { get; init; }

    /// <summary>The volume that the method learns; null for its usual one.</summary>
    public VolumeKind? Volume { get; init; }

    /// <summary>Copies of each image that the method's symmetric loss compares (<see cref="ReconstructionMethod.ImageCopies"/>); null for its usual number.</summary>
    public int? ImageCopies { get; init; }
}
