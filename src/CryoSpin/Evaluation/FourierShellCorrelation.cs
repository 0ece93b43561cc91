using CryoSpin.Compute;
using CryoSpin.Fourier;
using CryoSpin.Imaging;

namespace CryoSpin.Evaluation;

/// <summary>
/// Correlation of two maps' transforms, shell by shell: sum Re(A conj B) / sqrt(sum |A|^2 sum |B|^2) over the coefficients with
/// round(|k|) = shell (Harauz and van Heel 1986, Optik 73:146).
/// </summary>
public static class FourierShellCorrelation
{
    /// <summary>The curve of two maps of one size.</summary>
    /// <param name="a">A map; its pixel size becomes the curve's.</param>
    /// <param name="b">A map of the same edge.</param>
    /// <param name="mask">Weights, [z][y][x], that both maps are multiplied with; empty for none.</param>
    /// <param name="team">Threads for the transforms; null for the caller's alone.</param>
    /// <exception cref="ArgumentException">Sizes that differ, or an edge that is not one of <see cref="FourierSizes"/>.</exception>
    public static FscCurve Compute(Volume a, Volume b, ReadOnlySpan<float> mask = default, WorkerTeam? team = null)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Size != b.Size) throw new ArgumentException($"Maps of edge {a.Size} and {b.Size} cannot be compared.", nameof(b));
        RealFft3D fft = new(a.Size, team);
        return Compute(a, MapSpectra.Masked(a, mask, fft), MapSpectra.Masked(b, mask, fft));
    }

    internal static FscCurve Compute(Volume like, float[] a, float[] b)
    {
        ShellSums sums = new(like.Size);
        sums.Add(a, b);
        double[] values = new double[like.Size / 2 + 1];
        values[0] = 1;
        for (int s = 1; s < values.Length; s++)
        {
            double power = Math.Sqrt(sums.PowerA[s] * sums.PowerB[s]);
            values[s] = power > 0 ? sums.Cross[s] / power : 0;
        }
        return new FscCurve(like.Size, like.PixelSizeAngstrom, values);
    }

    /// <summary>Sums over the whole of Fourier space, gathered from the half that is stored.</summary>
    private sealed class ShellSums(int size)
    {
        public double[] Cross { get; } = new double[size / 2 + 1];

        public double[] PowerA { get; } = new double[size / 2 + 1];

        public double[] PowerB { get; } = new double[size / 2 + 1];

        public void Add(float[] a, float[] b)
        {
            int half = size / 2 + 1;
            // A shell is looked up by its squared radius: the square root is taken once for each radius, not once a voxel.
            int[] shellOf = MapSpectra.ShellOfSquare(size / 2);
            for (int z = 0; z < size; z++)
            {
                int kz = z <= size / 2 ? z : z - size;
                for (int y = 0; y < size; y++)
                {
                    int ky = y <= size / 2 ? y : y - size;
                    int row = (z * size + y) * half;
                    for (int kx = 0; kx < half; kx++)
                    {
                        int square = kx * kx + ky * ky + kz * kz;
                        if (square >= shellOf.Length) break;
                        int s = shellOf[square];
                        // kx = 0 and, for an even edge, kx = size/2 are stored with both members of their pairs.
                        double weight = kx == 0 || 2 * kx == size ? 1 : 2;
                        int i = 2 * (row + kx);
                        double ar = a[i], ai = a[i + 1], br = b[i], bi = b[i + 1];
                        Cross[s] += weight * (ar * br + ai * bi);
                        PowerA[s] += weight * (ar * ar + ai * ai);
                        PowerB[s] += weight * (br * br + bi * bi);
                    }
                }
            }
        }
    }
}
