using System.Globalization;

namespace CryoSpin.Runs;

/// <summary>How far a particle may lie from its image's centre, as typed.</summary>
/// <param name="Value">The distance.</param>
/// <param name="IsAngstrom">True for angstrom, false for pixels of the input.</param>
public readonly record struct ShiftLength(double Value, bool IsAngstrom)
{
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

    /// <summary>The distance with its unit.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value} {(IsAngstrom ? "Å" : "px")}");

    private static (string Number, bool IsAngstrom) Split(string text)
    {
        if (text.EndsWith("px", StringComparison.OrdinalIgnoreCase)) return (text[..^2].TrimEnd(), false);
        return text.Length > 0 && text[^1] is 'A' or 'Å' or 'a' or 'å' ? (text[..^1].TrimEnd(), true) : (text, false);
    }
}
