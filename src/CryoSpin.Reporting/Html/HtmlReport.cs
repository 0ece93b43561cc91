using System.Globalization;
using System.Xml.Linq;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Html;

/// <summary>Makes report.html: one page that needs no network, no script and no other file.</summary>
public static class HtmlReport
{
    /// <summary>The whole page.</summary>
    public static string Render(ReportInput input)
    {
        RunRecord run = input.Run;
        string particles = Path.GetFileName(run.Options.Particles.Path), folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Options.Output.Folder));
        return Page.Render(
            $"{folder}: ab-initio map of {particles} · CryoSpin",
            Tag.Make("h1", null, $"Ab-initio map of {particles}"),
            Tag.Make(
                "div", "soft",
                $"Folder {folder}. CryoSpin {run.Version}, started {Time(run.StartedUtc)}, {Wording.Status(run.Status)}."),
            VerdictOf(run),
            run.Message is null ? null : Tag.Make("p", "message", run.Message),
            run.Warnings.Count == 0 ? null : Tag.Make("p", "message", string.Join(' ', run.Warnings)),
            Facts(run),
            ResultSections.Evaluation(input),
            ResultSections.Map(input),
            ResultSections.Resolution(input),
            ResultSections.Poses(input),
            CourseSections.Course(input),
            Parameters(run),
            Files(input),
            Tag.Make(
                "footer", null,
                "This page is complete in itself. The hand of an ab-initio map is not known: flip it if the helices are left-handed."));
    }

    private static XElement? VerdictOf(RunRecord run) => run.Verdict is not { } verdict ? null : Tag.Make(
        "p", verdict.State == VerdictState.Solved ? "verdict" : "message",
        Tag.Make("b", null, $"Verdict: {VerdictText.Word(verdict.State)}."),
        " " + string.Join(' ', verdict.Reasons.Count > 0 ? verdict.Reasons : [VerdictText.Solved(verdict)]));

    private static XElement Facts(RunRecord run)
    {
        List<(string Value, string Name)> facts = [];
        if (run.ResolutionAngstrom is { } resolution) facts.Add((Wording.Angstrom(resolution), ResolutionName(resolution, run)));
        if (run.ParticleCount > 0) facts.Add((Wording.Count(run.ParticleCount), "particles"));
        if (run.RejectedParticles > 0) facts.Add((Wording.Count(run.RejectedParticles), "images rejected"));
        if (run.SkippedParticles > 0) facts.Add((Wording.Count(run.SkippedParticles), "particles left out"));
        if (run.BoxSize > 0) facts.Add(($"{run.BoxSize} px", $"box, {Wording.Number(run.PixelSizeAngstrom, 3)} Å per pixel"));
        if (run.MaskDiameterAngstrom is { } mask) facts.Add((Wording.Angstrom(Math.Round(mask)), "mask diameter"));
        string threads = run.Options.Resources.Threads is var n && n == 1 ? "on 1 thread" : $"on {n} threads";
        if (run.EndedUtc is { } end) facts.Add((Wording.Duration(end - run.StartedUtc), threads));
        if (run.ProcessorSeconds is { } seconds) facts.Add((Wording.Duration(TimeSpan.FromSeconds(seconds)), "processor time"));
        if (run.PeakMemoryBytes > 0) facts.Add((Wording.Bytes(run.PeakMemoryBytes), "peak memory"));
        return Page.Facts(facts);
    }

    private static string ResolutionName(double resolution, RunRecord run) =>
        run.Verdict is { State: not VerdictState.Solved } ? "half-map FSC 0.143; not proven, see the verdict" : resolution <= 2 * run.PixelSizeAngstrom * 1.001
            ? "resolution, half-map FSC 0.143: the limit of the pixels (Nyquist)" : "resolution, half-map FSC 0.143";

    private static XElement Parameters(RunRecord run)
    {
        double total = run.PhaseTimes.Sum(p => p.Seconds);
        IEnumerable<(string, string)> times = run.PhaseTimes.Select(p =>
            (p.Phase, Wording.Duration(TimeSpan.FromSeconds(p.Seconds))
                + $" ({Wording.Number(100 * p.Seconds / Math.Max(total, 1e-9), 0)} %)"));
        return Tag.Section("Parameters and times",
            Tag.Make("p", null, Tag.Make("code", null, run.Command)),
            Tag.Pairs(Working(run)),
            run.PhaseTimes.Count == 0 ? null : Tag.Pairs(times),
            Tag.Folded("All options in force", Options(run.Options)));
    }

    /// <summary>What followed from options and particles.</summary>
    private static List<(string, string)> Working(RunRecord run)
    {
        double shift = run.MaxShiftPixels ?? run.Options.Method.MaxShiftPixels;
        return
        [
            ("largest shift", $"{Wording.Number(shift)} px, {Wording.Angstrom(shift * run.PixelSizeAngstrom)}"),
            ("working box", run.BoxSize > 0 ? $"{run.BoxSize} px of {Wording.Number(run.PixelSizeAngstrom, 3)} Å" : "–"),
        ];
    }

    /// <summary>All options in force, and which of them are as they are where nothing is given.</summary>
    private static XElement Options(ReconstructionOptions options)
    {
        IEnumerable<object?[]> rows = OptionCatalogue.All.Prepend(OptionCatalogue.Argument).Where(o => o.HasValue)
            .Select(o => new object?[] { o.Name, o.Show(options), o.IsUsual(options) ? "default" : "command" });
        return Tag.Make("div", "long", Tag.Table(null, ["option", "value", "set by"], rows));
    }

    private static XElement? Files(ReportInput input)
    {
        if (input.Files.Count == 0) return null;
        IEnumerable<object?[]> rows = input.Files.Select(f =>
            new object?[] { Page.Link(f.Name), Wording.Bytes(f.Bytes), f.Description });
        return Tag.Section("Files", Tag.Table(null, ["file", "size", "holds"], rows));
    }

    private static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
