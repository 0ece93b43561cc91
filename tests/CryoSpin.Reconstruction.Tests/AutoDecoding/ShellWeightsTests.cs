using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.AutoDecoding;

public sealed class ShellWeightsTests : IDisposable
{
    private static readonly Lazy<TinyDataset> s_set = new(() => TinyDataset.OfPhantom(120, snr: 1));
    private readonly WorkerTeam _team = new(2);

    public void Dispose() => _team.Dispose();

    [Fact]
    public void Weights_are_the_fsc_and_never_rise_again()
    {
        FscCurve fsc = new(16, 4, [1, 0.2, 0.3, 0.9, 0.5, 0.6, 0.1, -0.2, 0.4]);
        Assert.Equal([1, 1, 1, 0.9, 0.5, 0.5, 0.1, 0, 0], ShellWeights.Of(fsc, ofBoth: false));
        // A map of twice as many particles: 2 f / (1 + f).
        double[] both = ShellWeights.Of(fsc, ofBoth: true);
        Assert.Equal(1.8 / 1.9, both[3], 1e-12);
        Assert.Equal(2.0 / 3, both[5], 1e-12);
        Assert.Equal(0, both[8]);
    }

    [Fact]
    public void Squared_differences_count_by_the_weights()
    {
        FrequencyDisc disc = new(6);
        FscCurve fsc = new(16, 4, [1, 1, 1, 1, 0.36, 0.25, 0, 0, 0]);
        ImageOnDisc b = new(disc, 16);
        Array.Fill(b.Real, 2f);
        Array.Fill(b.Imaginary, 3f);
        Array.Fill(b.Ctf, 5f);
        new ShellWeights(disc, fsc, ofBoth: false).Apply(b);
        for (int p = 0; p < disc.Count; p++)
        {
            double root = disc.Shell[p] <= 3 ? 1 : disc.Shell[p] == 4 ? 0.6 : disc.Shell[p] == 5 ? 0.5 : 0;
            Assert.Equal(2 * root, b.Real[p], 1e-6);
            Assert.Equal(3 * root, b.Imaginary[p], 1e-6);
            Assert.Equal(5 * root, b.Ctf[p], 1e-6);
        }
    }

    [Fact]
    public void Shells_on_which_half_maps_do_not_agree_move_no_pose()
    {
        // With an FSC that falls from 1 to 0 after shell 4, a band of 9 shells is one of 4.
        Candidate[] wide = OnePass(9, weighs: true), narrow = OnePass(4.49, weighs: false), unweighted = OnePass(9, weighs: false);
        Assert.InRange(MedianTurn(wide, narrow), 0, 1e-3);
        Assert.InRange(MedianTurn(unweighted, narrow), 0.5, 180);
    }

    private static double MedianTurn(Candidate[] a, Candidate[] b) => TinyDataset.Median(a.Zip(b, (x, y) => x.Rotation.AngleToDegrees(y.Rotation)));

    private Candidate[] OnePass(double band, bool weighs)
    {
        DecodingScene scene = new(s_set.Value, _team);
        Volume map = scene.Maps.Maps[0];
        FscCurve fsc = new(map.Size, map.PixelSizeAngstrom, [.. Enumerable.Range(0, map.Size / 2 + 1).Select(s => s <= 4 ? 1.0 : 0)]);
        HalfMaps maps = HalfMaps.Restored(scene.Maps.Maps, scene.Maps.Mask, fsc);
        DecodingState state = new(band, scene.Poses.Count) { Iteration = 2, Choice = CandidateChoice.Likely };
        RefinementOptions options = DecodingScene.Refinement with { WeighsShells = weighs };
        AutoDecodingStage stage = new(scene.Store, scene.Poses, scene.Tools, maps, options, _team) { MaxIterations = 2 };
        stage.Run(state, _ => { }, _ => { }, CancellationToken.None);
        return [.. Enumerable.Range(0, scene.Poses.Count).Select(scene.Poses.Best)];
    }
}
