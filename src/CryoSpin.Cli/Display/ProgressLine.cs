using System.Globalization;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Display;

/// <summary>A run's progress in words.</summary>
internal static class ProgressLine
{
    /// <summary>All of it, for a log: phase, epoch, rate, loss, resolution, share done, time left.</summary>
    public static string Full(in RunProgress p)
    {
        string done = string.Create(CultureInfo.InvariantCulture, $"{100 * Math.Clamp(p.FractionOfRun, 0, 1):0} % done");
        string left = p.Remaining is { } time ? ", about " + Wording.Duration(time) + " left" : "";
        return $"{p.Phase}  {Figures(p)}  {done}{left}";
    }

    /// <summary>The figures alone; those that are unknown are left out.</summary>
    public static string Figures(in RunProgress p)
    {
        List<string> parts = [];
        if (p.Epochs > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"epoch {p.Epoch}/{p.Epochs}"));
        if (double.IsFinite(p.ImagesPerSecond) && p.ImagesPerSecond > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{p.ImagesPerSecond:0} images/s"));
        }
        if (double.IsFinite(p.Loss)) parts.Add(string.Create(CultureInfo.InvariantCulture, $"loss {p.Loss:G5}"));
        if (double.IsFinite(p.ResolutionAngstrom) && p.ResolutionAngstrom > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{p.ResolutionAngstrom:0.0} Å"));
        }
        return string.Join("  ", parts);
    }
}
