using System.Runtime.CompilerServices;

namespace CryoSpin.Geometry;

/// <summary>
/// A rotation matrix A, row-major, double precision. As a pose it maps map coordinates to image coordinates:
/// F_img(kx, ky) = F_map(A^T (kx, ky, 0)). The default value is not a rotation; use <see cref="Identity"/>.
/// </summary>
/// <param name="M00">Row 0, column 0.</param>
/// <param name="M01">Row 0, column 1.</param>
/// <param name="M02">Row 0, column 2.</param>
/// <param name="M10">Row 1, column 0.</param>
/// <param name="M11">Row 1, column 1.</param>
/// <param name="M12">Row 1, column 2.</param>
/// <param name="M20">Row 2, column 0.</param>
/// <param name="M21">Row 2, column 1.</param>
/// <param name="M22">Row 2, column 2.</param>
public readonly record struct Rotation(
    double M00, double M01, double M02, double M10, double M11, double M12, double M20, double M21, double M22)
{
    /// <summary>The rotation that turns nothing.</summary>
    public static Rotation Identity => new(1, 0, 0, 0, 1, 0, 0, 0, 1);

    /// <summary>The trace; cos(angle) = (trace - 1)/2.</summary>
    public double Trace => M00 + M11 + M22;

    /// <summary>The determinant; 1 up to rounding.</summary>
    public double Determinant =>
        M00 * (M11 * M22 - M12 * M21) - M01 * (M10 * M22 - M12 * M20) + M02 * (M10 * M21 - M11 * M20);

    /// <summary>Matrix product.</summary>
    public static Rotation operator *(in Rotation a, in Rotation b) => new(
        a.M00 * b.M00 + a.M01 * b.M10 + a.M02 * b.M20,
        a.M00 * b.M01 + a.M01 * b.M11 + a.M02 * b.M21,
        a.M00 * b.M02 + a.M01 * b.M12 + a.M02 * b.M22,
        a.M10 * b.M00 + a.M11 * b.M10 + a.M12 * b.M20,
        a.M10 * b.M01 + a.M11 * b.M11 + a.M12 * b.M21,
        a.M10 * b.M02 + a.M11 * b.M12 + a.M12 * b.M22,
        a.M20 * b.M00 + a.M21 * b.M10 + a.M22 * b.M20,
        a.M20 * b.M01 + a.M21 * b.M11 + a.M22 * b.M21,
        a.M20 * b.M02 + a.M21 * b.M12 + a.M22 * b.M22);

    /// <summary>The inverse.</summary>
    public Rotation Transpose() => new(M00, M10, M20, M01, M11, M21, M02, M12, M22);

    /// <summary>A v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (double X, double Y, double Z) Apply(double x, double y, double z) =>
        (M00 * x + M01 * y + M02 * z, M10 * x + M11 * y + M12 * z, M20 * x + M21 * y + M22 * z);

    /// <summary>The angle, in degrees, of the rotation that leads from <paramref name="other"/> to this one: 0 to 180.</summary>
    public double AngleToDegrees(in Rotation other)
    {
        // |A - B|_F^2 = 8 sin^2(angle/2): exact for small angles, where an arc cosine of the trace loses half its digits.
        double d = Square(M00 - other.M00) + Square(M01 - other.M01) + Square(M02 - other.M02)
            + Square(M10 - other.M10) + Square(M11 - other.M11) + Square(M12 - other.M12)
            + Square(M20 - other.M20) + Square(M21 - other.M21) + Square(M22 - other.M22);
        return 2 * Math.Asin(Math.Min(1, Math.Sqrt(d / 8))) * (180 / Math.PI);
    }

    /// <summary>
    /// The pose of the mirrored map that gives the same image: D A D with D = diag(1, 1, -1); in Euler angles (rot + 180, tilt, psi + 180).
    /// </summary>
    public Rotation FlipHand() => new(M00, M01, -M02, M10, M11, -M12, -M20, -M21, M22);

    /// <summary>The nearest rotation, by Gram-Schmidt on the rows; removes the rounding that long products gather.</summary>
    public Rotation Orthonormalised()
    {
        double n = 1 / Math.Sqrt(M00 * M00 + M01 * M01 + M02 * M02);
        double a = M00 * n, b = M01 * n, c = M02 * n;
        double p = a * M10 + b * M11 + c * M12;
        double d = M10 - p * a, e = M11 - p * b, f = M12 - p * c;
        n = 1 / Math.Sqrt(d * d + e * e + f * f);
        d *= n;
        e *= n;
        f *= n;
        return new Rotation(a, b, c, d, e, f, b * f - c * e, c * d - a * f, a * e - b * d);
    }

    /// <summary>
    /// Whether this is a rotation, to about the precision of single numbers. What is not one, e.g. of NaN or of long rows, leads kernels
    /// beyond the tables that they read.
    /// </summary>
    public bool IsRotation
    {
        get
        {
            double off = Math.Abs(M00 * M00 + M01 * M01 + M02 * M02 - 1) + Math.Abs(M10 * M10 + M11 * M11 + M12 * M12 - 1)
                + Math.Abs(M20 * M20 + M21 * M21 + M22 * M22 - 1) + Math.Abs(M00 * M10 + M01 * M11 + M02 * M12)
                + Math.Abs(M00 * M20 + M01 * M21 + M02 * M22) + Math.Abs(M10 * M20 + M11 * M21 + M12 * M22);
            return off < RotationTolerance && Determinant > 0;
        }
    }

    private const double RotationTolerance = 2e-6;

    /// <summary>Refuses a matrix that is not a rotation, before a kernel without checks of its own takes it.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    internal void ThrowIfNotRotation()
    {
        if (!IsRotation) throw new ArgumentException($"{this} is not a rotation.");
    }

    private static double Square(double x) => x * x;
}
