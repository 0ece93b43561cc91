using CryoSpin.IO.Star;

namespace CryoSpin.Particles;

/// <summary>
/// A pixel size given by the user in the place of the table's: what the table states in angstrom of the images was counted in pixels once, and
/// stays what it was in pixels.
/// </summary>
internal static class PixelSizeOverride
{
    private static readonly string[] s_lengths =
    [
        "rlnOriginXAngst", "rlnOriginYAngst", "rlnOriginZAngst", "rlnOriginXPriorAngst", "rlnOriginYPriorAngst", "rlnOriginZPriorAngst",
        "rlnHelicalTrackLengthAngst",
    ];

    /// <summary>The pixel sizes that the tables state, angstrom; null where they state none.</summary>
    public static double[]? Stated(ParticleColumns columns)
    {
        if (columns.Find("rlnImagePixelSize") is { } direct) return All(columns, i => direct[i]);
        if (columns.Find("rlnDetectorPixelSize") is { } detector && columns.Find("rlnMagnification") is { } magnification)
        {
            // Micrometres on the detector over the magnification: 1 um = 1e4 angstrom.
            return All(columns, i => Math.Round(detector[i] * 1e4 / magnification[i], 9));
        }
        return columns.Find("rlnPixelSize") is { } plain ? All(columns, i => plain[i]) : null;
    }

    /// <summary>The particles with lengths and pixel sizes as the given pixel size has them; the same table where it is the stated one.</summary>
    /// <param name="particles">The table.</param>
    /// <param name="before">The pixel size by which its lengths were written, per particle, angstrom; null where it is not known.</param>
    /// <param name="given">The pixel size that counts, angstrom.</param>
    /// <param name="warnings">Receives what was changed.</param>
    public static StarTable Apply(StarTable particles, double[]? before, double given, List<string> warnings)
    {
        string[] lengths = [.. s_lengths.Where(particles.Has)];
        if (before is null)
        {
            if (lengths.Length > 0)
            {
                warnings.Add(
                    $"{particles.Source}: origins in angstrom stay as they are, since no pixel size is stated by which they were written.");
            }
            return particles;
        }
        double[] ratios = [.. before.Select(b => b > 0 && double.IsFinite(b) ? given / b : 1)];
        if (Array.TrueForAll(ratios, r => Math.Abs(r - 1) < 1e-9)) return particles;
        StarTable changed = particles.Copy();
        ScaleLengths(changed, ratios);
        SetStated(changed, given);
        string scaled = lengths.Length > 0 ? $" {string.Join(", ", lengths)} are scaled with it, so that they stay the same in pixels." : "";
        FormattableString said =
            $"{particles.Source}: the pixel size is {given:0.####} Å, as given, and not {before[0]:0.####}.{scaled}";
        warnings.Add(FormattableString.Invariant(said) + " Defoci and aberrations stay as they are.");
        return changed;
    }

    /// <summary>Multiplies what a table states in angstrom of the images.</summary>
    /// <param name="table">Changed.</param>
    /// <param name="ratios">One factor per row.</param>
    public static void ScaleLengths(StarTable table, double[] ratios)
    {
        foreach (string column in s_lengths.Where(table.Has))
        {
            double[] values = table.GetDoubles(column);
            table.SetColumn(column, [.. values.Select((v, i) => Math.Abs(v) == -PoseColumns.None ? v : v * ratios[i])]);
        }
    }

    /// <summary>Makes the columns of a table that state the pixel size state this one.</summary>
    public static void SetStated(StarTable table, double given)
    {
        double[] sizes = [.. Enumerable.Repeat(given, table.RowCount)];
        foreach (string column in (ReadOnlySpan<string>)["rlnImagePixelSize", "rlnPixelSize"])
        {
            if (table.Has(column)) table.SetColumn(column, sizes);
        }
        if (!table.Has("rlnDetectorPixelSize") || !table.Has("rlnMagnification")) return;
        table.SetColumn("rlnMagnification", [.. table.GetDoubles("rlnDetectorPixelSize").Select(d => d * 1e4 / given)]);
    }

    private static double[] All(ParticleColumns columns, Func<int, double> value)
    {
        double[] values = new double[columns.Count];
        for (int i = 0; i < values.Length; i++) values[i] = value(i);
        return values;
    }
}
