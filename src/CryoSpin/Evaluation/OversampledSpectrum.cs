using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute;
using CryoSpin.Fourier;
using CryoSpin.Imaging;

namespace CryoSpin.Evaluation;

/// <summary>
/// The low frequencies of a map's transform (origin at the centre), sampled twice as finely as the map's box needs, for linear
/// interpolation: the map is cropped to <c>box</c> in Fourier space, divided by the interpolation's own fall-off, padded and transformed.
/// </summary>
internal sealed class OversampledSpectrum
{
    private const int Oversampling = 2;
    private readonly float[] _values;
    private readonly int _edge;
    private readonly int _half;

    public OversampledSpectrum(Volume map, int box, WorkerTeam? team)
    {
        Box = FourierSizes.NextGood(box);
        float[] small = map.Size == Box ? map.Voxels : Crop(map, Box, team);
        CentredFft3D fft = new(Oversampling * Box, team);
        _edge = fft.Size;
        _half = fft.HalfSize;
        float[] padded = new float[fft.RealLength];
        double mean = 0;
        foreach (float v in small) mean += v;
        mean /= small.Length;
        int c = Box / 2, corner = _edge / 2 - c;
        double rim = Box / 2.0;
        for (int z = 0; z < Box; z++)
        {
            for (int y = 0; y < Box; y++)
            {
                int row = ((z + corner) * _edge + y + corner) * _edge + corner;
                for (int x = 0; x < Box; x++)
                {
                    // Corners of the cube would turn with it and match nothing.
                    double r2 = (x - c) * (x - c) + (y - c) * (y - c) + (z - c) * (z - c);
                    if (r2 > rim * rim) continue;
                    double falloff = FallOff(x - c) * FallOff(y - c) * FallOff(z - c);
                    padded[row + x] = (float)((small[(z * Box + y) * Box + x] - mean) / falloff);
                }
            }
        }
        _values = new float[fft.SpectrumLength];
        fft.Forward(padded, _values);
    }

    /// <summary>Edge of the cropped map: one unit of frequency is 1 / (Box * its voxel size).</summary>
    public int Box { get; }

    /// <summary>The coefficient at a frequency in shells, |k| at most Box/2 - 1 (not checked); linear between the samples.</summary>
    public (float Re, float Im) At(double kx, double ky, double kz)
    {
        float sign = 1;
        if (kx < 0) (kx, ky, kz, sign) = (-kx, -ky, -kz, -1);
        double x = kx * Oversampling, y = ky * Oversampling, z = kz * Oversampling;
        int ix = (int)x, iy = (int)Math.Floor(y), iz = (int)Math.Floor(z);
        float fx = (float)(x - ix), fy = (float)(y - iy), fz = (float)(z - iz);
        int y0 = iy < 0 ? iy + _edge : iy, y1 = iy + 1 < 0 ? iy + 1 + _edge : iy + 1;
        int z0 = (iz < 0 ? iz + _edge : iz) * _edge, z1 = (iz + 1 < 0 ? iz + 1 + _edge : iz + 1) * _edge;

        // Two neighbours along x are four floats: one load.
        ref float v = ref MemoryMarshal.GetArrayDataReference(_values);
        Vector128<float> near = Vector128.LoadUnsafe(ref v, Offset(z0 + y0, ix)) * (1 - fy)
            + Vector128.LoadUnsafe(ref v, Offset(z0 + y1, ix)) * fy;
        Vector128<float> far = Vector128.LoadUnsafe(ref v, Offset(z1 + y0, ix)) * (1 - fy)
            + Vector128.LoadUnsafe(ref v, Offset(z1 + y1, ix)) * fy;
        Vector128<float> pair = near * (1 - fz) + far * fz;
        Vector64<float> value = pair.GetLower() * (1 - fx) + pair.GetUpper() * fx;
        return (value[0], sign * value[1]);
    }

    private nuint Offset(int row, int x) => (nuint)(2 * (row * _half + x));

    /// <summary>Linear interpolation between samples multiplies the map by sinc^2(x / padded edge) along each axis.</summary>
    private double FallOff(int x)
    {
        double a = Math.PI * x / (Oversampling * Box);
        double s = x == 0 ? 1 : Math.Sin(a) / a;
        return s * s;
    }

    /// <summary>The map with only the frequencies of a smaller box, on that box's voxels.</summary>
    private static float[] Crop(Volume map, int box, WorkerTeam? team)
    {
        CentredFft3D large = new(map.Size, team);
        CentredFft3D small = new(box, team);
        float[] from = new float[large.SpectrumLength];
        large.Forward(map.Voxels, from);
        float[] to = new float[small.SpectrumLength];
        int n = map.Size;
        // The rows at the small box's Nyquist frequency, which stand for two, are left out.
        int last = (Math.Min(box, n) - 1) / 2;
        for (int kz = -last; kz <= last; kz++)
        {
            for (int ky = -last; ky <= last; ky++)
            {
                int source = (Index(kz, n) * n + Index(ky, n)) * large.HalfSize;
                int target = (Index(kz, box) * box + Index(ky, box)) * small.HalfSize;
                from.AsSpan(2 * source, 2 * (last + 1)).CopyTo(to.AsSpan(2 * target));
            }
        }
        float[] voxels = new float[small.RealLength];
        small.InverseInPlace(to, voxels);
        return voxels;
    }

    private static int Index(int k, int n) => k < 0 ? k + n : k;
}
