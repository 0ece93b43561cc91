using System.Xml.Linq;
using CryoSpin.Reporting.Html;

namespace CryoSpin.Reporting.Comparison;

/// <summary>Makes the page of a comparison of methods: one page that needs no network, no script and no other file.</summary>
public static class ComparisonReport
{
    /// <summary>The whole page; sections without data are left out.</summary>
    public static string Render(ComparisonInput input) => Make(input).Page;

    /// <summary>The whole page, and each of its figures as a file of its own.</summary>
    public static (string Page, IReadOnlyList<FigureFile> Figures) Make(ComparisonInput input)
    {
        IReadOnlyList<MethodSummary> methods = MethodSummary.Of(input.Runs);
        MethodStyles styles = new(methods.Select(m => m.Method));
        string title = "Comparison of methods on " + Path.GetFileName(input.Dataset);
        XElement?[] figures =
        [
            MapSections.Correlation(methods, styles),
            MapSections.Maps(methods, input.TruthMap),
            ProgressSections.ResolutionOverTime(methods, styles),
            ProgressSections.Amortization(input),
            SphereSections.Posteriors(input.Posteriors),
            SphereSections.Heads(methods),
            ProgressSections.HeadsAgainstOne(input),
        ];
        string page = Page.Render(
            $"{title} · CryoSpin",
            Tag.Make("h1", null, title),
            Tag.Make(
                "div", "soft", $"Ab-initio reconstruction with CryoSpin {input.Version}; every method on the same images, scored alike."),
            Facts(input, methods),
            input.Remarks.Count == 0 ? null : Tag.Make("ul", null, input.Remarks.Select(r => Tag.Make("li", null, r))),
            ScoreSections.Methods(methods),
            ScoreSections.Runs(input.Runs),
            figures,
            Tag.Section("How this page was made", Tag.Make("p", null, Tag.Make("code", null, input.Command))),
            Tag.Make(
                "footer", null,
                "This page is complete in itself. The tables stand beside it as CSV and JSON, the figures as SVG in the folder figures."));
        return (page, FigureSheets.Of(figures));
    }

    private static XElement Facts(ComparisonInput input, IReadOnlyList<MethodSummary> methods)
    {
        int finished = methods.Sum(m => m.Finished.Count);
        List<(string, string)> facts = [(Wording.Count(methods.Count), methods.Count == 1 ? "method" : "methods")];
        facts.Add(($"{finished} of {input.Runs.Count}", "runs finished"));
        if (input.ParticleCount > 0) facts.Add((Wording.Count(input.ParticleCount), "particles"));
        if (input.BoxSize > 0) facts.Add(($"{input.BoxSize} px", $"box, {Wording.Number(input.PixelSizeAngstrom, 3)} Å per pixel"));
        if (input.PixelSizeAngstrom > 0) facts.Add((Wording.Angstrom(2 * input.PixelSizeAngstrom), "finest resolution (Nyquist)"));
        return Page.Facts(facts);
    }
}
