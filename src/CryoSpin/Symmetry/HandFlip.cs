using CryoSpin.Geometry;
using CryoSpin.Imaging;

namespace CryoSpin.Symmetry;

/// <summary>The coordinate whose sign a mirror changes.</summary>
public enum MirrorAxis
{
    /// <summary>z to -z; poses become (rot + 180, tilt, psi + 180).</summary>
    Z,

    /// <summary>x to -x, as <c>relion_image_handler --invert_hand</c> does; poses become (-rot, 180 - tilt, psi).</summary>
    X,
}

/// <summary>
/// Changes the hand of a map and of the poses that belong to it, the images unchanged. With D the map's mirror and Dz = diag(1, 1, -1),
/// the line of sight of the pose A passes the same density in the mirrored map under the pose Dz A D: the image at (u, v) is the integral
/// of the map over A^T (u, v, t), and t runs over both signs. Origins stay. The two mirrors differ by half a turn about y.
/// </summary>
public static class HandFlip
{
    /// <summary>
    /// The mirror image of a map about the plane through its centre, index n / 2 along the axis. Along an even edge plane 0, whose partner
    /// lies beyond the last, stays where it is.
    /// </summary>
    /// <param name="voxels">nz x ny x nx values, [z][y][x]; not changed.</param>
    /// <param name="nx">Voxels along x.</param>
    /// <param name="ny">Voxels along y.</param>
    /// <param name="nz">Voxels along z.</param>
    /// <param name="axis">Which coordinate changes its sign.</param>
    /// <exception cref="ArgumentException">The number of voxels is not that of the edges.</exception>
    public static float[] Mirror(ReadOnlySpan<float> voxels, int nx, int ny, int nz, MirrorAxis axis)
    {
        if ((Int128)nx * ny * nz != voxels.Length)
        {
            throw new ArgumentException($"{voxels.Length} voxels do not fill {nx} x {ny} x {nz}.", nameof(voxels));
        }
        float[] mirrored = new float[voxels.Length];
        int plane = nx * ny;
        if (axis == MirrorAxis.Z)
        {
            for (int z = 0; z < nz; z++) voxels.Slice(Partner(z, nz) * plane, plane).CopyTo(mirrored.AsSpan(z * plane));
            return mirrored;
        }
        for (int row = 0; row < voxels.Length; row += nx)
        {
            for (int x = 0; x < nx; x++) mirrored[row + x] = voxels[row + Partner(x, nx)];
        }
        return mirrored;
    }

    /// <summary>The mirror image of a cubic map.</summary>
    public static Volume Mirror(Volume map, MirrorAxis axis)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Volume(map.Size, map.PixelSizeAngstrom, Mirror(map.Voxels, map.Size, map.Size, map.Size, axis));
    }

    /// <summary>The pose under which the mirrored map shows the same image.</summary>
    public static Pose Mirror(in Pose pose, MirrorAxis axis)
    {
        Rotation a = pose.Rotation;
        return pose with
        {
            Rotation = axis == MirrorAxis.Z
                ? a.FlipHand()
                : new Rotation(-a.M00, a.M01, a.M02, -a.M10, a.M11, a.M12, a.M20, -a.M21, -a.M22),
        };
    }

    private static int Partner(int i, int n) => (2 * (n / 2) - i + n) % n;
}
