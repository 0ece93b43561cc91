using System.Xml.Linq;
using CryoSpin.Reporting.Imaging;

namespace CryoSpin.Reporting.Charts;

/// <summary>A direction marked on the sphere.</summary>
/// <param name="Direction">Unit vector.</param>
/// <param name="Shape">Shape of the marker.</param>
/// <param name="Filled">Filled, or an outline only.</param>
/// <param name="Hint">What it is.</param>
public readonly record struct SphereMark((double X, double Y, double Z) Direction, MarkerShape Shape, bool Filled, string Hint);

/// <summary>The whole sphere in Mollweide's equal-area projection, with meridians, parallels, marks and a key.</summary>
internal sealed record SphereMap
{
    /// <summary>What it shows, for screen readers.</summary>
    public required string Description { get; init; }

    /// <summary>The picture, width : height = 2 : 1 (<see cref="Mollweide.ToPng"/>).</summary>
    public required byte[] Picture { get; init; }

    /// <summary>Marked directions; later ones lie on top.</summary>
    public IReadOnlyList<SphereMark> Marks { get; init; } = [];

    /// <summary>Half the width of the ellipse.</summary>
    public double Radius { get; init; } = 236;

    /// <summary>Free room at the left and the right.</summary>
    public double Margin { get; init; } = 24;

    /// <summary>What the colours mean.</summary>
    public string KeyTitle { get; init; } = "";

    /// <summary>Labels of the colours, equally spaced; none: no key.</summary>
    public IReadOnlyList<string> KeyLabels { get; init; } = [];

    /// <summary>The drawing.</summary>
    public XElement ToSvg()
    {
        double rx = Radius, ry = rx / 2, top = Math.Min(Margin, 10), cx = rx + Margin, cy = ry + top;
        double width = 2 * cx, height = cy + ry + top + (KeyLabels.Count > 0 ? ColourKey.Height : 0);
        XElement root = Svg.Root(width, height, Description, Svg.Image(cx - rx, cy - ry, 2 * rx, 2 * ry, Picture, smooth: true));
        foreach (int degrees in (int[])[-60, -30, 0, 30, 60])
        {
            double theta = Mollweide.Angle(degrees * Math.PI / 180);
            double y = cy - ry * Math.Sin(theta), half = rx * Math.Cos(theta);
            root.Add(Svg.Line(cx - half, y, cx + half, y, "graticule"));
        }
        foreach (int degrees in (int[])[60, 120, 180])
        {
            root.Add(Svg.Element("ellipse", "cx", cx, "cy", cy, "rx", rx * degrees / 180, "ry", ry, "class", "graticule"));
        }
        root.Add(Svg.Line(cx, cy - ry, cx, cy + ry, "graticule"));
        foreach (SphereMark mark in Marks)
        {
            (double x, double y) = Mollweide.Project(mark.Direction);
            root.Add(Draw(mark, cx + rx * x, cy - ry * y));
        }
        if (KeyLabels.Count > 0)
        {
            root.Add(ColourKey.Draw(cx, height - ColourKey.Height, Math.Min(260, 1.5 * rx), KeyTitle, KeyLabels));
        }
        return root;
    }

    /// <summary>One mark by itself, for a key in the text; it is also how marks on the sphere are drawn: white on a dark rim.</summary>
    public static IEnumerable<XElement> Draw(SphereMark mark, double x, double y)
    {
        double radius = mark.Shape == MarkerShape.Cross ? 5.5 : mark.Filled ? 4.2 : 4.5;
        yield return Marker.Draw(mark.Shape, x, y, radius, "rim");
        XElement inner = Marker.Draw(mark.Shape, x, y, radius, mark.Filled ? "mark filled" : "mark");
        inner.Add(Svg.Hint(mark.Hint));
        yield return inner;
    }
}
