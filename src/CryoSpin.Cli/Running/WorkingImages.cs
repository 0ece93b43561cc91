using System.Globalization;
using CryoSpin.Cli.Parsing;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Running;

/// <summary>What the user asked of the images that a run works on; it takes the particles to turn it into a run's options.</summary>
/// <param name="Box">Their width in pixels; null to choose it.</param>
/// <param name="Full">Whether all of the input's pixels are wanted.</param>
/// <param name="MaxShift">Largest shift; null for the usual one.</param>
internal sealed record WorkingImages(int? Box, bool Full, ShiftLength? MaxShift)
{
    /// <summary>Fills in the working box and the largest shift in its pixels.</summary>
    /// <param name="options">A run's options.</param>
    /// <param name="set">Its particles.</param>
    /// <returns>The options, and what is worth a line of the log.</returns>
    /// <exception cref="Diagnostics.InputException">The images cannot be brought onto the box that was asked for.</exception>
    public (ReconstructionOptions Options, IReadOnlyList<string> Notes) Fit(ReconstructionOptions options, ParticleSet set)
    {
        int? chosen = Full || Box is not null ? null : WorkingBox.For(set);
        options = options with { DownsampleBox = Full ? null : Box ?? chosen };
        ImageGrid input = ImageGrid.Of(set), working = ImageGrid.Of(set, options.DownsampleBox);
        if (MaxShift is { } shift)
        {
            options = options with { MaxShiftPixels = shift.InPixels(input.PixelSizeAngstrom, working.PixelSizeAngstrom) };
        }
        return (options, chosen is null ? [] : [Note(input, working, options.MaxShiftPixels)]);
    }

    /// <summary>The words of a command that say the same of options that <see cref="Fit"/> has made.</summary>
    public static IEnumerable<string> Words(ReconstructionOptions options, ParticleSet set)
    {
        double input = ImageGrid.Of(set).PixelSizeAngstrom, working = ImageGrid.Of(set, options.DownsampleBox).PixelSizeAngstrom;
        // Nine digits: more than the rounding keeps of it on the way back.
        double shift = input == working ? options.MaxShiftPixels : options.MaxShiftPixels * working / input;
        yield return string.Create(CultureInfo.InvariantCulture, $"--max-shift={shift}");
        string box = options.DownsampleBox?.ToString(CultureInfo.InvariantCulture) ?? "full";
        if (options.DownsampleBox is not null || WorkingBox.For(set) is not null) yield return "--box=" + box;
    }

    private static string Note(ImageGrid input, ImageGrid working, double maxShift) =>
        $"The images are {input.BoxSize} pixels wide. The map is made in a working box of {working.BoxSize} pixels of "
        + $"{Wording.Number(working.PixelSizeAngstrom, 3)} Å. Its finest detail (Nyquist) is {Wording.Number(2 * working.PixelSizeAngstrom)} Å, "
        + "which is enough for an ab-initio map. "
        + $"The largest shift is {Wording.Number(maxShift * working.PixelSizeAngstrom, 1)} Å. "
        + "Poses and origins are written in the units of the input. The option --box full takes all pixels, and --box N another number.";
}
