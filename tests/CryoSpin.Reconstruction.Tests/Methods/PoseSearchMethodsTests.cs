using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Methods;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Methods;

public class PoseSearchMethodsTests
{
    private static readonly PoseSearchSchedule s_tiny = new()
    {
        Grid = new HierarchicalGrid { Order = 0, ShiftsPerAxis = 3, Kept = 3, Subdivisions = 2 },
        FirstBand = 4,
        LastBandShare = 0.6,
        GrowingUpdates = 4,
        SearchesAfterGrowth = 1,
        BatchSize = 20,
        LeastBatches = 4,
    };

    private static readonly Lazy<TinyDataset> s_few = new(() => TinyDataset.OfPhantom(80, snr: 1));

    public static TheoryData<string> Names => [ReconstructionMethod.CryoDrgn2, ReconstructionMethod.CryoDrgnAi];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_number_of_threads_changes_no_byte(string name)
    {
        ReconstructionOutcome one = Run(name, s_few.Value, s_tiny, 1, 1, out _), three = Run(name, s_few.Value, s_tiny, 3, 1, out _);
        Assert.True(one.Map.Voxels.AsSpan().SequenceEqual(three.Map.Voxels), "The maps differ.");
        Assert.Equal(one.Poses, three.Poses);
        Assert.Equal(one.MaskedFsc.Values, three.MaskedFsc.Values);
        Assert.NotEqual(one.Poses, Run(name, s_few.Value, s_tiny, 3, 2, out _).Poses);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_epoch_is_told_and_kept(string name)
    {
        ReconstructionOutcome outcome = Run(name, s_few.Value, s_tiny, 2, 1, out Notebook notes);
        string[] expected = name == ReconstructionMethod.CryoDrgn2
            ? ["pose search 1", "pose search 2"]
            : ["pose search 1", "pose search 2", "pose table 1", "pose table 2", "pose table 3"];
        Assert.Equal(expected, notes.Snapshots.Select(s => $"{s.Phase} {s.Epoch}"));
        Assert.Equal(expected, notes.Metrics.Select(m => $"{m.Phase} {m.Epoch}"));
        foreach (RunSnapshot s in notes.Snapshots)
        {
            Assert.All(s.Poses, p => Assert.NotNull(p));
            WatchedParticle watched = Assert.Single(s.Watched);
            Assert.Equal(7, watched.Particle);
            Assert.Equal(s.Phase == "pose search" ? 3 : 1, watched.Candidates.Count);
            Assert.Equal(s.Poses[7], watched.Candidates[0].Pose);
            Assert.Contains(s.Map.Voxels, v => v != 0);
        }
        Assert.True(outcome.Parameters > 5 * 80);
        Assert.All(notes.Metrics, m => Assert.True(double.IsFinite(m.Loss)));
        double[] losses = [.. notes.Metrics.Select(m => m.Loss)];
        Assert.True(losses[1] < losses[0], "The second search fits no better than the first.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_shifts_none_are_found(string name)
    {
        TinyDataset set = s_few.Value;
        Notebook notes = new();
        using WorkerTeam team = new(2);
        using ParticleStore store = set.Load(team);
        ReconstructionInput input = Input(set);
        MethodContext context = new(
            input, Options(name, 0, 1), store, SignalPower.PerShell(store, store.NoiseVariance), PoseSpace.C1, new SavedRandom(1), team,
            new RunTracker(input, notes), notes);
        MethodResult result = Method(name, s_tiny).Run(context, CancellationToken.None);
        Assert.All(result.Poses, p => Assert.Equal((0, 0), (Assert.Single(p).OriginX, p[0].OriginY)));
        // Poses are found under the usual mask; it is the final maps' that is measured.
        Assert.Equal(0.8 * set.Box * set.Truth.PixelSizeAngstrom, context.Mask.DiameterAngstrom, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_small_set_with_little_noise_converges_from_a_random_start(string name)
    {
        TinyDataset set = TinyDataset.OfPhantom(250, box: 32, snr: 2, maxShift: 1);
        PoseSearchSchedule schedule = new()
        {
            Grid = new HierarchicalGrid { ShiftsPerAxis = 3, Kept = 4, Subdivisions = 3 },
            FirstBand = 6,
            LastBandShare = 0.75,
            GrowingUpdates = 160,
            SearchesAfterGrowth = name == ReconstructionMethod.CryoDrgn2 ? 1 : 0,
        };
        ReconstructionOutcome outcome = Run(name, set, schedule, 2, 1, out _, maxShift: 1);
        Pose[] truth = [.. set.Poses.Select(p => p.InAngstrom(set.Truth.PixelSizeAngstrom))];
        PoseComparisonResult errors = PoseComparison.Compare(outcome.Poses, truth);
        Assert.InRange(errors.MedianDegrees, 0, 6);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_stops_when_asked(string name)
    {
        using CancellationTokenSource source = new();
        Notebook notes = new() { OnRecord = source.Cancel };
        TinyDataset.AssertCancelled(() => Run(name, s_few.Value, s_tiny, 2, 1, notes, 1.5, source.Token));
        Assert.Single(notes.Metrics);
    }

    private static ReconstructionOutcome Run(
        string name, TinyDataset set, PoseSearchSchedule schedule, int threads, int seed, out Notebook notes, double maxShift = 1.5)
    {
        notes = new Notebook();
        return Run(name, set, schedule, threads, seed, notes, maxShift, CancellationToken.None);
    }

    private static ReconstructionOutcome Run(
        string name, TinyDataset set, PoseSearchSchedule schedule, int threads, int seed, Notebook notes, double maxShift,
        CancellationToken cancellation)
    {
        using WorkerTeam team = new(threads);
        MethodReconstruction run = new(
            Method(name, schedule), Input(set), Options(name, maxShift, seed), new MemoryPlan(0, 0, 0, 0, 0, null, long.MaxValue), notes,
            team);
        return run.Run(cancellation);
    }

    private static IPoseMethod Method(string name, PoseSearchSchedule schedule) => name == ReconstructionMethod.CryoDrgn2
        ? new PoseSearchMethod { Schedule = schedule }
        : new PoseTableMethod { Schedule = schedule, Descent = new PoseTableSchedule { Epochs = 3 } };

    private static ReconstructionInput Input(TinyDataset set) => new(
        set.Count, set.Box, set.Truth.PixelSizeAngstrom, (i, pixels) => set.Images[i].CopyTo(pixels), set.Ctf, null);

    private static MethodOptions Options(string name, double maxShift, int seed) => new() { Name = name, MaxShiftPixels = maxShift, Seed = seed };

    private sealed class Notebook : IRunObserver
    {
        public List<MetricRecord> Metrics { get; } = [];

        public IReadOnlyList<int> Watched => [7];

        public List<RunSnapshot> Snapshots { get; } = [];

        public Action OnRecord { get; init; } = () => { };

        public bool WantsSnapshots => true;

        public void Log(string message)
        {
        }

        public void Report(in RunProgress progress) => Assert.InRange(progress.FractionOfRun, 0, 1);

        public void Record(MetricRecord metric)
        {
            Metrics.Add(metric);
            OnRecord();
        }

        public void Keep(RunSnapshot snapshot) => Snapshots.Add(snapshot);
    }
}
