using System.Globalization;
using System.Xml.Linq;

namespace CryoSpin.Reporting.Charts;

/// <summary>Elements of SVG. Text is escaped by the XML writer, numbers always have a decimal point.</summary>
internal static class Svg
{
    public static readonly XNamespace Namespace = "http://www.w3.org/2000/svg";

    /// <summary>The outer element; it scales with the page's column.</summary>
    public static XElement Root(double width, double height, string description, params object?[] content) => new(
        Namespace + "svg",
        new XAttribute("viewBox", $"0 0 {Number(width)} {Number(height)}"),
        new XAttribute("role", "img"),
        new XAttribute("aria-label", description),
        content);

    /// <summary>Any element; attributes are name, value, name, value ...</summary>
    public static XElement Element(string name, params object[] attributes)
    {
        XElement element = new(Namespace + name);
        for (int i = 0; i + 1 < attributes.Length; i += 2)
        {
            object value = attributes[i + 1];
            element.SetAttributeValue(
                (string)attributes[i], value is double d ? Number(d) : Convert.ToString(value, CultureInfo.InvariantCulture));
        }
        return element;
    }

    public static XElement Text(double x, double y, string text, string cssClass, string anchor = "middle")
    {
        XElement element = Element("text", "x", x, "y", y, "class", cssClass, "text-anchor", anchor);
        element.Value = text;
        return element;
    }

    /// <summary>What a mouse over the enclosing element shows.</summary>
    public static XElement Hint(string text) => new(Namespace + "title", text);

    public static XElement Line(double x1, double y1, double x2, double y2, string cssClass) =>
        Element("line", "x1", x1, "y1", y1, "x2", x2, "y2", y2, "class", cssClass);

    public static XElement Image(double x, double y, double width, double height, byte[] png, bool smooth) => Element(
        "image", "x", x, "y", y, "width", width, "height", height, "preserveAspectRatio", "none",
        "style", smooth ? "image-rendering:auto" : "image-rendering:pixelated", "href", Imaging.PngEncoder.ToDataUri(png));

    /// <summary>A coordinate: two decimals are finer than any screen.</summary>
    public static string Number(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);
}
