using System.Globalization;
using System.Xml.Linq;
using CryoSpin.Evaluation;
using CryoSpin.IO.Star;

namespace CryoSpin.Reporting.Files;

/// <summary>The forms in which others read an FSC: RELION's postprocess star and EMDB's XML.</summary>
public static class FscFormat
{
    // RELION writes 999 for the resolution of shell 0.
    private const double ResolutionOfShellZero = 999;

    /// <summary>The tables data_general and data_fsc of relion_postprocess.</summary>
    /// <param name="masked">FSC of the masked half-maps.</param>
    /// <param name="unmasked">FSC of the half-maps as they are.</param>
    public static string ToStar(FscCurve masked, FscCurve unmasked)
    {
        StarTable general = new("general", isLoop: false);
        general.SetColumn("rlnFinalResolution", new[] { masked.ResolutionAngstrom(0.143) });
        general.SetColumn("rlnUnfilteredMapHalf1", [RunFiles.Half1]);
        general.SetColumn("rlnUnfilteredMapHalf2", [RunFiles.Half2]);
        int shells = Math.Min(masked.Values.Count, unmasked.Values.Count);
        double box = masked.BoxSize * masked.PixelSizeAngstrom;
        int[] index = [.. Enumerable.Range(0, shells)];
        StarTable fsc = new("fsc");
        fsc.SetColumn("rlnSpectralIndex", index);
        fsc.SetColumn("rlnResolution", [.. index.Select(s => s / box)], "F8");
        fsc.SetColumn("rlnAngstromResolution", [.. index.Select(s => s == 0 ? ResolutionOfShellZero : box / s)]);
        fsc.SetColumn("rlnFourierShellCorrelationCorrected", [.. masked.Values.Take(shells)]);
        fsc.SetColumn("rlnFourierShellCorrelationUnmaskedMaps", [.. unmasked.Values.Take(shells)]);
        fsc.SetColumn("rlnFourierShellCorrelationMaskedMaps", [.. masked.Values.Take(shells)]);
        StarFile file = new();
        file.Add(general);
        file.Add(fsc);
        using StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        file.Write(text);
        return text.ToString();
    }

    /// <summary>EMDB's fsc element: one coordinate per shell, x in 1/angstrom.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="title">Its title.</param>
    public static string ToXml(FscCurve curve, string title)
    {
        double box = curve.BoxSize * curve.PixelSizeAngstrom;
        XElement fsc = new("fsc",
            new XAttribute("title", title),
            new XAttribute("xaxis", "Resolution (A-1)"),
            new XAttribute("yaxis", "Correlation Coefficient"),
            curve.Values.Select((value, shell) => new XElement("coordinate",
                new XElement("x", (shell / box).ToString("F8", CultureInfo.InvariantCulture)),
                new XElement("y", value.ToString("F6", CultureInfo.InvariantCulture)))));
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + fsc + "\n";
    }
}
