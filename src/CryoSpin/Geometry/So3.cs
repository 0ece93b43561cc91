namespace CryoSpin.Geometry;

/// <summary>
/// Exponential map of SO(3), its inverse and its gradients. [w]x v = w x v, so that exp([w]x) turns by |w| about w, counter-clockwise
/// seen from the tip. Matrices in spans are row-major, nine values.
/// </summary>
/// <remarks>
/// exp([w]x) = I + a [w]x + b [w]x^2 with a = sin t / t, b = (1 - cos t) / t^2, t = |w| (Rodrigues). Below t = 1 the four coefficients
/// come from their power series with nine terms: the first one left out of the worst of them, 18/20! against 1/12, is less than half
/// a unit in the last place, while the closed forms lose 12/t^2 units by cancellation. Above it they lose at most four bits.
/// </remarks>
public static class So3
{
    private const int Terms = 9;
    private static readonly double[] s_a = Series(n => 1 / Factorial(2 * n + 1));
    private static readonly double[] s_b = Series(n => 1 / Factorial(2 * n + 2));
    private static readonly double[] s_da = Series(n => -(2 * n + 2) / Factorial(2 * n + 3));
    private static readonly double[] s_db = Series(n => -(2 * n + 2) / Factorial(2 * n + 4));

    /// <summary>exp([w]x).</summary>
    public static Rotation Exp(RotationVector w)
    {
        double t2 = w.X * w.X + w.Y * w.Y + w.Z * w.Z;
        (double a, double b) = Coefficients(t2);
        double xy = b * w.X * w.Y, xz = b * w.X * w.Z, yz = b * w.Y * w.Z;
        double ax = a * w.X, ay = a * w.Y, az = a * w.Z;
        return new Rotation(
            1 - b * (w.Y * w.Y + w.Z * w.Z), xy - az, xz + ay,
            xy + az, 1 - b * (w.X * w.X + w.Z * w.Z), yz - ax,
            xz - ay, yz + ax, 1 - b * (w.X * w.X + w.Y * w.Y));
    }

    /// <summary>The shortest w with exp([w]x) = r; |w| is 0 to pi. At exactly pi one of the two opposite vectors is given.</summary>
    /// <remarks>Through the quaternion's largest component: accurate at 0 and at pi, where the skew part alone loses its digits.</remarks>
    public static RotationVector Log(in Rotation r)
    {
        UnitQuaternion q = UnitQuaternion.FromRotation(r);
        double n = Math.Sqrt(q.X * q.X + q.Y * q.Y + q.Z * q.Z);
        // n = 0 only for the identity itself, where the factor's limit is 2.
        double factor = n > 0 ? 2 * Math.Atan2(n, q.W) / n : 2;
        return new RotationVector(factor * q.X, factor * q.Y, factor * q.Z);
    }

    /// <summary>dL/dw where R = exp([w]x) and <paramref name="upstream"/> is dL/dR; defined and exact at w = 0.</summary>
    /// <param name="w">Where the gradient is taken.</param>
    /// <param name="upstream">dL/dR, nine values, row-major.</param>
    public static RotationVector ExpGradient(RotationVector w, ReadOnlySpan<double> upstream)
    {
        ReadOnlySpan<double> g = upstream[..9];
        double t2 = w.X * w.X + w.Y * w.Y + w.Z * w.Z;
        (double a, double b) = Coefficients(t2);
        (double da, double db) = CoefficientSlopes(t2, a, b);

        // <G, [w]x> and <G, [w]x^2> with [w]x^2 = w w^T - t^2 I; s = the axial vector of G, so that <G, [v]x> = s.v.
        double sx = g[7] - g[5], sy = g[2] - g[6], sz = g[3] - g[1];
        double trace = g[0] + g[4] + g[8];
        // (G + G^T) w, twice the symmetric part.
        double hx = 2 * g[0] * w.X + (g[1] + g[3]) * w.Y + (g[2] + g[6]) * w.Z;
        double hy = (g[1] + g[3]) * w.X + 2 * g[4] * w.Y + (g[5] + g[7]) * w.Z;
        double hz = (g[2] + g[6]) * w.X + (g[5] + g[7]) * w.Y + 2 * g[8] * w.Z;
        double first = sx * w.X + sy * w.Y + sz * w.Z;
        double second = (w.X * hx + w.Y * hy + w.Z * hz) / 2 - t2 * trace;
        double along = da * first + db * second - 2 * b * trace;
        return new RotationVector(
            a * sx + b * hx + along * w.X, a * sy + b * hy + along * w.Y, a * sz + b * hz + along * w.Z);
    }

    /// <summary>dL/dw at w = 0 for the matrix exp([w]x) r: what a step of the pose from the left needs.</summary>
    /// <param name="r">The rotation that is perturbed.</param>
    /// <param name="upstream">dL/dR at r, nine values, row-major.</param>
    public static RotationVector LeftGradient(in Rotation r, ReadOnlySpan<double> upstream)
    {
        ReadOnlySpan<double> g = upstream[..9];
        // The axial vector of G R^T.
        return new RotationVector(
            g[6] * r.M10 + g[7] * r.M11 + g[8] * r.M12 - (g[3] * r.M20 + g[4] * r.M21 + g[5] * r.M22),
            g[0] * r.M20 + g[1] * r.M21 + g[2] * r.M22 - (g[6] * r.M00 + g[7] * r.M01 + g[8] * r.M02),
            g[3] * r.M00 + g[4] * r.M01 + g[5] * r.M02 - (g[0] * r.M10 + g[1] * r.M11 + g[2] * r.M12));
    }

    /// <summary>
    /// The matrix gradient G = [g]x r / 2 that has <paramref name="leftGradient"/> as its <see cref="LeftGradient"/>: hands a gradient
    /// known only along the rotations on to a chart such as <see cref="Rotation6D"/>.
    /// </summary>
    /// <param name="r">The rotation where the gradient was taken.</param>
    /// <param name="leftGradient">dL/dw of exp([w]x) r at w = 0.</param>
    /// <param name="matrixGradient">Receives G, nine values, row-major.</param>
    public static void MatrixGradient(in Rotation r, RotationVector leftGradient, Span<double> matrixGradient)
    {
        double x = leftGradient.X / 2, y = leftGradient.Y / 2, z = leftGradient.Z / 2;
        Span<double> g = matrixGradient[..9];
        g[0] = y * r.M20 - z * r.M10;
        g[1] = y * r.M21 - z * r.M11;
        g[2] = y * r.M22 - z * r.M12;
        g[3] = z * r.M00 - x * r.M20;
        g[4] = z * r.M01 - x * r.M21;
        g[5] = z * r.M02 - x * r.M22;
        g[6] = x * r.M10 - y * r.M00;
        g[7] = x * r.M11 - y * r.M01;
        g[8] = x * r.M12 - y * r.M02;
    }

    private static (double A, double B) Coefficients(double t2)
    {
        if (t2 < 1) return (Sum(s_a, t2), Sum(s_b, t2));
        double t = Math.Sqrt(t2);
        double half = Math.Sin(t / 2);
        return (Math.Sin(t) / t, 2 * half * half / t2);
    }

    /// <summary>a'(t)/t and b'(t)/t.</summary>
    private static (double A, double B) CoefficientSlopes(double t2, double a, double b) =>
        t2 < 1 ? (Sum(s_da, t2), Sum(s_db, t2)) : ((Math.Cos(Math.Sqrt(t2)) - a) / t2, (a - 2 * b) / t2);

    private static double Sum(double[] series, double t2)
    {
        double s = 0;
        for (int i = series.Length - 1; i >= 0; i--) s = s * t2 + series[i];
        return s;
    }

    private static double[] Series(Func<int, double> magnitude) =>
        [.. Enumerable.Range(0, Terms).Select(n => (n % 2 == 0 ? 1 : -1) * magnitude(n))];

    private static double Factorial(int n)
    {
        double f = 1;
        for (int i = 2; i <= n; i++) f *= i;
        return f;
    }
}
