using CryoSpin.Compute;
using CryoSpin.Reconstruction.Methods;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Methods;

/// <summary>The whole method, shortened.</summary>
public sealed class CryoSparcMethodTests
{
    private static readonly CryoSparcSchedule s_short = new()
    {
        Gradient = new SearchSchedule { Batches = 10, BatchSize = 50, FirstBatchSize = 30, BatchGrowthShare = 0.5, FirstEffectiveShare = 0.01 },
        LeastBand = 3,
        GreatestBand = 5,
        ReportEvery = 4,
        MaxIterations = 2,
        RootOrder = 1,
        RootBand = 4,
        LeafReachShells = 1.4,
    };

    private readonly TinyDataset _set = TinyDataset.OfPhantom(60, box: 24, snr: 1, maxShift: 1);

    [Fact]
    public void The_number_of_threads_changes_no_byte_and_the_seed_does()
    {
        Keeper watch = new();
        ReconstructionOutcome one = Run(1, 1, watch);
        Same(one, Run(3, 1, new Keeper()));
        Assert.False(one.Map.Voxels.AsSpan().SequenceEqual(Run(2, 2, new Keeper()).Map.Voxels));
        Assert.Equal(24L * 24 * 24 + 300, one.Parameters);
        Assert.All(one.Poses, p => Assert.InRange(Math.Sqrt(p.OriginXAngstrom * p.OriginXAngstrom + p.OriginYAngstrom * p.OriginYAngstrom), 0, 60));
        CheckSnapshots(watch);
    }

    [Fact]
    public void It_stops_when_told_to()
    {
        using CancellationTokenSource source = new();
        Keeper watch = new() { Logged = m => { if (m.Contains("branch and bound 1/", StringComparison.Ordinal)) source.Cancel(); } };
        TinyDataset.AssertCancelled(() => Run(1, 1, watch, source.Token));
    }

    private static void Same(ReconstructionOutcome a, ReconstructionOutcome b)
    {
        Assert.True(a.Map.Voxels.AsSpan().SequenceEqual(b.Map.Voxels), "The maps differ.");
        Assert.Equal(a.Poses, b.Poses);
        Assert.Equal(a.MaskedFsc.Values, b.MaskedFsc.Values);
    }

    private static void CheckSnapshots(Keeper watch)
    {
        RunSnapshot[] gradient = [.. watch.Kept.Where(s => s.Phase == "stochastic gradient")];
        RunSnapshot[] bound = [.. watch.Kept.Where(s => s.Phase == "branch and bound")];
        Assert.Equal([1, 2, 3], gradient.Select(s => s.Epoch));
        Assert.Equal([1, 2], bound.Select(s => s.Epoch));
        Assert.Contains(gradient[0].Poses, p => p is not null);
        Assert.All(bound, s => Assert.DoesNotContain(null, s.Poses));
        WatchedParticle watched = Assert.Single(bound[^1].Watched);
        Assert.Equal(7, watched.Particle);
        Assert.Equal(bound[^1].Poses[7], watched.Candidates[0].Pose);
        Assert.Contains(bound[^1].Map.Voxels, v => v != 0);
    }

    private ReconstructionOutcome Run(int threads, int seed, Keeper watch, CancellationToken cancellation = default)
    {
        ReconstructionInput input = new(
            _set.Count, _set.Box, _set.Truth.PixelSizeAngstrom, (i, pixels) => _set.Images[i].CopyTo(pixels), _set.Ctf, null);
        MethodOptions options = new() { MaxShiftPixels = 1, Seed = seed, Name = ReconstructionMethod.CryoSparc };
        MemoryPlan memory = new(0, 0, 0, 0, 0, null, long.MaxValue);
        using WorkerTeam team = new(threads);
        return new MethodReconstruction(new CryoSparcMethod { Schedule = s_short }, input, options, memory, watch, team).Run(cancellation);
    }

    private sealed class Keeper : IRunObserver
    {
        public List<RunSnapshot> Kept { get; } = [];

        public IReadOnlyList<int> Watched => [7];

        public Action<string> Logged { get; init; } = _ => { };

        public bool WantsSnapshots => true;

        public void Log(string message) => Logged(message);

        public void Report(in RunProgress progress)
        {
        }

        public void Record(MetricRecord metric)
        {
        }

        public void Keep(RunSnapshot snapshot) => Kept.Add(snapshot);
    }
}
