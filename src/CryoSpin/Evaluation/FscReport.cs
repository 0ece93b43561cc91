using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace CryoSpin.Evaluation;

/// <summary>Fourier shell correlations as text: the EMDB's XML and a table like that of RELION's postprocessing.</summary>
public static class FscReport
{
    // RELION's stand-in for an infinite resolution, as that of shell 0 is.
    private const double Infinite = 999;

    /// <summary>The EMDB's form: one (x = 1/angstrom, y = correlation) pair for each shell from 1 on.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="title">Shown by viewers above the plot.</param>
    public static string ToXml(FscCurve curve, string title)
    {
        ArgumentNullException.ThrowIfNull(curve);
        XElement fsc = new(
            "fsc", new XAttribute("title", title), new XAttribute("xaxis", "Resolution (A-1)"),
            new XAttribute("yaxis", "Correlation Coefficient"));
        for (int s = 1; s < curve.Values.Count; s++)
        {
            fsc.Add(new XElement(
                "coordinate", new XElement("x", Fixed(Frequency(curve, s))), new XElement("y", Fixed(curve.Values[s]))));
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + fsc.ToString().ReplaceLineEndings("\n") + "\n";
    }

    /// <summary>A STAR file with data_general (rlnFinalResolution) and data_fsc (one row for each shell).</summary>
    /// <param name="curve">The curve that decides; rlnFourierShellCorrelationCorrected.</param>
    /// <param name="unmasked">The maps' curve without mask, if known.</param>
    /// <param name="masked">The curve with mask, if known.</param>
    /// <param name="randomised">The curve with mask and phases randomised at high frequency, if known.</param>
    /// <param name="threshold">Where the resolution is read: 0.143 for two half-maps.</param>
    /// <exception cref="ArgumentException">The curves are of different boxes.</exception>
    public static string ToStarText(
        FscCurve curve, FscCurve? unmasked = null, FscCurve? masked = null, FscCurve? randomised = null, double threshold = 0.143)
    {
        ArgumentNullException.ThrowIfNull(curve);
        List<(string Label, FscCurve Curve)> columns = [("rlnFourierShellCorrelationCorrected", curve)];
        if (unmasked is not null) columns.Add(("rlnFourierShellCorrelationUnmaskedMaps", unmasked));
        if (masked is not null) columns.Add(("rlnFourierShellCorrelationMaskedMaps", masked));
        if (randomised is not null) columns.Add(("rlnCorrectedFourierShellCorrelationPhaseRandomizedMaskedMaps", randomised));
        foreach ((string label, FscCurve c) in columns)
        {
            if (c.Values.Count != curve.Values.Count)
            {
                throw new ArgumentException($"{label} has {c.Values.Count} shells, not {curve.Values.Count}.");
            }
        }

        StringBuilder text = new();
        string resolution = Fixed(Math.Min(Infinite, curve.ResolutionAngstrom(threshold)));
        text.Append(CultureInfo.InvariantCulture, $"\ndata_general\n\n_rlnFinalResolution {resolution}\n\n");
        text.Append("\ndata_fsc\n\nloop_\n_rlnSpectralIndex #1\n_rlnResolution #2\n_rlnAngstromResolution #3\n");
        for (int i = 0; i < columns.Count; i++) text.Append(CultureInfo.InvariantCulture, $"_{columns[i].Label} #{i + 4}\n");
        for (int s = 0; s < curve.Values.Count; s++)
        {
            double angstrom = s == 0 ? Infinite : 1 / Frequency(curve, s);
            text.Append(CultureInfo.InvariantCulture, $"{s,12} {Fixed(1 / angstrom),12} {Fixed(angstrom),12}");
            foreach ((_, FscCurve c) in columns) text.Append(CultureInfo.InvariantCulture, $" {Fixed(c.Values[s]),12}");
            text.Append('\n');
        }
        return text.ToString();
    }

    private static double Frequency(FscCurve curve, int shell) => shell / (curve.BoxSize * curve.PixelSizeAngstrom);

    private static string Fixed(double value) => value.ToString("F6", CultureInfo.InvariantCulture);
}
