using System.Globalization;
using System.Xml.Linq;
using CryoSpin.Reporting.Charts;

namespace CryoSpin.Reporting.Html;

/// <summary>A figure as a file of its own, for papers and slides.</summary>
/// <param name="Name">Name of the file.</param>
/// <param name="Svg">Its text: SVG that needs no page's style, no font file and no other file.</param>
public sealed record FigureFile(string Name, string Svg);

/// <summary>
/// Makes a page's figures into files: all drawings below one heading, laid out as on the page, become one. Captions of small drawings, by
/// which they are told apart, come with them; explanations stay on the page.
/// </summary>
internal static class FigureSheets
{
    private const double Edge = 12, Gap = 16, CaptionHeight = 20, TileWidth = 176, LabelWidth = 150;
    private const int TilesPerRow = 6, ChartsPerRow = 2, LabelLetters = 20;

    /// <summary>
    /// The figures of sections; those without drawings have none. A heading's id, where it has one, names its file: it stays the same
    /// whatever else the heading says.
    /// </summary>
    public static IReadOnlyList<FigureFile> Of(IEnumerable<XElement?> sections)
    {
        List<FigureFile> files = [];
        foreach (XElement section in sections.OfType<XElement>())
        {
            string name = Slug(section.Element("h2")?.Value ?? "figure");
            // What stands before the first smaller heading, a legend, belongs to all of them.
            XElement[] shared = [.. section.Elements().TakeWhile(e => e.Name != "h3").Where(e => e.Name != "h2")];
            XElement[] headings = [.. section.Elements("h3")];
            if (headings.Length == 0) Add(name, section.Element("h2")!.Value, shared);
            foreach (XElement heading in headings)
            {
                IEnumerable<XElement> own = heading.ElementsAfterSelf().TakeWhile(e => e.Name != "h3");
                Add((string?)heading.Attribute("id") ?? $"{name}-{Slug(heading.Value)}", heading.Value, [.. shared, .. own]);
            }
        }
        return files;

        void Add(string name, string title, IReadOnlyList<XElement> blocks)
        {
            if (Sheet(title, blocks) is { } sheet) files.Add(new FigureFile(name + ".svg", sheet));
        }
    }

    private static string? Sheet(string title, IReadOnlyList<XElement> blocks)
    {
        Layout layout = new();
        foreach (XElement block in blocks)
        {
            switch ((string?)block.Attribute("class"))
            {
                case "marks": layout.Legend(block); break;
                case "small": layout.Grid([.. block.Elements("figure")], TilesPerRow, TileWidth); break;
                case "maps": layout.Labelled(block); break;
                case "row": layout.Grid([.. block.Elements("figure")], ChartsPerRow, null); break;
                default:
                    if (block.Name == "figure") layout.Grid([block], 1, null, captions: false);
                    break;
            }
        }
        return layout.ToSvg(title);
    }

    /// <summary>A name for files: letters, digits, = and ., with a hyphen for all else.</summary>
    public static string Slug(string text)
    {
        string mapped = string.Concat(text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '=' or '.' ? c : ' '));
        return string.Join('-', mapped.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private sealed class Layout
    {
        private readonly List<XElement> _placed = [];
        private double _y = Edge, _width;
        // A legend alone is no figure.
        private bool _hasFigure;

        /// <summary>Figures in rows, each with its caption below it.</summary>
        public void Grid(IReadOnlyList<XElement> figures, int columns, double? width, bool captions = true)
        {
            foreach (XElement[] row in figures.Chunk(columns))
            {
                _hasFigure = true;
                double x = Edge, height = 0;
                foreach (XElement figure in row)
                {
                    (double placedWidth, double placedHeight) = Place(figure.Element(Svg.Namespace + "svg")!, x, _y, width);
                    string? caption = captions ? figure.Element("figcaption")?.Value : null;
                    if (caption is not null) Text(x, _y + placedHeight + 14, caption, "label");
                    height = Math.Max(height, placedHeight + (caption is null ? 0 : CaptionHeight));
                    x += placedWidth + Gap;
                }
                _y += height + Gap / 2;
            }
        }

        /// <summary>A row of tiles behind its label.</summary>
        public void Labelled(XElement row)
        {
            _hasFigure = true;
            double textY = _y + 0.4 * TileWidth;
            foreach (XElement part in row.Element("div")!.Elements())
            {
                foreach (string line in Lines([.. part.Nodes().OfType<XText>().Select(t => t.Value)]))
                {
                    Text(Edge, textY, line, part.Name == "b" ? "title" : "label");
                    textY += 18;
                }
            }
            double x = Edge + LabelWidth, height = 0;
            foreach (XElement figure in row.Elements("figure"))
            {
                (double width, height) = Place(figure.Element(Svg.Namespace + "svg")!, x, _y, TileWidth);
                Text(x, _y + height + 14, figure.Element("figcaption")!.Value, "label");
                x += width + Gap / 2;
            }
            _y += height + CaptionHeight + Gap / 2;
        }

        /// <summary>Markers with their meaning, in a line.</summary>
        public void Legend(XElement block)
        {
            double x = Edge;
            foreach (XElement entry in block.Elements("span"))
            {
                (double width, _) = Place(entry.Element(Svg.Namespace + "svg")!, x, _y, null);
                string meaning = string.Concat(entry.Nodes().OfType<XText>().Select(t => t.Value));
                Text(x + width + 6, _y + 14, meaning, "label");
                x += width + 30 + 7 * meaning.Length;
            }
            _y += 20 + Gap / 2;
        }

        /// <summary>All of it, or null where nothing was drawn.</summary>
        public string? ToSvg(string title)
        {
            if (!_hasFigure) return null;
            double width = _width + Edge, height = _y + Edge;
            XElement root = Svg.Root(
                width, height, title, new XElement(Svg.Namespace + "style", Stylesheet.StandaloneDrawings),
                Svg.Element("rect", "width", width, "height", height, "fill", "#ffffff"), _placed);
            root.SetAttributeValue("width", Svg.Number(width));
            root.SetAttributeValue("height", Svg.Number(height));
            root.SetAttributeValue("font-family", "Helvetica, Arial, DejaVu Sans, sans-serif");
            root.SetAttributeValue("font-size", "12");
            return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + Tag.Render(root) + "\n";
        }

        private (double Width, double Height) Place(XElement drawing, double x, double y, double? width)
        {
            double[] box =
            [
                .. ((string)drawing.Attribute("viewBox")!).Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture)),
            ];
            double placedWidth = width ?? box[2], placedHeight = placedWidth * box[3] / box[2];
            XElement placed = new(drawing);
            foreach ((string name, double value) in (ReadOnlySpan<(string, double)>)
                [("x", x), ("y", y), ("width", placedWidth), ("height", placedHeight)])
            {
                placed.SetAttributeValue(name, Svg.Number(value));
            }
            _placed.Add(placed);
            _width = Math.Max(_width, x + placedWidth);
            return (placedWidth, placedHeight);
        }

        // Pieces of a name (Tag.Breakable) in as few lines as fit beside the tiles.
        private static List<string> Lines(IReadOnlyList<string> pieces)
        {
            List<string> lines = [];
            foreach (string piece in pieces)
            {
                if (lines.Count > 0 && lines[^1].Length + piece.Length <= LabelLetters) lines[^1] += piece;
                else lines.Add(piece);
            }
            return lines;
        }

        private void Text(double x, double y, string text, string cssClass) => _placed.Add(Svg.Text(x, y, text, cssClass, "start"));
    }
}
