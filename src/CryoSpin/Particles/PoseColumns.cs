using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Star;

namespace CryoSpin.Particles;

/// <summary>
/// The columns of a particle table that hold poses, and those that mean something only together with one. A pose of a row may be none: its
/// angles or origin are <see cref="None"/>, or all three angles are 0 in several rows, which is what programs leave that have not aligned them.
/// </summary>
internal static class PoseColumns
{
    /// <summary>RELION's number for a value that is not there.</summary>
    public const double None = -999;

    public static readonly string[] Angles = ["rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi"];

    public static readonly string[] Origins = ["rlnOriginXAngst", "rlnOriginYAngst"];

    // What an alignment says of a particle besides the pose: it belongs to that alignment's map and classes.
    private static readonly string[] s_ofAnAlignment =
    [
        "rlnAngleRotPrior", "rlnAngleTiltPrior", "rlnAnglePsiPrior", "rlnAngleRotFlipRatio", "rlnAnglePsiFlipRatio", "rlnAnglePsiFlip",
        "rlnOriginXPrior", "rlnOriginYPrior", "rlnOriginZPrior", "rlnOriginXPriorAngst", "rlnOriginYPriorAngst", "rlnOriginZPriorAngst",
        "rlnNormCorrection", "rlnLogLikeliContribution", "rlnMaxValueProbDistribution", "rlnNrOfSignificantSamples", "rlnClassNumber",
    ];

    /// <summary>The poses; null where the columns are missing, or no row has a pose.</summary>
    /// <param name="particles">The table.</param>
    /// <param name="x">Origins, angstrom.</param>
    /// <param name="y">The same along y.</param>
    /// <param name="areStated">
    /// True where another program's poses were put into the table, which states one for every particle: angles of 0 mean none only beside an
    /// origin of 0.
    /// </param>
    /// <param name="warnings">Receives how many rows have none.</param>
    public static Pose?[]? Read(StarTable particles, double[] x, double[] y, bool areStated, List<string> warnings)
    {
        if (!Array.TrueForAll(Angles, particles.Has)) return null;
        double[] rot = particles.GetDoubles(Angles[0]), tilt = particles.GetDoubles(Angles[1]), psi = particles.GetDoubles(Angles[2]);
        bool IsZero(int i) => rot[i] == 0 && tilt[i] == 0 && psi[i] == 0 && (!areStated || (x[i] == 0 && y[i] == 0));
        int[] rows = [.. Enumerable.Range(0, rot.Length)];
        // One particle may be seen exactly along z; several, to the last digit, are not.
        bool zeroIsNone = rows.Count(IsZero) > 1;
        bool IsNone(int i) => new[] { rot[i], tilt[i], psi[i], x[i], y[i] }.Contains(None) || (zeroIsNone && IsZero(i));
        int[] none = [.. rows.Where(IsNone)], posed = [.. rows.Where(i => !IsNone(i))];
        if (posed.Length == 0)
        {
            warnings.Add($"{particles.Source}: no particle has a pose: the angles are {None}, or 0, 0, 0.");
            return null;
        }
        if (!areStated && posed.Length > 1 && Array.TrueForAll(posed, i => rot[i] == 0 && tilt[i] == 0))
        {
            warnings.Add($"{particles.Source}: rot and tilt are 0 for every particle: these are angles of a 2D classification, not poses.");
            return null;
        }
        if (none.Length > 0)
        {
            warnings.Add(
                $"{particles.Source}: {none.Length} of {Plural.Of(rot.Length, "particle")} {Plural.Choose(none.Length, "has", "have")} no pose (angles of {None} or 0, 0, 0), the first in "
                + $"{particles.Where(none[0])}.");
        }
        return [.. rows.Select(i => IsNone(i) ? (Pose?)null : new Pose(new EulerAngles(rot[i], tilt[i], psi[i]).ToRotation(), x[i], y[i]))];
    }

    /// <summary>Sets angles and origins; a particle without a pose gets angles of <see cref="None"/>.</summary>
    public static void Set(StarTable particles, IReadOnlyList<Pose?> poses)
    {
        EulerAngles[] angles =
        [
            .. poses.Select(p => p is { } pose ? EulerAngles.FromRotation(pose.Rotation) : new EulerAngles(None, None, None)),
        ];
        particles.SetColumn(Angles[0], [.. angles.Select(a => a.RotDegrees)]);
        particles.SetColumn(Angles[1], [.. angles.Select(a => a.TiltDegrees)]);
        particles.SetColumn(Angles[2], [.. angles.Select(a => a.PsiDegrees)]);
        particles.SetColumn(Origins[0], [.. poses.Select(p => p?.OriginXAngstrom ?? 0)]);
        particles.SetColumn(Origins[1], [.. poses.Select(p => p?.OriginYAngstrom ?? 0)]);
        // The pixel columns of older files would contradict the new origins.
        particles.RemoveColumn("rlnOriginX");
        particles.RemoveColumn("rlnOriginY");
    }

    /// <summary>Removes what belongs to the alignment that the poses had before: new ones were found.</summary>
    public static void Forget(StarTable particles)
    {
        foreach (string column in s_ofAnAlignment) particles.RemoveColumn(column);
    }

    /// <summary>
    /// Brings the priors of angles and origins into the frame that the poses were brought into. A prior that is not there is taken from
    /// the particle's own pose.
    /// </summary>
    /// <param name="particles">Changed; has the poses as they were before.</param>
    /// <param name="poses">Those poses.</param>
    /// <param name="change">What is done to every pose.</param>
    public static void ChangePriors(StarTable particles, IReadOnlyList<Pose?> poses, Func<Pose, Pose> change)
    {
        string[] angles = [.. Angles.Select(c => c + "Prior")], origins = ["rlnOriginXPriorAngst", "rlnOriginYPriorAngst"];
        if (!angles.Concat(origins).Any(particles.Has)) return;
        double[]?[] given = [.. angles.Concat(origins).Select(c => particles.Has(c) ? particles.GetDoubles(c) : null)];
        double[][] changed = [.. given.Select(_ => new double[particles.RowCount])];
        for (int i = 0; i < particles.RowCount; i++)
        {
            Pose own = poses[i] ?? new Pose(Rotation.Identity, 0, 0);
            EulerAngles a = EulerAngles.FromRotation(own.Rotation);
            double[] before = [a.RotDegrees, a.TiltDegrees, a.PsiDegrees, own.OriginXAngstrom, own.OriginYAngstrom];
            for (int k = 0; k < before.Length; k++) before[k] = given[k]?[i] ?? before[k];
            Pose after = change(new Pose(new EulerAngles(before[0], before[1], before[2]).ToRotation(), before[3], before[4]));
            EulerAngles b = EulerAngles.FromRotation(after.Rotation);
            double[] values = [b.RotDegrees, b.TiltDegrees, b.PsiDegrees, after.OriginXAngstrom, after.OriginYAngstrom];
            // RELION's number for a prior that is not there is 999.
            for (int k = 0; k < values.Length; k++) changed[k][i] = Math.Abs(before[k]) == -None ? before[k] : values[k];
        }
        foreach ((string column, int k) in angles.Concat(origins).Select((c, k) => (c, k)))
        {
            if (given[k] is not null) particles.SetColumn(column, changed[k]);
        }
    }
}
