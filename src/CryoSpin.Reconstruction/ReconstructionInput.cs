using System.Numerics.Tensors;
using CryoSpin.Diagnostics;
using CryoSpin.Optics;
using static System.FormattableString;

namespace CryoSpin.Reconstruction;

/// <summary>The particles of a run, free of file formats.</summary>
/// <remarks>
/// The particle is brighter than its background, as in RELION. The images need no normalisation: a run takes a plane off each background
/// and divides by the background's standard deviation.
/// </remarks>
/// <param name="Count">Number of particles, at least 20.</param>
/// <param name="BoxSize">Width of the images, pixels: at least 16, even, without a prime factor above 7.</param>
/// <param name="PixelSizeAngstrom">Pixel size.</param>
/// <param name="ReadImage">Reads one image; called from several threads.</param>
/// <param name="Ctf">Transfer functions, one per particle; null where the images have none.</param>
/// <param name="HalfSet">1 or 2 per particle where the input assigns half-sets; null to draw them.</param>
public sealed record ReconstructionInput(
    int Count, int BoxSize, double PixelSizeAngstrom, ReadParticleImage ReadImage, ContrastTransferFunction[]? Ctf = null,
    int[]? HalfSet = null)
{
    /// <summary>What messages call the particles, e.g. the star file's path.</summary>
    public string Name { get; init; } = "particles";

    /// <summary>Per particle, its index in the input that these were taken from; null where they are all of it.</summary>
    internal int[]? Origin { get; init; }

    /// <summary>Particles whose images are in memory.</summary>
    /// <param name="images">Per particle, box x box grey values: pixel (x, y) at [y * box + x]. Kept, not copied.</param>
    /// <param name="boxSize">Width of the images, pixels: at least 16, even, without a prime factor above 7.</param>
    /// <param name="pixelSizeAngstrom">Pixel size.</param>
    /// <param name="ctf">Transfer functions, one per particle; null where the images have none.</param>
    /// <param name="halfSet">1 or 2 per particle; null to draw half-sets.</param>
    /// <exception cref="ArgumentException">An image has another number of pixels.</exception>
    public static ReconstructionInput Of(
        IReadOnlyList<float[]> images, int boxSize, double pixelSizeAngstrom, ContrastTransferFunction[]? ctf = null, int[]? halfSet = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        for (int i = 0; i < images.Count; i++)
        {
            if (images[i]?.Length == (long)boxSize * boxSize) continue;
            string found = images[i] is { } image ? $"has {image.Length} pixels" : "is null";
            throw new ArgumentException($"images[{i}] {found}. An image of {boxSize} x {boxSize} pixels is needed.", nameof(images));
        }
        return new ReconstructionInput(images.Count, boxSize, pixelSizeAngstrom, (i, pixels) => images[i].CopyTo(pixels), ctf, halfSet);
    }

    /// <summary>The same, with a reader that refuses pixels that are no numbers; what it leaves out of an image is 0.</summary>
    internal ReconstructionInput WithCheckedPixels()
    {
        ReadParticleImage read = ReadImage;
        return this with
        {
            ReadImage = (i, pixels) =>
            {
                pixels.Clear();
                read(i, pixels);
                if (!TensorPrimitives.IsFiniteAll<float>(pixels)) throw NotFinite(i, pixels);
            },
        };
    }

    private InputException NotFinite(int particle, ReadOnlySpan<float> pixels)
    {
        int at = 0;
        while (float.IsFinite(pixels[at])) at++;
        return new InputException(
            Name, Invariant($"pixel ({at % BoxSize}, {at / BoxSize}) of particle {particle + 1} is {pixels[at]}."),
            "Leave the particle out, or mend its image.");
    }

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
