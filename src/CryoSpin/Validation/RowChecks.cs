using CryoSpin.Diagnostics;
using CryoSpin.Optics;
using CryoSpin.Particles;

namespace CryoSpin.Validation;

/// <summary>What the values of the particle table say of themselves, without any file of images.</summary>
internal static class RowChecks
{
    /// <summary>A reconstruction needs so many.</summary>
    public const int FewestParticles = 20;

    private const double LargestDefocus = 100_000;

    public static void Run(ParticleRows rows, ProblemList problems)
    {
        if (rows.Total < FewestParticles)
        {
            problems.Add(
                Severity.Error, "particles.few", rows.Source, Plural.Of(rows.Total, "particle"), $"{FewestParticles} or more",
                "Give more particles; some thousands make a good map.", rows.Total);
        }
        Duplicates(rows, problems);
        if (rows.HasCtf)
        {
            Optics(rows, problems);
            Defocus(rows, problems);
        }
        else if (!rows.Set.IsWithoutCtfAsAsked && !problems.Has(ReadableRows.MissingColumn))
        {
            problems.Add(
                Severity.Error, "ctf.missing", rows.Source, "no CTF values: neither defocus nor astigmatism",
                "columns _rlnDefocusU, _rlnDefocusV and _rlnDefocusAngle (in a .cs: ctf/df1_A, ctf/df2_A and ctf/df_angle_rad)",
                "Give the file that has them. Or give --no-ctf, if the images were corrected for the CTF or simulated without one.", rows.Total);
        }
        problems.AddRows(
            Severity.Error, "pixelSize.range", rows, i => rows.PixelSize[i] <= 0, i => $"a pixel size of {rows.PixelSize[i]:g6} Å",
            "a positive number", "Correct _rlnImagePixelSize.");
        problems.AddRows(
            Severity.Warning, "pixelSize.unusual", rows, i => rows.PixelSize[i] is > 0 and < 0.2 or > 20,
            i => $"a pixel size of {rows.PixelSize[i]:g6} Å", "0.2 to 20 Å", "Is the unit right? It is angstrom.");
        HalfSets(rows, problems);
    }

    private static void Duplicates(ParticleRows rows, ProblemList problems)
    {
        Dictionary<(int, int), int> first = [];
        List<int> again = [];
        for (int i = 0; i < rows.Count; i++)
        {
            if (!first.TryAdd((rows.StackOf[i], rows.ImageIndex[i]), i)) again.Add(i);
        }
        problems.AddRows(
            Severity.Warning, "image.duplicate", rows, again,
            i => $"{rows.ImageIndex[i] + 1}@{rows.StackPaths[rows.StackOf[i]]}, as in row {rows.RowOf(first[(rows.StackOf[i], rows.ImageIndex[i])]) + 1}",
            "every image once", "Remove the copies: in different half-sets they make the FSC too good.");
    }

    private static void Optics(ParticleRows rows, ProblemList problems)
    {
        double[] kv = rows.Voltage, cs = rows.Aberration, q0 = rows.Contrast;
        problems.AddRows(
            Severity.Error, "optics.voltage", rows, i => kv[i] is < 10 or > 3000, i => $"a voltage of {kv[i]:g6} kV", "10 to 3000 kV",
            "Correct _rlnVoltage; it is in kilovolts.");
        problems.AddRows(
            Severity.Warning, "optics.voltageUnusual", rows, i => kv[i] is >= 10 and < 60 or > 400 and <= 3000,
            i => $"a voltage of {kv[i]:g6} kV", "60 to 400 kV; most microscopes have 100, 200 or 300", "Check _rlnVoltage.");
        problems.AddRows(
            Severity.Error, "optics.aberration", rows, i => cs[i] is < 0 or > 50, i => $"a spherical aberration of {cs[i]:g6} mm",
            "0 to 50 mm", "Correct _rlnSphericalAberration; it is in millimetres.");
        problems.AddRows(
            Severity.Warning, "optics.aberrationUnusual", rows, i => cs[i] is > 5 and <= 50,
                i => $"a spherical aberration of {cs[i]:g6} mm",
            "5 mm at most; most microscopes have 0 to 2.7", "Check _rlnSphericalAberration.");
        problems.AddRows(
            Severity.Error, "optics.amplitudeContrast", rows, i => q0[i] is < 0 or > 1, i => $"an amplitude contrast of {q0[i]:g6}",
                "0 to 1",
            "Correct _rlnAmplitudeContrast; it is a fraction, not per cent.");
        problems.AddRows(
            Severity.Warning, "optics.amplitudeContrastUnusual", rows, i => q0[i] is > 0.3 and < 1,
                i => $"an amplitude contrast of {q0[i]:g6}",
            "0.05 to 0.2", "Check _rlnAmplitudeContrast.");
    }

    private static void Defocus(ParticleRows rows, ProblemList problems)
    {
        double[] u = rows.DefocusU, v = rows.DefocusV;
        problems.AddRows(
            Severity.Error, "defocus.zero", rows, i => u[i] == 0 && v[i] == 0 && !(Math.Abs(rows.PhaseShift[i]) > 0),
            i => $"a defocus of {u[i]:g6} and {v[i]:g6} Å", "the particle's defocus",
            "Estimate the CTF of the micrograph, or remove the particle. If no image has a CTF, give --no-ctf.");
        problems.AddRows(
            Severity.Error, "defocus.absurd", rows, i => Math.Abs(u[i]) > LargestDefocus || Math.Abs(v[i]) > LargestDefocus,
            i => $"a defocus of {u[i]:g6} and {v[i]:g6} Å", $"less than {LargestDefocus:g6} Å (10 micrometres)",
            "Correct _rlnDefocusU and _rlnDefocusV; they are in angstrom.");
        problems.AddRows(
            Severity.Error, "defocus.unit", rows, i => u[i] is > 0 and < 100 && v[i] is > 0 and < 100,
                i => $"a defocus of {u[i]:g6} and {v[i]:g6} Å",
            "some thousands of angstrom", "Were micrometres or nanometres written? _rlnDefocusU and _rlnDefocusV are in angstrom.");
        problems.AddRows(
            Severity.Warning, "defocus.negative", rows, i => u[i] < 0 || v[i] < 0, i => $"a defocus of {u[i]:g6} and {v[i]:g6} Å",
            "a positive number, which is underfocus", "Check the sign; cryo-EM images are taken under focus.");
        problems.AddRows(
            Severity.Warning, "defocus.astigmatism", rows, i => Math.Abs(u[i] - v[i]) > Math.Max(5000, 0.5 * Math.Abs(u[i] + v[i]) / 2),
            i => $"defoci of {u[i]:g6} and {v[i]:g6} Å", "values within 5,000 Å of each other",
                "Has the CTF fit of this micrograph failed?");
    }

    private static void HalfSets(ParticleRows rows, ProblemList problems)
    {
        if (rows.Subset is not { } subset) return;
        problems.AddRows(
            Severity.Warning, "halfSet.range", rows, i => subset[i] is not (1 or 2) && !double.IsNaN(subset[i]),
            i => $"_rlnRandomSubset is {subset[i]:g6}", "1 or 2", "Correct the column, or remove it: half-sets are then drawn.");
        int one = subset.Count(s => s == 1), two = subset.Count(s => s == 2);
        if (HalfSetSplit.IsOneSided(one, two))
        {
            problems.Add(
                Severity.Warning, "halfSet.empty", rows.Source, $"half-sets of {one} and {two} particles (_rlnRandomSubset)",
                "about equal ones", "Half-sets are drawn anew. Remove _rlnRandomSubset, or give the particles of both half-sets.", one + two);
        }
        else if (one + two > 0 && Math.Min(one, two) < 0.4 * (one + two))
        {
            problems.Add(
                Severity.Warning, "halfSet.unbalanced", rows.Source, $"half-sets of {one} and {two} particles", "about equal ones",
                "Remove _rlnRandomSubset: half-sets are then drawn.", one + two);
        }
    }

    /// <summary>What needs the box: origins, and how far the CTF spreads a point.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="box">Width of the images, pixels.</param>
    /// <param name="workingPixelAngstrom">Pixel size that the images will be used at; images with larger pixels keep their own.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static void RunWithBox(ParticleRows rows, int box, double workingPixelAngstrom, ProblemList problems)
    {
        double Origin(int i) => Math.Max(Math.Abs(rows.OriginX[i]), Math.Abs(rows.OriginY[i]));
        problems.AddRows(
            Severity.Error, "pose.outside", rows, i => Origin(i) > box * rows.PixelSize[i],
            i => $"an origin of {rows.OriginX[i]:g6}, {rows.OriginY[i]:g6} Å", $"less than the box of {box} pixels",
            "The particle is not in its image: is the unit angstrom, and the pixel size right? Or leave the particle out.");
        problems.AddRows(
            Severity.Warning, "pose.origin", rows, i => Origin(i) > box * rows.PixelSize[i] / 2 && Origin(i) <= box * rows.PixelSize[i],
            i => $"an origin of {rows.OriginX[i]:g6}, {rows.OriginY[i]:g6} Å", $"at most half the box of {box} pixels",
            "The particle is outside of its image; is the unit angstrom?");
        if (!rows.HasCtf) return;
        // Near a frequency k the CTF's waves are 1 / (lambda z k) apart; two samples a wave take a box of 2 lambda z k.
        problems.AddRows(
            Severity.Warning, "box.defocus", rows, i => NeededBox(rows, i, workingPixelAngstrom) > box * rows.PixelSize[i],
            i => $"a box of {box * rows.PixelSize[i]:f0} Å at a defocus of {Mean(rows, i):f0} Å",
            "a box of twice wavelength x defocus x finest frequency",
            FormattableString.Invariant(
                $"The finest detail is spread beyond the image. Extract boxes of {Largest(rows, workingPixelAngstrom):f0} Å, or downsample the images."));
    }

    private static double Largest(ParticleRows rows, double workingPixelAngstrom) =>
        Enumerable.Range(0, rows.Count).Select(i => NeededBox(rows, i, workingPixelAngstrom)).Where(double.IsFinite).DefaultIfEmpty(0).Max();

    private static double Mean(ParticleRows rows, int i) => Math.Abs(rows.DefocusU[i] + rows.DefocusV[i]) / 2;

    /// <summary>The width in angstrom that samples the CTF up to the Nyquist of the pixels in use; NaN where a value is missing.</summary>
    private static double NeededBox(ParticleRows rows, int i, double workingPixelAngstrom)
    {
        if (!(rows.Voltage[i] > 0 && rows.PixelSize[i] > 0)) return double.NaN;
        double nyquist = 1 / (2 * Math.Max(rows.PixelSize[i], workingPixelAngstrom));
        return 2 * ContrastTransferFunction.WavelengthAngstrom(rows.Voltage[i]) * Mean(rows, i) * nyquist;
    }
}
