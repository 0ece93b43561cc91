using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.Imaging;
using CryoSpin.Optics;
using CryoSpin.Particles;
using static System.FormattableString;

namespace CryoSpin.Preprocessing;

/// <summary>The box and pixel size on which all particles of a set are put.</summary>
/// <param name="BoxSize">Width, pixels; even, no prime factor above 7.</param>
/// <param name="PixelSizeAngstrom">Pixel size.</param>
public readonly record struct ImageGrid(int BoxSize, double PixelSizeAngstrom)
{
    /// <summary>
    /// The common grid of a set: the coarsest pixel size of its optics groups and the width that all images reach, cut to the next smaller
    /// usable box. So nothing is extrapolated, neither beyond an image's edge nor beyond its Nyquist frequency. One group whose box is
    /// usable stays as it is.
    /// </summary>
    /// <param name="set">The particles.</param>
    /// <param name="downsampleBox">A smaller box of the same width in angstrom (Fourier crop); null for none.</param>
    /// <exception cref="InputException">The box to downsample to is larger than the images, odd, or has a prime factor above 7.</exception>
    public static ImageGrid Of(ParticleSet set, int? downsampleBox = null)
    {
        double pixel = set.OpticsGroups.Max(g => g.PixelSizeAngstrom);
        double width = set.OpticsGroups.Min(g => g.BoxSize * g.PixelSizeAngstrom);
        // Calibrations that differ in the fourth digit must not cost the image its outermost pixels.
        int box = FourierSizes.PreviousGood((int)Math.Floor(width / pixel + 0.1));
        if (downsampleBox is not { } smaller) return new ImageGrid(box, pixel);
        if (smaller > box)
        {
            throw new InputException(
                set.Source, $"the images are {box} pixels wide and cannot be downsampled to {smaller}.", "Give a smaller --downsample.");
        }
        if (smaller % 2 != 0 || !FourierSizes.IsGood(smaller))
        {
            throw new InputException(
                set.Source, $"{smaller} pixels is not a usable box.",
                Invariant($"It must be even with no prime factor above 7, e.g. {FourierSizes.PreviousGood(smaller)} ")
                + Invariant($"or {FourierSizes.NextGood(smaller)}."));
        }
        return new ImageGrid(smaller, FourierCrop.PixelSize(pixel, box, smaller));
    }

    /// <summary>What brings one group's images onto this grid.</summary>
    internal ImageResampler From(OpticsGroup group) =>
        new(group.BoxSize, group.PixelSizeAngstrom, BoxSize, PixelSizeAngstrom, group.Magnification);
}
