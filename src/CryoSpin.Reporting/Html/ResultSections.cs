using System.Xml.Linq;
using CryoSpin.Evaluation;
using CryoSpin.Reporting.Charts;
using CryoSpin.Reporting.Imaging;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Html;

/// <summary>What came out: the map, its resolution, the poses.</summary>
internal static class ResultSections
{
    /// <summary>Figures against a known truth.</summary>
    public static XElement? Evaluation(ReportInput input) => input.Evaluation.Count == 0
        ? null
        : Tag.Section("Against the truth", Tag.Make("div", "row", Tag.Pairs(input.Evaluation.Select(f => (f.Name, f.Value)))));

    /// <summary>Slices and projections.</summary>
    public static XElement? Map(ReportInput input)
    {
        if (input.Map is not { } map) return null;
        XElement Tiles(IReadOnlyList<MapView> views) =>
            Tag.Make("div", "tiles", views.Select(v => Tag.Figure(Pictures.MapTile(v, map.PixelSizeAngstrom), v.Title)));
        return Tag.Section("Map", Tiles(MapView.CentralSlices(map)), Tiles(MapView.MaximumProjections(map)),
            Tag.Make("p", "soft", "High density is bright. Each row has one grey scale, cut at its 0.5 and 99.9 percentiles."));
    }

    /// <summary>The FSC curves.</summary>
    public static XElement? Resolution(ReportInput input)
    {
        List<Series> curves = [];
        void Add(string name, FscCurve? curve, int colour, bool dashed = false)
        {
            if (curve is not null) curves.Add(new Series(name, Points(curve), colour, dashed));
        }
        Add("half-maps, masked", input.MaskedFsc, 0);
        Add("half-maps, unmasked", input.UnmaskedFsc, 1, dashed: true);
        Add("map against truth", input.TruthFsc, 2);
        if (curves.Count == 0) return null;
        double end = curves.Max(c => c.Points[^1].X);
        double lowest = curves.Min(c => c.Points.Min(p => double.IsFinite(p.Y) ? p.Y : 0));
        XElement chart = new LineChart
        {
            Description = "Fourier shell correlation against spatial frequency",
            X = new Axis(
                "spatial frequency (1/Å)", 0, end, Axis.Around("", [0, end * 0.98], ticks: 6).Ticks.Where(t => t.Value <= end).ToArray()),
            Y = Axis.Between("FSC", lowest < -0.05 ? -0.2 : 0, 1, 0.2),
            Curves = curves,
            TopTicks = Axis.AngstromTicks(0, end),
            TopTitle = "resolution (Å)",
            References = [new ReferenceLine(0.5, "0.5"), new ReferenceLine(0.143, "0.143")],
            Width = 620,
            Height = 340,
        }.ToSvg();
        return Tag.Section("Resolution", Tag.Make("div", "row", Tag.Figure(chart, "Fourier shell correlation."), Crossings(input)));
    }

    /// <summary>View directions and shifts.</summary>
    public static XElement? Poses(ReportInput input)
    {
        if (input.Poses.Count == 0) return null;
        SphereHistogram sphere = new(input.Poses);
        ShiftHistogram shifts = new(input.Poses, Math.Max(input.Run.PixelSizeAngstrom, 1e-6), input.Run.Options.MaxShiftPixels);
        string directions = "Directions from which the particles are seen, on the whole sphere (equal areas; the map's z axis points up). "
            + $"The densest cell has {Wording.Number(sphere.Highest, 1)} times the uniform density; "
            + $"{Wording.Number(100 * sphere.EmptyShare, 0)} % of the sphere is empty.";
        string centres = $"Shift of the particles from the image centre, median {Wording.Number(shifts.MedianPixels)} px. "
            + $"The circle is the largest shift allowed, {Wording.Number(input.Run.Options.MaxShiftPixels)} px.";
        return Tag.Section("View directions and shifts", Tag.Make("div", "row",
            Tag.Figure(Pictures.Sphere(sphere), directions),
            Tag.Figure(Pictures.Shifts(shifts, input.Run.Options.MaxShiftPixels), centres)));
    }

    private static XElement Crossings(ReportInput input)
    {
        List<XElement> rows = [];
        void Row(string name, FscCurve? curve)
        {
            if (curve is null) return;
            rows.Add(
                Tag.Make(
                    "tr", null, Tag.Make("td", null, name), Tag.Make("td", null, Crossing(curve, 0.5)),
                    Tag.Make("td", null, Crossing(curve, 0.143))));
        }
        Row("half-maps, masked", input.MaskedFsc);
        Row("half-maps, unmasked", input.UnmaskedFsc);
        Row("map against truth", input.TruthFsc);
        string halves = input.Run.Options.Preset == ReconstructionPreset.Paper
            ? "As published, all poses come from one volume: the half-maps are not independent, and their FSC is optimistic."
            : "The halves of the particles were kept apart since the start of the auto-decoding stage.";
        XElement heading = Tag.Make(
            "tr", null, Tag.Make("th", null, "curve"), Tag.Make("th", null, "FSC 0.5"), Tag.Make("th", null, "FSC 0.143"));
        return Tag.Make("div", null,
            Tag.Make("table", null, Tag.Make("thead", null, heading), Tag.Make("tbody", null, rows)),
            Tag.Make("p", "soft", halves));
    }

    private static string Crossing(FscCurve curve, double threshold)
    {
        string value = Wording.Angstrom(curve.ResolutionAngstrom(threshold));
        return curve.CrossingShell(threshold) >= curve.BoxSize / 2.0 ? $"{value} (Nyquist)" : value;
    }

    private static (double X, double Y)[] Points(FscCurve curve) =>
        [.. curve.Values.Select((v, shell) => (shell / (curve.BoxSize * curve.PixelSizeAngstrom), v))];
}
