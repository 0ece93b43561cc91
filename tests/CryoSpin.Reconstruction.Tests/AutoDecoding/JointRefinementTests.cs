using CryoSpin.Compute;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.AutoDecoding;

public sealed class JointRefinementTests : IDisposable
{
    private static readonly Lazy<TinyDataset> s_set = new(() => TinyDataset.OfPhantom(300, snr: 1));
    private readonly WorkerTeam _team = new(2);
    private readonly List<(int Pass, int Passes, long Done)> _within = [];

    public void Dispose() => _team.Dispose();

    [Fact]
    public void Settled_particles_get_better_poses_and_one_pass_where_a_search_finds_nothing_new()
    {
        DecodingScene scene = new(s_set.Value, _team);
        Candidate[][] before = scene.Poses.ToArrays();
        double start = scene.MedianError();
        List<(int Pass, int Passes)> reports = [];
        CandidateTable joint = Run(scene, CandidateChoice.Likely, withSearch: false, reports);
        Assert.Equal([(1, 1)], reports);
        Assert.Equal((1, 1, scene.Poses.Count), _within[^1]);
        Assert.Equal(_within.Select(w => w.Done).Distinct().Order(), _within.Select(w => w.Done));
        Assert.InRange(scene.MedianError(joint), 0, 0.7 * start);
        // The half-sets' own poses stay.
        Assert.Equal(before, scene.Poses.ToArrays());
        // The maps that follow from poses which a search has been through; the next finds the same.
        for (int turn = 0; turn < 2; turn++)
        {
            CandidateTable next = Run(scene, CandidateChoice.Likely, withSearch: true, []);
            for (int i = 0; i < next.Count; i++) scene.Poses.Set(i, next[i].ToArray());
            scene.Maps = scene.Solve();
        }
        reports.Clear();
        CandidateTable searched = Run(scene, CandidateChoice.Likely, withSearch: true, reports);
        Assert.Equal([(1, 3)], reports);
        Assert.InRange(scene.MedianError(searched), 0, 1.05 * scene.MedianError());
    }

    [Fact]
    public void Lost_particles_are_found_again_where_modes_have_not_settled()
    {
        DecodingScene scene = new(s_set.Value, _team);
        Random random = new(2);
        // Every third particle has lost the right pose, though the maps are good.
        for (int i = 0; i < scene.Poses.Count; i += 3) scene.Poses.Set(i, [TinyDataset.RandomPose(random, 1)]);
        List<(int Pass, int Passes)> reports = [];
        CandidateTable without = Run(scene, CandidateChoice.Best, withSearch: false, reports);
        Assert.Equal([(1, 2), (2, 2)], reports);
        reports.Clear();
        CandidateTable with = Run(scene, CandidateChoice.Best, withSearch: true, reports);
        // The first search finds the lost ones, a later one nothing: two passes follow.
        Assert.Equal((1, 12), reports[0]);
        Assert.InRange(reports.Count, 4, 11);
        Assert.Equal((reports.Count, reports.Count), reports[^1]);
        Assert.Equal(3, reports.Count(r => r.Passes == reports.Count));
        Assert.InRange(scene.ShareFound(without, 10), 0, 0.8);
        Assert.InRange(scene.ShareFound(with, 10), 0.9, 1);
    }

    [Fact]
    public void Where_a_sample_of_settled_particles_is_found_elsewhere_all_are_searched()
    {
        DecodingScene scene = new(s_set.Value, _team);
        Random random = new(4);
        for (int i = 0; i < scene.Poses.Count; i += 10) scene.Poses.Set(i, [TinyDataset.RandomPose(random, 1)]);
        List<(int, int)> reports = [];
        CandidateTable joint = Run(scene, CandidateChoice.Likely, withSearch: true, reports);
        Assert.Equal([(1, 3), (2, 3), (3, 3)], reports);
        Assert.InRange(scene.ShareFound(scene.Poses, 10), 0, 0.92);
        Assert.InRange(scene.ShareFound(joint, 10), 0.97, 1);
        // Without a search there is nothing that further passes could find.
        reports.Clear();
        Run(scene, CandidateChoice.Likely, withSearch: false, reports);
        Assert.Equal([(1, 1)], reports);
    }

    [Fact]
    public void Auto_decoding_searches_again_where_modes_have_not_settled()
    {
        DecodingScene scene = new(s_set.Value, _team), plain = new(s_set.Value, _team);
        Random random = new(3);
        for (int i = 0; i < scene.Poses.Count; i++)
        {
            // A few particles come and go between two modes until the third pass; a third has lost its own.
            if (i % 3 != 0) continue;
            Candidate lost = TinyDataset.RandomPose(random, 1);
            scene.Poses.Set(i, [lost]);
            plain.Poses.Set(i, [lost]);
        }
        DecodingState state = new(7, scene.Poses.Count) { Iteration = 3 }, same = new(7, scene.Poses.Count) { Iteration = 3 };
        Array.Fill(state.Change, 30);
        Array.Fill(same.Change, 30);
        AutoDecodingStage stage = new(scene.Store, scene.Poses, scene.Tools, scene.Maps, DecodingScene.Refinement, _team)
        {
            MaxIterations = 3,
            Renewal = scene.Renewal(),
        };
        stage.Run(state, _ => { }, _ => { }, CancellationToken.None);
        plain.Stage(3).Run(same, _ => { }, _ => { }, CancellationToken.None);
        Assert.InRange(plain.ShareFound(plain.Poses, 10), 0, 0.8);
        Assert.InRange(scene.ShareFound(scene.Poses, 10), 0.9, 1);
    }

    [Fact]
    public void It_can_be_stopped()
    {
        DecodingScene scene = new(s_set.Value, _team);
        using CancellationTokenSource source = new();
        source.Cancel();
        TinyDataset.AssertCancelled(() => Run(scene, CandidateChoice.Best, true, [], source.Token));
    }

    private CandidateTable Run(
        DecodingScene scene, CandidateChoice choice, bool withSearch, List<(int, int)> reports, CancellationToken cancellation = default)
    {
        JointRefinement refinement = new(scene.Store, scene.Tools, scene.Maps, DecodingScene.Refinement, _team)
        {
            Renewal = withSearch ? scene.Renewal() : null,
            Sample = 100,
            Within = (pass, passes, done) => _within.Add((pass, passes, done)),
        };
        return refinement.Run(
            scene.Poses, scene.Maps.Mean(), new DecodingState(8, scene.Poses.Count) { Choice = choice }, (pass, passes, _) => reports.Add((pass, passes)),
            cancellation);
    }
}
