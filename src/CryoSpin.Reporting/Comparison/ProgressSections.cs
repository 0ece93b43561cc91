using System.Xml.Linq;
using CryoSpin.Reporting.Charts;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Comparison;

/// <summary>How the methods get there: resolution and errors through time and epochs.</summary>
internal static class ProgressSections
{
    private const string Semi = "cryospin", Fully = "cryospin-amortized", OneHead = "heads=1";

    /// <summary>Resolution against time, one curve per run.</summary>
    public static XElement? ResolutionOverTime(IReadOnlyList<MethodSummary> methods, MethodStyles styles)
    {
        List<Series> curves = [];
        // Finished runs first: the key shows the first of a method, and only they have a marker at their end.
        foreach (ComparedRun run in methods.SelectMany(m => m.Finished.Union(m.Runs)))
        {
            List<(double Seconds, double Frequency)> points =
            [
                .. run.Course.Where(s => s.ElapsedSeconds > 0 && Known(s.ResolutionAngstrom))
                    .Select(s => (s.ElapsedSeconds, 1 / s.ResolutionAngstrom!.Value)),
            ];
            // The last point is the run's result: the final map after all time was spent.
            if (run.Seconds > 0 && MethodSummary.TruthResolution(run) is { } final && Known(final))
            {
                points.Add((Math.Max(run.Seconds, points.Count == 0 ? 0 : points[^1].Seconds), 1 / final));
            }
            if (points.Count == 0) continue;
            Marked marked = run.Status == RunStatus.Finished ? Marked.AtEnd : Marked.Nowhere;
            curves.Add(styles.Curve(run.Method, run.Method, points, marked) with { Hint = $"{run.Method}, seed {run.Seed}" });
        }
        if (curves.Count == 0) return null;
        XElement chart = new LineChart
        {
            Description = "Resolution against time for every run",
            X = Axis.LogarithmicTime("time since the start (logarithmic)", curves.SelectMany(c => c.Points).Select(p => p.X)),
            Y = Frequency(curves),
            Curves = curves,
            Width = 900,
            Height = 400,
        }.ToSvg();
        return Tag.Section(
            "Resolution against time",
            Tag.Figure(
                chart, "Where the FSC with the truth falls below 0.5 (linear in 1/Å, finer is higher), one curve per run; the marker is "
                    + "the final map at the end of a run that finished. Snapshots' times leave out the making of snapshots."));
    }

    /// <summary>Error against epochs, fully against semi-amortized inference of the same seed.</summary>
    public static XElement? Amortization(ComparisonInput input)
    {
        List<(string Title, ComparedRun Fully, ComparedRun Semi)> pairs = [];
        foreach (ComparedRun semi in input.Runs.Where(r => Base(r.Method) == Semi && Errors(r, input).Length > 1))
        {
            string fullyName = Fully + semi.Method[Semi.Length..];
            ComparedRun? fully = input.Runs.FirstOrDefault(
                r => r.Method == fullyName && r.Seed == semi.Seed && Errors(r, input).Length > 1);
            if (fully is not null) pairs.Add((Options(semi.Method) + $"seed {semi.Seed}", fully, semi));
        }
        if (pairs.Count == 0) return null;
        Axis errors = Axis.Logarithmic(
            "mean rotation error (°)", pairs.SelectMany(p => Errors(p.Fully, input).Concat(Errors(p.Semi, input))).Select(p => p.Y));
        IEnumerable<XElement> figures = pairs.Select(pair =>
        {
            Series[] curves =
            [
                new("semi-amortized", Errors(pair.Semi, input), 0, LineStyle.Solid, Marked.Everywhere),
                new("fully amortized", Errors(pair.Fully, input), 1, LineStyle.Dashed, Marked.Everywhere, MarkerShape.Square),
            ];
            XElement chart = new LineChart
            {
                Description = $"Mean rotation error, fully against semi-amortized, {pair.Title}",
                X = Visits(input, curves),
                Y = errors,
                Curves = curves,
                Marks = Switches(pair.Semi, input),
            }.ToSvg();
            return Tag.Figure(chart, pair.Title);
        });
        return Tag.Section(
            "Fully against semi-amortized inference", Tag.Make("div", "row", figures),
            Tag.Make(
                "p", "soft",
                $"{Fully} keeps the encoder to the end; {Semi} begins in the same state and leaves the encoder for a table of poses at the "
                    + "vertical line, where a new phase begins. The error jumps where auto-encoding follows a search: from there on poses are "
                    + "the encoder's own, which has yet to learn. Mean over the images that have a pose, logarithmic."));
    }

    /// <summary>Many heads against one head of the same method.</summary>
    public static XElement? HeadsAgainstOne(ComparisonInput input)
    {
        List<XElement> figures = [];
        foreach (string method in input.Runs.Select(r => r.Method).Distinct().ToArray())
        {
            string single = method + (method.Contains(':') ? "," : ":") + OneHead;
            ComparedRun[] many = [.. input.Runs.Where(r => r.Method == method)], one = [.. input.Runs.Where(r => r.Method == single)];
            XElement? shares = Pair(input, method, many, one, "images within 30° (%)", s => 100 * s.ShareWithin30Degrees);
            XElement? resolution = Pair(input, method, many, one, "resolution (Å)", s => 1 / s.ResolutionAngstrom);
            if (shares is not null)
            {
                figures.Add(Tag.Figure(shares, $"{method}: share of the images in the right mode, within 30° of the truth."));
            }
            if (resolution is not null) figures.Add(Tag.Figure(resolution, $"{method}: where the FSC with the truth falls below 0.5."));
        }
        return figures.Count == 0
            ? null
            : Tag.Section("Many heads against one", Tag.Make("div", "row", figures), Tag.Make("p", "soft", "One curve per seed."));
    }

    private static XElement? Pair(
        ComparisonInput input, string method, ComparedRun[] many, ComparedRun[] one, string title, Func<ScoredSnapshot, double?> value)
    {
        bool frequency = title.EndsWith("(Å)", StringComparison.Ordinal);
        List<Series> curves = [];
        void Add(string name, ComparedRun[] runs, int colour, LineStyle style, MarkerShape shape)
        {
            foreach (ComparedRun run in runs)
            {
                (double, double)[] points =
                [
                    .. run.Course.Where(s => value(s) is { } v && double.IsFinite(v)).Select(s => (Epochs(s, input), value(s)!.Value)),
                ];
                if (points.Length == 0) continue;
                curves.Add(new Series(name, points, colour, style, Marked.Everywhere, shape) { Hint = $"{run.Method}, seed {run.Seed}" });
            }
        }
        Add("many heads", many, 0, LineStyle.Solid, MarkerShape.Circle);
        int first = curves.Count;
        Add("one head", one, 1, LineStyle.Dashed, MarkerShape.Square);
        if (first == 0 || curves.Count == first) return null;
        return new LineChart
        {
            Description = $"{method}, many heads against one: {title}",
            X = Visits(input, curves),
            Y = frequency ? Frequency(curves) : Axis.Between(title, 0, 100, 20),
            Curves = curves,
        }.ToSvg();
    }

    private static (double X, double Y)[] Errors(ComparedRun run, ComparisonInput input) =>
    [
        .. run.Course.Where(s => s.MeanRotationErrorDegrees is { } e && double.IsFinite(e))
            .Select(s => (Epochs(s, input), s.MeanRotationErrorDegrees!.Value)),
    ];

    private static Tick[] Switches(ComparedRun run, ComparisonInput input) =>
    [
        .. run.Course.Zip(run.Course.Skip(1)).Where(p => p.First.Phase != p.Second.Phase)
            .Select(p => new Tick(Epochs(p.Second.Epoch == 0 ? p.Second : p.First, input), p.Second.Phase)),
    ];

    // Phases count their epochs anew and differ in length; visits go on.
    private static double Epochs(ScoredSnapshot snapshot, ComparisonInput input) =>
        snapshot.ImageVisits / (double)Math.Max(1, input.ParticleCount);

    private static Axis Visits(ComparisonInput input, IEnumerable<Series> curves) => Axis.Around(
        input.ParticleCount > 0 ? "epochs (visits per image)" : "image visits", curves.SelectMany(c => c.Points).Select(p => p.X),
        fromZero: true);

    private static Axis Frequency(IEnumerable<Series> curves)
    {
        Axis frequency = Axis.Around("", curves.SelectMany(c => c.Points).Select(p => p.Y), fromZero: true);
        return frequency with
        {
            Title = "resolution (Å)",
            Ticks = Axis.AngstromTicks(frequency.Minimum, frequency.Maximum, 0.11),
        };
    }

    private static string Base(string method) => method.Split(':')[0];

    private static string Options(string method) => method.Contains(':') ? method[(method.IndexOf(':') + 1)..] + ", " : "";

    private static bool Known(double? angstrom) => angstrom is { } a && double.IsFinite(a) && a > 0;
}
