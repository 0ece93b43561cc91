using System.Globalization;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Display;

/// <summary>A run's progress in words.</summary>
internal static class ProgressLine
{
    private const int Bar = 20;

    /// <summary>As much of it as fits, what matters most first: share done, phase, time left, a bar, rate, resolution, loss.</summary>
    /// <param name="p">The progress.</param>
    /// <param name="columns">Most characters.</param>
    public static string Fitting(in RunProgress p, int columns)
    {
        string share = Share(p), phase = p.Epochs > 0 ? string.Create(CultureInfo.InvariantCulture, $"{p.Phase} {p.Epoch}/{p.Epochs}") : p.Phase;
        string left = p.Remaining is { } time ? Wording.Duration(time) + " left" : "", bar = BarOf(p.FractionOfRun);
        // In the order of their worth; where one does not fit, a less worthy but shorter one may.
        (int Place, string Text)[] parts =
            [(0, share), (2, phase), (6, left), (1, bar), (3, Rate(p)), (4, Resolution(p)), (5, Loss(p))];
        List<(int Place, string Text)> chosen = [];
        int length = -2;
        foreach ((int place, string text) in parts.Where(part => part.Text.Length > 0))
        {
            if (length + 2 + text.Length > columns) continue;
            chosen.Add((place, text));
            length += 2 + text.Length;
        }
        return string.Join("  ", chosen.OrderBy(part => part.Place).Select(part => part.Text));
    }

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
        string epoch = p.Epochs > 0 ? string.Create(CultureInfo.InvariantCulture, $"epoch {p.Epoch}/{p.Epochs}") : "";
        string[] parts = [epoch, Rate(p), Loss(p), Resolution(p)];
        return string.Join("  ", parts.Where(part => part.Length > 0));
    }

    private static string Share(in RunProgress p) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(100 * Math.Clamp(p.FractionOfRun, 0, 1)),3:0} %");

    private static string BarOf(double fraction)
    {
        int full = (int)(Bar * Math.Clamp(fraction, 0, 1));
        return "[" + new string('#', full) + new string('.', Bar - full) + "]";
    }

    private static string Rate(in RunProgress p) =>
        double.IsFinite(p.ImagesPerSecond) && p.ImagesPerSecond > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{p.ImagesPerSecond:0} images/s") : "";

    private static string Loss(in RunProgress p) =>
        double.IsFinite(p.Loss) ? string.Create(CultureInfo.InvariantCulture, $"loss {p.Loss:G5}") : "";

    private static string Resolution(in RunProgress p) =>
        double.IsFinite(p.ResolutionAngstrom) && p.ResolutionAngstrom > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{p.ResolutionAngstrom:0.0} Å") : "";
}
