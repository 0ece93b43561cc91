using System.Xml.Linq;
using CryoSpin.Diagnostics;

namespace CryoSpin.Reporting.Html;

/// <summary>Elements of a page. They are XML elements, so every text is escaped and the page is well-formed XML too.</summary>
internal static class Tag
{
    private static readonly HashSet<string> Void = ["meta", "br", "wbr"];

    /// <summary>An element; a null in the content adds nothing.</summary>
    public static XElement Make(string name, string? cssClass, params object?[] content)
    {
        XElement element = new(name, content);
        if (cssClass is not null) element.SetAttributeValue("class", cssClass);
        // <p/> opens a paragraph in HTML and never closes it: empty elements need their end tag.
        if (element.IsEmpty && !Void.Contains(name)) element.Add("");
        return element;
    }

    /// <summary>
    /// The text of a whole page or drawing. Control characters, which a path or a message may hold and XML may not, are written out.
    /// </summary>
    public static string Render(XElement root)
    {
        foreach (XText text in root.DescendantNodes().OfType<XText>()) text.Value = Printable.Text(text.Value);
        foreach (XAttribute attribute in root.DescendantsAndSelf().Attributes()) attribute.Value = Printable.Text(attribute.Value);
        return root.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>A drawing with its caption.</summary>
    public static XElement Figure(XElement drawing, string caption, string? cssClass = null) =>
        Make("figure", cssClass, drawing, Make("figcaption", null, caption));

    /// <summary>A table of two columns.</summary>
    public static XElement Pairs(IEnumerable<(string Name, string Value)> rows) =>
        Make("table", "pairs", rows.Select(r => Make("tr", null, Make("th", null, r.Name), Make("td", null, r.Value))));

    /// <summary>A name that may break after its punctuation and nowhere else.</summary>
    public static IEnumerable<object> Breakable(string name)
    {
        int start = 0;
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] is not (':' or ',' or '/' or '-')) continue;
            yield return name[start..(i + 1)];
            yield return Make("wbr", null);
            start = i + 1;
        }
        if (start < name.Length) yield return name[start..];
    }

    /// <summary>A table with a row of headings; the first cell of every row is its heading.</summary>
    /// <param name="cssClass">Its class, or null.</param>
    /// <param name="headings">Headings of the columns.</param>
    /// <param name="rows">Cells: texts or elements.</param>
    public static XElement Table(string? cssClass, IEnumerable<object> headings, IEnumerable<IEnumerable<object?>> rows) =>
        Make(
            "table", cssClass,
            Make("thead", null, Make("tr", null, headings.Select(h => Scoped("col", h)))),
            Make("tbody", null, rows.Select(row => Make(
                "tr", null, row.Select((cell, i) => i == 0 ? Scoped("row", cell) : Make("td", null, cell))))));

    /// <summary>What is shown after a click on its heading; on paper only where it was opened.</summary>
    public static XElement Folded(string heading, params object?[] content) =>
        Make("details", null, Make("summary", null, heading), content);

    /// <summary>A section with a heading.</summary>
    public static XElement Section(string heading, params object?[] content) => Make("section", null, Make("h2", null, heading), content);

    private static XElement Scoped(string scope, object? content)
    {
        XElement cell = Make("th", null, content);
        cell.SetAttributeValue("scope", scope);
        return cell;
    }
}
