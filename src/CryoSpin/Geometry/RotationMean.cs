namespace CryoSpin.Geometry;

/// <summary>The rotation nearest to a matrix, and the mean of rotations that follows from it.</summary>
internal static class RotationMean
{
    /// <summary>
    /// The rotation R that maximises tr(R^T M), which is the nearest one in the Frobenius norm. The eigenvector of Davenport's 4 x 4
    /// matrix gives it (Horn 1987, JOSA A 4:629), determinant +1 included; no singular values and no sign cases are needed.
    /// </summary>
    /// <param name="m">Nine values, row-major; where the best rotation is not unique (e.g. M = 0), one of the best.</param>
    public static Rotation Nearest(ReadOnlySpan<double> m)
    {
        double a = m[0], b = m[1], c = m[2], d = m[3], e = m[4], f = m[5], g = m[6], h = m[7], i = m[8];
        Span<double> n =
        [
            a + e + i, h - f, c - g, d - b,
            h - f, a - e - i, b + d, c + g,
            c - g, b + d, e - a - i, f + h,
            d - b, c + g, f + h, i - a - e,
        ];
        Span<double> v = stackalloc double[16];
        SymmetricJacobi(n, v, 4);
        int best = 0;
        for (int k = 1; k < 4; k++)
        {
            if (n[5 * k] > n[5 * best]) best = k;
        }
        return UnitQuaternion.Normalised(v[best], v[4 + best], v[8 + best], v[12 + best]).ToRotation();
    }

    /// <summary>The chordal mean: the rotation with the least (weighted) sum of squared Frobenius distances.</summary>
    /// <param name="rotations">At least one.</param>
    /// <param name="weights">One each, or empty for equal weights.</param>
    public static Rotation Chordal(ReadOnlySpan<Rotation> rotations, ReadOnlySpan<double> weights = default)
    {
        if (rotations.IsEmpty) throw new ArgumentException("The mean of no rotations is not defined.", nameof(rotations));
        if (!weights.IsEmpty && weights.Length != rotations.Length)
        {
            throw new ArgumentException($"{weights.Length} weights for {rotations.Length} rotations.", nameof(weights));
        }
        Span<double> m = stackalloc double[9];
        m.Clear();
        for (int i = 0; i < rotations.Length; i++)
        {
            Rotation r = rotations[i];
            double w = weights.IsEmpty ? 1 : weights[i];
            m[0] += w * r.M00;
            m[1] += w * r.M01;
            m[2] += w * r.M02;
            m[3] += w * r.M10;
            m[4] += w * r.M11;
            m[5] += w * r.M12;
            m[6] += w * r.M20;
            m[7] += w * r.M21;
            m[8] += w * r.M22;
        }
        return Nearest(m);
    }

    /// <summary>Cyclic Jacobi: the eigenvalues end on the diagonal of <paramref name="s"/>, their vectors in the columns of v.</summary>
    private static void SymmetricJacobi(Span<double> s, Span<double> v, int size)
    {
        v.Clear();
        for (int i = 0; i < size; i++) v[i * size + i] = 1;
        for (int sweep = 0; sweep < 30; sweep++)
        {
            double off = 0, all = 0;
            for (int p = 0; p < size; p++)
            {
                for (int q = 0; q < size; q++)
                {
                    double x = s[p * size + q] * s[p * size + q];
                    all += x;
                    if (p != q) off += x;
                }
            }
            if (off <= 1e-34 * all) return;
            for (int p = 0; p < size - 1; p++)
            {
                for (int q = p + 1; q < size; q++) Rotate(s, v, size, p, q);
            }
        }
    }

    private static void Rotate(Span<double> s, Span<double> v, int size, int p, int q)
    {
        double apq = s[p * size + q];
        if (apq == 0) return;
        double theta = (s[q * size + q] - s[p * size + p]) / (2 * apq);
        double t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        double c = 1 / Math.Sqrt(t * t + 1), sn = t * c;
        for (int k = 0; k < size; k++)
        {
            double kp = s[k * size + p], kq = s[k * size + q];
            s[k * size + p] = c * kp - sn * kq;
            s[k * size + q] = sn * kp + c * kq;
        }
        for (int k = 0; k < size; k++)
        {
            double pk = s[p * size + k], qk = s[q * size + k];
            s[p * size + k] = c * pk - sn * qk;
            s[q * size + k] = sn * pk + c * qk;
            double vp = v[k * size + p], vq = v[k * size + q];
            v[k * size + p] = c * vp - sn * vq;
            v[k * size + q] = sn * vp + c * vq;
        }
    }
}
