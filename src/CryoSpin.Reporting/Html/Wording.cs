using System.Globalization;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Html;

/// <summary>Numbers as a reader wants them.</summary>
public static class Wording
{
    /// <summary>A number with at most the given decimals and a decimal point.</summary>
    public static string Number(double value, int decimals = 2) =>
        double.IsFinite(value) ? Math.Round(value, decimals).ToString("0." + new string('#', decimals), CultureInfo.InvariantCulture) : "–";

    /// <summary>A whole number with thin spaces between thousands.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u2009');

    /// <summary>A length in angstrom; infinity, the resolution of maps that agree on nothing, in words.</summary>
    public static string Angstrom(double? value) => value switch
    {
        double.PositiveInfinity => "none",
        { } v when double.IsFinite(v) => Number(v, v < 100 ? 2 : 1) + " Å",
        _ => "–",
    };

    /// <summary>A resolution; where the pixels and not the data are its limit, it says so.</summary>
    /// <param name="angstrom">The resolution.</param>
    /// <param name="pixelSizeAngstrom">Size of the map's pixels.</param>
    public static string Resolution(double? angstrom, double pixelSizeAngstrom) =>
        angstrom <= 2 * pixelSizeAngstrom * 1.001 ? Angstrom(angstrom) + " (Nyquist, the limit of the pixels)" : Angstrom(angstrom);

    /// <summary>A span of time, e.g. <c>4 min 07 s</c>.</summary>
    public static string Duration(TimeSpan span)
    {
        if (span < TimeSpan.Zero) span = TimeSpan.Zero;
        if (span.TotalSeconds < 9.95) return Number(span.TotalSeconds, 1) + " s";
        TimeSpan whole = TimeSpan.FromSeconds(Math.Round(span.TotalSeconds));
        if (whole.TotalMinutes < 1) return $"{whole.Seconds} s";
        return whole.TotalHours < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{whole.Minutes} min {whole.Seconds:00} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)whole.TotalHours} h {whole.Minutes:00} min");
    }

    /// <summary>A size of memory or file.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++) value /= 1024;
        return Number(value, unit == 0 || value >= 100 ? 0 : 1) + " " + units[unit];
    }

    /// <summary>A run's end in words.</summary>
    public static string Status(RunStatus status) => status switch
    {
        RunStatus.Finished => "finished",
        RunStatus.Stopped => "stopped by the user",
        RunStatus.Failed => "failed",
        _ => "running",
    };

    /// <summary>The unit in which a span of time has few digits: its length in seconds and its name.</summary>
    public static (double Seconds, string Name) TimeUnit(double longest) => longest switch
    {
        < 180 => (1, "s"),
        < 3 * 3600 => (60, "min"),
        _ => (3600, "h"),
    };
}
