using System.Globalization;
using System.Xml.Linq;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Comparison;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Reporting;

public sealed class ComparisonReportTests
{
    private static readonly Lazy<string> FullPage = new(() => ComparisonReport.Render(ComparisonSample.Full()));

    [Fact]
    public void The_page_has_every_figure_and_needs_nothing_from_elsewhere()
    {
        XElement page = Pages.Parse(FullPage.Value);
        Assert.Equal(
            [
                "Scores", "All runs", "Correlation with the truth", "Maps at one contour", "Resolution against time",
                "Fully against semi-amortized inference", "Posterior over view directions", "What the heads are worth",
                "Many heads against one", "How this page was made",
            ],
            Headings(page));
        Pages.NeedsNothingFromElsewhere(FullPage.Value);
        Pages.DrawingsAreSound(page);
        // The truth and five methods, three slices and a surface each.
        Assert.Equal(24, Classes(page, "maps").Sum(m => m.Elements("figure").Count()));
        // One chart per seed, its switch marked.
        XElement amortization = page.Descendants("section").Single(s => s.Element("h2")!.Value.StartsWith('F'));
        Assert.Equal(3, amortization.Descendants("figure").Count());
        Assert.Equal(3, amortization.Descendants(Pages.Svg + "text").Count(t => t.Value == "auto-decoding"));
    }

    [Fact]
    public void The_page_is_the_same_twice_and_in_every_culture() =>
        Assert.Equal(FullPage.Value, Pages.WithComma(() => ComparisonReport.Render(ComparisonSample.Full())));

    [Fact]
    public void Every_figure_is_a_file_of_its_own_that_needs_no_page()
    {
        (string page, IReadOnlyList<FigureFile> figures) = ComparisonReport.Make(ComparisonSample.Full());
        Assert.Equal(figures.Count, figures.Select(f => f.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(figures, f => Assert.Matches("^[a-z0-9=.-]+[.]svg$", f.Name));
        // The seed that is shown can change as runs are added; the file's name does not.
        Assert.Contains("heads-cryospin.svg", figures.Select(f => f.Name));
        // Every drawing of the page is in a file, and the legend of the posteriors in each of theirs.
        string[] drawn = [.. Descriptions(Pages.Parse(page))];
        XElement[] sheets = [.. figures.Select(f => XDocument.Parse(f.Svg).Root!)];
        Assert.Equal(drawn.Distinct().Order(), sheets.SelectMany(s => Descriptions(s).Skip(1)).Distinct().Order());
        Assert.Equal(drawn.Count(d => !d.StartsWith("Marker", StringComparison.Ordinal)),
            sheets.Sum(s => Descriptions(s).Skip(1).Count(d => !d.StartsWith("Marker", StringComparison.Ordinal))));
        Assert.All(figures.Where(f => f.Name.StartsWith("posterior", StringComparison.Ordinal)), f => Assert.Contains("Marker: truth", f.Svg));
        Assert.All(figures, f => Assert.DoesNotContain("var(", f.Svg));
        Assert.Contains(".s0 { stroke: #0072b2; }", figures[0].Svg);
        Assert.All(sheets, sheet =>
        {
            foreach (XElement placed in sheet.Elements(Pages.Svg + "svg"))
            {
                Assert.InRange(Number(placed, "x") + Number(placed, "width"), 0, Number(sheet, "width"));
                Assert.InRange(Number(placed, "y") + Number(placed, "height"), 0, Number(sheet, "height"));
            }
        });
        Assert.Empty(ComparisonReport.Make(Empty()).Figures);

        static IEnumerable<string> Descriptions(XElement element) =>
            element.DescendantsAndSelf(Pages.Svg + "svg").Select(s => (string)s.Attribute("aria-label")!);
        static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Curves_of_two_methods_differ_in_more_than_colour()
    {
        ComparedRun[] runs =
        [
            .. Enumerable.Range(0, 12).Select(i => ComparisonSample.Bare($"m{i}", 1, RunStatus.Finished) with
            {
                TruthFsc = new FscCurve(8, 1, [1, 1, 0.9, 0.5, 0.1]),
            }),
        ];
        XElement page = Pages.Parse(ComparisonReport.Render(Empty() with { Runs = runs }));
        XElement[] curves = [.. page.Descendants(Pages.Svg + "path").Where(p => p.Attribute("class")!.Value.Split(' ')[0] == "curve")];
        Assert.Equal(12, curves.Length);
        // What is left without colours: the dashes and the marker that follows the curve.
        Assert.Equal(12, curves.Select(c => (string)c.Attribute("class")! + Shape(c.ElementsAfterSelf().First())).Distinct().Count());
        Assert.Equal(12, curves.Select(c => Dashes(c) + Shape(c.ElementsAfterSelf().First())).Distinct().Count());

        static string Dashes(XElement curve) => string.Join(' ', ((string)curve.Attribute("class")!).Split(' ').Skip(2));

        static string Shape(XElement marker) => marker.Name.LocalName + ((string?)marker.Attribute("d"))?.Count(char.IsLetter)
            + (marker.Attribute("d") is { Value: { } d } && d.EndsWith('Z') ? Corners(d) : "");

        // A square's first corner is left of its second at one height; a diamond's is not.
        static string Corners(string d)
        {
            string[] first = d[1..].Split('L')[0].Split(' '), second = d[1..].Split('L')[1].TrimEnd('Z').Split(' ');
            return first[1] == second[1] ? "flat" : "tip";
        }
    }

    [Fact]
    public void The_table_has_mean_spread_and_range_over_the_seeds_that_finished()
    {
        ComparedRun[] runs =
        [
            ComparisonSample.Bare("a", 1, RunStatus.Finished) with { MeanRotationErrorDegrees = 1, PeakMemoryBytes = 3L << 30 },
            ComparisonSample.Bare("a", 2, RunStatus.Finished) with { MeanRotationErrorDegrees = 3, PeakMemoryBytes = 1L << 30 },
            ComparisonSample.Bare("a", 3, RunStatus.Failed) with { MeanRotationErrorDegrees = 100, Message = "no <signal> & more" },
            ComparisonSample.Bare("a", 4, RunStatus.Running),
            ComparisonSample.Bare("b", 1, RunStatus.Finished) with { MeanRotationErrorDegrees = 20 },
        ];
        XElement page = Pages.Parse(ComparisonReport.Render(Empty() with { Runs = runs }));
        Assert.Equal(["Scores", "All runs", "How this page was made"], Headings(page));
        XElement scores = page.Descendants("table").First();
        Assert.Equal(
            ["method", "seeds", "mean rotation error (°)", "time (s)", "peak memory (GiB)"],
            scores.Element("thead")!.Descendants("th").Select(h => h.Value));
        XElement[] a = [.. scores.Element("tbody")!.Elements().First().Elements()];
        Assert.Equal("2, 1 failed, 1 unfinished", a[1].Value);
        Assert.Equal("2.00 ± 1.411.00 – 3.00", a[2].Value);
        Assert.Contains("2.00 ± 1.41", Classes(page, "best").Select(e => e.Value));
        Assert.Equal("2.00 ± 1.411.00 – 3.00", a[4].Value);
        Assert.Equal("20.0", scores.Element("tbody")!.Elements().Last().Elements().ElementAt(2).Value);
        Assert.Contains(page.Descendants("td"), d => d.Value == "failed: no <signal> & more");
    }

    [Fact]
    public void Sections_without_data_are_left_out_and_no_frame_is_empty()
    {
        XElement page = Pages.Parse(ComparisonReport.Render(Empty()));
        Assert.Equal(["How this page was made"], Headings(page));
        Assert.Empty(page.Descendants("svg"));
        XElement failed = Pages.Parse(ComparisonReport.Render(Empty() with { Runs = [ComparisonSample.Bare("a", 1, RunStatus.Failed)] }));
        Assert.Equal(["Scores", "All runs", "How this page was made"], Headings(failed));
        Assert.Empty(failed.Descendants(Pages.Svg + "svg"));
        ComparisonInput full = ComparisonSample.Full();
        XElement noTruth = Pages.Parse(ComparisonReport.Render(full with
        {
            TruthMap = null,
            Posteriors = [],
            Runs = [.. full.Runs.Select(r => r with { TruthFsc = null, Course = [], Heads = null })],
        }));
        Assert.Equal(["Scores", "All runs", "Maps at one contour", "How this page was made"], Headings(noTruth));
        Assert.All(noTruth.Descendants("figure"), f => Assert.NotEmpty(f.Elements(Pages.Svg + "svg")));
    }

    [Fact]
    public void A_pair_of_figures_needs_both_sides()
    {
        ComparisonInput full = ComparisonSample.Full();
        ComparedRun[] runs = [.. full.Runs.Where(r => r.Method is "cryospin" or "cryodrgn2")];
        string[] headings = Headings(Pages.Parse(ComparisonReport.Render(full with { Runs = runs })));
        Assert.DoesNotContain("Fully against semi-amortized inference", headings);
        Assert.DoesNotContain("Many heads against one", headings);
    }

    [Fact]
    public void Strange_figures_do_not_break_the_page()
    {
        ComparedRun odd = ComparisonSample.Bare("cryospin", 1, RunStatus.Finished) with
        {
            MeanRotationErrorDegrees = double.NaN,
            HalfMapResolutionAngstrom = double.PositiveInfinity,
            TruthFsc = new FscCurve(4, 1, [1, double.NaN, 0]),
            Map = new Volume(2, 1, [float.NaN, 1, 2, 3, 4, float.PositiveInfinity, 0, 0]),
            Course =
            [
                new ScoredSnapshot("one", 0, 0, 0, 0, 0, null, double.NaN),
                new ScoredSnapshot("one", 1, 5, 1, double.PositiveInfinity, double.NaN, null, 2),
                new ScoredSnapshot("two", 1, 9, 1e-9, 4, 1e-9, null, null),
            ],
            Heads = new HeadScores([(0, 0, 1), (0, 0, -1)], [[double.NaN, 3], [double.NaN, double.NaN]], [double.NaN, 1]),
        };
        ComparisonInput input = Empty() with
        {
            ParticleCount = 0,
            BoxSize = 0,
            TruthMap = new Volume(4, 0),
            Runs =
            [
                odd, odd with { Seed = 2, Map = new Volume(1, 1), Heads = new HeadScores([], [], []) },
                odd with { Method = "cryospin-amortized" }, odd with { Method = "cryospin:heads=1" },
            ],
            Posteriors =
            [
                .. new[] { double.NegativeInfinity, -3 }.Select((v, i) => new PosteriorView
                {
                    Method = "m", Seed = 1, Particle = 0, Phase = "p", Epoch = i + 1, Views = [(0, 0, 1)], LogLikelihoods = [v],
                }),
            ],
        };
        XElement page = Pages.Parse(ComparisonReport.Render(input));
        Pages.DrawingsAreSound(page);
        Assert.Single(Classes(page, "small").Last(s => s.Value.Contains("p 2")).Elements());
    }

    [Fact]
    public void At_most_twelve_snapshots_of_a_particle_are_shown_the_last_among_them()
    {
        PosteriorView one = ComparisonSample.Full().Posteriors[0];
        one = one with { Views = [.. one.Views.Take(9)] };
        XElement page = Pages.Parse(ComparisonReport.Render(
            Empty() with { Posteriors = [.. Enumerable.Range(1, 40).Select(e => one with { Epoch = e })] }));
        XElement[] shown = [.. Classes(page, "small").Single().Elements()];
        Assert.Equal(12, shown.Length);
        Assert.Contains("auto-encoding 1:", shown[0].Value);
        Assert.Contains("auto-encoding 40:", shown[^1].Value);
        Assert.Contains("12 of 40", page.Descendants("h3").Single().Value);
    }

    private static ComparisonInput Empty() => new()
    {
        Version = "1",
        Command = "cryospin compare",
        Dataset = "p.star",
        ParticleCount = 10,
        BoxSize = 8,
        PixelSizeAngstrom = 1,
        Runs = [],
    };

    private static string[] Headings(XElement page) => [.. page.Descendants("h2").Select(h => h.Value)];

    private static IEnumerable<XElement> Classes(XElement page, string name) =>
        page.Descendants().Where(d => (string?)d.Attribute("class") == name);
}
