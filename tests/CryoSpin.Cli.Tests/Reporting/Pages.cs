using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CryoSpin.Cli.Tests.Reporting;

/// <summary>What must hold of every page.</summary>
internal static partial class Pages
{
    public static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>The page as XML; it must be well-formed.</summary>
    public static XElement Parse(string html)
    {
        const string start = "<!DOCTYPE html>\n";
        Assert.StartsWith(start, html);
        return XDocument.Parse(html[start.Length..]).Root!;
    }

    /// <summary>No script, no style sheet, no picture from elsewhere.</summary>
    public static void NeedsNothingFromElsewhere(string html)
    {
        XElement page = Parse(html);
        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("link"));
        Assert.DoesNotContain("url(", html);
        Assert.DoesNotContain("@import", html);
        Assert.All(page.Descendants().Attributes().Where(a => a.Name.LocalName is "href" or "src"),
            a => Assert.DoesNotMatch("^([a-z]+:)?//", a.Value));
    }

    /// <summary>Curves inside their frames, finite numbers everywhere, a description of every drawing.</summary>
    public static void DrawingsAreSound(XElement page)
    {
        foreach (XElement svg in page.Descendants(Svg + "svg"))
        {
            Assert.False(string.IsNullOrEmpty((string?)svg.Attribute("aria-label")));
            double[] box = [.. svg.Attribute("viewBox")!.Value.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture))];
            foreach (Match point in PathPoint().Matches(string.Concat(svg.Descendants(Svg + "path").Select(p => p.Attribute("d")!.Value))))
            {
                Assert.InRange(double.Parse(point.Groups[1].Value, CultureInfo.InvariantCulture), 0, box[2]);
                Assert.InRange(double.Parse(point.Groups[2].Value, CultureInfo.InvariantCulture), 0, box[3]);
            }
            // Base64 may spell anything.
            Assert.DoesNotContain(
                svg.DescendantsAndSelf().Attributes().Where(a => a.Name != "href"),
                a => a.Value.Contains("NaN") || a.Value.Contains("Infinity"));
            Assert.DoesNotContain("∞", svg.Value);
        }
    }

    /// <summary>Runs the work in a culture whose numbers have a comma. (Cultures by name are not available in invariant mode.)</summary>
    public static T WithComma<T>(Func<T> work)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            comma.NumberFormat.NegativeSign = "−";
            CultureInfo.CurrentCulture = comma;
            return work();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [GeneratedRegex(@"[ML](-?[\d.]+) (-?[\d.]+)")]
    private static partial Regex PathPoint();
}
