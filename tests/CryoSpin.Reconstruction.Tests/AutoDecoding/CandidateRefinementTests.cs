using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.AutoDecoding;

public sealed class CandidateRefinementTests : IDisposable
{
    private const double Band = 7;
    private readonly WorkerTeam _team = new(1);

    public void Dispose() => _team.Dispose();

    [Theory]
    [InlineData((int)CandidateChoice.All, new[] { 0, 1, 2, 3, 4 })]
    [InlineData((int)CandidateChoice.Best, new[] { 0, 1, 2 })]
    // 1 has met 0.
    [InlineData((int)CandidateChoice.Distinct, new[] { 0, 2, 3 })]
    // 3 and 4 are too unlikely besides.
    [InlineData((int)CandidateChoice.Likely, new[] { 0, 2 })]
    public void A_choice_says_which_candidates_are_refined(int choice, int[] expected) =>
        Assert.Equal(expected, Refined((CandidateChoice)choice, [100, 99, 81, 79.9, 70], twin: 1));

    [Fact]
    public void A_particle_without_rivals_keeps_its_pose()
    {
        Assert.Equal([0], Refined(CandidateChoice.Likely, [100, 70, 60], twin: 2));
        Assert.Equal([0], Refined(CandidateChoice.Likely, [100], twin: 0));
    }

    /// <summary>Which of random candidates with likelihoods as given, of which one nearly equals the first, are left.</summary>
    private int[] Refined(CandidateChoice choice, double[] likelihoods, int twin)
    {
        TinyDataset set = TinyDataset.OfPhantom(20, snr: 1);
        using ParticleStore store = set.Load(_team);
        DecodingScene scene = new(set, _team);
        Random random = new(8);
        Candidate[] candidates = [.. likelihoods.Select(l => TinyDataset.RandomPose(random, 1) with { LogLikelihood = l })];
        if (twin > 0) candidates[twin] = candidates[0].Moved(new RotationVector(0.01, 0, 0), 0, 0, 10) with { LogLikelihood = likelihoods[twin] };
        CandidateTable table = new([.. Enumerable.Repeat(candidates, 20)], set.HalfSet, PoseSpace.C1);
        FrequencyDisc disc = new(Band);
        BandView view = store.View(disc);
        ImageOnDisc image = new(disc, store.Box);
        image.Read(view, 3);
        PoseRefiner refiner = new(scene.Lattice(0, Band), image);
        // One evaluation: poses stay, only their likelihoods are new.
        Candidate[] refined = CandidateRefinement.Refine(table, 3, choice, refiner, image, new PoseRefinementLimits(1, 1, 10), null);
        Assert.Equal(refined.OrderByDescending(r => r.LogLikelihood), refined);
        return [.. refined.Select(r => Array.FindIndex(candidates, c => c.Rotation.Equals(r.Rotation))).Order()];
    }
}
