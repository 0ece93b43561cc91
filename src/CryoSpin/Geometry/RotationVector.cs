namespace CryoSpin.Geometry;

/// <summary>
/// A rotation as axis times angle, radians: the matrix exp([w]x). A vector longer than pi stands for the same matrix as a shorter one.
/// </summary>
/// <param name="X">Component along x.</param>
/// <param name="Y">Component along y.</param>
/// <param name="Z">Component along z.</param>
public readonly record struct RotationVector(double X, double Y, double Z)
{
    /// <summary>The vector's length, radians.</summary>
    public double Angle => Math.Sqrt(X * X + Y * Y + Z * Z);
}
