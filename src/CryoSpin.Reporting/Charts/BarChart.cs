using System.Globalization;
using System.Xml.Linq;

namespace CryoSpin.Reporting.Charts;

/// <summary>A bar from zero with its value on top.</summary>
/// <param name="Name">Label below.</param>
/// <param name="Value">Its height; not below zero. One that is not finite draws nothing.</param>
public readonly record struct Bar(string Name, double Value);

/// <summary>Upright bars over names.</summary>
public sealed record BarChart
{
    private const double Top = 18, Right = 12, RightWithLabels = 80;

    /// <summary>What the chart shows, for screen readers.</summary>
    public required string Description { get; init; }

    /// <summary>Title below the names.</summary>
    public required string NamesTitle { get; init; }

    /// <summary>Name and unit of the values.</summary>
    public required string ValuesTitle { get; init; }

    /// <summary>The bars, left to right.</summary>
    public required IReadOnlyList<Bar> Bars { get; init; }

    /// <summary>Number of their colour, 0 to 7.</summary>
    public int Colour { get; init; }

    /// <summary>Lines to compare with.</summary>
    public IReadOnlyList<ReferenceLine> References { get; init; } = [];

    /// <summary>Width of the drawing.</summary>
    public double Width { get; init; } = 520;

    /// <summary>Height of the drawing.</summary>
    public double Height { get; init; } = 240;

    /// <summary>The drawing.</summary>
    public XElement ToSvg()
    {
        Axis values = Axis.Around(ValuesTitle, [.. Bars.Select(b => b.Value), .. References.Select(r => r.Y)], fromZero: true);
        double right = References.Count > 0 ? RightWithLabels : Right;
        ChartFrame frame = new(ChartFrame.RoomLeft, Width - right, Top, Height - ChartFrame.RoomBelow);
        XElement root = Svg.Root(Width, Height, Description);
        root.Add(frame.Rows(values), frame.Titles(NamesTitle, ValuesTitle));
        double slot = (frame.Right - frame.Left) / Math.Max(1, Bars.Count), width = Math.Min(slot * 0.7, 60);
        for (int i = 0; i < Bars.Count; i++)
        {
            double x = frame.Left + slot * (i + 0.5);
            root.Add(Svg.Text(x, frame.Bottom + 16, Bars[i].Name, "label"));
            if (!double.IsFinite(Bars[i].Value)) continue;
            double y = frame.PlaceY(values, Bars[i].Value);
            root.Add(Svg.Element(
                "rect", "x", x - width / 2, "y", y, "width", width, "height", frame.Bottom - y, "class", $"d{Colour % 8}"));
            root.Add(Svg.Text(x, y - 4, Bars[i].Value.ToString("0.#", CultureInfo.InvariantCulture), "note"));
        }
        root.Add(frame.References(values, References, labelsOutside: true), frame.Lines());
        return root;
    }
}
