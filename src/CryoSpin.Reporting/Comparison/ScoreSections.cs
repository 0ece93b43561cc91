using System.Globalization;
using System.Xml.Linq;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Comparison;

/// <summary>The table of methods, with the spread over seeds, and the table of all runs.</summary>
internal static class ScoreSections
{
    /// <summary>A row per method; columns that no method fills are left out.</summary>
    public static XElement? Methods(IReadOnlyList<MethodSummary> methods)
    {
        if (methods.Count == 0) return null;
        (double second, string time) = Wording.TimeUnit(methods.Max(m => m.Seconds?.Maximum ?? 0));
        bool gibibytes = methods.Max(m => m.PeakMemoryBytes?.Maximum ?? 0) >= 1 << 30;
        double memory = gibibytes ? 1 << 30 : 1 << 20;
        ScoreColumn[] columns =
        [
            .. new ScoreColumn[]
            {
                new("mean rotation error (°)", m => m.MeanRotationErrorDegrees, 1, Digits),
                new("median rotation error (°)", m => m.MedianRotationErrorDegrees, 1, Digits),
                new("within 10° (%)", m => m.ShareWithin10Degrees, 0.01, v => Fixed(v, 1), HighIsGood: true),
                new("FSC 0.5 with the truth (Å)", m => m.TruthResolutionAngstrom, 1, v => Fixed(v, 2)),
                new("half-maps, FSC 0.143 (Å)", m => m.HalfMapResolutionAngstrom, 1, v => Fixed(v, 2), Judged: false),
                new($"time ({time})", m => m.Seconds, second, Digits),
                new($"processor time ({time})", m => m.ProcessorSeconds, second, Digits),
                new($"peak memory ({(gibibytes ? "GiB" : "MiB")})", m => m.PeakMemoryBytes, memory, v => Fixed(v, gibibytes ? 2 : 0)),
                new("parameters", m => m.Parameters, 1, v => Wording.Count((long)Math.Round(v)), Judged: false),
            }.Where(c => methods.Any(m => c.Value(m) is not null)),
        ];
        double?[] best = [.. columns.Select(c => c.Best(methods))];
        IEnumerable<object?[]> rows = methods.Select(
            m => (object?[])[Tag.Breakable(m.Method), Seeds(m), .. columns.Select((c, i) => c.Cell(m, best[i]))]);
        XElement table = Tag.Table("scores", ["method", "seeds", .. columns.Select(c => c.Name)], rows);
        return Tag.Section(
            "Scores", Tag.Make("div", "scroll", table),
            Tag.Make(
                "p", "soft",
                "Mean ± standard deviation over the seeds that finished, below it the range. Bold: the best mean of a column; a lead "
                    + "smaller than the spread says little. Half-maps' resolutions and numbers of parameters of different methods do not "
                    + "compare."));
    }

    /// <summary>A row per run.</summary>
    public static XElement? Runs(IReadOnlyList<ComparedRun> runs)
    {
        if (runs.Count == 0) return null;
        XElement table = Tag.Table(
            "scores runs",
            [
                "method", "seed", "end", "mean (°)", "median (°)", "within 10° (%)", "shift, median (Å)", "FSC 0.5 (Å)", "half-maps (Å)",
                "time", "processor", "memory", "folder",
            ],
            runs.Select(Row));
        foreach ((XElement row, ComparedRun run) in table.Element("tbody")!.Elements().Zip(runs))
        {
            if (run.Status != RunStatus.Finished) row.SetAttributeValue("class", "failed");
        }
        XElement section = Tag.Section("All runs", Tag.Make("div", "scroll", table));
        section.SetAttributeValue("class", "long");
        return section;
    }

    private static object?[] Row(ComparedRun run)
    {
        bool ran = run.Status != RunStatus.Running;
        string end = (ran ? Wording.Status(run.Status) : "not finished") + (run.Message is { Length: > 0 } message ? ": " + message : "");
        return
        [
            Tag.Breakable(run.Method), $"{run.Seed}", Tag.Make("div", run.Message is null ? null : "text", end),
            Number(run.MeanRotationErrorDegrees), Number(run.MedianRotationErrorDegrees), Number(100 * run.ShareWithin10Degrees, 1),
            Number(run.MedianShiftErrorAngstrom), Number(MethodSummary.TruthResolution(run)),
            Number(run.HalfMapResolutionAngstrom), ran ? Wording.Duration(TimeSpan.FromSeconds(run.Seconds)) : "–",
            run.ProcessorSeconds is { } processor ? Wording.Duration(TimeSpan.FromSeconds(processor)) : "–",
            run.PeakMemoryBytes > 0 ? Wording.Bytes(run.PeakMemoryBytes) : "–", Page.Link(run.Folder),
        ];
    }

    private static string Seeds(MethodSummary method) =>
        $"{method.Finished.Count}" + (method.Failed > 0 ? $", {method.Failed} failed" : "")
        + (method.Unfinished > 0 ? $", {method.Unfinished} unfinished" : "");

    private static string Number(double? value, int decimals = 2) => value is { } v && double.IsFinite(v) ? Fixed(v, decimals) : "–";

    private static string Fixed(double value, int decimals) => value.ToString("F" + decimals, CultureInfo.InvariantCulture);

    private static string Digits(double value) => Fixed(value, value < 10 ? 2 : 1);

    private sealed record ScoreColumn(
        string Name, Func<MethodSummary, Spread?> Value, double Unit, Func<double, string> Text, bool HighIsGood = false,
        bool Judged = true)
    {
        public double? Best(IReadOnlyList<MethodSummary> methods)
        {
            double[] means = [.. methods.Select(Value).OfType<Spread>().Select(s => s.Mean)];
            return !Judged || means.Length < 2 ? null : HighIsGood ? means.Max() : means.Min();
        }

        public XElement Cell(MethodSummary method, double? best)
        {
            if (Value(method) is not { } spread) return Tag.Make("span", null, "–");
            string mean = Text(spread.Mean / Unit);
            bool varies = spread.Count > 1 && spread.Maximum > spread.Minimum;
            return Tag.Make(
                "span", null,
                Tag.Make("span", spread.Mean == best ? "best" : null, varies ? $"{mean} ± {Text(spread.Deviation / Unit)}" : mean),
                varies ? Tag.Make("span", "range", $"{Text(spread.Minimum / Unit)} – {Text(spread.Maximum / Unit)}") : null);
        }
    }
}
