using CryoSpin.Preprocessing;

namespace CryoSpin.Runs;

/// <summary>How a run prepares its images while they are read.</summary>
public sealed record ImageOptions
{
    /// <summary>Box to which the images are downsampled while they are read; null: the images' own.</summary>
    public int? DownsampleBox { get; init; }

    /// <summary>True to invert the images' contrast, false to keep it; null: inverted where the data show dark particles.</summary>
    public bool? Invert { get; init; }

    /// <summary>The same for the reader of images.</summary>
    public PreparationOptions ToPreparation() => new() { Invert = Invert, DownsampleBox = DownsampleBox };
}
