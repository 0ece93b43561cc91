using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.AutoDecoding;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Likelihood;

public sealed class OwnShareTests : IDisposable
{
    private const double Band = 9;
    private readonly WorkerTeam _team = new(2);

    public void Dispose() => _team.Dispose();

    [Theory]
    [InlineData(300)]
    [InlineData(1200)]
    public void Noise_agrees_with_the_map_that_it_is_in_as_much_as_predicted(int count)
    {
        // Images of next to nothing but noise, put in at random poses, and a map that fits them by least squares: fitted data explain
        // as much at their own poses as they cost at others, and the difference is the gain.
        TinyDataset set = TinyDataset.OfPhantom(count, snr: 1e-5);
        using ParticleStore store = set.Load(_team);
        CandidateTable poses = new([.. set.Poses.Select(p => new[] { p })], set.HalfSet, PoseSpace.C1);
        MapTools tools = MapTools.For(store, _team);
        VolumeMask sphere = new(new SphericalMask(store.Box, store.PixelSizeAngstrom, set.MaskDiameterAngstrom, _team), null);
        Volume map = tools.Solve(poses, sphere).Unfiltered[0];
        sphere.Apply(map);
        FourierLattice lattice = tools.Slicer.Lattice(map, Band);
        FrequencyDisc disc = new(Band);
        BandView view = store.View(disc);
        ImageOnDisc image = new(disc, store.Box);
        PoseRefiner refiner = new(lattice, image);
        FscCurve unfiltered = new(set.Box, map.PixelSizeAngstrom, [.. Enumerable.Repeat(1.0, set.Box / 2 + 1)]);
        OwnShare own = new(view, poses.Members[0], unfiltered, sphere.Mean);
        PoseRefinementLimits asTheyAre = new(1, 1, 10);
        Random random = new(4);
        double gain = 0, difference = 0;
        foreach (int i in poses.Members[0])
        {
            image.Read(view, i);
            gain += own.Gain(image.Ctf);
            difference += refiner.Refine(poses.Best(i), asTheyAre).LogLikelihood
                - refiner.Refine(TinyDataset.RandomPose(random, 1.5), asTheyAre).LogLikelihood;
        }
        Assert.InRange(difference / gain, 0.8, 1.25);
    }

    [Fact]
    public void A_candidate_loses_what_its_share_in_the_map_gave_it()
    {
        TinyDataset set = TinyDataset.OfPhantom(100, snr: 1);
        using ParticleStore store = set.Load(_team);
        DecodingScene scene = new(set, _team);
        Random random = new(6);
        Candidate rival = TinyDataset.RandomPose(random, 1);
        CandidateTable table = new(
            [.. Enumerable.Range(0, 100).Select(_ => new[] { TinyDataset.RandomPose(random, 1) with { LogLikelihood = 5 }, rival with { LogLikelihood = 4 } })],
            set.HalfSet, PoseSpace.C1);
        FrequencyDisc disc = new(Band);
        BandView view = store.View(disc);
        ImageOnDisc image = new(disc, store.Box);
        PoseRefiner refiner = new(scene.Lattice(0, Band), image);
        OwnShare own = new(view, table.Members[0], scene.Maps.Fsc!, scene.Maps.Mask.Mean);
        PoseRefinementLimits asTheyAre = new(1, 1, 10);
        int i = table.Members[0][7];
        image.Read(view, i);
        Candidate[] plain = CandidateRefinement.Refine(table, i, CandidateChoice.All, refiner, image, asTheyAre, null);
        Candidate[] corrected = CandidateRefinement.Refine(table, i, CandidateChoice.All, refiner, image, asTheyAre, own);
        double gain = own.Gain(image.Ctf), share = 1 / (1 + Math.Exp(-1));
        Assert.True(gain > 0);
        foreach (Candidate c in corrected)
        {
            double before = plain.Single(p => p.Rotation.Equals(c.Rotation)).LogLikelihood;
            Assert.Equal(before - gain * (c.Rotation.Equals(rival.Rotation) ? 1 - share : share), c.LogLikelihood, 1e-3);
        }
        // A particle with one candidate has nothing to choose between.
        CandidateTable alone = new([.. table.ToArrays().Select(c => c[..1])], set.HalfSet, PoseSpace.C1);
        Candidate only = CandidateRefinement.Refine(alone, i, CandidateChoice.Likely, refiner, image, asTheyAre, own)[0];
        Assert.Equal(plain.Single(p => !p.Rotation.Equals(rival.Rotation)).LogLikelihood, only.LogLikelihood, 1e-3);
    }
}
