using System.Xml.Linq;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reporting;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Reporting;

public sealed class HtmlReportTests
{
    [Fact]
    public void The_page_is_well_formed_and_has_every_section()
    {
        XElement page = Pages.Parse(HtmlReport.Render(Full()));
        Assert.Equal(
            ["Against the truth", "Map", "Resolution", "View directions and shifts", "Course of the run", "Parameters and times", "Files"],
            page.Descendants("h2").Select(h => h.Value));
        Assert.Equal(6, page.Descendants("div").Where(d => (string?)d.Attribute("class") == "tiles").Sum(d => d.Elements().Count()));
        Assert.All(page.Descendants(Pages.Svg + "svg"), s => Assert.False(string.IsNullOrEmpty((string?)s.Attribute("aria-label"))));
    }

    [Fact]
    public void The_curve_that_decides_is_called_corrected_and_the_masked_one_masked()
    {
        FscCurve corrected = new(16, 3.5, [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0, 0, 0]);
        XElement page = Pages.Parse(HtmlReport.Render(Full() with { CorrectedFsc = corrected }));
        XElement table = page.Descendants("table").Single(t => t.Value.StartsWith("curve", StringComparison.Ordinal));
        string[] names = [.. table.Descendants("tbody").Descendants("th").Select(h => h.Value)];
        Assert.Equal(["half-maps, corrected", "half-maps, masked", "half-maps, unmasked", "map against truth"], names);
        Assert.Contains(Wording.Angstrom(corrected.ResolutionAngstrom(0.5)), table.Descendants("tr").ElementAt(1).Value);
        Assert.Contains("The corrected curve at 0.143 is the resolution", page.Value);
    }

    [Theory]
    [InlineData(1, "on 1 thread")]
    [InlineData(3, "on 3 threads")]
    public void The_threads_are_counted_in_words_that_fit(int threads, string shown)
    {
        RunRecord run = Run("p.star") with { EndedUtc = DateTime.UtcNow };
        run = run with { Options = run.Options with { Resources = new RunResources { Threads = threads } } };
        XElement page = Pages.Parse(HtmlReport.Render(Full() with { Run = run }));
        Assert.Contains(page.Descendants(), e => !e.HasElements && e.Value == shown);
    }

    [Fact]
    public void Where_the_pixels_are_the_limit_it_says_so()
    {
        Assert.DoesNotContain("limit of the pixels", Pages.Parse(HtmlReport.Render(Full())).Value);
        ReportInput fine = Full() with { Run = Run("p.star") with { ResolutionAngstrom = 7 } };
        Assert.Contains("the limit of the pixels (Nyquist)", Pages.Parse(HtmlReport.Render(fine)).Value);
        Assert.Equal("7 Å (Nyquist, the limit of the pixels)", Wording.Resolution(7, 3.5));
        Assert.Equal("7.1 Å", Wording.Resolution(7.1, 3.5));
    }

    [Fact]
    public void Every_option_is_on_the_page()
    {
        XElement page = Pages.Parse(HtmlReport.Render(Full()));
        XElement table = page.Descendants("details").Single(d => d.Value.StartsWith("All options", StringComparison.Ordinal));
        Assert.All(OptionCatalogue.All.Where(o => o.HasValue), o => Assert.Contains(table.Descendants("th"), cell => cell.Value == o.Name));
    }

    [Fact]
    public void Plots_of_two_points_and_head_shares_are_folded_away()
    {
        ReportInput full = Full();
        ReportInput two = full with { Metrics = [.. full.Metrics.Where(m => m.Phase != "two" || m.Epoch < 3)] };
        XElement page = Pages.Parse(HtmlReport.Render(two));
        string[] folded = [.. page.Descendants("details").Descendants("figcaption").Select(c => c.Value)];
        Assert.Equal(3, folded.Length);
        Assert.Contains(folded, c => c.StartsWith("Loss during two", StringComparison.Ordinal));
        Assert.Contains(folded, c => c.StartsWith("Share of the images", StringComparison.Ordinal));
        Assert.DoesNotContain(folded, c => c.StartsWith("Loss during one", StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_needs_nothing_from_elsewhere()
    {
        Pages.NeedsNothingFromElsewhere(HtmlReport.Render(Full()));
    }

    [Fact]
    public void Sections_without_data_are_left_out()
    {
        XElement page = Pages.Parse(
            HtmlReport.Render(new ReportInput { Run = Run("p.star") with { Status = RunStatus.Failed, Message = "no signal" } }));
        Assert.Equal(["Parameters and times"], page.Descendants("h2").Select(h => h.Value));
        Assert.Contains(page.Descendants("p"), p => p.Value == "no signal");
    }

    [Fact]
    public void Names_are_escaped()
    {
        const string name = "a <b> & \"c\" 'd'.star";
        string html = HtmlReport.Render(Full() with { Run = Run("in/" + name), Files = [new ReportFile("50% #1 & <x>.mrc", 1, "odd")] });
        XElement page = Pages.Parse(html);
        Assert.Equal("Ab-initio map of " + name, page.Descendants("h1").Single().Value);
        XElement link = page.Descendants("a").Single();
        Assert.Equal("50% #1 & <x>.mrc", link.Value);
        Assert.Equal("50%25%20%231%20%26%20%3Cx%3E.mrc", link.Attribute("href")!.Value);
    }

    [Fact]
    public void Numbers_have_a_decimal_point_in_every_culture()
    {
        Assert.Equal(HtmlReport.Render(Full()), Pages.WithComma(() => HtmlReport.Render(Full())));
    }

    [Fact]
    public void Every_drawing_stays_inside_its_frame_and_has_finite_numbers()
    {
        Pages.DrawingsAreSound(Pages.Parse(HtmlReport.Render(Full())));
    }

    [Fact]
    public void Strange_figures_do_not_break_the_page()
    {
        MetricRecord odd = new() { Phase = "one", Epoch = 1, Loss = double.NaN, ResolutionAngstrom = double.PositiveInfinity };
        FscCurve flat = new(4, 1, [1, double.NaN, 0]);
        ReportInput input = new()
        {
            Run = Run("p.star") with { PixelSizeAngstrom = 0 },
            Metrics = [odd, odd with { Epoch = 2, Loss = 1, ImageVisits = 0 }, odd with { Phase = "two", Loss = 1e300 }],
            Map = new Volume(2, 1),
            MaskedFsc = flat,
            Poses = [new Pose(Rotation.Identity, 0, 0)],
        };
        string html = HtmlReport.Render(input);
        Assert.DoesNotContain("\"NaN", html);
        Pages.Parse(html);
    }

    private static RunRecord Run(string particles) => new()
    {
        Version = "1.2.3",
        Command = "cryospin reconstruct p.star -o out",
        Options = ReconstructionOptions.Of(particles, "out") with { Resources = new RunResources { Threads = 2 } },
        StartedUtc = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        EndedUtc = new DateTime(2026, 1, 2, 3, 8, 5, DateTimeKind.Utc),
        Status = RunStatus.Finished,
        ParticleCount = 1234,
        BoxSize = 16,
        PixelSizeAngstrom = 3.5,
        ResolutionAngstrom = 9.1,
        MaskDiameterAngstrom = 40,
        PhaseTimes = [new PhaseTime("one", 60), new PhaseTime("two", 180)],
        PeakMemoryBytes = 1 << 30,
    };

    private static ReportInput Full()
    {
        Random random = new(5);
        Pose[] poses = [.. Enumerable.Range(0, 500).Select(_ => new Pose(
            new EulerAngles(360 * random.NextDouble(), 180 * random.NextDouble(), 360 * random.NextDouble()).ToRotation(),
            10 * (random.NextDouble() - 0.5), 10 * (random.NextDouble() - 0.5)))];
        FscCurve curve = new(16, 3.5, [1, 0.99, 0.98, 0.9, 0.7, 0.4, 0.1, -0.1, 0.02]);
        return new ReportInput
        {
            Run = Run("in/particles.star"),
            Metrics =
            [
                .. Enumerable.Range(1, 8).Select(e => new MetricRecord
                {
                    Phase = "one", Epoch = e, ImageVisits = 1234 * e, ElapsedSeconds = 7.5 * e, Loss = 1 + 1.0 / e,
                    ResolutionAngstrom = 40 - e, HeadShares = [0.6, 0.4],
                }),
                .. Enumerable.Range(1, 5).Select(e => new MetricRecord
                {
                    Phase = "two", Epoch = e, ImageVisits = 10000 + 1234 * e, ElapsedSeconds = 60 + 36 * e, Loss = 1.0 / e,
                    ResolutionAngstrom = 20 - e,
                    MedianPoseChangeDegrees = 10.0 / e,
                }),
            ],
            Map = new Volume(16, 3.5, Maps.Blob(16, 1, 0.1)),
            MaskedFsc = curve,
            UnmaskedFsc = curve,
            TruthFsc = curve,
            Poses = poses,
            Evaluation = [new ReportFigure("median rotation error", "1.5°")],
            Files = [new ReportFile("map.mrc", 12345, "the map")],
        };
    }
}
