using CryoSpin.Geometry;

namespace CryoSpin.Reconstruction.AutoEncoding;

/// <summary>
/// The eight turns and mirrors of a square image, as rotations diag(g, det g): a pose A and each g A show the same slice, turned or
/// mirrored.
/// </summary>
/// <remarks>A head that finds the slice but not its mirror or quarter turn has eight tries instead of one.</remarks>
internal static class Dihedral
{
    /// <summary>The eight elements, identity first.</summary>
    public static Rotation[] Elements { get; } = Make();

    private static Rotation[] Make()
    {
        List<Rotation> all = [];
        foreach (int mirror in (int[])[1, -1])
        {
            for (int quarter = 0; quarter < 4; quarter++)
            {
                int c = quarter == 0 ? 1 : quarter == 2 ? -1 : 0, s = quarter == 1 ? 1 : quarter == 3 ? -1 : 0;
                all.Add(new Rotation(c * mirror, -s, 0, s * mirror, c, 0, 0, 0, mirror));
            }
        }
        return [.. all];
    }
}
