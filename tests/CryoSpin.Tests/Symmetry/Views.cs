using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Simulation;

namespace CryoSpin.Tests.Symmetry;

/// <summary>Noise-free images, by the simulator's projector.</summary>
internal static class Views
{
    /// <summary>The spectrum of the projection at a pose, shifted by minus its origin as a simulated image is; without its mean.</summary>
    public static float[] Of(Volume map, in Pose pose)
    {
        int n = map.Size, half = n / 2 + 1;
        float[] spectrum = new float[2 * n * half];
        new KaiserBesselProjector(map).Slice(pose.Rotation, spectrum);
        double unit = 2 * Math.PI / (n * map.PixelSizeAngstrom);
        for (int row = 0; row < n; row++)
        {
            for (int kx = 0; kx < half; kx++)
            {
                int i = 2 * (row * half + kx);
                (double sin, double cos) = Math.SinCos(unit * (kx * pose.OriginXAngstrom + Shells.Frequency(row,
                    n) * pose.OriginYAngstrom));
                (double re, double im) = (spectrum[i], spectrum[i + 1]);
                spectrum[i] = (float)(re * cos - im * sin);
                spectrum[i + 1] = (float)(re * sin + im * cos);
            }
        }
        spectrum[0] = spectrum[1] = 0;
        return spectrum;
    }

    /// <summary>The cosine between two.</summary>
    public static double Correlation(float[] a, float[] b)
    {
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ab += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }
        return ab / Math.Sqrt(aa * bb);
    }
}
