using CryoSpin.Compute;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.AutoEncoding;

public sealed class AutoEncodingStageTests : IDisposable
{
    private const double Band = 6;
    private static readonly AutoEncodingSchedule s_schedule = new()
    {
        Heads = 3,
        BatchSize = 12,
        Steps = 300,
        InputSize = 16,
        MaxShiftPixels = 1.5,
        CoarseCandidates = 6,
        RefinedCandidates = 3,
        WarmUpShare = 0.8,
    };

    private static readonly Lazy<TinyDataset> s_set = new(() => TinyDataset.OfPhantom(100, snr: 1));
    private readonly WorkerTeam _team = new(2);
    private readonly ParticleStore _store;

    public AutoEncodingStageTests() => _store = s_set.Value.Load(_team);

    public void Dispose() => _team.Dispose();

    [Fact]
    public void The_winners_error_falls_and_inference_finds_poses()
    {
        VolumeModel model = s_set.Value.Model(_team, Band);
        using AutoEncodingStage stage = Make(model, s_schedule);
        List<AutoEncodingReport> reports = [];
        stage.Run(reports.Add, CancellationToken.None);
        Assert.Equal([50, 100, 150, 200, 250, 300], reports.Select(r => r.Step));
        Assert.Equal(300, stage.Encoder.Steps);
        // While synthetic images alone teach, whose noise rises; real ones are harder.
        double[] errors = [.. reports.Where(r => double.IsNaN(r.MeanLogLikelihood)).Select(r => r.WinnerErrorDegrees)];
        Assert.Equal(4, errors.Length);
        Assert.True(errors[^1] < errors[0] - 1, string.Join(" ", errors));
        Assert.All(reports, r =>
        {
            Assert.InRange(r.WinnerErrorDegrees, 0, 90);
            Assert.Equal(1, r.HeadShares.Sum(), 1e-9);
            Assert.Equal(3, r.HeadShares.Length);
            Assert.True(r.ImagesPerSecond > 0);
        });
        // Real images join after the warm-up.
        Assert.Equal(double.NaN, reports[0].MeanLogLikelihood);
        Assert.True(reports[^1].MeanLogLikelihood > 0);
        Assert.InRange(reports[^1].RescuedShare, 0, 1);

        int[] particles = [.. Enumerable.Range(0, 60).Select(i => 99 - i)];
        Candidate[][] found = new Candidate[60][];
        stage.Infer(particles, (i, c) => found[i] = c, CancellationToken.None);
        Assert.All(found, c =>
        {
            Assert.InRange(c.Length, 1, 3);
            Assert.Equal(c.OrderByDescending(p => p.LogLikelihood), c);
            Assert.All(c, p => Assert.InRange(Math.Sqrt(p.OriginX * p.OriginX + p.OriginY * p.OriginY), 0, 2.5 + 1e-9));
        });
        double[] nearest = [.. particles.Select((id, i) => found[i].Min(c => c.Rotation.AngleToDegrees(s_set.Value.Poses[id].Rotation)))];
        // After so few steps most of this is the refinement's work; three random poses would hit one image in 350.
        Assert.InRange(nearest.Count(e => e < 15), 12, 60);
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_number_of_workers()
    {
        AutoEncodingSchedule schedule = s_schedule with { Steps = 8, WarmUpShare = 0.25, Memory = 0.5 };
        (float[] map, byte[] encoder, Candidate[] poses) = Run(1);
        VolumeModel untouched = s_set.Value.Model(_team, Band);
        Assert.False(map.AsSpan().SequenceEqual(untouched.Map.Voxels), "The volume was not updated: the test says nothing.");
        foreach (int workers in (int[])[2, 3])
        {
            (float[] otherMap, byte[] otherEncoder, Candidate[] otherPoses) = Run(workers);
            Assert.True(map.AsSpan().SequenceEqual(otherMap), $"map, {workers} workers");
            Assert.True(encoder.AsSpan().SequenceEqual(otherEncoder), $"encoder, {workers} workers");
            Assert.Equal(poses, otherPoses);
        }

        (float[] Map, byte[] Encoder, Candidate[] Poses) Run(int workers)
        {
            using WorkerTeam team = new(workers);
            VolumeModel model = s_set.Value.Model(team, Band);
            using AutoEncodingStage stage = new(_store, model, TinyDataset.InverseSignal(_store), schedule, PoseSpace.C1, new Random(1), team);
            stage.Run(_ => { }, CancellationToken.None);
            Candidate[] poses = new Candidate[20];
            stage.Infer([.. Enumerable.Range(0, 20)], (i, c) => poses[i] = c[0], CancellationToken.None);
            using MemoryStream weights = new();
            stage.Encoder.Save(weights);
            return (model.Map.Voxels, weights.ToArray(), poses);
        }
    }

    [Fact]
    public void Only_enough_real_images_replace_the_volume()
    {
        VolumeModel model = s_set.Value.Model(_team, Band);
        CryoSpin.Imaging.Volume first = model.Map;
        AutoEncodingSchedule schedule = s_schedule with { Steps = 8, WarmUpShare = 0, Memory = 0.8 };
        using (AutoEncodingStage stage = Make(model, schedule with { Steps = 4 })) stage.Run(_ => { }, CancellationToken.None);
        Assert.Same(first, model.Map);
        using (AutoEncodingStage stage = Make(model, schedule)) stage.Run(_ => { }, CancellationToken.None);
        Assert.NotSame(first, model.Map);
        Assert.Equal(Band, model.Lattice.Radius);
        Assert.InRange(TinyDataset.Correlation(first, model.Map), 0.5, 1);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        AutoEncodingSchedule schedule = s_schedule with { Steps = 8, WarmUpShare = 0.25, Memory = 0.8 };
        (float[] Map, Candidate[] Poses) a = Run(1), again = Run(1), other = Run(2);
        Assert.True(a.Map.AsSpan().SequenceEqual(again.Map));
        Assert.Equal(a.Poses, again.Poses);
        Assert.False(a.Map.AsSpan().SequenceEqual(other.Map));

        (float[], Candidate[]) Run(int seed)
        {
            VolumeModel model = s_set.Value.Model(_team, Band);
            using AutoEncodingStage stage = Make(model, schedule, seed);
            stage.Run(_ => { }, CancellationToken.None);
            Candidate[] best = new Candidate[20];
            stage.Infer([.. Enumerable.Range(0, 20)], (i, c) => best[i] = c[0], CancellationToken.None);
            return (model.Map.Voxels, best);
        }
    }

    [Fact]
    public void The_stage_can_be_stopped()
    {
        using AutoEncodingStage stage = Make(s_set.Value.Model(_team, Band), s_schedule with { WarmUpShare = 1, BatchSize = 4 });
        using CancellationTokenSource source = new();
        int reports = 0;
        TinyDataset.AssertCancelled(() => stage.Run(
            _ =>
            {
                reports++;
                source.Cancel();
            },
            source.Token));
        Assert.Equal(1, reports);
        Assert.Equal(50, stage.Encoder.Steps);
        TinyDataset.AssertCancelled(() => stage.Infer([0, 1], (_, _) => { }, source.Token));
    }

    private AutoEncodingStage Make(VolumeModel model, AutoEncodingSchedule schedule, int seed = 1) =>
        new(_store, model, TinyDataset.InverseSignal(_store), schedule, PoseSpace.C1, new Random(seed), _team);
}
