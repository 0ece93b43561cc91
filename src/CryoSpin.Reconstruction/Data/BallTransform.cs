using CryoSpin.Compute;
using CryoSpin.Fourier;
using CryoSpin.Imaging;

namespace CryoSpin.Reconstruction.Data;

/// <summary>From values of a transform at whole frequencies in a ball to the map.</summary>
internal static class BallTransform
{
    /// <summary>One value of the transform; called from several threads.</summary>
    /// <param name="x">Frequency along x, at least 0.</param>
    /// <param name="y">Along y.</param>
    /// <param name="z">Along z.</param>
    public delegate (double Real, double Imaginary) Value(int x, int y, int z);

    /// <summary>
    /// Frequencies |k| &lt;= radius with x at least 0, in the order z, y, x: one of each Hermitian pair, and both of x = 0.
    /// </summary>
    /// <param name="radius">Radius in shells, below half the box.</param>
    public static List<(int X, int Y, int Z)> Points(double radius)
    {
        int r = (int)Math.Floor(radius);
        List<(int, int, int)> points = [];
        for (int z = -r; z <= r; z++)
        {
            for (int y = -r; y <= r; y++)
            {
                for (int x = 0; x <= r && Inside(x, y, z, radius); x++) points.Add((x, y, z));
            }
        }
        return points;
    }

    /// <summary>The inverse transform of the ball.</summary>
    /// <param name="box">Edge of the map, voxels.</param>
    /// <param name="pixelSizeAngstrom">Voxel size.</param>
    /// <param name="radius">Radius in shells, below half the box.</param>
    /// <param name="value">Values of an unnormalised transform about the box's centre.</param>
    /// <param name="team">Workers.</param>
    public static Volume ToMap(int box, double pixelSizeAngstrom, double radius, Value value, WorkerTeam team)
    {
        CentredFft3D fft = new(box, team);
        float[] spectrum = new float[fft.SpectrumLength];
        int half = box / 2;
        team.ForBlocks(box, (index, _) =>
        {
            int z = index < half ? index : index - box;
            for (int y = 1 - half; y < half; y++)
            {
                int to = (index * box + (y < 0 ? y + box : y)) * fft.HalfSize * 2;
                for (int x = 0; x < half && Inside(x, y, z, radius); x++)
                {
                    (double real, double imaginary) = value(x, y, z);
                    spectrum[to + 2 * x] = (float)real;
                    spectrum[to + 2 * x + 1] = (float)imaginary;
                }
            }
        });
        Volume map = new(box, pixelSizeAngstrom);
        fft.InverseInPlace(spectrum, map.Voxels);
        return map;
    }

    // A radius that is the root of a whole number may have been rounded down.
    private static bool Inside(int x, int y, int z, double radius) => x * x + y * y + z * z <= radius * radius + 1e-6;
}
