using CryoSpin.Fourier;
using CryoSpin.Particles;

namespace CryoSpin.Preprocessing;

/// <summary>The box in which an ab-initio map is made where the images are larger than such a map can make use of.</summary>
public static class WorkingBox
{
    /// <summary>Images up to this width, pixels, are taken as they are.</summary>
    public const int Largest = 256;

    /// <summary>Finer than the maps that come of a random start; RELION's 3D auto-refine goes on from there with all pixels.</summary>
    private const double NyquistAngstrom = 4;

    /// <summary>
    /// The smallest usable box, pixels, that still reaches a Nyquist frequency of 4 angstrom, and <see cref="Largest"/> at most.
    /// </summary>
    /// <param name="set">The particles.</param>
    /// <returns>Null where the images are taken as they are.</returns>
    public static int? For(ParticleSet set)
    {
        ImageGrid grid = ImageGrid.Of(set);
        if (grid.BoxSize <= Largest) return null;
        double width = grid.BoxSize * grid.PixelSizeAngstrom;
        // Millions of pixels of nothing would be no box at all; and rounding must not add a pixel to a width that fits exactly.
        double wanted = Math.Clamp(width / (NyquistAngstrom / 2) - 1e-6, 16, Largest);
        return Math.Min(FourierSizes.NextGood((int)Math.Ceiling(wanted)), Largest);
    }
}
