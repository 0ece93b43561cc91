using System.Xml.Linq;
using CryoSpin.Reporting.Charts;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Html;

/// <summary>How the run went: losses, resolution, pose changes and heads over time.</summary>
internal static class CourseSections
{
    /// <summary>All of it, or null where nothing was recorded.</summary>
    public static XElement? Course(ReportInput input)
    {
        if (input.Metrics.Count == 0) return null;
        List<Drawn?> figures = [ResolutionOverTime(input.Metrics)];
        figures.AddRange(Phases(input.Metrics).Select((phase, i) => (Drawn?)Loss(phase.Name, phase.Records, i)));
        figures.Add(PoseChange(input.Metrics));
        figures.Add(Heads(input.Metrics));
        XElement[] open = [.. Chosen(figures, told: true)], folded = [.. Chosen(figures, told: false)];
        return Tag.Section(
            "Course of the run", open.Length == 0 ? null : Tag.Make("div", "row", open),
            folded.Length == 0 ? null : Tag.Folded("More figures, of few points or for experts", Tag.Make("div", "row", folded)));
    }

    private static IEnumerable<XElement> Chosen(IEnumerable<Drawn?> figures, bool told) =>
        from figure in figures where figure is { } f && f.Tells == told select figure!.Value.Figure;

    /// <summary>A figure, and whether it tells enough to be seen at once: two points are no course.</summary>
    private readonly record struct Drawn(XElement Figure, bool Tells)
    {
        public Drawn(XElement figure, int points)
            : this(figure, points > 2)
        {
        }
    }

    private static IEnumerable<(string Name, MetricRecord[] Records)> Phases(IReadOnlyList<MetricRecord> metrics) =>
        metrics.Where(m => double.IsFinite(m.Loss)).GroupBy(m => m.Phase).Select(g => (g.Key, g.ToArray()));

    private static Drawn? ResolutionOverTime(IReadOnlyList<MetricRecord> metrics)
    {
        (double X, double Y)[] points =
        [
            .. metrics.Where(m => m.ResolutionAngstrom > 0 && double.IsFinite(m.ResolutionAngstrom))
                .Select(m => (m.ElapsedSeconds, 1 / m.ResolutionAngstrom)),
        ];
        if (points.Length == 0) return null;
        Axis frequency = Axis.Around("", points.Select(p => p.Y), fromZero: true);
        (double unit, string unitName) = Wording.TimeUnit(points[^1].X);
        XElement chart = new LineChart
        {
            Description = "Resolution against time",
            X = Axis.Around($"time ({unitName})", points.Select(p => p.X / unit), fromZero: true),
            Y = new Axis(
                "resolution (Å)", frequency.Minimum, frequency.Maximum, Axis.AngstromTicks(frequency.Minimum, frequency.Maximum, 0.11)),
            Curves = [new Series("resolution", [.. points.Select(p => (p.X / unit, p.Y))], 0, Marked: Dots(points.Length))],
            Marks = PhaseStarts(metrics, unit),
        }.ToSvg();
        return new Drawn(
            Tag.Figure(
                chart,
                "Resolution of the band in use, then of the half-maps (linear in 1/Å, finer is higher). Vertical lines: a phase begins."),
            points.Length);
    }

    private static List<Tick> PhaseStarts(IReadOnlyList<MetricRecord> metrics, double unit)
    {
        List<Tick> marks = [];
        for (int i = 1; i < metrics.Count; i++)
        {
            if (metrics[i].Phase != metrics[i - 1].Phase) marks.Add(new Tick(metrics[i - 1].ElapsedSeconds / unit, ""));
        }
        return marks;
    }

    private static Drawn Loss(string phase, MetricRecord[] records, int colour)
    {
        (double unit, Axis visits) = Visits(records);
        XElement chart = new LineChart
        {
            Description = $"Loss during {phase}",
            X = visits,
            Y = Axis.Around("mean loss per image", records.Select(m => m.Loss)),
            Curves = [new Series("loss", [.. records.Select(m => (m.ImageVisits / unit, m.Loss))], colour, Marked: Dots(records.Length))],
        }.ToSvg();
        return new Drawn(
            Tag.Figure(chart, $"Loss during {phase}. It steps where the band of frequencies grows; losses of two phases do not compare."),
            records.Length);
    }

    private static Drawn? PoseChange(IReadOnlyList<MetricRecord> metrics)
    {
        MetricRecord[] records = [.. metrics.Where(m => m.MedianPoseChangeDegrees is { } d && double.IsFinite(d))];
        if (records.Length == 0) return null;
        (double unit, Axis visits) = Visits(records);
        (double, double)[] points = [.. records.Select(m => (m.ImageVisits / unit, m.MedianPoseChangeDegrees!.Value))];
        XElement chart = new LineChart
        {
            Description = "Median change of rotation per epoch",
            X = visits,
            Y = Axis.Around("median change (degrees)", points.Select(p => p.Item2), fromZero: true),
            Curves = [new Series("change", points, 4, Marked: Dots(points.Length))],
        }.ToSvg();
        return new Drawn(Tag.Figure(chart, "Median change of the rotations from one epoch to the next."), records.Length);
    }

    private static Drawn? Heads(IReadOnlyList<MetricRecord> metrics)
    {
        MetricRecord[] records = [.. metrics.Where(m => m.HeadShares is { Count: > 1 })];
        if (records.Length == 0) return null;
        int heads = records.Max(m => m.HeadShares!.Count);
        (double unit, Axis visits) = Visits(records);
        Series[] curves = [.. Enumerable.Range(0, heads).Select(h => new Series(
            $"{h + 1}",
            [.. records.Select(m => (m.ImageVisits / unit, h < m.HeadShares!.Count ? 100 * m.HeadShares[h] : double.NaN))],
            h,
            h < 8 ? LineStyle.Solid : LineStyle.Dashed))];
        XElement chart = new LineChart
        {
            Description = "Share of the images won by each head",
            X = visits,
            Y = Axis.Around("images won (%)", curves.SelectMany(c => c.Points).Select(p => p.Y), fromZero: true),
            Curves = curves,
            References = [new ReferenceLine(100.0 / heads, "equal shares")],
        }.ToSvg();
        return new Drawn(
            Tag.Figure(chart, "Share of the images that each head of the pose encoder explains best. A head at zero has died."), Tells: false);
    }

    private static (double Unit, Axis Axis) Visits(MetricRecord[] records)
    {
        // Thousands of images, once the numbers would need five digits or more.
        double unit = records[^1].ImageVisits >= 20000 ? 1000 : 1;
        return (unit, Axis.Around(unit > 1 ? "image visits (thousands)" : "image visits", records.Select(m => m.ImageVisits / unit)));
    }

    // Points close to each other would hide the curve.
    private static Marked Dots(int points) => points < 60 ? Marked.Everywhere : Marked.Nowhere;
}
