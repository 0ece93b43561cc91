using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.Simulation;

namespace CryoSpin.Tests.Imaging;

public class SoftMaskTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    public void Sphere_is_one_inside_half_mid_edge_and_zero_outside(int size)
    {
        SoftMask mask = SoftMask.Sphere(size, 4, 2);
        int c = size / 2;
        float At(int x) => mask.Values[(c * size + c) * size + c + x];
        Assert.Equal(1, At(0));
        Assert.Equal(1, At(4));
        Assert.Equal(0.5, At(5), 1e-6);
        Assert.Equal(0.5, At(-5), 1e-6);
        Assert.Equal(0, At(6));
    }

    [Fact]
    public void Circle_and_sphere_agree_on_the_central_plane()
    {
        SoftMask sphere = SoftMask.Sphere(20, 5.5, 3);
        CircularMask circle = new(20, 5.5, 3);
        Assert.Equal(sphere.Values.AsSpan(10 * 400, 400).ToArray(), circle.Values.ToArray());
        float[] image = [.. Enumerable.Repeat(2f, 400)];
        circle.Apply(image);
        Assert.Equal(2 * circle.Values[3 * 20 + 10], image[3 * 20 + 10]);
    }

    [Fact]
    public void Automatic_mask_covers_the_particle_and_leaves_the_rest()
    {
        Volume map = Phantom.Create(48, 4);
        AddNoise(map, 0.05f * map.Voxels.Max());
        SoftMask mask = SoftMask.FromMap(map);
        IReadOnlyList<PointScatterer> beads = Phantom.Scatterers(48 * 4);
        (double x, double y, double z) = ScattererDensity.CentreOfMass(beads);
        int missed = beads
            .Select(s => new PointScatterer(s.XAngstrom - x, s.YAngstrom - y, s.ZAngstrom - z, 6))
            .Count(s => mask.Values[Voxel(s, 48, 4)] < 1);
        Assert.Equal(0, missed);
        Assert.InRange(mask.Fraction, 0.05, 0.35);
        Assert.Equal(0, mask.Values[0]);
    }

    [Fact]
    public void Only_the_largest_region_is_kept_and_threads_do_not_matter()
    {
        PointScatterer[] far = [.. Enumerable.Range(0, 30).Select(i => new PointScatterer(-30 + i % 6, -30 + i / 6, -30, 6))];
        PointScatterer[] near = [.. Enumerable.Range(0, 200).Select(i => new PointScatterer(15 + i % 10, 15 + i / 10, 10, 6))];
        Volume map = ScattererDensity.Render([.. far, .. near], 32, 3, 12, centre: false).Map;
        MaskOptions options = new() { LowPassAngstrom = 12, Threshold = map.Voxels.Max() * 0.05f, ExtendVoxels = 1, EdgeVoxels = 2 };
        SoftMask mask = SoftMask.FromMap(map, options);
        Assert.Equal(1, mask.Values[Voxel(new PointScatterer(20, 20, 10, 6), 32, 3)]);
        Assert.Equal(0, mask.Values[Voxel(new PointScatterer(-28, -28, -30, 6), 32, 3)]);
        using WorkerTeam team = new(2);
        Assert.Equal(mask.Values, SoftMask.FromMap(map, options, team).Values);
    }

    [Fact]
    public void Distances_are_euclidean()
    {
        const int n = 11;
        bool[] region = new bool[n * n * n];
        (int X, int Y, int Z)[] points = [(2, 3, 4), (9, 9, 1), (0, 10, 10)];
        foreach ((int x, int y, int z) in points) region[(z * n + y) * n + x] = true;
        float[] got = DistanceTransform.Squared(region, n);
        for (int i = 0; i < got.Length; i++)
        {
            int x = i % n, y = i / n % n, z = i / (n * n);
            Assert.Equal(points.Min(p => (p.X - x) * (p.X - x) + (p.Y - y) * (p.Y - y) + (p.Z - z) * (p.Z - z)), got[i]);
        }
    }

    [Fact]
    public void Applying_keeps_the_inside_and_fills_the_outside()
    {
        Volume map = new(8, 1);
        Array.Fill(map.Voxels, 3);
        map[4, 4, 4] = 10;
        SoftMask mask = SoftMask.Sphere(8, 1, 0);
        Volume zeroed = mask.Apply(map), filled = mask.Apply(map, fillWithBackground: true);
        Assert.Equal(10, zeroed[4, 4, 4]);
        Assert.Equal(0, zeroed[0, 0, 0]);
        Assert.Equal(10, filled[4, 4, 4]);
        Assert.Equal(3, filled[0, 0, 0]);
    }

    [Fact]
    public void A_threshold_above_the_peak_is_explained()
    {
        CryoSpinException e = Assert.Throws<CryoSpinException>(
            () => SoftMask.FromMap(Phantom.Create(16, 8), new MaskOptions { Threshold = 1e9f }));
        Assert.Contains("lower threshold", e.Message, StringComparison.Ordinal);
    }

    private static int Voxel(PointScatterer s, int size, double pixel)
    {
        int x = (int)Math.Round(s.XAngstrom / pixel) + size / 2, y = (int)Math.Round(s.YAngstrom / pixel) + size / 2;
        return (((int)Math.Round(s.ZAngstrom / pixel) + size / 2) * size + y) * size + x;
    }

    private static void AddNoise(Volume map, float scale)
    {
        Random random = new(1);
        for (int i = 0; i < map.Voxels.Length; i++) map.Voxels[i] += scale * (float)(random.NextDouble() - 0.5);
    }
}
