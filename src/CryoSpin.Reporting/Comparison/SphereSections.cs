using System.Xml.Linq;
using CryoSpin.Reporting.Charts;
using CryoSpin.Reporting.Html;
using CryoSpin.Reporting.Imaging;

namespace CryoSpin.Reporting.Comparison;

/// <summary>Figures on the sphere of view directions: posteriors of single particles, errors of heads.</summary>
internal static class SphereSections
{
    private const int MostEpochs = 12, Rows = 100;
    private const double Radius = 118, Margin = 6;

    /// <summary>Log posteriors through the epochs, a group of small maps per particle.</summary>
    public static XElement? Posteriors(IReadOnlyList<PosteriorView> posteriors)
    {
        PosteriorView[] known = [.. posteriors.Where(p => p.Views.Count > 0 && p.LogLikelihoods.Any(double.IsFinite))];
        if (known.Length == 0) return null;
        List<XElement> parts = [Legend(known)];
        foreach (IGrouping<(string Method, int Seed, int Particle), PosteriorView> group
            in known.GroupBy(p => (p.Method, p.Seed, p.Particle)))
        {
            PosteriorView[] all = [.. group], shown = Evenly(all, MostEpochs);
            string left = shown.Length < all.Length ? $", {shown.Length} of {all.Length} snapshots" : "";
            (string method, int seed, int particle) = group.Key;
            parts.Add(Heading(
                $"posterior-{method}-seed-{seed}-particle-{particle + 1}", $"{method}, seed {seed}, particle {particle + 1}{left}"));
            parts.Add(Tag.Make("div", "small", shown.Select(Posterior)));
        }
        parts.Add(Tag.Make(
            "p", "soft",
            "Log likelihood ratio over view directions, the best of all in-plane turns and shifts at each, in Mollweide's equal-area "
                + "projection of the whole sphere (z upwards, in the frame of the snapshot's map). Colours of each map run from its 5th "
                + "percentile (dark) to its maximum (bright); the difference of the two stands below it."));
        XElement section = Tag.Section("Posterior over view directions", parts);
        section.SetAttributeValue("class", "long");
        return section;
    }

    /// <summary>Each head's error over the sphere and its share of the images.</summary>
    public static XElement? Heads(IReadOnlyList<MethodSummary> methods)
    {
        List<XElement> parts = [];
        foreach (MethodSummary method in methods)
        {
            // Heads of two seeds are numbered differently, so one run is shown; the middle one where it has heads.
            ComparedRun? run = method.Runs.Prepend(method.Middle).FirstOrDefault(
                r => r?.Heads is { } h && (h.ErrorsDegrees.Count > 0 || h.Shares.Count > 1));
            if (run?.Heads is not { } heads) continue;
            parts.Add(Heading($"heads-{run.Method}", $"{run.Method}, seed {run.Seed}"));
            parts.AddRange(ErrorMaps(run, heads));
            if (heads.Shares.Count > 1) parts.Add(Shares(run, heads));
        }
        if (parts.Count == 0) return null;
        XElement section = Tag.Section("What the heads are worth", parts);
        section.SetAttributeValue("class", "long");
        return section;
    }

    private static IEnumerable<XElement> ErrorMaps(ComparedRun run, HeadScores heads)
    {
        double[] errors = [.. heads.ErrorsDegrees.SelectMany(e => e).Where(double.IsFinite).Order()];
        if (errors.Length == 0 || heads.Views.Count == 0) yield break;
        double top = Math.Max(errors[(int)(0.95 * (errors.Length - 1))], 1e-3);
        string[] labels = ["0°", Wording.Number(top / 2, 1) + "°", Wording.Number(top, 1) + "° or more"];
        yield return Tag.Make("div", "small", heads.ErrorsDegrees.Select((values, head) =>
        {
            SphereField field = new(heads.Views, values);
            // About a dozen images in reach: enough that one bad guess does not make a spot, few enough that a bad region stays one.
            double width = field.Width(12);
            double[] finite = [.. values.Where(double.IsFinite)];
            string mean = finite.Length == 0 ? "no guesses" : $"mean {Wording.Number(finite.Average(), 1)}°";
            XElement map = new SphereMap
            {
                Description = $"{run.Method}, head {head + 1}: error over the sphere of true view directions, {mean}",
                Picture = Mollweide.ToPng(Rows, (latitude, longitude) => field.Mean(latitude, longitude, width) / top),
                Radius = Radius,
                Margin = Margin,
            }.ToSvg();
            return Tag.Figure(map, $"head {head + 1}, {mean}");
        }));
        yield return Tag.Make("figure", "narrow", ColourKey.ToSvg("error of the rotation", labels));
        yield return Tag.Make(
            "p", "soft",
            $"Error of each head's guess over the true view directions of {Wording.Count(heads.Views.Count)} images, smoothed over about "
                + "twelve; grey where there are none. One scale for all heads, cut at the 95th percentile.");
    }

    private static XElement Shares(ComparedRun run, HeadScores heads)
    {
        XElement chart = new BarChart
        {
            Description = $"{run.Method}: share of the images won by each head",
            NamesTitle = "head",
            ValuesTitle = "images won (%)",
            Bars = [.. heads.Shares.Select((s, i) => new Bar($"{i + 1}", 100 * s))],
            References = [new ReferenceLine(100.0 / heads.Shares.Count, "equal shares")],
        }.ToSvg();
        return Tag.Figure(chart, "Share of the images that each head explains best. A head at zero has died.", "narrow");
    }

    private static XElement Posterior(PosteriorView view)
    {
        SphereField field = new(view.Views, view.LogLikelihoods);
        double[] ranked = [.. view.LogLikelihoods.Where(double.IsFinite).Order()];
        double low = ranked[(int)(0.05 * (ranked.Length - 1))], high = ranked[^1], range = Math.Max(high - low, 1e-12);
        XElement map = new SphereMap
        {
            Description = $"Log posterior of particle {view.Particle + 1}, {view.Method} seed {view.Seed}, {view.Phase} epoch {view.Epoch}",
            Picture = Mollweide.ToPng(Rows, (latitude, longitude) => (field.Nearest(latitude, longitude) - low) / range),
            Marks = [.. Marks(view)],
            Radius = Radius,
            Margin = Margin,
        }.ToSvg();
        return Tag.Figure(map, $"{view.Phase} {view.Epoch}: range {Wording.Number(high - low, high - low < 10 ? 2 : 0)}");
    }

    private static IEnumerable<SphereMark> Marks(PosteriorView view)
    {
        foreach ((double X, double Y, double Z) candidate in view.Candidates.Skip(1)) yield return Candidate(candidate);
        if (view.Candidates.Count > 0) yield return Chosen(view.Candidates[0]);
        if (view.Truth is { } truth) yield return True(truth);
    }

    private static XElement Heading(string name, string text)
    {
        XElement heading = Tag.Make("h3", null, text);
        heading.SetAttributeValue("id", FigureSheets.Slug(name));
        return heading;
    }

    private static SphereMark Candidate((double, double, double) view) => new(view, MarkerShape.Circle, Filled: false, "candidate");

    private static SphereMark Chosen((double, double, double) view) => new(view, MarkerShape.Diamond, Filled: true, "chosen");

    private static SphereMark True((double, double, double) view) => new(view, MarkerShape.Cross, Filled: false, "truth");

    private static XElement Legend(PosteriorView[] views)
    {
        List<SphereMark> marks = [];
        if (views.Any(v => v.Candidates.Count > 1)) marks.Add(Candidate(default));
        if (views.Any(v => v.Candidates.Count > 0)) marks.Add(Chosen(default));
        if (views.Any(v => v.Truth is not null)) marks.Add(True(default));
        return Tag.Make("div", "marks", marks.Select(m => Tag.Make(
            "span", null,
            Svg.Root(
                20, 20, $"Marker: {m.Hint}", Svg.Element("rect", "width", 20.0, "height", 20.0, "fill", ColourRamp.Hex(0.35)),
                SphereMap.Draw(m, 10, 10)),
            m.Hint)));
    }

    // The first, the last, and as many between as there is room for.
    private static PosteriorView[] Evenly(PosteriorView[] all, int most) => all.Length <= most
        ? all
        : [.. Enumerable.Range(0, most).Select(i => all[(int)Math.Round(i * (all.Length - 1.0) / (most - 1))])];
}
