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
        void Add(string name, FscCurve? curve, int colour, LineStyle style)
        {
            if (curve is not null) curves.Add(new Series(name, FscChart.Points(curve), colour, style));
        }
        foreach (NamedCurve curve in Curves(input)) Add(curve.Name, curve.Fsc, curve.Colour, curve.Style);
        if (FscChart.Make(curves) is not { } chart) return null;
        return Tag.Section("Resolution", Tag.Make("div", "row", Tag.Figure(chart, "Fourier shell correlation."), Crossings(input)));
    }

    /// <summary>View directions and shifts.</summary>
    public static XElement? Poses(ReportInput input)
    {
        if (input.Poses.Count == 0) return null;
        double maxShift = input.Run.MaxShiftPixels ?? input.Run.Options.Method.MaxShiftPixels;
        SphereHistogram sphere = new(input.Poses);
        ShiftHistogram shifts = new(input.Poses, Math.Max(input.Run.PixelSizeAngstrom, 1e-6), maxShift);
        string directions = "Directions from which the particles are seen, on the whole sphere (equal areas; the map's z axis points up). "
            + $"The densest cell has {Wording.Number(sphere.Highest, 1)} times the uniform density; "
            + $"{Wording.Number(100 * sphere.EmptyShare, 0)} % of the sphere is empty.";
        string centres = $"Shift of the particles from the image centre, median {Wording.Number(shifts.MedianPixels)} px. "
            + $"The circle is the largest shift allowed, {Wording.Number(maxShift)} px "
            + $"({Wording.Angstrom(maxShift * input.Run.PixelSizeAngstrom)}).";
        return Tag.Section("View directions and shifts", Tag.Make("div", "row",
            Tag.Figure(Pictures.Sphere(sphere), directions),
            Tag.Figure(Pictures.Shifts(shifts, maxShift), centres)));
    }

    private static XElement Crossings(ReportInput input)
    {
        List<object[]> rows = [];
        void Row(string name, FscCurve? curve)
        {
            if (curve is not null) rows.Add([name, Crossing(curve, 0.5), Crossing(curve, 0.143)]);
        }
        foreach (NamedCurve curve in Curves(input)) Row(curve.Name, curve.Fsc);
        string halves = input.Run.Options.Method.Preset == ReconstructionPreset.Paper
            ? "As published, all poses come from one volume: the half-maps are not independent, and their FSC is optimistic."
            : "The halves of the particles were kept apart since the start of the auto-decoding stage.";
        string decides = input.CorrectedFsc is null
            ? "The masked curve at 0.143 is the resolution that is given above."
            : "The corrected curve at 0.143 is the resolution that is given above: it is the masked curve less what the mask itself correlates, "
                + "which maps with random phases tell.";
        return Tag.Make(
            "div", null, Tag.Table(null, ["curve", "FSC 0.5", "FSC 0.143"], rows), Tag.Make("p", "soft", decides), Tag.Make("p", "soft", halves));
    }

    private static NamedCurve[] Curves(ReportInput input) =>
    [
        new("half-maps, corrected", input.CorrectedFsc, 0, LineStyle.Solid),
        new("half-maps, masked", input.MaskedFsc, input.CorrectedFsc is null ? 0 : 6, input.CorrectedFsc is null ? LineStyle.Solid : LineStyle.Dotted),
        new("half-maps, unmasked", input.UnmaskedFsc, 1, LineStyle.Dashed),
        new("map against truth", input.TruthFsc, 2, LineStyle.Solid),
    ];

    private readonly record struct NamedCurve(string Name, FscCurve? Fsc, int Colour, LineStyle Style);

    private static string Crossing(FscCurve curve, double threshold)
    {
        string value = Wording.Angstrom(curve.ResolutionAngstrom(threshold));
        return curve.CrossingShell(threshold) >= curve.BoxSize / 2.0 ? $"{value} (Nyquist)" : value;
    }
}
