using System.Xml.Linq;
using CryoSpin.Reporting.Imaging;

namespace CryoSpin.Reporting.Charts;

/// <summary>The colours of a heat map with their meaning.</summary>
internal static class ColourKey
{
    private const int Steps = 40;

    /// <summary>Height of title, colours and labels together.</summary>
    public const double Height = 42;

    /// <summary>A key by itself, for several maps with one scale.</summary>
    public static XElement ToSvg(string title, IReadOnlyList<string> labels) =>
        Svg.Root(520, Height, $"Colours: {title}, from {labels[0]} to {labels[^1]}", Draw(260, 0, 300, title, labels));

    /// <summary>A key around x = <paramref name="middle"/>, below <paramref name="top"/>.</summary>
    public static IEnumerable<XElement> Draw(double middle, double top, double width, string title, IReadOnlyList<string> labels)
    {
        double x = middle - width / 2, y = top + 14;
        yield return Svg.Text(middle, top + 10, title, "label");
        for (int i = 0; i < Steps; i++)
        {
            // A hair of overlap hides the seams between neighbouring rectangles.
            yield return Svg.Element("rect", "x", x + width * i / Steps, "y", y + 2, "width", width / Steps + 0.4, "height", 9.0,
                "fill", ColourRamp.Hex((i + 0.5) / Steps));
        }
        for (int i = 0; i < labels.Count; i++)
        {
            yield return Svg.Text(x + width * i / Math.Max(1, labels.Count - 1), y + 24, labels[i], "label");
        }
    }
}
