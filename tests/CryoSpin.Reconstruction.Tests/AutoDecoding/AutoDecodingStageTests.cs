using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.AutoDecoding;

public sealed class AutoDecodingStageTests : IDisposable
{
    private const double FirstBand = 5;
    private static readonly Lazy<TinyDataset> s_set = new(() => TinyDataset.OfPhantom(400, snr: 1));
    private readonly WorkerTeam _team = new(2);

    public void Dispose() => _team.Dispose();

    [Fact]
    public void Perturbed_poses_and_their_maps_improve()
    {
        DecodingScene scene = Make();
        double start = scene.MedianError(), startFsc = Mean(scene.Maps);
        List<AutoDecodingReport> reports = [];
        AutoDecodingStage stage = scene.Stage(4);
        stage.Run(FirstBand, reports.Add, CancellationToken.None);
        Assert.InRange(scene.MedianError(), 0, 0.5 * start);
        Assert.True(Mean(stage.Maps) > startFsc + 0.05, $"{startFsc} to {Mean(stage.Maps)}");
        Volume joined = FinalMaps.Joined(scene.Tools, stage.Maps);
        Volume truth = new(24, 6, [.. s_set.Value.Truth.Voxels]);
        stage.Maps.Mask.Apply(truth);
        Assert.InRange(TinyDataset.Correlation(joined, truth), 0.8, 1);

        Assert.InRange(reports.Count, 2, 4);
        Assert.Equal(Enumerable.Range(1, reports.Count), reports.Select(r => r.Iteration));
        Assert.Equal(FirstBand, reports[0].BandShells);
        Assert.True(reports[^1].BandShells > FirstBand);
        Assert.True(reports[^1].MedianPoseChangeDegrees < reports[0].MedianPoseChangeDegrees);
        Assert.Same(stage.Maps.Fsc, reports[^1].Fsc);
        Assert.All(reports, r =>
        {
            Assert.True(double.IsFinite(r.MeanLogLikelihood) && r.MeanLogLikelihood > 0 && r.ImagesPerSecond > 0);
            Assert.InRange(r.WinnerChangeShare, 0, 1);
        });
        for (int i = 1; i < reports.Count; i++)
        {
            double before = reports[i - 1].BandShells;
            Assert.InRange(reports[i].BandShells, before, Math.Min(11, 1.35 * before));
        }
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(2, true)]
    public void The_same_input_gives_the_same_bytes_with_any_workers_from_memory_and_from_disk(int workers, bool onDisk)
    {
        using WorkerTeam three = new(3);
        using TemporaryScratch scratch = new();
        DecodingScene a = Make(), b = new(s_set.Value, workers == 3 ? three : _team, onDisk ? scratch.Path : null);
        AutoDecodingStage stageA = a.Stage(2), stageB = b.Stage(2);
        stageA.Run(FirstBand, _ => { }, CancellationToken.None);
        stageB.Run(FirstBand, _ => { }, CancellationToken.None);
        Assert.Equal(a.Poses.ToArrays().SelectMany(c => c), b.Poses.ToArrays().SelectMany(c => c));
        for (int h = 0; h < 2; h++)
        {
            Assert.True(stageA.Maps.Unfiltered[h].Voxels.AsSpan().SequenceEqual(stageB.Maps.Unfiltered[h].Voxels));
            Assert.True(stageA.Maps.Maps[h].Voxels.AsSpan().SequenceEqual(stageB.Maps.Maps[h].Voxels));
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, false)]
    public void The_largest_shift_grows_where_it_was_too_small_alone_and_a_stop_changes_nothing(double maxShift, bool grows)
    {
        TinyDataset set = TinyDataset.OfPhantom(200, snr: 1, maxShift: 4);
        List<string> log = [];
        DecodingScene whole = new(set, _team), stopped = new(set, _team);
        DecodingState state = new(FirstBand, set.Count), resumed = new(FirstBand, set.Count);
        AutoDecodingStage Stage(DecodingScene scene, HalfMaps maps) => new(
            scene.Store, scene.Poses, scene.Tools, maps, new RefinementOptions { MaxShiftPixels = PoseRefinementLimits.ShiftOf(maxShift) }, _team)
        {
            MaxIterations = 3,
            ShiftLimit = new GrowingShiftLimit(maxShift, 24, log.Add),
            Renewal = scene.Renewal(),
        };
        Stage(whole, whole.Maps).Run(state, _ => { }, _ => { }, CancellationToken.None);
        Assert.Equal(grows, log.Count > 0);
        Assert.Equal(log.Count, state.Widenings);
        double furthest = Enumerable.Range(0, set.Count).Select(whole.Poses.Best).Max(p => Math.Sqrt(p.OriginX * p.OriginX + p.OriginY * p.OriginY));
        Assert.InRange(furthest, grows ? 2.5 : 3, 5.01);

        using CancellationTokenSource stop = new();
        AutoDecodingStage first = Stage(stopped, stopped.Maps);
        Assert.Throws<OperationCanceledException>(() => first.Run(resumed, _ => stop.Cancel(), _ => { }, stop.Token));
        Stage(stopped, first.Maps).Run(resumed, _ => { }, _ => { }, CancellationToken.None);
        Assert.Equal(whole.Poses.ToArrays().SelectMany(c => c), stopped.Poses.ToArrays().SelectMany(c => c));
    }

    [Fact]
    public void A_wrong_first_candidate_loses_to_the_right_one_and_candidates_stay_sorted()
    {
        DecodingScene scene = Make();
        Random random = new(17);
        for (int i = 0; i < scene.Poses.Count; i++)
        {
            Candidate right = scene.Poses.Best(i);
            scene.Poses.Set(i, [Wrong(), right, Wrong(), Wrong()]);
        }
        List<AutoDecodingReport> reports = [];
        scene.Stage(1).Run(FirstBand, reports.Add, CancellationToken.None);
        Assert.True(Assert.Single(reports).WinnerChangeShare > 0.7);
        Assert.All(scene.Poses.ToArrays(), c =>
        {
            Assert.Equal(4, c.Length);
            Assert.Equal(c.OrderByDescending(p => p.LogLikelihood), c);
        });
        Assert.InRange(scene.MedianError(), 0, 8);

        Candidate Wrong() => TinyDataset.RandomPose(random, 1.5);
    }

    [Fact]
    public void Half_maps_come_from_their_own_particles_alone()
    {
        DecodingScene a = Make(), b = Make();
        foreach (int i in b.Poses.Members[1]) b.Poses.Set(i, [TinyDataset.RandomPose(new Random(i), 1)]);
        HalfMaps mapsA = a.Solve(), mapsB = b.Solve();
        Assert.Equal(mapsA.Unfiltered[0].Voxels, mapsB.Unfiltered[0].Voxels);
        Assert.NotEqual(mapsA.Unfiltered[1].Voxels, mapsB.Unfiltered[1].Voxels);
        Assert.True(Mean(mapsB) < Mean(mapsA));
        Assert.Equal(FirstBand, a.Lattice(0, FirstBand).Radius);
    }

    [Fact]
    public void The_curve_is_that_of_the_masked_half_maps()
    {
        DecodingScene scene = Make();
        Volume[] masked = [.. scene.Maps.Unfiltered.Select(v => new Volume(v.Size, v.PixelSizeAngstrom, [.. v.Voxels]))];
        foreach (Volume v in masked) scene.Maps.Mask.Apply(v);
        FscCurve expected = FourierShellCorrelation.Compute(masked[0], masked[1]);
        for (int s = 0; s < expected.Values.Count; s++) Assert.Equal(expected.Values[s], scene.Maps.Fsc!.Values[s], 1e-4);
    }

    [Fact]
    public void The_stage_can_be_stopped()
    {
        DecodingScene scene = Make();
        using CancellationTokenSource source = new();
        int passes = 0;
        TinyDataset.AssertCancelled(() => scene.Stage(16).Run(
            FirstBand,
            _ =>
            {
                passes++;
                source.Cancel();
            },
            source.Token));
        Assert.Equal(1, passes);
    }

    private static double Mean(HalfMaps maps) => maps.Fsc!.Values.Skip(1).Take(10).Average();

    private DecodingScene Make() => new(s_set.Value, _team);
}
