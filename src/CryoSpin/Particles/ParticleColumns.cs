using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Star;
using CryoSpin.Particles.CryoSparc;

namespace CryoSpin.Particles;

/// <summary>Values per particle: the particle's own row first, then its optics group's row.</summary>
internal sealed class ParticleColumns(string path, StarTable particles, StarTable? optics, int[]? opticsRowOf)
{
    /// <summary>Columns that are read as numbers where they are there.</summary>
    public static readonly IReadOnlyList<string> Reals =
    [
        "rlnDefocusU", "rlnDefocusV", "rlnDefocusAngle", "rlnPhaseShift", "rlnCtfBfactor", "rlnCtfScalefactor", "rlnVoltage",
        "rlnSphericalAberration", "rlnAmplitudeContrast", "rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi", "rlnOriginX", "rlnOriginY",
        "rlnOriginXAngst", "rlnOriginYAngst", "rlnImagePixelSize", "rlnDetectorPixelSize", "rlnMagnification", "rlnPixelSize",
        "rlnImageSize", "rlnImageDimensionality", "rlnBeamTiltX", "rlnBeamTiltY", "rlnCtfDataArePhaseFlipped",
        "rlnCtfDataAreCtfPremultiplied", "rlnMagMat00", "rlnMagMat01", "rlnMagMat10", "rlnMagMat11",
        CryoSparcFields.SignColumn,
    ];

    /// <summary>Columns that are read as whole numbers.</summary>
    public static readonly IReadOnlyList<string> Wholes = ["rlnOpticsGroup", "rlnRandomSubset"];

    /// <summary>Any of these means that the images have CTFs, which then need all of them and all of <see cref="CtfConstants"/>.</summary>
    public static readonly IReadOnlyList<string> Defocus = ["rlnDefocusU", "rlnDefocusV", "rlnDefocusAngle"];

    /// <summary>What is read of the particles' rows for a CTF alone.</summary>
    public static readonly IReadOnlyList<string> OfCtf = [.. Defocus, "rlnPhaseShift", "rlnCtfBfactor", "rlnCtfScalefactor"];

    /// <summary>What a CTF needs besides.</summary>
    public static readonly IReadOnlyList<string> CtfConstants = ["rlnVoltage", "rlnSphericalAberration", "rlnAmplitudeContrast"];

    public int Count => particles.RowCount;

    /// <summary>Numbers, or null where neither table has the column.</summary>
    public Numbers? Find(string column) =>
        particles.Has(column) ? new Numbers(particles.GetDoubles(column), null)
        : optics?.Has(column) == true ? new Numbers(optics.GetDoubles(column), opticsRowOf)
        : null;

    /// <summary>Numbers that the images cannot do without.</summary>
    /// <exception cref="InputException">Neither table has the column.</exception>
    public Numbers Need(string column) =>
        Find(column) ?? throw new InputException(
            path, $"there is no column _{column} in data_{particles.Name}{(optics is null ? "" : " or data_optics")}.",
            "Add it; the CTF needs defocus, voltage, spherical aberration and amplitude contrast. Images without any CTF go with --no-ctf.");

    /// <summary>The text of a cell, or an empty one where neither table has the column.</summary>
    public ReadOnlySpan<char> Text(string column, int particle) =>
        particles.Has(column) ? particles.GetSpan(column, particle)
        : optics?.Has(column) == true ? optics.GetSpan(column, opticsRowOf![particle])
        : default;

    /// <summary>A RELION vector such as <c>[1.5,0,-2]</c>; null where it is absent, empty or all zero.</summary>
    /// <exception cref="InputException">The text is not a vector of finite numbers.</exception>
    public double[]? Vector(string column, int particle)
    {
        ReadOnlySpan<char> text = Text(column, particle).Trim();
        if (text.IsEmpty || text is "None" or "[]") return null;
        ReadOnlySpan<char> inner = text[0] == '[' && text[^1] == ']' ? text[1..^1] : text;
        List<double> values = [];
        foreach (Range part in inner.Split(','))
        {
            bool isNumber = double.TryParse(inner[part], NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
            if (!isNumber || !double.IsFinite(value))
            {
                string where = $"{particles.Where(particle)}, column _{column}";
                throw new InputException(where, $"'{text}' is not a list of numbers.", "Write [1.5,0,-2], without spaces.");
            }
            values.Add(value);
        }
        return values.TrueForAll(v => v == 0) ? null : [.. values];
    }

    /// <summary>One number per particle.</summary>
    internal sealed class Numbers(double[] rows, int[]? rowOf)
    {
        public double this[int particle] => rows[rowOf is null ? particle : rowOf[particle]];
    }
}
