using System.Xml.Linq;

namespace CryoSpin.Reporting.Charts;

/// <summary>The rectangle of a chart with its grid, labels and titles.</summary>
internal readonly record struct ChartFrame(double Left, double Right, double Top, double Bottom)
{
    /// <summary>Room below the frame for labels and a title.</summary>
    public const double RoomBelow = 46;

    /// <summary>Room to its left.</summary>
    public const double RoomLeft = 58;

    /// <summary>Middle, left to right.</summary>
    public double Middle => (Left + Right) / 2;

    /// <summary>Place of a value, left to right.</summary>
    public double PlaceX(Axis axis, double value) => axis.Place(value, Left, Right);

    /// <summary>Place of a value, bottom to top; values beyond the axis lie on its ends.</summary>
    public double PlaceY(Axis axis, double value) => axis.Place(Math.Clamp(value, axis.Minimum, axis.Maximum), Bottom, Top);

    /// <summary>Grid lines and labels of the horizontal axis.</summary>
    public IEnumerable<XElement> Columns(Axis axis)
    {
        foreach (Tick tick in axis.Ticks)
        {
            double x = PlaceX(axis, tick.Value);
            yield return Svg.Line(x, Top, x, Bottom, "grid");
            yield return Svg.Text(x, Bottom + 16, tick.Label, "label");
        }
    }

    /// <summary>Grid lines and labels of the vertical axis.</summary>
    public IEnumerable<XElement> Rows(Axis axis)
    {
        foreach (Tick tick in axis.Ticks)
        {
            double y = PlaceY(axis, tick.Value);
            yield return Svg.Line(Left, y, Right, y, "grid");
            yield return Svg.Text(Left - 7, y + 4, tick.Label, "label", "end");
        }
    }

    /// <summary>The two axes' lines.</summary>
    public IEnumerable<XElement> Lines() => [Svg.Line(Left, Bottom, Right, Bottom, "axis"), Svg.Line(Left, Top, Left, Bottom, "axis")];

    /// <summary>The two axes' titles.</summary>
    public IEnumerable<XElement> Titles(string below, string beside)
    {
        double height = (Top + Bottom) / 2;
        yield return Svg.Text(Middle, Bottom + 36, below, "title");
        XElement vertical = Svg.Text(15, height, beside, "title");
        vertical.SetAttributeValue("transform", $"rotate(-90 15 {Svg.Number(height)})");
        yield return vertical;
    }

    /// <summary>Thresholds inside the vertical axis, their labels above them or to the right of the frame.</summary>
    public IEnumerable<XElement> References(Axis axis, IEnumerable<ReferenceLine> lines, bool labelsOutside = false)
    {
        foreach (ReferenceLine reference in lines.Where(r => r.Y >= axis.Minimum && r.Y <= axis.Maximum))
        {
            double y = PlaceY(axis, reference.Y);
            yield return Svg.Line(Left, y, Right, y, "reference");
            yield return labelsOutside
                ? Svg.Text(Right + 6, y + 4, reference.Label, "note", "start")
                : Svg.Text(Left + 5, y - 4, reference.Label, "note", "start");
        }
    }
}
