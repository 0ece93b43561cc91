using CryoSpin.Compute;
using CryoSpin.Fourier;
using CryoSpin.Imaging;

namespace CryoSpin.Projection;

/// <summary>
/// Between a real-space map and its oversampled Fourier lattice: zero padding, and the correction for what trilinear interpolation does in
/// real space (a factor sinc^2(x/P) on each axis, P the padded box).
/// </summary>
internal sealed class MapTransform
{
    private readonly RealFft3D _fft;
    private readonly WorkerTeam _team;
    private readonly float[] _real;
    private readonly float[] _spectrum;
    private readonly double[] _correction;

    /// <summary>Plans transforms for one box.</summary>
    /// <param name="box">Edge of the maps, voxels.</param>
    /// <param name="pixelSizeAngstrom">Their voxel size.</param>
    /// <param name="oversampling">Padding factor; box times this must be even and a size the FFT takes.</param>
    /// <param name="team">Workers.</param>
    public MapTransform(int box, double pixelSizeAngstrom, int oversampling, WorkerTeam team)
    {
        Box = box;
        PixelSizeAngstrom = pixelSizeAngstrom;
        Oversampling = oversampling;
        PaddedBox = box * oversampling;
        // The centre's phase is then a sign.
        if (PaddedBox % 2 != 0) throw new ArgumentException($"The padded box of {PaddedBox} voxels is odd.", nameof(oversampling));
        _team = team;
        _fft = new RealFft3D(PaddedBox, team);
        _real = new float[(long)PaddedBox * PaddedBox * PaddedBox];
        _spectrum = new float[(long)PaddedBox * PaddedBox * (PaddedBox + 2)];
        _correction = new double[box];
        for (int i = 0; i < box; i++)
        {
            double t = Math.PI * (i - box / 2) / PaddedBox;
            double sinc = t == 0 ? 1 : Math.Sin(t) / t;
            _correction[i] = 1 / (sinc * sinc);
        }
    }

    /// <summary>Bytes of memory that a transform takes: the padded map and its spectrum.</summary>
    /// <param name="box">Edge of the maps, voxels.</param>
    /// <param name="oversampling">Padding factor.</param>
    public static long BytesFor(int box, int oversampling)
    {
        long padded = (long)oversampling * box;
        return sizeof(float) * padded * padded * (2 * padded + 2);
    }

    /// <summary>Edge of the maps, voxels.</summary>
    public int Box { get; }

    /// <summary>Voxel size.</summary>
    public double PixelSizeAngstrom { get; }

    /// <summary>Padding factor: lattice samples per shell.</summary>
    public int Oversampling { get; }

    /// <summary>Edge of the padded box.</summary>
    public int PaddedBox { get; }

    /// <summary>
    /// Transforms a map for slicing up to the lattice's radius; slices are then in the units of an unnormalised 2-D transform of its
    /// projection.
    /// </summary>
    public void ToLattice(Volume map, FourierLattice lattice)
    {
        if (map.Size != Box) throw new ArgumentException($"The map's edge is {map.Size}, not {Box}.", nameof(map));
        if (lattice.Oversampling != Oversampling) throw new ArgumentException("The lattice's oversampling differs.", nameof(lattice));
        Array.Clear(_real);
        int low = PaddedBox / 2 - Box / 2;
        _team.ForBlocks(Box, (z, _) =>
        {
            for (int y = 0; y < Box; y++)
            {
                double zy = _correction[z] * _correction[y];
                ReadOnlySpan<float> row = map.Voxels.AsSpan((z * Box + y) * Box, Box);
                Span<float> to = _real.AsSpan(((z + low) * PaddedBox + y + low) * PaddedBox + low, Box);
                for (int x = 0; x < Box; x++) to[x] = (float)(row[x] * zy * _correction[x]);
            }
        });
        _fft.Forward(_real, _spectrum);
        int reach = Math.Min(lattice.Half, PaddedBox / 2 - 1);
        Array.Clear(lattice.Values);
        _team.ForBlocks(2 * reach + 1, (row, _) =>
        {
            int z = row - reach;
            for (int y = -reach; y <= reach; y++)
            {
                long plus = SpectrumRow(z, y), minus = SpectrumRow(-z, -y), at = lattice.IndexOf(0, y, z);
                for (int x = 0; x <= reach; x++)
                {
                    float sign = ((x + y + z) & 1) == 0 ? 1 : -1;
                    lattice.Values[at + 2 * x] = sign * _spectrum[plus + 2 * x];
                    lattice.Values[at + 2 * x + 1] = sign * _spectrum[plus + 2 * x + 1];
                    if (x == 0) continue;
                    lattice.Values[at - 2 * x] = sign * _spectrum[minus + 2 * x];
                    lattice.Values[at - 2 * x + 1] = -sign * _spectrum[minus + 2 * x + 1];
                }
            }
        });
    }

    /// <summary>
    /// The map that best explains inserted slices: sums / (weights + 1 / signal variance), back in real space, cropped and corrected.
    /// The back-projection is left as it was.
    /// </summary>
    /// <param name="sum">Inserted slices, same oversampling.</param>
    /// <param name="inverseSignal">
    /// Per shell 1 / (variance of the map's transform), in the units of the weights; 0 for no regularisation, infinity to leave a shell
    /// empty. Shells beyond its end are empty.
    /// </param>
    public Volume Reconstruct(BackProjection sum, ReadOnlySpan<double> inverseSignal)
    {
        // One independent coefficient is spread over oversampling^3 samples, each of which holds that share of its weight.
        double share = 1.0 / Oversampling / Oversampling / Oversampling;
        double[] ridge = inverseSignal.ToArray();
        for (int s = 0; s < ridge.Length; s++) ridge[s] *= share;
        return ReconstructWithRidge(sum, ridge);
    }

    /// <summary>The same with the regularisation in the units of a single sample's weight: sums / (weights + ridge).</summary>
    /// <param name="sum">Inserted slices, same oversampling.</param>
    /// <param name="ridgePerSample">
    /// Per shell, what is added to a sample's weight; 0 for no regularisation, infinity to leave a shell empty. Shells beyond its end are empty.
    /// </param>
    public Volume ReconstructWithRidge(BackProjection sum, ReadOnlySpan<double> ridgePerSample)
    {
        if (sum.Oversampling != Oversampling) throw new ArgumentException("The sum's oversampling differs.", nameof(sum));
        double[] ridge = ridgePerSample.ToArray();
        Array.Clear(_spectrum);
        int reach = Math.Min(sum.Half - 1, PaddedBox / 2 - 1);
        _team.ForBlocks(2 * reach + 1, (row, _) =>
        {
            int z = row - reach;
            for (int y = -reach; y <= reach; y++)
            {
                long to = SpectrumRow(z, y), from = sum.IndexOf(0, y, z), partner = sum.IndexOf(0, -y, -z);
                for (int x = 0; x <= reach; x++)
                {
                    double radius = Math.Sqrt(x * x + y * y + (double)z * z) / Oversampling;
                    int shell = (int)Math.Round(radius);
                    if (radius > sum.Radius || shell >= ridge.Length) break;
                    float re = sum.Sums[from + 4 * x], im = sum.Sums[from + 4 * x + 1], w = sum.Sums[from + 4 * x + 2];
                    if (x == 0)
                    {
                        // The half space holds each sample of its boundary plane twice, half of the sum in each.
                        re += sum.Sums[partner];
                        im -= sum.Sums[partner + 1];
                        w += sum.Sums[partner + 2];
                    }
                    double denominator = w + ridge[shell];
                    if (!(denominator > 1e-20) || double.IsInfinity(denominator)) continue;
                    double scale = (((x + y + z) & 1) == 0 ? 1 : -1) / denominator;
                    _spectrum[to + 2 * x] = (float)(re * scale);
                    _spectrum[to + 2 * x + 1] = (float)(im * scale);
                }
            }
        });
        _fft.InverseInPlace(_spectrum, _real);
        return CropAndCorrect();
    }

    private Volume CropAndCorrect()
    {
        Volume map = new(Box, PixelSizeAngstrom);
        int low = PaddedBox / 2 - Box / 2;
        _team.ForBlocks(Box, (z, _) =>
        {
            for (int y = 0; y < Box; y++)
            {
                double zy = _correction[z] * _correction[y];
                Span<float> row = map.Voxels.AsSpan((z * Box + y) * Box, Box);
                ReadOnlySpan<float> from = _real.AsSpan(((z + low) * PaddedBox + y + low) * PaddedBox + low, Box);
                for (int x = 0; x < Box; x++) row[x] = (float)(from[x] * zy * _correction[x]);
            }
        });
        return map;
    }

    private long SpectrumRow(int z, int y) =>
        ((long)(z < 0 ? z + PaddedBox : z) * PaddedBox + (y < 0 ? y + PaddedBox : y)) * (PaddedBox + 2);
}
