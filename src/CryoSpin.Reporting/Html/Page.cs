using System.Xml.Linq;

namespace CryoSpin.Reporting.Html;

/// <summary>A page that needs no network, no script and no other file, and the parts that pages share.</summary>
internal static class Page
{
    /// <summary>The whole page as text.</summary>
    public static string Render(string title, params object?[] content)
    {
        XElement head = Tag.Make("head", null,
            new XElement("meta", new XAttribute("charset", "utf-8")),
            new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
            Tag.Make("title", null, title),
            Tag.Make("style", null, Stylesheet.Text));
        XElement body = Tag.Make("body", null, Tag.Make("main", null, content));
        XElement html = new("html", new XAttribute("lang", "en"), head, body);
        return "<!DOCTYPE html>\n" + Tag.Render(html) + "\n";
    }

    /// <summary>The most important figures, large.</summary>
    public static XElement Facts(IEnumerable<(string Value, string Name)> facts) => Tag.Make(
        "div", "facts", facts.Select(f => Tag.Make("div", "fact", Tag.Make("b", null, f.Value), Tag.Make("span", null, f.Name))));

    /// <summary>A link to a file or folder beside the page.</summary>
    public static XElement Link(string name)
    {
        XElement link = Tag.Make("a", null, Tag.Breakable(name));
        link.SetAttributeValue("href", string.Join('/', name.Split('/').Select(Uri.EscapeDataString)));
        return link;
    }
}
