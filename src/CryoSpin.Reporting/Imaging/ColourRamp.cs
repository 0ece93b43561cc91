namespace CryoSpin.Reporting.Imaging;

/// <summary>
/// Colours for heat maps: from dark blue over grey-green to yellow, rising steadily in lightness, so that the order is seen
/// in print and by people with any kind of colour blindness.
/// </summary>
public static class ColourRamp
{
    private static readonly (byte R, byte G, byte B)[] Anchors =
        [(13, 32, 80), (49, 68, 107), (84, 96, 110), (117, 122, 118), (155, 149, 112), (199, 180, 92), (250, 222, 70)];

    /// <summary>The colour of a value; values outside 0 to 1 are clamped.</summary>
    public static (byte R, byte G, byte B) At(double value)
    {
        double position = Math.Clamp(double.IsNaN(value) ? 0 : value, 0, 1) * (Anchors.Length - 1);
        int i = Math.Min((int)position, Anchors.Length - 2);
        double t = position - i;
        (byte r0, byte g0, byte b0) = Anchors[i];
        (byte r1, byte g1, byte b1) = Anchors[i + 1];
        return (Mix(r0, r1, t), Mix(g0, g1, t), Mix(b0, b1, t));
    }

    /// <summary>The same as a hexadecimal web colour.</summary>
    public static string Hex(double value)
    {
        (byte r, byte g, byte b) = At(value);
        return $"#{r:x2}{g:x2}{b:x2}";
    }

    private static byte Mix(byte a, byte b, double t) => (byte)Math.Round(a + (b - a) * t);
}
