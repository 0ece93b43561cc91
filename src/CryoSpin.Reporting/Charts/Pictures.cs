using System.Globalization;
using System.Xml.Linq;
using CryoSpin.Reporting.Imaging;

namespace CryoSpin.Reporting.Charts;

/// <summary>Drawings around a picture: map views with a scale bar, the sphere of view directions, the shifts.</summary>
internal static class Pictures
{
    private const double TileEdge = 240;

    /// <summary>A grey view of a map with a scale bar.</summary>
    public static XElement MapTile(MapView view, double pixelSizeAngstrom) =>
        Tile(PngEncoder.Gray(view.Size, view.Size, view.Gray), view.Size * pixelSizeAngstrom, view.Title);

    /// <summary>A square picture of a map with a scale bar; without one where its width is not known (0).</summary>
    public static XElement Tile(byte[] png, double widthAngstrom, string description)
    {
        XElement root = Svg.Root(TileEdge, TileEdge, description, Svg.Image(0, 0, TileEdge, TileEdge, png, smooth: true));
        // Files without a pixel size exist.
        if (!(widthAngstrom > 0)) return root;
        double bar = ScaleBar(widthAngstrom);
        double length = bar / widthAngstrom * TileEdge;
        double y = TileEdge - 14;
        string label = bar.ToString("0.##", CultureInfo.InvariantCulture) + " Å";
        root.Add(
            Svg.Element(
                "rect", "x", 6.0, "y", y - 17, "width", Math.Max(length, 34) + 12, "height", 26.0, "rx", 3.0, "fill", "#000",
                "fill-opacity", "0.55"),
            Svg.Element("line", "x1", 12.0, "y1", y + 3, "x2", 12 + length, "y2", y + 3, "stroke", "#fff", "stroke-width", 2.5),
            Svg.Element("text", "x", 12.0, "y", y - 4, "style", "fill:#fff;font-size:11px").With(label));
        return root;
    }

    /// <summary>The density of view directions on the whole sphere.</summary>
    public static XElement Sphere(SphereHistogram sphere)
    {
        double top = Math.Clamp(sphere.Highest, 2, 8);
        return new SphereMap
        {
            Description = "Density of view directions on the sphere, Mollweide's equal-area projection",
            Picture = sphere.ToMollweidePng(240, top),
            KeyTitle = "view directions per solid angle; 1 = uniform",
            KeyLabels = ["0", Short(top / 2), Short(top) + (sphere.Highest > top ? " or more" : "")],
        }.ToSvg();
    }

    /// <summary>Counts of the particles' shifts over x and y.</summary>
    public static XElement Shifts(ShiftHistogram shifts, double maxShiftPixels)
    {
        const double width = 520, height = 300, left = 145, top = 10, edge = 230;
        double step = Step(shifts.RadiusPixels);
        Axis axis = Axis.Between("", -shifts.RadiusPixels, shifts.RadiusPixels, step);
        XElement root = Svg.Root(width, height, "Number of particles over the shift in x and y",
            Svg.Image(left, top, edge, edge, shifts.ToPng(), smooth: false));
        foreach (Tick tick in axis.Ticks)
        {
            double x = axis.Place(tick.Value, left, left + edge), y = axis.Place(tick.Value, top, top + edge);
            root.Add(Svg.Line(x, top, x, top + edge, "grid"), Svg.Line(left, y, left + edge, y, "grid"));
            root.Add(Svg.Text(x, top + edge + 16, tick.Label, "label"), Svg.Text(left - 6, y + 4, tick.Label, "label", "end"));
        }
        double radius = maxShiftPixels / (2 * shifts.RadiusPixels) * edge;
        root.Add(Svg.Element("circle", "cx", left + edge / 2, "cy", top + edge / 2, "r", radius, "class", "reference"));
        root.Add(Svg.Element("rect", "x", left, "y", top, "width", edge, "height", edge, "class", "axis"));
        root.Add(Svg.Text(left + edge / 2, top + edge + 36, "origin x (pixels)", "title"));
        XElement title = Svg.Text(left - 44, top + edge / 2, "origin y (pixels)", "title");
        title.SetAttributeValue("transform", $"rotate(-90 {Svg.Number(left - 44)} {Svg.Number(top + edge / 2)})");
        root.Add(title);
        root.Add(Svg.Text(left + edge + 8, top + 12, $"most: {shifts.Highest}", "note", "start"));
        return root;
    }

    private static double ScaleBar(double box)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(box / 3)));
        double f = box / 3 / power;
        return power * (f >= 5 ? 5 : f >= 2 ? 2 : 1);
    }

    private static double Step(double radius) =>
        radius <= 2.5 ? 1 : radius <= 6 ? 2 : radius <= 13 ? 5 : radius <= 26 ? 10 : radius <= 60 ? 20 : 50;

    private static string Short(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static XElement With(this XElement element, string text)
    {
        element.Value = text;
        return element;
    }
}
