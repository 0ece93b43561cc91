using System.Xml.Linq;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Charts;
using CryoSpin.Reporting.Html;
using CryoSpin.Reporting.Imaging;

namespace CryoSpin.Reporting.Comparison;

/// <summary>The maps: their correlation with the truth, slices and surfaces.</summary>
internal static class MapSections
{
    /// <summary>FSC with the truth, one curve per method.</summary>
    public static XElement? Correlation(IReadOnlyList<MethodSummary> methods, MethodStyles styles)
    {
        Series[] curves =
        [
            .. methods.Where(m => m.Middle?.TruthFsc is { Values.Count: > 0 })
                .Select(m => (Method: m, Points: FscChart.Points(m.Middle!.TruthFsc!)))
                .Select(c => styles.Curve(c.Method.Method, c.Method.Method, c.Points, Marked.HereAndThere) with { Hint = Title(c.Method) }),
        ];
        if (FscChart.Make(curves, 900, 400) is not { } chart) return null;
        string seeds = string.Join(", ", methods.Where(m => m.Middle?.TruthFsc is not null).Select(Title));
        return Tag.Section(
            "Correlation with the truth",
            Tag.Figure(
                chart, $"Fourier shell correlation of each method's map with the true map, for its seed of middle resolution: {seeds}."));
    }

    /// <summary>Three slices and a surface of the truth and of every method's map.</summary>
    public static XElement? Maps(IReadOnlyList<MethodSummary> methods, Volume? truth)
    {
        MethodSummary[] mapped = [.. methods.Where(m => m.Middle?.Map is { Size: > 1 })];
        // Without the truth, the map of the best resolution lends its scale.
        Volume? reference = truth
            ?? mapped.MinBy(m => m.Middle!.HalfMapResolutionAngstrom ?? double.PositiveInfinity)?.Middle!.Map;
        if (reference is not { Size: > 1 }) return null;
        double level = MapContrast.Contour(reference);
        double half = Math.Min(1.12 * MapContrast.RadiusVoxels(reference, level), Math.Sqrt(0.75) * reference.Size) / reference.Size;
        List<XElement> rows = [];
        if (truth is not null) rows.Add(Row("truth", null, truth, reference, level, half));
        foreach (MethodSummary method in mapped)
        {
            Volume map = MapContrast.Matched(method.Middle!.Map!, reference);
            double? resolution = MethodSummary.TruthResolution(method.Middle) ?? method.Middle.HalfMapResolutionAngstrom;
            string note = $"seed {method.Middle.Seed}" + (resolution is { } r ? ", " + Wording.Angstrom(r) : "");
            rows.Add(Row(method.Method, note, map, reference, level, half));
        }
        string scale = truth is null ? "the map of the best resolution" : "the truth";
        string caption = "Slices through the centre, and the surface at one contour, lit from the upper left, darker with depth, all seen "
            + $"from the same side (z upwards). Each map was first given the mean and the standard deviation of {scale} within the box's "
            + $"sphere; then the grey scale and the contour are those of {scale}. The contour, {Wording.Number(level, 3)}, is the value "
            + "that best parts molecule from solvent there (Otsu's). Each method shows its seed of middle resolution.";
        XElement section = Tag.Section("Maps at one contour", rows, Tag.Make("p", "soft", caption));
        section.SetAttributeValue("class", "long");
        return section;
    }

    private static XElement Row(string name, string? note, Volume map, Volume reference, double level, double half)
    {
        IEnumerable<XElement> slices = MapView.CentralSlices(map, reference)
            .Select(v => Tag.Figure(Pictures.MapTile(v with { Title = $"{name}: {v.Title}" }, map.PixelSizeAngstrom), v.Title));
        byte[] picture = SurfaceView.ToPng(map, level, half * map.Size);
        XElement surface = Pictures.Tile(picture, 2 * half * map.Size * map.PixelSizeAngstrom, $"{name}: shaded surface");
        XElement label = Tag.Make(
            "div", null, Tag.Make("b", null, Tag.Breakable(name)), note is null ? null : Tag.Make("div", "soft", note));
        return Tag.Make("div", "maps", label, slices, Tag.Figure(surface, "surface"));
    }

    private static string Title(MethodSummary method) => $"{method.Method} seed {method.Middle!.Seed}";
}
