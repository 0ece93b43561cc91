using System.Globalization;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Running;

/// <summary>Turns what the user asked of box and largest shift into the box and the pixels that a run works with; that takes the particles.</summary>
internal static class WorkingImages
{
    /// <summary>Fills in the working box and the largest shift in its pixels.</summary>
    /// <param name="options">A run's options as asked.</param>
    /// <param name="set">Its particles.</param>
    /// <returns>The options, and what is worth a line of the log.</returns>
    /// <exception cref="Diagnostics.InputException">The images cannot be brought onto the box that was asked for.</exception>
    public static (ReconstructionOptions Options, IReadOnlyList<string> Notes) Fit(ReconstructionOptions options, ParticleSet set)
    {
        string? asked = options.Images.Box;
        int? chosen = asked is null ? WorkingBox.For(set) : null;
        int? box = asked is null ? chosen : asked == ImageOptions.FullBox ? null : int.Parse(asked, CultureInfo.InvariantCulture);
        options = options with { Images = options.Images with { DownsampleBox = box } };
        ImageGrid input = ImageGrid.Of(set), working = ImageGrid.Of(set, box);
        if (options.Images.MaxShift is { } text && ShiftLength.TryParse(text, out ShiftLength shift))
        {
            double pixels = shift.InPixels(input.PixelSizeAngstrom, working.PixelSizeAngstrom);
            options = options with { Method = options.Method with { MaxShiftPixels = pixels } };
        }
        return (options, chosen is null ? [] : [Note(input, working, options.Method.MaxShiftPixels)]);
    }

    private static string Note(ImageGrid input, ImageGrid working, double maxShift) =>
        $"The images are {input.BoxSize} pixels wide. The map is made in a working box of {working.BoxSize} pixels of "
        + $"{Wording.Number(working.PixelSizeAngstrom, 3)} Å. Its finest detail (Nyquist) is {Wording.Number(2 * working.PixelSizeAngstrom)} Å, "
        + "which is enough for an ab-initio map. "
        + $"The largest shift is {Wording.Number(maxShift * working.PixelSizeAngstrom, 1)} Å. "
        + "Poses and origins are written in the units of the input. The option --box full takes all pixels, and --box N another number.";
}
