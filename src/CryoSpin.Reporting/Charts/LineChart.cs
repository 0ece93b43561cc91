using System.Text;
using System.Xml.Linq;

namespace CryoSpin.Reporting.Charts;

/// <summary>One curve.</summary>
/// <param name="Name">Its entry in the key.</param>
/// <param name="Points">In order of x; a point that is not finite breaks the curve.</param>
/// <param name="Colour">Number of the colour, 0 to 7.</param>
/// <param name="Dashed">Drawn dashed.</param>
/// <param name="Marked">A dot at every point.</param>
public sealed record Series(string Name, IReadOnlyList<(double X, double Y)> Points, int Colour, bool Dashed = false, bool Marked = false);

/// <summary>A horizontal line with a label, e.g. a threshold.</summary>
public readonly record struct ReferenceLine(double Y, string Label);

/// <summary>Curves over two linear axes.</summary>
public sealed record LineChart
{
    private const double Left = 58, Right = 16, Bottom = 46, Top = 14, TopWithLabels = 42, KeyHeight = 24;

    /// <summary>What the chart shows, for screen readers.</summary>
    public required string Description { get; init; }

    /// <summary>Horizontal axis.</summary>
    public required Axis X { get; init; }

    /// <summary>Vertical axis.</summary>
    public required Axis Y { get; init; }

    /// <summary>The curves.</summary>
    public required IReadOnlyList<Series> Curves { get; init; }

    /// <summary>Second labels along the top edge, at values of the horizontal axis.</summary>
    public IReadOnlyList<Tick> TopTicks { get; init; } = [];

    /// <summary>Title of the top labels.</summary>
    public string TopTitle { get; init; } = "";

    /// <summary>Thresholds.</summary>
    public IReadOnlyList<ReferenceLine> References { get; init; } = [];

    /// <summary>Vertical marks with labels.</summary>
    public IReadOnlyList<Tick> Marks { get; init; } = [];

    /// <summary>Width of the drawing.</summary>
    public double Width { get; init; } = 520;

    /// <summary>Height of the drawing.</summary>
    public double Height { get; init; } = 300;

    /// <summary>The drawing.</summary>
    public XElement ToSvg()
    {
        bool key = Curves.Count > 1;
        double top = (TopTicks.Count > 0 ? TopWithLabels : Top) + (key ? KeyHeight : 0);
        Frame frame = new(Left, Width - Right, top, Height - Bottom);
        XElement root = Svg.Root(Width, Height, Description);
        if (key) root.Add(Key());
        root.Add(Grid(frame), Titles(frame));
        foreach (ReferenceLine reference in References.Where(r => r.Y >= Y.Minimum && r.Y <= Y.Maximum))
        {
            double y = Y.Place(reference.Y, frame.Bottom, frame.Top);
            root.Add(
                Svg.Line(frame.Left, y, frame.Right, y, "reference"), Svg.Text(frame.Left + 5, y - 4, reference.Label, "note", "start"));
        }
        foreach (Tick mark in Marks.Where(m => m.Value >= X.Minimum && m.Value <= X.Maximum))
        {
            double x = X.Place(mark.Value, frame.Left, frame.Right);
            root.Add(Svg.Line(x, frame.Top, x, frame.Bottom, "reference"));
            if (mark.Label.Length > 0) root.Add(Svg.Text(x + 4, frame.Top + 12, mark.Label, "note", "start"));
        }
        foreach (Series curve in Curves) root.Add(Draw(curve, frame));
        return root;
    }

    private IEnumerable<XElement> Key()
    {
        double x = Left;
        foreach (Series curve in Curves)
        {
            yield return Svg.Line(x, 10, x + 22, 10, Class(curve));
            yield return Svg.Text(x + 28, 14, curve.Name, "label", "start");
            x += 28 + 6.6 * curve.Name.Length + 18;
        }
    }

    private IEnumerable<XElement> Grid(Frame frame)
    {
        foreach (Tick tick in X.Ticks)
        {
            double x = X.Place(tick.Value, frame.Left, frame.Right);
            yield return Svg.Line(x, frame.Top, x, frame.Bottom, "grid");
            yield return Svg.Text(x, frame.Bottom + 16, tick.Label, "label");
        }
        foreach (Tick tick in Y.Ticks)
        {
            double y = Y.Place(tick.Value, frame.Bottom, frame.Top);
            yield return Svg.Line(frame.Left, y, frame.Right, y, "grid");
            yield return Svg.Text(frame.Left - 7, y + 4, tick.Label, "label", "end");
        }
        foreach (Tick tick in TopTicks)
        {
            double x = X.Place(tick.Value, frame.Left, frame.Right);
            yield return Svg.Line(x, frame.Top - 4, x, frame.Top, "axis");
            yield return Svg.Text(x, frame.Top - 8, tick.Label, "label");
        }
        yield return Svg.Line(frame.Left, frame.Bottom, frame.Right, frame.Bottom, "axis");
        yield return Svg.Line(frame.Left, frame.Top, frame.Left, frame.Bottom, "axis");
    }

    private IEnumerable<XElement> Titles(Frame frame)
    {
        double middle = (frame.Left + frame.Right) / 2, height = (frame.Top + frame.Bottom) / 2;
        yield return Svg.Text(middle, frame.Bottom + 36, X.Title, "title");
        XElement vertical = Svg.Text(15, height, Y.Title, "title");
        vertical.SetAttributeValue("transform", $"rotate(-90 15 {Svg.Number(height)})");
        yield return vertical;
        if (TopTicks.Count > 0) yield return Svg.Text(middle, frame.Top - 25, TopTitle, "title");
    }

    private IEnumerable<XElement> Draw(Series curve, Frame frame)
    {
        StringBuilder path = new();
        bool pen = false;
        foreach ((double px, double py) in curve.Points)
        {
            if (!double.IsFinite(px) || !double.IsFinite(py))
            {
                pen = false;
                continue;
            }
            double x = X.Place(px, frame.Left, frame.Right);
            double y = Y.Place(Math.Clamp(py, Y.Minimum, Y.Maximum), frame.Bottom, frame.Top);
            path.Append(pen ? 'L' : 'M').Append(Svg.Number(x)).Append(' ').Append(Svg.Number(y));
            pen = true;
        }
        if (path.Length > 0) yield return Svg.Element("path", "d", path.ToString(), "class", Class(curve));
        // A lone point draws no line.
        if (!curve.Marked && curve.Points.Count != 1) yield break;
        foreach ((double px, double py) in curve.Points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)))
        {
            double y = Y.Place(Math.Clamp(py, Y.Minimum, Y.Maximum), frame.Bottom, frame.Top);
            yield return Svg.Element(
                "circle", "cx", X.Place(px, frame.Left, frame.Right), "cy", y, "r", 2.2, "class", $"dot d{curve.Colour % 8}");
        }
    }

    private static string Class(Series curve) => $"curve s{curve.Colour % 8}" + (curve.Dashed ? " dashed" : "");

    private readonly record struct Frame(double Left, double Right, double Top, double Bottom);
}
