namespace CryoSpin.Geometry;

/// <summary>
/// The continuous 6-D form of a rotation (Zhou et al. 2019, arXiv 1812.07035): a1 = the first three numbers, a2 = the last three;
/// row 0 is b1 = a1/|a1|, row 1 is b2 = what Gram-Schmidt leaves of a2, normalised, row 2 is b3 = b1 x b2.
/// </summary>
/// <remarks>
/// Where a1 vanishes or a2 is parallel to it the form is singular. There a fixed axis or any perpendicular takes the missing row's
/// place and its gradient is zero, so that a network's output never becomes NaN.
/// </remarks>
internal static class Rotation6D
{
    private const double Tiny = 1e-12;

    /// <summary>The matrix of six numbers.</summary>
    /// <param name="six">Six finite numbers.</param>
    public static Rotation ToRotation(ReadOnlySpan<double> six)
    {
        Frame f = new(six);
        return new Rotation(
            f.B1.X, f.B1.Y, f.B1.Z, f.B2.X, f.B2.Y, f.B2.Z,
            f.B1.Y * f.B2.Z - f.B1.Z * f.B2.Y, f.B1.Z * f.B2.X - f.B1.X * f.B2.Z, f.B1.X * f.B2.Y - f.B1.Y * f.B2.X);
    }

    /// <summary>The same for single precision; computed in double.</summary>
    /// <param name="six">Six finite numbers.</param>
    public static Rotation ToRotation(ReadOnlySpan<float> six) =>
        ToRotation((ReadOnlySpan<double>)[six[0], six[1], six[2], six[3], six[4], six[5]]);

    /// <summary>Six numbers that stand for a rotation: its first two rows.</summary>
    /// <param name="rotation">The rotation.</param>
    /// <param name="six">Receives six values.</param>
    public static void FromRotation(in Rotation rotation, Span<float> six)
    {
        six[0] = (float)rotation.M00;
        six[1] = (float)rotation.M01;
        six[2] = (float)rotation.M02;
        six[3] = (float)rotation.M10;
        six[4] = (float)rotation.M11;
        six[5] = (float)rotation.M12;
    }

    /// <summary>dL/d(six) from dL/dR.</summary>
    /// <param name="six">Where the gradient is taken.</param>
    /// <param name="upstream">dL/dR, nine values, row-major.</param>
    /// <param name="gradient">Receives six values.</param>
    public static void Gradient(ReadOnlySpan<double> six, ReadOnlySpan<double> upstream, Span<double> gradient)
    {
        Frame f = new(six);
        Vector g1 = new(upstream[0], upstream[1], upstream[2]);
        Vector g2 = new(upstream[3], upstream[4], upstream[5]);
        Vector g3 = new(upstream[6], upstream[7], upstream[8]);

        // b3 = b1 x b2: d<g3, b3> = <b2 x g3, db1> + <g3 x b1, db2>.
        g1 += Vector.Cross(f.B2, g3);
        g2 += Vector.Cross(g3, f.B1);
        // b2 = u/|u|, u = a2 - (b1.a2) b1.
        Vector gu = f.Length2 > 0 ? (g2 - f.B2 * Vector.Dot(f.B2, g2)) * (1 / f.Length2) : default;
        double along = Vector.Dot(f.B1, gu);
        Vector gradient2 = gu - f.B1 * along;
        g1 -= f.A2 * along + gu * Vector.Dot(f.B1, f.A2);
        Vector gradient1 = f.Length1 > 0 ? (g1 - f.B1 * Vector.Dot(f.B1, g1)) * (1 / f.Length1) : default;
        gradient[0] = gradient1.X;
        gradient[1] = gradient1.Y;
        gradient[2] = gradient1.Z;
        gradient[3] = gradient2.X;
        gradient[4] = gradient2.Y;
        gradient[5] = gradient2.Z;
    }

    /// <summary>The same for single-precision vectors; computed in double.</summary>
    /// <param name="six">Where the gradient is taken.</param>
    /// <param name="upstream">dL/dR, nine values, row-major.</param>
    /// <param name="gradient">Receives six values.</param>
    public static void Gradient(ReadOnlySpan<float> six, ReadOnlySpan<double> upstream, Span<float> gradient)
    {
        Span<double> g = stackalloc double[6];
        Gradient((ReadOnlySpan<double>)[six[0], six[1], six[2], six[3], six[4], six[5]], upstream, g);
        for (int i = 0; i < 6; i++) gradient[i] = (float)g[i];
    }

    private readonly record struct Vector(double X, double Y, double Z)
    {
        public static Vector operator +(Vector a, Vector b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

        public static Vector operator -(Vector a, Vector b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

        public static Vector operator *(Vector a, double s) => new(a.X * s, a.Y * s, a.Z * s);

        public static double Dot(Vector a, Vector b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

        public static Vector Cross(Vector a, Vector b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);
    }

    /// <summary>The two orthonormal rows and the lengths they were divided by; a length of 0 marks a row that was made up.</summary>
    private readonly ref struct Frame
    {
        public readonly Vector A2;
        public readonly Vector B1;
        public readonly Vector B2;
        public readonly double Length1;
        public readonly double Length2;

        public Frame(ReadOnlySpan<double> six)
        {
            Vector a1 = new(six[0], six[1], six[2]);
            A2 = new Vector(six[3], six[4], six[5]);
            double length = Math.Sqrt(Vector.Dot(a1, a1));
            (B1, Length1) = length > Tiny ? (a1 * (1 / length), length) : (new Vector(1, 0, 0), 0);
            Vector u = A2 - B1 * Vector.Dot(B1, A2);
            // Once more: the first subtraction leaves a parallel part of the size of the rounding of a2.
            u -= B1 * Vector.Dot(B1, u);
            length = Math.Sqrt(Vector.Dot(u, u));
            if (length > Tiny * (1 + Math.Sqrt(Vector.Dot(A2, A2))))
            {
                (B2, Length2) = (u * (1 / length), length);
            }
            else
            {
                Vector least = Math.Abs(B1.X) < 0.6 ? new Vector(1, 0, 0) : new Vector(0, 1, 0);
                u = least - B1 * Vector.Dot(B1, least);
                (B2, Length2) = (u * (1 / Math.Sqrt(Vector.Dot(u, u))), 0);
            }
        }
    }
}
