using CryoSpin.Geometry;

namespace CryoSpin.Evaluation;

/// <summary>Compares estimated with true poses, the frame and the hand removed.</summary>
/// <remarks>
/// The frame is found robustly: single particles propose it, the one with the least median error wins, and a chordal mean over the best
/// 60 % of the particles, repeated, makes it precise. So a third of wrong poses does not move the frame of the others.
/// </remarks>
public static class PoseComparison
{
    private const int References = 400;
    private const int Judges = 1000;
    private const int Sample = 5000;

    /// <summary>Compares rotations and origins.</summary>
    /// <param name="estimated">The estimate, one pose for each particle.</param>
    /// <param name="truth">The truth, in the same order.</param>
    /// <param name="group">The map's symmetry in the truth's frame; null for none.</param>
    /// <param name="tryMirror">False where the hand is known to be right.</param>
    /// <exception cref="ArgumentException">The numbers of poses differ or are zero.</exception>
    public static PoseComparisonResult Compare(
        ReadOnlySpan<Pose> estimated, ReadOnlySpan<Pose> truth, PointGroup? group = null, bool tryMirror = true)
    {
        CheckLengths(estimated.Length, truth.Length);
        Rotation[] e = new Rotation[estimated.Length];
        Rotation[] t = new Rotation[truth.Length];
        for (int i = 0; i < e.Length; i++) (e[i], t[i]) = (estimated[i].Rotation, truth[i].Rotation);
        PoseComparisonResult rotations = Compare(e, t, group, tryMirror);
        return new PoseComparisonResult(
            rotations.GlobalRotation, rotations.Mirrored, [.. rotations.RotationErrorsDegrees], [.. rotations.ViewErrorsDegrees])
        {
            Origins = CompareOrigins(estimated, truth),
        };
    }

    /// <summary>Compares rotations alone.</summary>
    /// <param name="estimated">The estimate, one rotation for each particle.</param>
    /// <param name="truth">The truth, in the same order.</param>
    /// <param name="group">The map's symmetry in the truth's frame; null for none.</param>
    /// <param name="tryMirror">False where the hand is known to be right.</param>
    /// <exception cref="ArgumentException">The numbers of rotations differ or are zero.</exception>
    public static PoseComparisonResult Compare(
        ReadOnlySpan<Rotation> estimated, ReadOnlySpan<Rotation> truth, PointGroup? group = null, bool tryMirror = true)
    {
        CheckLengths(estimated.Length, truth.Length);
        group ??= PointGroup.C1;

        // A fixed seed: the same poses give the same numbers.
        int[] order = [.. Enumerable.Range(0, truth.Length)];
        new Random(0).Shuffle(order);
        Rotation[] sampleTruth = Pick(truth, order);
        // Each reference costs a pass over the group; large groups get fewer.
        int references = Math.Max(References / 4, References / group.Order);
        Rotation best = Rotation.Identity;
        bool mirrored = false;
        double bestTrace = double.MinValue;
        for (int hand = 0; hand < (tryMirror ? 2 : 1); hand++)
        {
            Rotation[] sample = Pick(estimated, order);
            if (hand == 1) Flip(sample);
            int judges = Math.Min(Judges, sample.Length);
            Rotation q = new RelativeRotations(sample.AsSpan(0, judges), sampleTruth.AsSpan(0, judges), group).BestReference(references);
            RelativeRotations relative = new(sample, sampleTruth, group);
            q = relative.Refine(q);
            double trace = relative.MedianTrace(q);
            if (trace > bestTrace) (bestTrace, best, mirrored) = (trace, q, hand == 1);
        }
        Rotation[] all = estimated.ToArray();
        if (mirrored) Flip(all);
        if (all.Length > sampleTruth.Length) best = new RelativeRotations(all, truth, group).Refine(best);
        return Measure(all, truth, best, mirrored, group);
    }

    /// <summary>
    /// The published metric (cryoAI, cryoSPIN): the frame is the answer of that one of the first <paramref name="references"/> particles
    /// which leaves the least mean squared Frobenius distance, both hands tried; no refinement, no symmetry.
    /// </summary>
    /// <param name="estimated">The estimate.</param>
    /// <param name="truth">The truth, in the same order.</param>
    /// <param name="references">Number of particles tried as references.</param>
    /// <exception cref="ArgumentException">The numbers of rotations differ or are zero.</exception>
    public static PoseComparisonResult PublishedMetric(
        ReadOnlySpan<Rotation> estimated, ReadOnlySpan<Rotation> truth, int references = 1000)
    {
        CheckLengths(estimated.Length, truth.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(references, 1);
        Rotation best = Rotation.Identity;
        bool mirrored = false;
        double bestScore = double.MinValue;
        for (int hand = 0; hand < 2; hand++)
        {
            Rotation[] e = estimated.ToArray();
            if (hand == 1) Flip(e);
            double[] sum = new double[9];
            for (int i = 0; i < e.Length; i++) AddTo(sum, e[i].Transpose() * truth[i]);
            for (int j = 0; j < Math.Min(references, e.Length); j++)
            {
                // sum |P_i Q - T_i|^2 = 6 n - 2 (sum P_i^T T_i, Q): the inner product decides.
                Rotation q = e[j].Transpose() * truth[j];
                double score = Inner(sum, q);
                if (score > bestScore) (bestScore, best, mirrored) = (score, q, hand == 1);
            }
        }
        Rotation[] all = estimated.ToArray();
        if (mirrored) Flip(all);
        return Measure(all, truth, best, mirrored, PointGroup.C1);
    }

    private static PoseComparisonResult Measure(
        Rotation[] estimated, ReadOnlySpan<Rotation> truth, in Rotation q, bool mirrored, PointGroup group)
    {
        double[] traces = new double[estimated.Length];
        int[] which = new int[estimated.Length];
        if (group.Order > 1) new RelativeRotations(estimated, truth, group).Traces(q, traces, which);
        double[] rotationErrors = new double[estimated.Length];
        double[] viewErrors = new double[estimated.Length];
        for (int i = 0; i < estimated.Length; i++)
        {
            Rotation p = estimated[i] * q;
            rotationErrors[i] = p.AngleToDegrees(truth[i] * group.Elements[which[i]]);
            double least = 180;
            foreach (Rotation s in group.Elements) least = Math.Min(least, ViewAngle(p, truth[i] * s));
            viewErrors[i] = least;
        }
        return new PoseComparisonResult(q, mirrored, rotationErrors, viewErrors);
    }

    /// <summary>A map shifted by s moves every origin by (P s).xy; what least squares leaves is the origins' own error.</summary>
    private static OriginErrors CompareOrigins(ReadOnlySpan<Pose> estimated, ReadOnlySpan<Pose> truth)
    {
        double xx = 0, xy = 0, xz = 0, yy = 0, yz = 0, zz = 0, bx = 0, by = 0, bz = 0;
        for (int i = 0; i < estimated.Length; i++)
        {
            Rotation p = estimated[i].Rotation;
            double dx = estimated[i].OriginXAngstrom - truth[i].OriginXAngstrom;
            double dy = estimated[i].OriginYAngstrom - truth[i].OriginYAngstrom;
            xx += p.M00 * p.M00 + p.M10 * p.M10;
            xy += p.M00 * p.M01 + p.M10 * p.M11;
            xz += p.M00 * p.M02 + p.M10 * p.M12;
            yy += p.M01 * p.M01 + p.M11 * p.M11;
            yz += p.M01 * p.M02 + p.M11 * p.M12;
            zz += p.M02 * p.M02 + p.M12 * p.M12;
            bx += p.M00 * dx + p.M10 * dy;
            by += p.M01 * dx + p.M11 * dy;
            bz += p.M02 * dx + p.M12 * dy;
        }
        // Cramer's rule; the ridge decides where all views are alike and the shift along them is free.
        double ridge = 1e-9 * (xx + yy + zz);
        Rotation normal = new(xx + ridge, xy, xz, xy, yy + ridge, yz, xz, yz, zz + ridge);
        double det = normal.Determinant;
        double sx = (normal with { M00 = bx, M10 = by, M20 = bz }).Determinant / det;
        double sy = (normal with { M01 = bx, M11 = by, M21 = bz }).Determinant / det;
        double sz = (normal with { M02 = bx, M12 = by, M22 = bz }).Determinant / det;
        double[] errors = new double[estimated.Length];
        for (int i = 0; i < errors.Length; i++)
        {
            (double px, double py, _) = estimated[i].Rotation.Apply(sx, sy, sz);
            double dx = estimated[i].OriginXAngstrom - truth[i].OriginXAngstrom - px;
            double dy = estimated[i].OriginYAngstrom - truth[i].OriginYAngstrom - py;
            errors[i] = Math.Sqrt(dx * dx + dy * dy);
        }
        return new OriginErrors(sx, sy, sz, errors);
    }

    private static double ViewAngle(in Rotation a, in Rotation b)
    {
        double x = a.M20 - b.M20, y = a.M21 - b.M21, z = a.M22 - b.M22;
        return 2 * Math.Asin(Math.Min(1, Math.Sqrt(x * x + y * y + z * z) / 2)) * (180 / Math.PI);
    }

    private static Rotation[] Pick(ReadOnlySpan<Rotation> rotations, int[] order)
    {
        Rotation[] picked = new Rotation[Math.Min(Sample, order.Length)];
        for (int i = 0; i < picked.Length; i++) picked[i] = rotations[order[i]];
        return picked;
    }

    private static void Flip(Rotation[] rotations)
    {
        for (int i = 0; i < rotations.Length; i++) rotations[i] = rotations[i].FlipHand();
    }

    private static void AddTo(double[] sum, in Rotation r)
    {
        sum[0] += r.M00;
        sum[1] += r.M01;
        sum[2] += r.M02;
        sum[3] += r.M10;
        sum[4] += r.M11;
        sum[5] += r.M12;
        sum[6] += r.M20;
        sum[7] += r.M21;
        sum[8] += r.M22;
    }

    private static double Inner(double[] m, in Rotation r) =>
        m[0] * r.M00 + m[1] * r.M01 + m[2] * r.M02 + m[3] * r.M10 + m[4] * r.M11 + m[5] * r.M12
        + m[6] * r.M20 + m[7] * r.M21 + m[8] * r.M22;

    private static void CheckLengths(int estimated, int truth)
    {
        if (estimated != truth) throw new ArgumentException($"{estimated} estimated poses cannot be compared with {truth} true ones.");
        if (truth == 0) throw new ArgumentException("No poses to compare.");
    }
}
