using System.Buffers.Binary;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CryoSpin.Reporting.Charts;
using CryoSpin.Reporting.Html;
using CryoSpin.Reporting.Imaging;
using CryoSpin.TestSupport;

namespace CryoSpin.Cli.Tests.Reporting;

/// <summary>
/// Every kind of chart against its approved text, byte for byte. CRYOSPIN_APPROVE=1 writes the texts anew: look at the difference then.
/// Pictures are named by their size only, since what zlib makes of them differs between releases of the runtime.
/// </summary>
public sealed partial class ChartSnapshotTests
{
    private const string Approve = "CRYOSPIN_APPROVE";

    private static string Folder => Path.Combine(SharedData.RepositoryRoot, "tests", "CryoSpin.Cli.Tests", "Reporting", "Approved");

    public static TheoryData<string> Names => [.. Charts.Keys];

    private static readonly Dictionary<string, Func<XElement>> Charts = new()
    {
        ["line-linear"] = () => new LineChart
        {
            Description = "Two curves, a threshold, a mark, a gap",
            X = Axis.Around("time (s)", [0, 12.5]),
            Y = Axis.Around("loss", [-1, 3]),
            Curves =
            [
                new Series("first", [(0, 3), (2.5, 1.25), (5, double.NaN), (7.5, 0.5), (10, -0.4)], 0, Marked: Marked.Everywhere),
                new Series("second", [(1, 2), (12, 99)], 1, LineStyle.Dashed) { Hint = "second <seed 2>" },
            ],
            References = [new ReferenceLine(0, "zero"), new ReferenceLine(50, "outside")],
            Marks = [new Tick(6, "switch"), new Tick(13, "")],
        }.ToSvg(),
        ["line-styles"] = () => new LineChart
        {
            Description = "Every style and marker, a key of several rows",
            X = Axis.Between("x", 0, 1, 0.125),
            Y = Axis.Between("y", 0, 10, 5),
            Curves =
            [
                .. Enumerable.Range(0, 10).Select(i => new Series(
                    $"a method of long name {i}", [.. Enumerable.Range(0, 21).Select(k => (k / 20.0, i + k / 40.0))], i, (LineStyle)(i % 4),
                    (Marked)(i % 4), (MarkerShape)(i % 5))),
                new Series("a method of long name 3", [(0.5, 9.5)], 3),
            ],
        }.ToSvg(),
        ["line-log-time"] = () => new LineChart
        {
            Description = "Logarithmic time, resolution in angstrom",
            X = Axis.LogarithmicTime("time", [7, 4000]),
            Y = new Axis("resolution (Å)", 0, 0.2, Axis.AngstromTicks(0, 0.2)),
            Curves =
            [
                new Series("quick", [(0, 0.01), (7, 0.05), (70, 0.15)], 2, Marked: Marked.AtEnd, Shape: MarkerShape.Diamond),
                new Series("slow", [(100, 0.04), (4000, 0.12)], 4, LineStyle.Dotted, Marked.AtEnd, MarkerShape.Cross),
            ],
            TopTicks = [new Tick(60, "a minute")],
            TopTitle = "top",
            Width = 620,
        }.ToSvg(),
        ["line-log-values"] = () => new LineChart
        {
            Description = "Logarithmic values",
            X = Axis.Around("epoch", [1, 6], fromZero: true),
            Y = Axis.Logarithmic("error (°)", [83, 0.9, 0, double.NaN]),
            Curves = [new Series("error", [(1, 83), (2, 20), (3, 4), (4, 0.9), (5, 0)], 0, Marked: Marked.Everywhere)],
        }.ToSvg(),
        ["bars"] = () => new BarChart
        {
            Description = "Shares",
            NamesTitle = "head",
            ValuesTitle = "images won (%)",
            Bars = [new Bar("1", 61.25), new Bar("2", 38.75), new Bar("3", 0), new Bar("<4>", double.NaN)],
            References = [new ReferenceLine(25, "equal shares")],
        }.ToSvg(),
        ["sphere"] = () => new SphereMap
        {
            Description = "A sphere with marks",
            Picture = PngEncoder.Gray(2, 1, [0, 255]),
            Marks =
            [
                new SphereMark((0, 0, 1), MarkerShape.Circle, Filled: false, "candidate"),
                new SphereMark((1, 0, 0), MarkerShape.Diamond, Filled: true, "chosen"),
                new SphereMark((0, -0.8, -0.6), MarkerShape.Cross, Filled: false, "truth"),
            ],
            KeyTitle = "error",
            KeyLabels = ["0°", "45°", "90° or more"],
        }.ToSvg(),
        ["colour-key"] = () => ColourKey.ToSvg("error", ["0°", "90°"]),
        ["sheet"] = () => XDocument.Parse(FigureSheets.Of(
        [
            Tag.Section(
                "A posterior", Tag.Make("div", "marks", Tag.Make("span", null, Svg.Root(20, 20, "Marker"), "chosen")),
                Tag.Make("h3", null, "cryospin:heads=1, particle 7"),
                Tag.Make(
                    "div", "small", Enumerable.Range(1, 7).Select(i => Tag.Figure(Svg.Root(248, 130, $"Map {i}"), $"epoch {i}"))),
                Tag.Figure(Svg.Root(520, 42, "Colours"), "an explanation"),
                Tag.Make(
                    "div", "maps", Tag.Make("div", null, Tag.Make("b", null, Tag.Breakable("cryospin-amortized:encoder-steps=800"))),
                    Tag.Figure(Svg.Root(240, 240, "Slice"), "XY")),
                Tag.Make("div", "row", Tag.Figure(Svg.Root(520, 300, "Left"), "left"), Tag.Figure(Svg.Root(520, 300, "Right"), "right"))),
        ]).Single().Svg).Root!,
        ["tile"] = () => Pictures.Tile(PngEncoder.Rgba(1, 1, [1, 2, 3, 4]), 224, "A picture with a scale bar"),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chart_is_as_approved(string name)
    {
        string actual = Text(Charts[name]());
        string path = Path.Combine(Folder, name + ".svg");
        if (Environment.GetEnvironmentVariable(Approve) == "1") File.WriteAllText(path, actual);
        string approved = File.Exists(path) ? File.ReadAllText(path).Replace("\r\n", "\n") : "";
        Assert.True(
            approved == actual,
            $"The chart '{name}' differs from {path} {Difference(approved, actual)}. If it is meant to, run this test with {Approve}=1, "
            + "which writes the file anew, and look at what changed.");
    }

    [Fact]
    public void Charts_are_the_same_twice_and_in_every_culture() => Assert.All(
        Charts.Values, chart => Assert.Equal(chart().ToString(), Pages.WithComma(() => chart().ToString())));

    [Fact]
    public void Every_approved_file_has_its_chart() => Assert.Equal(
        Charts.Keys.Order(), Directory.GetFiles(Folder, "*.svg").Select(f => Path.GetFileNameWithoutExtension(f)).Order());

    private static string Text(XElement svg) =>
        DataUri().Replace(svg.ToString(SaveOptions.None).Replace("\r\n", "\n"), m =>
        {
            byte[] png = Convert.FromBase64String(m.Groups[1].Value);
            return $"\"png:{BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16))}x{BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))}\"";
        }) + "\n";

    private static string Difference(string approved, string actual)
    {
        (string[] was, string[] now) = (approved.Split('\n'), actual.Split('\n'));
        int line = was.Zip(now).TakeWhile(p => p.First == p.Second).Count();
        return $"in line {line + 1}: '{was.ElementAtOrDefault(line)?.Trim()}' was approved, '{now.ElementAtOrDefault(line)?.Trim()}' came";
    }

    [GeneratedRegex("\"data:image/png;base64,([^\"]*)\"")]
    private static partial Regex DataUri();
}
