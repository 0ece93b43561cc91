using CryoSpin.Preprocessing;

namespace CryoSpin.Runs;

/// <summary>How a run prepares its images while they are read.</summary>
public sealed record ImageOptions
{
    /// <summary>The working box as asked: pixels, or the word full; null to choose it by the particles (<see cref="FullBox"/>).</summary>
    public string? Box { get; init; }

    /// <summary>The largest shift as asked, such as 5, 5px or 20A (<see cref="ShiftLength"/>); null for the usual one.</summary>
    public string? MaxShift { get; init; }

    /// <summary>What <see cref="Box"/> is where all of the input's pixels are asked for.</summary>
    public static string FullBox => BoxKind.Full;

    /// <summary>Box to which the images are downsampled while they are read, as it follows from <see cref="Box"/>; null: the images' own.</summary>
    public int? DownsampleBox { get; init; }

    /// <summary>True to invert the images' contrast, false to keep it; null: inverted where the data show dark particles.</summary>
    public bool? Invert { get; init; }

    /// <summary>The same for the reader of images.</summary>
    public PreparationOptions ToPreparation() => new() { Invert = Invert, DownsampleBox = DownsampleBox };
}
