using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Tests.AutoDecoding;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Maps;

public sealed class SignalMaskTests : IDisposable
{
    private static readonly Lazy<TinyDataset> s_set = new(() => TinyDataset.OfPhantom(300, snr: 1));
    private readonly WorkerTeam _team = new(2);

    public void Dispose() => _team.Dispose();

    [Fact]
    public void A_wide_mask_is_narrowed_to_the_particle_and_then_stays()
    {
        DecodingScene scene = new(s_set.Value, _team);
        double box = s_set.Value.Box * s_set.Value.Truth.PixelSizeAngstrom;
        HalfMaps wide = scene.Tools.Solve(scene.Poses, scene.Sphere(0.95 * box));
        LogLines notes = new();
        SignalMask mask = new(null, 0.95 * box, notes);
        double outside = PowerOutside(wide, 0.45 * box);
        HalfMaps tight = mask.Tightened(wide);
        Assert.True(mask.IsMeasured);
        Assert.InRange(mask.DiameterAngstrom, 0.5 * box, 0.9 * box);
        Assert.Equal(outside, PowerOutside(wide, 0.45 * box));
        Assert.True(PowerOutside(tight, 0.45 * box) < 0.1 * outside, "The maps are not cut by the narrower mask.");
        Assert.Contains(notes.Lines, l => l.Contains("Mask diameter", StringComparison.Ordinal));
        double narrowed = mask.DiameterAngstrom;
        mask.Tightened(tight);
        Assert.InRange(mask.DiameterAngstrom, 0.93 * narrowed, narrowed);
    }

    [Fact]
    public void The_particles_shape_takes_the_place_of_the_sphere_and_can_grow_again()
    {
        DecodingScene scene = new(s_set.Value, _team);
        LogLines notes = new();
        SignalMask mask = new(null, s_set.Value.MaskDiameterAngstrom, notes);
        double sphere = scene.Maps.Mask.Mean;
        HalfMaps maps = mask.Shaped(scene.Maps);
        Assert.InRange(maps.Mask.Mean, 0.1 * sphere, 0.9 * sphere);
        Volume all = maps.Mask.ToVolume(scene.Store.Box, scene.Store.PixelSizeAngstrom);
        Assert.All(Enumerable.Range(0, all.Voxels.Length).Where(i => all.Voxels[i] == 0), i => Assert.Equal(0, maps.Maps[0].Voxels[i]));
        Assert.Single(notes.Lines, l => l.Contains("particle's shape", StringComparison.Ordinal));
        // It is measured on unmasked maps: what a mask cut off too early comes back.
        double whole = maps.Mask.Mean;
        HalfMaps cut = scene.Tools.Solve(scene.Poses, maps.Mask.WithShape(SoftMask.Sphere(scene.Store.Box, 3, 2)));
        Assert.InRange(cut.Mask.Mean, 0, 0.3 * whole);
        Assert.InRange(mask.Shaped(cut).Mask.Mean, 0.8 * whole, 1.2 * whole);
    }

    [Fact]
    public void The_users_mask_is_never_touched()
    {
        DecodingScene scene = new(s_set.Value, _team);
        double box = s_set.Value.Box * s_set.Value.Truth.PixelSizeAngstrom;
        LogLines notes = new();
        SignalMask mask = new(0.95 * box, 0.8 * box, notes);
        mask.Begin(0.5 * box);
        Assert.Same(scene.Maps, mask.Tightened(scene.Maps));
        Assert.Same(scene.Maps, mask.Shaped(scene.Maps));
        Assert.False(mask.IsMeasured);
        Assert.Equal(0.95 * box, mask.DiameterAngstrom);
        Assert.Empty(notes.Lines);
    }

    private static double PowerOutside(HalfMaps maps, double radiusAngstrom)
    {
        Volume map = maps.Maps[0];
        int n = map.Size, c = n / 2;
        double sum = 0, radius = radiusAngstrom / map.PixelSizeAngstrom;
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            int x = i % n - c, y = i / n % n - c, z = i / (n * n) - c;
            if (x * x + y * y + z * z > radius * radius) sum += map.Voxels[i] * (double)map.Voxels[i];
        }
        return sum;
    }

    private sealed class LogLines : IRunObserver
    {
        public List<string> Lines { get; } = [];

        public void Log(string message) => Lines.Add(message);

        public void Report(in RunProgress progress)
        {
        }

        public void Record(MetricRecord metric)
        {
        }
    }
}
