namespace CryoSpin.Particles;

/// <summary>How a particle file is read.</summary>
/// <param name="PixelSizeAngstrom">Pixel size that beats the file's; null to take the file's.</param>
/// <param name="RequireImages">
/// False to read a star file whose images are elsewhere, for its poses and CTFs alone; a box is then rlnImageSize, or 0.
/// </param>
/// <param name="DataDirectory">A folder in which image stacks are looked for too; null for none.</param>
/// <param name="Subset">Which particles to take; null for all.</param>
/// <param name="Passthrough">
/// For a .cs file: further .cs files with fields of the same particles, joined on uid; where null, one beside it is looked for if needed.
/// </param>
/// <param name="IgnoreCtf">True to leave CTFs aside, so that no particle has one. The columns stay for what is written.</param>
public sealed record ParticleLoadOptions(
    double? PixelSizeAngstrom = null, bool RequireImages = true, string? DataDirectory = null, ParticleSubset? Subset = null,
    IReadOnlyList<string>? Passthrough = null, bool IgnoreCtf = false)
{
    /// <summary>
    /// True for tables into which cryoDRGN's values were put: their lengths were written by <see cref="PixelSizeAngstrom"/> already, and
    /// every particle has a pose.
    /// </summary>
    internal bool IsOfPickles { get; init; }
}
