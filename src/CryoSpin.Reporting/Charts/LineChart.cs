using System.Text;
using System.Xml.Linq;

namespace CryoSpin.Reporting.Charts;

/// <summary>Curves over two axes.</summary>
public sealed record LineChart
{
    private const double Right = 16, Top = 14, TopWithLabels = 42, KeyRow = 18;

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

    /// <summary>Height of the drawing without the key's further rows.</summary>
    public double Height { get; init; } = 300;

    /// <summary>The drawing.</summary>
    public XElement ToSvg()
    {
        List<XElement> key = [];
        int keyRows = Curves.Count > 1 ? AddKey(key) : 0;
        double keyHeight = keyRows == 0 ? 0 : 6 + KeyRow * keyRows, further = Math.Max(0, keyRows - 1) * KeyRow;
        double top = (TopTicks.Count > 0 ? TopWithLabels : Top) + keyHeight;
        ChartFrame frame = new(ChartFrame.RoomLeft, Width - Right, top, Height + further - ChartFrame.RoomBelow);
        XElement root = Svg.Root(Width, Height + further, Description);
        root.Add(key, frame.Columns(X), frame.Rows(Y), TopLabels(frame), frame.Lines(), frame.Titles(X.Title, Y.Title));
        if (TopTicks.Count > 0) root.Add(Svg.Text(frame.Middle, frame.Top - 25, TopTitle, "title"));
        root.Add(frame.References(Y, References));
        foreach ((int i, Tick mark) in Marks.Where(m => m.Value >= X.Minimum && m.Value <= X.Maximum).Index())
        {
            double x = frame.PlaceX(X, mark.Value);
            root.Add(Svg.Line(x, frame.Top, x, frame.Bottom, "reference"));
            if (mark.Label.Length > 0) root.Add(Svg.Text(x + 4, frame.Top + 12 + 13 * (i % 3), mark.Label, "note", "start"));
        }
        foreach (Series curve in Curves) root.Add(Draw(curve, frame));
        return root;
    }

    private int AddKey(List<XElement> key)
    {
        double x = ChartFrame.RoomLeft;
        int row = 0;
        foreach (Series curve in Curves.DistinctBy(c => c.Name))
        {
            double width = 32 + 6.6 * curve.Name.Length + 18;
            if (x > ChartFrame.RoomLeft && x + width - 18 > Width)
            {
                x = ChartFrame.RoomLeft;
                row++;
            }
            double y = 10 + KeyRow * row;
            key.Add(Svg.Line(x, y, x + 26, y, curve.CssClass));
            if (curve.Marked != Marked.Nowhere) key.Add(Marker.Draw(curve.Shape, x + 13, y, MarkerRadius(curve), curve.MarkerClass));
            key.Add(Svg.Text(x + 32, y + 4, curve.Name, "label", "start"));
            x += width;
        }
        return row + 1;
    }

    private IEnumerable<XElement> TopLabels(ChartFrame frame)
    {
        foreach (Tick tick in TopTicks)
        {
            double x = frame.PlaceX(X, tick.Value);
            yield return Svg.Line(x, frame.Top - 4, x, frame.Top, "axis");
            yield return Svg.Text(x, frame.Top - 8, tick.Label, "label");
        }
    }

    private IEnumerable<XElement> Draw(Series curve, ChartFrame frame)
    {
        StringBuilder path = new();
        List<(double X, double Y)> places = [];
        bool pen = false;
        foreach ((double px, double py) in curve.Points)
        {
            // A logarithmic axis has no place for zero.
            if (!double.IsFinite(py) || !double.IsFinite(px) || !double.IsFinite(frame.PlaceX(X, px)))
            {
                pen = false;
                continue;
            }
            (double x, double y) = (frame.PlaceX(X, px), frame.PlaceY(Y, py));
            path.Append(pen ? 'L' : 'M').Append(Svg.Number(x)).Append(' ').Append(Svg.Number(y));
            pen = true;
            places.Add((x, y));
        }
        if (path.Length > 0)
        {
            XElement line = Svg.Element("path", "d", path.ToString(), "class", curve.CssClass);
            if (curve.Hint is { } hint) line.Add(Svg.Hint(hint));
            yield return line;
        }
        IEnumerable<(double X, double Y)> marked = curve.Marked switch
        {
            Marked.Everywhere => places,
            Marked.HereAndThere => places.Where((_, i) => i % Math.Max(1, (places.Count + 4) / 8) == 0),
            Marked.AtEnd => places.TakeLast(1),
            _ => curve.Points.Count == 1 ? places : [],
        };
        foreach ((double x, double y) in marked)
        {
            XElement marker = Marker.Draw(curve.Shape, x, y, MarkerRadius(curve), curve.MarkerClass);
            if (curve.Hint is { } hint) marker.Add(Svg.Hint(hint));
            yield return marker;
        }
    }

    private static double MarkerRadius(Series curve) => curve.Marked switch
    {
        Marked.AtEnd => 4,
        Marked.HereAndThere => 3.2,
        _ => 2.2,
    };
}
