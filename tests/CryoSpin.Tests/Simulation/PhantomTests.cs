using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Simulation;

namespace CryoSpin.Tests.Simulation;

public class PhantomTests
{
    [Fact]
    public void Beads_fit_the_box_and_are_centred()
    {
        DensityMap made = ScattererDensity.Render(Phantom.Scatterers(200), 50, 4);
        Assert.Equal(made.Total, made.Inside);
        Assert.InRange(made.Total, 13900, 14100);
        Assert.InRange(made.MaximumRadiusAngstrom, 0.28 * 200, 0.37 * 200);
    }

    [Fact]
    public void It_is_the_same_every_time_and_for_any_threads()
    {
        using WorkerTeam team = new(2);
        Assert.Equal(Phantom.Create(32, 5).Voxels, Phantom.Create(32, 5, team).Voxels);
    }

    [Fact]
    public void No_turn_and_no_mirror_image_is_like_it()
    {
        // Correlation of the blurred phantom with itself turned over a coarse grid, and with its mirror image.
        Volume map = ScattererDensity.Render(Phantom.Scatterers(96), 24, 4, 16).Map;
        Rotation[] grid = So3Grid.Healpix(0);
        double turned = grid.Where(r => r.AngleToDegrees(Rotation.Identity) > 25).Max(r => Correlation(map, r, mirror: false));
        double mirrored = So3Grid.Healpix(1).Max(r => Correlation(map, r, mirror: true));
        Assert.InRange(Correlation(map, Rotation.Identity, mirror: false), 0.999, 1.001);
        Assert.InRange(turned, 0, 0.9);
        Assert.InRange(mirrored, 0, 0.9);
    }

    [Fact]
    public void Power_falls_with_frequency_as_a_protein_does()
    {
        Volume map = Phantom.Create(64, 3);
        CryoSpin.Fourier.RealFft3D fft = new(64);
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(map.Voxels, spectrum);
        double[] power = CryoSpin.Fourier.Shells.PowerSpectrum(spectrum, 64, 3);
        Assert.True(power[2] > 30 * power[8]);
        Assert.True(power[8] > 3 * power[24]);
        // Still well above single precision at Nyquist: there is something to resolve.
        Assert.True(power[30] > 1e-6 * power[2]);
    }

    private static double Correlation(Volume map, Rotation r, bool mirror)
    {
        int n = map.Size, c = n / 2;
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            int x = i % n - c, y = i / n % n - c, z = i / (n * n) - c;
            (double u, double v, double w) = r.Apply(mirror ? -x : x, y, z);
            int p = (int)Math.Round(u) + c, q = (int)Math.Round(v) + c, s = (int)Math.Round(w) + c;
            double b = p < 0 || q < 0 || s < 0 || p >= n || q >= n || s >= n ? 0 : map[s, q, p];
            ab += map.Voxels[i] * b;
            aa += map.Voxels[i] * (double)map.Voxels[i];
            bb += b * b;
        }
        return ab / Math.Sqrt(aa * bb);
    }
}
