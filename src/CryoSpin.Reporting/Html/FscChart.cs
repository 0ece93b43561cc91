using System.Xml.Linq;
using CryoSpin.Evaluation;
using CryoSpin.Reporting.Charts;

namespace CryoSpin.Reporting.Html;

/// <summary>Fourier shell correlations with the two thresholds in use.</summary>
internal static class FscChart
{
    /// <summary>The chart, or null without curves.</summary>
    public static XElement? Make(IReadOnlyList<Series> curves, double width = 620, double height = 340)
    {
        if (curves.Count == 0) return null;
        double end = curves.Max(c => c.Points[^1].X);
        double lowest = curves.Min(c => c.Points.Min(p => double.IsFinite(p.Y) ? p.Y : 0));
        return new LineChart
        {
            Description = "Fourier shell correlation against spatial frequency",
            X = new Axis(
                "spatial frequency (1/Å)", 0, end, Axis.Around("", [0, end * 0.98], ticks: 6).Ticks.Where(t => t.Value <= end).ToArray()),
            Y = Axis.Between("FSC", lowest < -0.05 ? -0.2 : 0, 1, 0.2),
            Curves = curves,
            TopTicks = Axis.AngstromTicks(0, end),
            TopTitle = "resolution (Å)",
            References = [new ReferenceLine(0.5, "0.5"), new ReferenceLine(0.143, "0.143")],
            Width = width,
            Height = height,
        }.ToSvg();
    }

    /// <summary>A curve's points: spatial frequency in 1/angstrom and correlation.</summary>
    public static (double X, double Y)[] Points(FscCurve curve) =>
        [.. curve.Values.Select((v, shell) => (shell / (curve.BoxSize * curve.PixelSizeAngstrom), v))];
}
