using CryoSpin.Geometry;
using CryoSpin.Projection;

namespace CryoSpin.Benchmarks.Roofline;

/// <summary>Where the points of slices fall in memory, so that a probe can make the same accesses and the touched lines can be counted.</summary>
internal sealed class SlicePoints
{
    private const int LineFloats = 16;

    private SlicePoints(int[][] offsets, nint row, nint plane, double lines)
    {
        Offsets = offsets;
        Row = row;
        Plane = plane;
        LinesPerSlice = lines;
    }

    /// <summary>Floats from the first value to the lower corner, [slice][point].</summary>
    public int[][] Offsets { get; }

    /// <summary>Floats to the y neighbour.</summary>
    public nint Row { get; }

    /// <summary>Floats to the z neighbour.</summary>
    public nint Plane { get; }

    /// <summary>Different cache lines of 64 bytes a slice touches, mean over the slices.</summary>
    public double LinesPerSlice { get; }

    /// <summary>In a lattice of two channels: four floats at each of four places.</summary>
    public static SlicePoints Full(FrequencyDisc disc, Rotation[] rotations, FourierLattice lattice) =>
        Make(disc, rotations, lattice.Oversampling, lattice.Half, lattice.Size, 2, half: false);

    /// <summary>In a back-projection's half space: eight floats at each of four places.</summary>
    public static SlicePoints Half(FrequencyDisc disc, Rotation[] rotations, BackProjection sum) =>
        Make(disc, rotations, sum.Oversampling, sum.Half, sum.Size, 4, half: true);

    private static SlicePoints Make(FrequencyDisc disc, Rotation[] rotations, double oversampling, int centre, int size, int stride, bool half)
    {
        int rowSamples = half ? centre + 1 : size;
        nint row = (nint)stride * rowSamples, plane = row * size;
        int[][] offsets = [.. rotations.Select(_ => new int[disc.Count])];
        HashSet<long> lines = [];
        double total = 0;
        for (int r = 0; r < rotations.Length; r++)
        {
            Rotation a = rotations[r];
            lines.Clear();
            for (int p = 0; p < disc.Count; p++)
            {
                double kx = disc.Kx[p] * oversampling, ky = disc.Ky[p] * oversampling;
                double x = kx * a.M00 + ky * a.M10, y = kx * a.M01 + ky * a.M11, z = kx * a.M02 + ky * a.M12;
                if (half && x < 0) (x, y, z) = (-x, -y, -z);
                int ix = (int)Math.Floor(x) + (half ? 0 : centre), iy = (int)Math.Floor(y) + centre, iz = (int)Math.Floor(z) + centre;
                offsets[r][p] = stride * ((iz * size + iy) * rowSamples + ix);
                foreach (nint corner in (ReadOnlySpan<nint>)[0, row, plane, plane + row])
                {
                    long at = offsets[r][p] + corner;
                    for (long line = at / LineFloats; line <= (at + 2 * stride - 1) / LineFloats; line++) lines.Add(line);
                }
            }
            total += lines.Count;
        }
        return new SlicePoints(offsets, row, plane, total / rotations.Length);
    }
}
