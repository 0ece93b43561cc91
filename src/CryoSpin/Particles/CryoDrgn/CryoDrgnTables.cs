using System.Globalization;
using CryoSpin.Geometry;
using CryoSpin.IO.Star;

namespace CryoSpin.Particles.CryoDrgn;

/// <summary>Puts what cryoDRGN's pickles say into the tables of a star file.</summary>
internal static class CryoDrgnTables
{
    /// <summary>Sets the CTF's columns in data_particles and returns the data_optics that goes with them.</summary>
    public static StarTable SetCtf(StarTable particles, CryoDrgnPickle pickle, ParticleSet images, ParticleLoadOptions options)
    {
        double[] ctf = pickle.Ctf!;
        int n = pickle.Rows;
        int[]? rows = images.Data.OpticsRowOf;
        Dictionary<(double, double, double, double, int), int> known = [];
        List<int> firsts = [];
        int[] groups = new int[n];
        for (int i = 0; i < n; i++)
        {
            (double Pixel, double Kv, double Cs, double Q0, int Row) key = (Pixel(i), ctf[9 * i + 5], ctf[9 * i + 6], ctf[9 * i + 7], rows?[i] ?? 0);
            if (!known.TryGetValue(key, out groups[i]))
            {
                firsts.Add(i);
                known.Add(key, groups[i] = firsts.Count);
            }
        }
        ConvertOrigins(particles, images, Pixel);
        particles.SetColumn("rlnOpticsGroup", groups);
        particles.SetColumn("rlnDefocusU", Column(i => ctf[9 * i + 2]));
        particles.SetColumn("rlnDefocusV", Column(i => ctf[9 * i + 3]));
        particles.SetColumn("rlnDefocusAngle", Column(i => ctf[9 * i + 4]));
        particles.SetColumn("rlnPhaseShift", Column(i => ctf[9 * i + 8]));
        // In a particle's row they would beat the new optics.
        foreach (string column in new[]
        {
            "rlnVoltage", "rlnSphericalAberration", "rlnAmplitudeContrast", "rlnDetectorPixelSize", "rlnMagnification", "rlnImagePixelSize",
            "rlnPixelSize",
        })
        {
            particles.RemoveColumn(column);
        }
        StarTable optics = new("optics", isLoop: true, pickle.Path);
        optics.SetColumn("rlnOpticsGroup", [.. Enumerable.Range(1, firsts.Count)]);
        string[] names = [.. Enumerable.Range(1, firsts.Count).Select(g => FormattableString.Invariant($"opticsGroup{g}"))];
        optics.SetColumn("rlnOpticsGroupName", names);
        optics.SetColumn("rlnVoltage", [.. firsts.Select(f => Text(ctf[9 * f + 5]))]);
        optics.SetColumn("rlnSphericalAberration", [.. firsts.Select(f => Text(ctf[9 * f + 6]))]);
        optics.SetColumn("rlnAmplitudeContrast", [.. firsts.Select(f => Text(ctf[9 * f + 7]))]);
        optics.SetColumn("rlnImagePixelSize", [.. firsts.Select(f => Text(Pixel(f)))]);
        optics.SetColumn("rlnImageSize", [.. firsts.Select(f => images.Optics(f).BoxSize)]);
        optics.SetColumn("rlnImageDimensionality", [.. firsts.Select(_ => 2)]);
        KeepOther(optics, images.Data.Optics, rows is null ? [] : [.. firsts.Select(f => rows[f])]);
        return optics;

        double Pixel(int i) => options.PixelSizeAngstrom ?? Short(ctf[9 * i + 1] * ctf[9 * i] / Math.Max(1, images.Optics(i).BoxSize));

        string[] Column(Func<int, double> value)
        {
            string[] texts = new string[n];
            for (int i = 0; i < n; i++) texts[i] = Text(value(i));
            return texts;
        }
    }

    // What the pickle does not speak of stays: flags of what was done to the images, beam tilt, magnification.
    private static void KeepOther(StarTable optics, StarTable? before, int[] rows)
    {
        if (before is null) return;
        string[] replaced = ["rlnDetectorPixelSize", "rlnMagnification", "rlnPixelSize", .. optics.Columns];
        foreach (string column in before.Columns.Where(c => !replaced.Contains(c)))
        {
            optics.SetColumn(column, [.. rows.Select(r => before.GetText(column, r))]);
        }
    }

    // Origins count pixels, whatever a pixel is now said to be; beside an optics table they are read in angstrom alone.
    private static void ConvertOrigins(StarTable particles, ParticleSet images, Func<int, double> pixel)
    {
        double[] sizes = [.. Enumerable.Range(0, particles.RowCount).Select(pixel)];
        PixelSizeOverride.ScaleLengths(particles, [.. sizes.Select((s, i) => s / images.Optics(i).PixelSizeAngstrom)]);
        if (images.Data.Optics is not null) return;
        foreach (string column in (ReadOnlySpan<string>)["rlnOriginX", "rlnOriginY"])
        {
            if (!particles.Has(column)) continue;
            double[] origins = [.. particles.GetDoubles(column).Select((o, i) => o * sizes[i])];
            if (!particles.Has(column + "Angst")) particles.SetColumn(column + "Angst", origins);
            particles.RemoveColumn(column);
        }
    }

    /// <summary>Sets angles and origins.</summary>
    /// <param name="particles">Changed.</param>
    /// <param name="pickle">With rotations.</param>
    /// <param name="widths">Width of each image, angstrom.</param>
    public static void SetPoses(StarTable particles, CryoDrgnPickle pickle, double[] widths)
    {
        EulerAngles[] angles = [.. pickle.Rotations!.Select(r => EulerAngles.FromRotation(r))];
        particles.SetColumn("rlnAngleRot", [.. angles.Select(a => a.RotDegrees)]);
        particles.SetColumn("rlnAngleTilt", [.. angles.Select(a => a.TiltDegrees)]);
        particles.SetColumn("rlnAnglePsi", [.. angles.Select(a => a.PsiDegrees)]);
        double[] shifts = pickle.Shifts ?? new double[2 * pickle.Rows];
        particles.SetColumn("rlnOriginXAngst", [.. widths.Select((w, i) => shifts[2 * i] * w)]);
        particles.SetColumn("rlnOriginYAngst", [.. widths.Select((w, i) => shifts[2 * i + 1] * w)]);
        particles.RemoveColumn("rlnOriginX");
        particles.RemoveColumn("rlnOriginY");
    }

    /// <summary>Width of each image, angstrom, by the optics that are now in force.</summary>
    public static double[] Widths(StarTable particles, StarTable? optics, ParticleSet images)
    {
        double[] widths = new double[particles.RowCount];
        bool isNew = optics is not null && optics != images.Data.Optics;
        double[]? pixels = isNew ? optics!.GetDoubles("rlnImagePixelSize") : null;
        int[]? groups = isNew ? particles.GetInt32s("rlnOpticsGroup") : null;
        for (int i = 0; i < widths.Length; i++)
        {
            widths[i] = images.Optics(i).BoxSize * (isNew ? pixels![groups![i] - 1] : images.Optics(i).PixelSizeAngstrom);
        }
        return widths;
    }

    // The pickle has single precision: more digits would say what is not there.
    private static string Text(double value) => ((float)value).ToString(CultureInfo.InvariantCulture);

    private static double Short(double value) =>
        double.Parse(((float)value).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
