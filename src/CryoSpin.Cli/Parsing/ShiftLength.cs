using System.CommandLine;
using System.Globalization;

namespace CryoSpin.Cli.Parsing;

/// <summary>How far a particle may lie from its image's centre, as typed.</summary>
/// <param name="Value">The distance.</param>
/// <param name="IsAngstrom">True for angstrom, false for pixels of the input.</param>
internal readonly record struct ShiftLength(double Value, bool IsAngstrom)
{
    /// <summary>The option --max-shift; null where it is absent.</summary>
    public static Option<ShiftLength?> Option(double usualPixels) => new("--max-shift")
    {
        Description = "Greatest distance of a particle from its image's centre: pixels of the input (5 or 5px) or angstrom (20A) "
            + string.Create(CultureInfo.InvariantCulture, $"[default: {usualPixels} pixels of the working box]."),
        HelpName = "PX|LENGTH",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (TryParse(text, out ShiftLength length)) return length;
            result.AddError($"--max-shift needs a distance, 0 or more, such as 5, 5px or 20A; found '{text}'.");
            return null;
        },
    };

    /// <summary>Reads a number that px, A or Å may follow; a bare number counts pixels.</summary>
    public static bool TryParse(string text, out ShiftLength length)
    {
        (string number, bool isAngstrom) = Split(text.Trim());
        bool valid = double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && double.IsFinite(value);
        length = new ShiftLength(value, isAngstrom);
        return valid;
    }

    /// <summary>The distance in pixels of another size.</summary>
    /// <param name="inputAngstrom">Size of the input's pixels.</param>
    /// <param name="workingAngstrom">Size of the pixels in question.</param>
    public double InPixels(double inputAngstrom, double workingAngstrom)
    {
        if (!IsAngstrom && inputAngstrom == workingAngstrom) return Value;
        // Rounded, so that the way there and back ends where it began.
        return Math.Round(Value * (IsAngstrom ? 1 : inputAngstrom) / workingAngstrom, 4);
    }

    private static (string Number, bool IsAngstrom) Split(string text)
    {
        if (text.EndsWith("px", StringComparison.OrdinalIgnoreCase)) return (text[..^2].TrimEnd(), false);
        return text.Length > 0 && text[^1] is 'A' or 'Å' or 'a' or 'å' ? (text[..^1].TrimEnd(), true) : (text, false);
    }
}
