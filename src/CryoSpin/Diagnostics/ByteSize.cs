using System.Globalization;

namespace CryoSpin.Diagnostics;

/// <summary>Amounts of memory as people write them.</summary>
public static class ByteSize
{
    private static readonly (string Name, long Bytes)[] Units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1L << 40), ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10),
        ("T", 1L << 40), ("G", 1L << 30), ("M", 1L << 20), ("K", 1L << 10), ("B", 1),
    ];

    /// <summary>E.g. 1.25 GiB, 640 MiB.</summary>
    public static string Text(long bytes)
    {
        double value = bytes;
        string[] names = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        int unit = 0;
        for (; Math.Abs(value) >= 1000 && unit < names.Length - 1; unit++) value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(unit == 0 || value >= 100 ? "F0" : value >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture)} {names[unit]}");
    }

    /// <summary>
    /// Reads an amount such as 1G, 1.5 GiB, 800M or 2000000000 (bytes). K, M, G and T count in powers of 1024, as in RELION, SLURM and ulimit.
    /// </summary>
    /// <returns>False when the text is no positive amount.</returns>
    public static bool TryParse(string text, out long bytes)
    {
        string trimmed = text.Trim();
        long factor = 1;
        foreach ((string name, long size) in Units)
        {
            if (!trimmed.EndsWith(name, StringComparison.OrdinalIgnoreCase)) continue;
            factor = size;
            trimmed = trimmed[..^name.Length].TrimEnd();
            break;
        }
        bytes = 0;
        if (!double.TryParse(trimmed, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)) return false;
        if (!(value * factor >= 1) || value * factor > 1e18) return false;
        bytes = (long)(value * factor);
        return true;
    }
}
