namespace CryoSpin.Preprocessing;

/// <summary>How images are prepared while they are read.</summary>
public sealed record PreparationOptions
{
    /// <summary>True to invert the images' contrast, false to keep it; null to invert where the data show dark particles.</summary>
    public bool? Invert { get; init; }

    /// <summary>Box to which the images are downsampled by cutting their spectra; null for none.</summary>
    public int? DownsampleBox { get; init; }

    /// <summary>Whether to multiply images by the sign of their transfer function (those of groups not yet flipped).</summary>
    public bool FlipPhases { get; init; }

    /// <summary>
    /// Whether premultiplied images are divided by max(|CTF|, <see cref="Optics.ContrastTransferFunction.PremultiplicationFloor"/>),
    /// which <see cref="Optics.ContrastTransferFunction"/> expects of them; false to pass them as they are.
    /// </summary>
    public bool UndoPremultiplication { get; init; } = true;
}
