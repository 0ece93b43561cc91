using System.Xml.Linq;

namespace CryoSpin.Reporting.Charts;

/// <summary>Shapes told apart without colour.</summary>
public enum MarkerShape
{
    /// <summary>A disc or ring.</summary>
    Circle,

    /// <summary>An upright square.</summary>
    Square,

    /// <summary>A triangle, its tip up.</summary>
    Triangle,

    /// <summary>A square on its corner.</summary>
    Diamond,

    /// <summary>Two crossed lines; it has no inside to fill.</summary>
    Cross,
}

/// <summary>Draws markers of nearly equal weight.</summary>
internal static class Marker
{
    /// <summary>The shape with its centre at (x, y); a circle has the given radius, the others about its area.</summary>
    public static XElement Draw(MarkerShape shape, double x, double y, double radius, string cssClass)
    {
        if (shape == MarkerShape.Circle) return Svg.Element("circle", "cx", x, "cy", y, "r", radius, "class", cssClass);
        double r = radius, half = 0.89 * r;
        string path = shape switch
        {
            MarkerShape.Square => Path(x, y, true, (-half, -half), (half, -half), (half, half), (-half, half)),
            MarkerShape.Triangle => Path(x, y, true, (0, -1.4 * r), (1.25 * r, 0.85 * r), (-1.25 * r, 0.85 * r)),
            MarkerShape.Diamond => Path(x, y, true, (0, -1.35 * r), (1.35 * r, 0), (0, 1.35 * r), (-1.35 * r, 0)),
            _ => Path(x, y, false, (-r, -r), (r, r)) + Path(x, y, false, (-r, r), (r, -r)),
        };
        return Svg.Element("path", "d", path, "class", cssClass);
    }

    private static string Path(double x, double y, bool closed, params (double X, double Y)[] corners) =>
        "M" + string.Join('L', corners.Select(c => $"{Svg.Number(x + c.X)} {Svg.Number(y + c.Y)}")) + (closed ? "Z" : "");
}
