using CryoSpin.Geometry;

namespace CryoSpin.Tests.Geometry;

/// <summary>Rotations as nine row-major numbers.</summary>
internal static class Matrices
{
    public static double[] Nine(Rotation r) => [r.M00, r.M01, r.M02, r.M10, r.M11, r.M12, r.M20, r.M21, r.M22];

    public static Rotation From(ReadOnlySpan<double> m) => new(m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]);

    public static Rotation[] All(double[] values) => [.. Enumerable.Range(0, values.Length / 9).Select(i => From(values.AsSpan(9 * i, 9)))];

    public static double Dot(double[] g, Rotation r) => Nine(r).Zip(g, (a, b) => a * b).Sum();
}
