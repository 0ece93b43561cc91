using CryoSpin.Particles;

namespace CryoSpin.Validation;

/// <summary>
/// Values beyond anything that a microscope or a refinement makes: whatever is computed with them is noise, zeros or not a number. One table
/// for all columns, so that every verb refuses the same values.
/// </summary>
internal static class ValueRanges
{
    // Radians at 1/angstrom: what a coefficient of fourth order reaches that turns the phase a thousand times at 3 angstrom.
    private const double LargestZernike = 1e6;

    private static readonly Range[] s_ranges =
    [
        new("rlnCtfScalefactor", "ctf.scale", -1000, 1000, "a factor near 1", "Write 1, or remove the column."),
        new("rlnCtfBfactor", "ctf.bFactor", -1000, 10_000, "0 to some hundreds of Å²", "Write 0, or remove the column."),
        new("rlnPhaseShift", "ctf.phaseShift", -720, 720, "degrees, 0 to 180", "Correct the column; 0 where there is no phase plate."),
        new("rlnDefocusU", "defocus.none", -1e30, 1e30, "a defocus in Å", "Estimate the CTF of the micrograph, or leave the particle out."),
        new("rlnDefocusV", "defocus.none", -1e30, 1e30, "a defocus in Å", "Estimate the CTF of the micrograph, or leave the particle out."),
        new("rlnDefocusAngle", "ctf.astigmatismAngle", -3600, 3600, "degrees", "Correct the column."),
        new("rlnBeamTiltX", "optics.beamTilt", -100, 100, "some milliradians at most", "Correct the column; 0 for no tilt."),
        new("rlnBeamTiltY", "optics.beamTilt", -100, 100, "some milliradians at most", "Correct the column; 0 for no tilt."),
        new("rlnMagMat00", "optics.magnification", 0.5, 2, "a number near 1", "Correct the column; 1 for no distortion."),
        new("rlnMagMat01", "optics.magnification", -0.5, 0.5, "a number near 0", "Correct the column; 0 for no distortion."),
        new("rlnMagMat10", "optics.magnification", -0.5, 0.5, "a number near 0", "Correct the column; 0 for no distortion."),
        new("rlnMagMat11", "optics.magnification", 0.5, 2, "a number near 1", "Correct the column; 1 for no distortion."),
        new("rlnAngleRot", "pose.angle", -3600, 3600, "degrees", "Correct the angle, or leave the particle out."),
        new("rlnAngleTilt", "pose.angle", -3600, 3600, "degrees", "Correct the angle, or leave the particle out."),
        new("rlnAnglePsi", "pose.angle", -3600, 3600, "degrees", "Correct the angle, or leave the particle out."),
        new("rlnOriginXAngst", "pose.originAbsurd", -1e5, 1e5, "some tens of Å", "Correct the origin, or leave the particle out."),
        new("rlnOriginYAngst", "pose.originAbsurd", -1e5, 1e5, "some tens of Å", "Correct the origin, or leave the particle out."),
        new("rlnOriginX", "pose.originAbsurd", -1e5, 1e5, "some pixels", "Correct the origin, or leave the particle out."),
        new("rlnOriginY", "pose.originAbsurd", -1e5, 1e5, "some pixels", "Correct the origin, or leave the particle out."),
    ];

    /// <summary>Checks the columns of particles that were loaded, those of their optics groups too.</summary>
    public static void Check(ParticleSet set, ParticleRows rows, ProblemList problems)
    {
        ParticleSetData data = set.Data;
        IEnumerable<Range> ranges = set.IsWithoutCtfAsAsked ? s_ranges.Where(r => !ParticleColumns.OfCtf.Contains(r.Column)) : s_ranges;
        foreach (Range range in ranges) Check(range, rows, Values(data, range.Column), problems);
        if (set.HasCtf)
        {
            problems.AddRows(
                Severity.Error, "ctf.scaleZero", rows, i => set.Ctf(i)!.Value.Scale == 0, i => $"a scale factor of 0 on the CTF",
                "1, or the factor that was estimated",
                "An image times 0 says nothing: write 1, or remove _rlnCtfScalefactor (in a .cs: set ctf/scale to 1).");
            problems.AddRows(
                Severity.Warning, "ctf.scaleNegative", rows, i => set.Ctf(i)!.Value.Scale < 0,
                i => $"a scale factor of {set.Ctf(i)!.Value.Scale:g6} on the CTF", "a positive number", "Is the contrast of these images inverted?");
        }
        Zernikes(set, rows, problems);
    }

    private static void Check(Range range, ParticleRows rows, double[]? values, ProblemList problems)
    {
        if (values is null) return;
        // RELION's number for no value: of a pose it is allowed for, of anything else a value is missing.
        bool isOfPose = range.Code.StartsWith("pose.", StringComparison.Ordinal);
        problems.AddRows(
            Severity.Error, range.Code, rows,
            i => values[i] == PoseColumns.None ? !isOfPose : !(values[i] >= range.Least && values[i] <= range.Greatest),
            i => $"_{range.Column} = {values[i]:g6}", range.Expected, range.Remedy);
    }

    private static void Zernikes(ParticleSet set, ParticleRows rows, ProblemList problems)
    {
        bool[] isAbsurd = [.. set.OpticsGroups.Select(g => Largest(g.OddZernike) > LargestZernike || Largest(g.EvenZernike) > LargestZernike)];
        problems.AddRows(
            Severity.Error, "optics.zernike", rows, i => isAbsurd[set.OpticsGroupOf(i)],
            i => $"an aberration coefficient of {Math.Max(Largest(set.Optics(i).OddZernike), Largest(set.Optics(i).EvenZernike)):g6}",
            $"less than {LargestZernike:g6} (radians at 1/Å)", "Correct _rlnOddZernike and _rlnEvenZernike, or remove them.");
    }

    private static double Largest(IReadOnlyList<double>? coefficients) => coefficients?.Max(Math.Abs) ?? 0;

    // As the loader reads them: the particle's own row before its group's.
    private static double[]? Values(ParticleSetData data, string column)
    {
        if (data.Particles.Has(column)) return data.Particles.GetDoubles(column);
        if (data.Optics is not { } optics || !optics.Has(column)) return null;
        double[] values = optics.GetDoubles(column);
        return [.. data.OpticsRowOf!.Select(r => values[r])];
    }

    private sealed record Range(string Column, string Code, double Least, double Greatest, string Expected, string Remedy);
}
