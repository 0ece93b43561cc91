using CryoSpin.Optics;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction;

/// <summary>The particles of a run, free of file formats.</summary>
/// <param name="Count">Number of particles.</param>
/// <param name="BoxSize">Width of the images, pixels; even.</param>
/// <param name="PixelSizeAngstrom">Pixel size.</param>
/// <param name="ReadImage">Reads one image; called from several threads.</param>
/// <param name="Ctf">Transfer functions, one per particle; null where the images have none.</param>
/// <param name="HalfSet">1 or 2 per particle where the input assigns half-sets; null to draw them.</param>
public sealed record ReconstructionInput(
    int Count, int BoxSize, double PixelSizeAngstrom, ReadParticleImage ReadImage, ContrastTransferFunction[]? Ctf, int[]? HalfSet)
{
    /// <summary>What messages call the particles, e.g. the star file's path.</summary>
    public string Name { get; init; } = "particles";

    /// <summary>Per particle, its index in the input that these were taken from; null where they are all of it.</summary>
    internal int[]? Origin { get; init; }

    /// <summary>Some of the particles.</summary>
    /// <param name="kept">Their indices, ascending.</param>
    internal ReconstructionInput Only(int[] kept)
    {
        ReadParticleImage read = ReadImage;
        return this with
        {
            Count = kept.Length,
            ReadImage = (i, pixels) => read(kept[i], pixels),
            Ctf = Ctf is null ? null : [.. kept.Select(i => Ctf[i])],
            HalfSet = HalfSet is null ? null : [.. kept.Select(i => HalfSet[i])],
            Origin = Origin is null ? kept : [.. kept.Select(i => Origin[i])],
        };
    }
}
