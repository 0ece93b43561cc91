using CryoSpin.Geometry;

namespace CryoSpin.Reconstruction.Poses;

/// <summary>
/// Rotations for the dense search: a spiral of view directions times evenly spaced in-plane angles, turned as a whole at random so that the
/// grid's own pattern does not print through when it is used again and again.
/// </summary>
internal static class ViewGrid
{
    /// <summary>Makes a grid fine enough for a band: about 30, 20 or 15 degrees up to 6, 8.5 and more shells.</summary>
    public static Rotation[] ForBand(double bandShells, Random random) => bandShells switch
    {
        < 6 => Make(48, 12, random),
        < 8.5 => Make(108, 18, random),
        _ => Make(192, 24, random),
    };

    /// <summary>Makes views x inPlane rotations.</summary>
    public static Rotation[] Make(int views, int inPlane, Random random)
    {
        const double GoldenTurnDegrees = 360 * 1.6180339887498949;
        Rotation offset = RandomRotations.Next(random);
        Rotation[] grid = new Rotation[views * inPlane];
        for (int v = 0; v < views; v++)
        {
            double tilt = Math.Acos(1 - 2 * (v + 0.5) / views) * 180 / Math.PI;
            for (int p = 0; p < inPlane; p++)
            {
                // In-plane angles start elsewhere for each view: neighbouring views then interleave.
                double psi = (p + v * 0.381966) * 360 / inPlane;
                grid[p * views + v] = new EulerAngles(v * GoldenTurnDegrees % 360, tilt, psi).ToRotation() * offset;
            }
        }
        return grid;
    }
}
