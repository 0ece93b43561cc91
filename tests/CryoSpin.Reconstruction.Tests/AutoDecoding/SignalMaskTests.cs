using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.AutoDecoding;

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
        HalfSetVolumes wide = new(scene.Cache, 0.95 * box, _team);
        wide.Update(scene.Poses);
        LogLines notes = new();
        SignalMask mask = new(null, 0.95 * box, notes);
        double outside = PowerOutside(wide, 0.45 * box);
        mask.Tighten(wide);
        Assert.True(mask.IsMeasured);
        Assert.InRange(mask.DiameterAngstrom, 0.5 * box, 0.9 * box);
        Assert.True(PowerOutside(wide, 0.45 * box) < 0.1 * outside, "The maps are not cut by the narrower mask.");
        Assert.Contains(notes.Lines, l => l.Contains("Mask diameter", StringComparison.Ordinal));
        double narrowed = mask.DiameterAngstrom;
        mask.Tighten(wide);
        Assert.InRange(mask.DiameterAngstrom, 0.93 * narrowed, narrowed);
    }

    [Fact]
    public void The_particles_shape_takes_the_place_of_the_sphere_and_can_grow_again()
    {
        DecodingScene scene = new(s_set.Value, _team);
        LogLines notes = new();
        SignalMask mask = new(null, s_set.Value.MaskDiameterAngstrom, notes);
        double sphere = scene.Volumes.Mask.Mean;
        mask.Shape(scene.Volumes);
        Assert.InRange(scene.Volumes.Mask.Mean, 0.1 * sphere, 0.9 * sphere);
        Volume all = scene.Volumes.Mask.ToVolume(scene.Cache.Box, scene.Cache.PixelSizeAngstrom);
        Assert.All(Enumerable.Range(0, all.Voxels.Length).Where(i => all.Voxels[i] == 0), i => Assert.Equal(0, scene.Volumes.Maps[0].Voxels[i]));
        Assert.Single(notes.Lines, l => l.Contains("particle's shape", StringComparison.Ordinal));
        // It is measured on unmasked maps: what a mask cut off too early comes back.
        double whole = scene.Volumes.Mask.Mean;
        SoftMask tooSmall = SoftMask.Sphere(scene.Cache.Box, 3, 2);
        scene.Volumes.Restore([.. scene.Volumes.Maps], scene.Volumes.Fsc.Values, tooSmall);
        scene.Volumes.Update(scene.Poses);
        Assert.InRange(scene.Volumes.Mask.Mean, 0, 0.3 * whole);
        mask.Shape(scene.Volumes);
        Assert.InRange(scene.Volumes.Mask.Mean, 0.8 * whole, 1.2 * whole);
    }

    [Fact]
    public void The_users_mask_is_never_touched()
    {
        DecodingScene scene = new(s_set.Value, _team);
        double box = s_set.Value.Box * s_set.Value.Truth.PixelSizeAngstrom;
        LogLines notes = new();
        SignalMask mask = new(0.95 * box, 0.8 * box, notes);
        mask.Begin(0.5 * box);
        mask.Tighten(scene.Volumes);
        mask.Shape(scene.Volumes);
        Assert.Null(scene.Volumes.Mask.Shape);
        Assert.False(mask.IsMeasured);
        Assert.Equal(0.95 * box, mask.DiameterAngstrom);
        Assert.Empty(notes.Lines);
    }

    private static double PowerOutside(HalfSetVolumes volumes, double radiusAngstrom)
    {
        Volume map = volumes.Maps[0];
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
