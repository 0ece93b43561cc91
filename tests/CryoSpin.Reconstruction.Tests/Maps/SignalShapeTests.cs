using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Tests.AutoDecoding;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Maps;

public sealed class SignalShapeTests : IDisposable
{
    private const int Box = 48;
    private const double Pixel = 4;
    private readonly WorkerTeam _team = new(2);

    public void Dispose() => _team.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(10)]
    public void The_mask_follows_a_long_particle_however_noisy_the_maps_are(double noise)
    {
        // A rod of 8 x 8 x 24 voxels: a sphere about it is seven times as large.
        SoftMask mask = Shape(Rod, noise)!;
        Volume rod = Map(Rod, 0, 1);
        double inside = 0, all = rod.Voxels.Sum(v => (double)v);
        for (int i = 0; i < rod.Voxels.Length; i++) inside += rod.Voxels[i] * mask.Values[i];
        Assert.InRange(inside / all, 0.98, 1);
        Assert.InRange(mask.Fraction * Box * Box * Box / (all / Rod(0, 0, 0)), 1, 5);
        // Nothing of the sphere's far sides.
        Assert.Equal(0, mask.Values[Index(16, 0, 0)]);
        Assert.Equal(0, mask.Values[Index(0, -16, 0)]);
    }

    [Fact]
    public void Noise_has_no_shape() => Assert.Null(Shape((_, _, _) => 0, 1));

    [Fact]
    public void Two_particles_have_none() => Assert.Null(Shape((x, y, z) => Math.Abs(x) is >= 13 and <= 16 && Math.Abs(y) <= 2 && Math.Abs(z) <= 2 ? 10 : 0, 0));

    [Fact]
    public void What_lies_outside_the_sphere_does_not_count()
    {
        SoftMask mask = Shape((x, y, z) => Math.Max(Rod(x, y, z), x is >= 19 and <= 22 && Math.Abs(y) <= 2 && Math.Abs(z) <= 2 ? 30 : 0), 0)!;
        Assert.Equal(0, mask.Values[Index(20, 0, 0)]);
        Assert.Equal(1, mask.Values[Index(0, 0, 8)]);
    }

    [Fact]
    public void The_whole_mask_is_sphere_times_shape()
    {
        SphericalMask sphere = Sphere();
        VolumeMask plain = new(sphere, null), shaped = plain.WithShape(Shape(Rod, 0)!);
        Volume ones = plain.ToVolume(Box, Pixel), both = shaped.ToVolume(Box, Pixel);
        Assert.Equal(ones.Voxels.Average(v => (double)v), plain.Mean, 0.01);
        Assert.Equal(both.Voxels.Average(v => (double)v), shaped.Mean, 1e-6);
        for (int i = 0; i < ones.Voxels.Length; i += 7) Assert.Equal(ones.Voxels[i] * shaped.Shape!.Values[i], both.Voxels[i], 1e-6);
        Assert.Same(shaped.Shape, shaped.Within(100).Shape);
    }

    private static double Rod(int x, int y, int z) => Math.Abs(x) <= 4 && Math.Abs(y) <= 4 && Math.Abs(z) <= 12 ? 10 : 0;

    private static int Index(int x, int y, int z) => ((z + Box / 2) * Box + y + Box / 2) * Box + x + Box / 2;

    private static Volume Map(Func<int, int, int, double> density, double noise, int seed)
    {
        Volume map = new(Box, Pixel);
        Random random = new(seed);
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            int x = i % Box - Box / 2, y = i / Box % Box - Box / 2, z = i / (Box * Box) - Box / 2;
            map.Voxels[i] = (float)(density(x, y, z) + noise * TinyDataset.Normal(random));
        }
        return map;
    }

    private SphericalMask Sphere() => new(Box, Pixel, 32 * Pixel, _team);

    private SoftMask? Shape(Func<int, int, int, double> density, double noise) =>
        SignalShape.Of(Map(density, noise, 1), Map(density, noise, 2), Sphere(), 12, _team);
}
