using CryoSpin.Cli.Running;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Particles;
using CryoSpin.Reconstruction;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Comparing;

public sealed class PosePosteriorTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public Task InitializeAsync() => Invocation.Of(
        "simulate", "phantom", "-o", _folder["sim"], "--particles", "40", "--box", "24", "--pixel-size", "8", "--snr", "5",
        "--max-shift", "2");

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public void The_best_view_is_the_true_one_whatever_the_maps_scale_and_box()
    {
        using ParticleSource source = ParticleSource.Open(_folder["sim/particles.star"]);
        Pose[] truth = TruthComparison.ReadTruth(_folder["sim/truth.star"]);
        Volume map = MapFile.Read(_folder["sim/truth.mrc"]);
        Pose?[] poses = [.. truth.Select((p, i) => i % 4 == 3 ? (Pose?)null : p)];
        int[] particles = [31, 2, 17];
        ReconstructionOptions options = OptionCatalogue.Defaults with
        {
            Method = new MethodOptions { MaxShiftPixels = 3 },
            Resources = new RunResources { Threads = 2 },
        };
        using PosePosterior posterior = PosePosterior.Open(options, source, particles);
        IReadOnlyList<double[]> found = posterior.OverViews(map, 8, poses);
        Assert.Equal(768, PosePosterior.Views.Count);
        for (int i = 0; i < particles.Length; i++)
        {
            (double x, double y, double z) = PosePosterior.Views[Array.IndexOf(found[i], found[i].Max())];
            Rotation r = truth[particles[i]].Rotation;
            Assert.InRange(Math.Acos(Math.Min(1, x * r.M20 + y * r.M21 + z * r.M22)) * 180 / Math.PI, 0, 9);
        }
        Volume louder = new(map.Size, map.PixelSizeAngstrom, [.. map.Voxels.Select(v => 50 * v)]);
        Volume small = new Volume(map.Size, map.PixelSizeAngstrom, [.. map.Voxels.Select(v => 7 * v)]).FourierCropTo(20);
        foreach (double[] other in (double[][])[posterior.OverViews(small, 8, poses)[0], posterior.OverViews(louder, 8, poses)[0]])
        {
            Assert.All(other.Zip(found[0]), pair => Assert.Equal(pair.Second, pair.First, 0.02 * found[0].Max()));
        }
    }
}
