using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests;

/// <summary>All stages, shortened, one after the other.</summary>
public sealed class DefaultReconstructionTests : IDisposable
{
    private static readonly MethodSettings s_short = new()
    {
        Search = new SearchSchedule { Batches = 20, BatchSize = 60 },
        AutoEncoding = new AutoEncodingSchedule { Steps = 12, BatchSize = 16 },
        DecodingPasses = 2,
        MostStarts = 1,
    };

    private readonly TinyDataset _set = TinyDataset.OfPhantom(150, box: 32, snr: 1);
    private readonly TemporaryScratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Neither_the_number_of_threads_nor_the_place_of_the_particles_changes_a_byte()
    {
        ReconstructionOutcome one = Run(1, onDisk: false);
        Same(one, Run(3, onDisk: false));
        Same(one, Run(2, onDisk: true));
        Assert.Empty(Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public void Snapshots_hold_every_stage_and_change_nothing()
    {
        Keeper keeper = new();
        Same(Run(2, onDisk: false), Run(2, onDisk: false, s_short, keeper));
        Assert.Equal(["search", "auto-encoding", "auto-decoding", "auto-decoding"], keeper.Kept.Select(s => s.Phase));
        RunSnapshot encoding = keeper.Kept[1];
        // Every particle is in the sample of so small a set.
        Assert.All(encoding.Poses, p => Assert.NotNull(p));
        HeadGuesses heads = encoding.Heads!;
        Assert.Equal((_set.Count, 7), (heads.Particles.Count, heads.Rotations[0].Length));
        Assert.All(heads.Winners, w => Assert.InRange(w, 0, 6));
        // The chosen pose is the winning head's best copy.
        Assert.All(Enumerable.Range(0, _set.Count), i => Assert.Equal(encoding.Poses[i]!.Value.Rotation, heads.Rotations[i][heads.Winners[i]]));
        Assert.All(keeper.Kept, s => Assert.Equal([3, 140], s.Watched.Select(w => w.Particle)));
        Assert.All(keeper.Kept.Skip(1), s => Assert.All(s.Watched, w => Assert.Equal(s.Poses[w.Particle], w.Candidates[0].Pose)));
        Assert.All(keeper.Kept[1].Watched, w => Assert.Equal(w.Candidates.OrderByDescending(c => c.LogLikelihood), w.Candidates));
        Assert.True(keeper.Kept.Zip(keeper.Kept.Skip(1)).All(p => p.First.ElapsedSeconds < p.Second.ElapsedSeconds));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(19)]
    [InlineData(20)]
    public void A_run_that_is_stopped_in_the_search_goes_on_to_the_same_bytes_and_snapshots(int batch)
    {
        Keeper unbroken = new(), resumed = new();
        ReconstructionOutcome expected = Run(2, onDisk: false, s_short, unbroken);
        using CancellationTokenSource stop = new();
        RunResources resources = new() { CheckpointDirectory = _scratch.Path, CheckpointMinutes = 1000 };
        RunCheckpoints stopped = new(resources, new InputFingerprint([]), new Keeper(), stop.Token);
        Keeper stopping = new() { Seen = p => { if (p.Phase == "search" && p.Epoch == batch) stop.Cancel(); } };
        TinyDataset.AssertCancelled(() => Run(2, onDisk: false, s_short, stopping, stopped, null, stop.Token));
        Assert.Single(Directory.GetFiles(_scratch.Path));
        RunCheckpoints checkpoints = new(resources, new InputFingerprint([]), new Keeper(), CancellationToken.None);
        RunState from = checkpoints.Find(_set.Count, _set.Box, s_short.Search)!;
        Assert.Equal(batch == 20 ? "the end of the search" : $"mini-batch {batch + 1} of the search", from.Stage);
        Same(expected, Run(3, onDisk: false, s_short, resumed, checkpoints, from, CancellationToken.None));
        List<RunSnapshot> kept = [.. stopping.Kept, .. resumed.Kept];
        Assert.Equal(unbroken.Kept.Select(s => (s.Phase, s.Epoch, s.ImageVisits)), kept.Select(s => (s.Phase, s.Epoch, s.ImageVisits)));
        Assert.All(unbroken.Kept.Zip(kept), pair =>
        {
            Assert.Equal(pair.First.Poses, pair.Second.Poses);
            Assert.True(pair.First.Map.Voxels.AsSpan().SequenceEqual(pair.Second.Map.Voxels));
        });
        Volume map = CheckpointFolder.NewestMap(_scratch.Path)!;
        Assert.Contains(map.Voxels, v => v != 0);
        CheckpointFolder.Clear(_scratch.Path);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(27)]
    [InlineData(40)]
    public void A_run_that_is_stopped_after_the_first_of_several_searches_goes_on_to_the_same_bytes(int batch)
    {
        // Never content: as many searches as are allowed.
        MethodSettings settings = s_short with { MostStarts = 2, StartAgreement = 2 };
        ReconstructionOutcome expected = Run(2, onDisk: false, settings, new Silence());
        Assert.Equal(2, expected.Verdict!.Starts);
        Assert.InRange(expected.Verdict.IndependentAgreement!.Value, 0, 1);
        using CancellationTokenSource stop = new();
        RunResources resources = new() { CheckpointDirectory = _scratch.Path, CheckpointMinutes = 1000 };
        RunCheckpoints stopped = new(resources, new InputFingerprint([]), new Keeper(), stop.Token);
        int done = 0;
        Keeper stopping = new() { Seen = p => { if (p is { Phase: "search", Epoch: > 0 } && ++done == batch) stop.Cancel(); } };
        TinyDataset.AssertCancelled(() => Run(2, onDisk: false, settings, stopping, stopped, null, stop.Token));
        RunCheckpoints checkpoints = new(resources, new InputFingerprint([]), new Keeper(), CancellationToken.None);
        RunState from = checkpoints.Find(_set.Count, _set.Box, settings.Search)!;
        Assert.Equal(batch == 40 ? 2 : 1, from.Starts.Finished.Count);
        ReconstructionOutcome resumed = Run(3, onDisk: false, settings, new Silence(), checkpoints, from, CancellationToken.None);
        Same(expected, resumed);
        Assert.Equal(expected.Verdict.IndependentAgreement, resumed.Verdict!.IndependentAgreement);
        CheckpointFolder.Clear(_scratch.Path);
    }

    [Fact]
    public void Images_of_noise_alone_are_left_out_and_a_resumed_run_leaves_out_the_same()
    {
        TinyDataset set = TinyDataset.OfPhantom(400, box: 32, snr: 1);
        Random random = new(8);
        bool[] isNoise = [.. Enumerable.Range(0, set.Count).Select(i => i % 5 == 3)];
        for (int i = 0; i < set.Count; i++)
        {
            if (!isNoise[i]) continue;
            foreach (ref float pixel in set.Images[i].AsSpan()) pixel = (float)TinyDataset.Normal(random);
        }
        MethodSettings settings = s_short with { Search = new SearchSchedule { Batches = 40, BatchSize = 100 } };
        ReconstructionInput input = new(
            set.Count, set.Box, set.Truth.PixelSizeAngstrom, (i, pixels) => set.Images[i].CopyTo(pixels), set.Ctf, null);
        using CancellationTokenSource stop = new();
        RunResources resources = new() { CheckpointDirectory = _scratch.Path, CheckpointMinutes = 1000 };
        RunCheckpoints stopped = new(resources, new InputFingerprint([]), new Keeper(), stop.Token);
        ReconstructionOutcome expected = Run(input, settings, new Keeper(), null, null, CancellationToken.None);
        int[] left = [.. expected.Rejected.Select(r => r.Particle)];
        Assert.InRange(left.Count(i => isNoise[i]), 76, 80);
        Assert.InRange(left.Count(i => !isNoise[i]), 0, 32);
        Assert.Equal(set.Count - left.Length, expected.Poses.Length);
        Assert.All(expected.Rejected, r => Assert.InRange(r.ParticleProbability, 0, 0.5));
        Assert.Empty(Run(input, settings, new Keeper(), null, null, CancellationToken.None, Options with { KeepAll = true }).Rejected);
        // In the search after the rejection.
        int done = 0;
        Keeper stopping = new() { Seen = p => { if (p is { Phase: "search", Epoch: > 0 } && ++done == 55) stop.Cancel(); } };
        TinyDataset.AssertCancelled(() => Run(input, settings, stopping, stopped, null, stop.Token));
        RunCheckpoints checkpoints = new(resources, new InputFingerprint([]), new Keeper(), CancellationToken.None);
        RunState from = checkpoints.Find(set.Count, set.Box, settings.Search)!;
        Assert.NotEmpty(from.Starts.Rejected);
        ReconstructionOutcome resumed = Run(input, settings, new Keeper(), checkpoints, from, CancellationToken.None);
        Same(expected, resumed);
        Assert.Equal(expected.Rejected, resumed.Rejected);
        CheckpointFolder.Clear(_scratch.Path);
    }

    [Fact]
    public void Progress_never_goes_back_and_is_told_within_passes()
    {
        Keeper keeper = new();
        Run(2, onDisk: false, s_short, keeper);
        Assert.Equal(keeper.Reports.Select(r => r.FractionOfRun).Order(), keeper.Reports.Select(r => r.FractionOfRun));
        Assert.Contains(keeper.Reports, r => r.Phase == "auto-decoding" && double.IsNaN(r.ResolutionAngstrom) && r.ImagesPerSecond > 0);
        Assert.Contains(keeper.Reports, r => r.Phase == "joint refinement" && r.Epoch >= 1 && r.ImagesPerSecond > 0);
    }

    [Fact]
    public void The_map_is_masked_in_the_particles_shape_and_the_mask_handed_over_unless_the_user_gave_a_sphere()
    {
        ReconstructionOutcome outcome = Run(2, onDisk: false);
        Volume mask = outcome.Mask!;
        Assert.All(mask.Voxels, v => Assert.InRange(v, 0, 1));
        Assert.Contains(mask.Voxels, v => v == 1);
        Assert.All(Enumerable.Range(0, mask.Voxels.Length).Where(i => mask.Voxels[i] == 0), i => Assert.Equal(0, outcome.Map.Voxels[i]));
        Assert.NotNull(outcome.CorrectedFsc);
        Assert.Equal(outcome.ResolutionAngstrom, outcome.CorrectedFsc.ResolutionAngstrom(0.143));
        ReconstructionOutcome sphere = Run(2, onDisk: false, s_short, new Silence(), Options with { MaskDiameterAngstrom = 100 });
        Assert.Null(sphere.Mask);
        Assert.Null(sphere.CorrectedFsc);
        Assert.Equal(100, sphere.MaskDiameterAngstrom);
    }

    [Fact]
    public void The_joint_refinement_changes_poses_and_map_but_leaves_the_half_sets_apart()
    {
        ReconstructionOutcome joint = Run(2, onDisk: false), apart = Run(2, onDisk: false, s_short with { RefinesJointly = false }, new Silence());
        Assert.True(joint.Half1.Voxels.AsSpan().SequenceEqual(apart.Half1.Voxels) && joint.Half2.Voxels.AsSpan().SequenceEqual(apart.Half2.Voxels));
        Assert.Equal(joint.MaskedFsc.Values, apart.MaskedFsc.Values);
        Assert.False(joint.Map.Voxels.AsSpan().SequenceEqual(apart.Map.Voxels));
        Assert.Contains(Enumerable.Range(0, _set.Count), i => joint.Poses[i] != apart.Poses[i]);
    }

    [Fact]
    public void Without_a_second_stage_the_poses_are_what_the_encoder_says()
    {
        Keeper keeper = new();
        MethodSettings amortized = MethodSettings.For(Options with { Name = ReconstructionMethod.Amortized });
        Assert.Equal((0, SearchProposals.None), (amortized.DecodingPasses, amortized.Proposals));
        amortized = amortized with { MostStarts = 1, Search = s_short.Search, AutoEncoding = amortized.AutoEncoding! with { Steps = 12, BatchSize = 16, FurtherSteps = 8 } };
        ReconstructionOutcome outcome = Run(2, onDisk: false, amortized, keeper);
        Assert.Equal([("search", 20), ("auto-encoding", 12), ("auto-encoding", 20)], keeper.Kept.Select(s => (s.Phase, s.Epoch)));
        Assert.Equal(keeper.Kept[2].Poses.Select(p => p!.Value.Rotation), outcome.Poses.Select(p => p.Rotation));
        // The volume's samples and the encoder's numbers, but no table of poses.
        Assert.Equal(2 * 32 * 32 * 32 + EncoderArchitecture.Compact(32, 7).ParameterCount, outcome.Parameters);
        // Up to where the other method would switch, the two are one.
        Keeper other = new();
        Run(2, onDisk: false, s_short, other);
        Assert.True(keeper.Kept[1].Map.Voxels.AsSpan().SequenceEqual(other.Kept[1].Map.Voxels));
        Assert.Equal(keeper.Kept[1].Poses, other.Kept[1].Poses);
    }

    [Fact]
    public void Without_a_pass_of_auto_decoding_particles_enter_the_map_by_their_best_proposals()
    {
        // An encoder that has learned next to nothing, and images so clear that poses of the grid are likelier than its own by many nats.
        TinyDataset clear = TinyDataset.OfPhantom(60, box: 32, snr: 50);
        MethodSettings settings = s_short with
        {
            DecodingPasses = 0,
            AutoEncoding = s_short.AutoEncoding! with { Steps = 2, RefinesResult = false },
        };
        ReconstructionOutcome outcome = Run(clear, settings), own = Run(clear, settings with { Proposals = SearchProposals.None });
        int better = Enumerable.Range(0, clear.Count).Count(i => outcome.Poses[i].Rotation != own.Poses[i].Rotation);
        Assert.InRange(better, clear.Count / 2, clear.Count);
        Assert.All(outcome.Map.Voxels, v => Assert.True(float.IsFinite(v)));
        Assert.All(outcome.Half1.Voxels, v => Assert.True(float.IsFinite(v)));
    }

    private static ReconstructionOutcome Run(TinyDataset set, MethodSettings settings)
    {
        ReconstructionInput input = new(
            set.Count, set.Box, set.Truth.PixelSizeAngstrom, (i, pixels) => set.Images[i].CopyTo(pixels), set.Ctf, null);
        Silence silence = new();
        RunCheckpoints none = new(new RunResources { CheckpointMinutes = null }, new InputFingerprint([]), silence, CancellationToken.None);
        using WorkerTeam team = new(2);
        return new DefaultReconstruction(input, Options, settings, new MemoryPlan(0, 0, 0, 0, 0, null, long.MaxValue), silence, team, none)
            .Run(null, CancellationToken.None);
    }

    private static void Same(ReconstructionOutcome a, ReconstructionOutcome b)
    {
        Assert.True(a.Map.Voxels.AsSpan().SequenceEqual(b.Map.Voxels), "The maps differ.");
        Assert.True(a.Half1.Voxels.AsSpan().SequenceEqual(b.Half1.Voxels) && a.Half2.Voxels.AsSpan().SequenceEqual(b.Half2.Voxels));
        Assert.Equal(a.Poses, b.Poses);
        Assert.Equal(a.MaskedFsc.Values, b.MaskedFsc.Values);
    }

    private static MethodOptions Options => new() { MaxShiftPixels = 2 };

    private ReconstructionOutcome Run(int threads, bool onDisk) => Run(threads, onDisk, s_short, new Silence());

    private ReconstructionOutcome Run(
        int threads, bool onDisk, MethodSettings settings, IRunObserver observer, MethodOptions? chosen = null)
    {
        RunCheckpoints none = new(new RunResources { CheckpointMinutes = null }, new InputFingerprint([]), observer, CancellationToken.None);
        return Run(threads, onDisk, settings, observer, none, null, CancellationToken.None, chosen);
    }

    private ReconstructionOutcome Run(
        int threads, bool onDisk, MethodSettings settings, IRunObserver observer, RunCheckpoints checkpoints, RunState? from,
        CancellationToken cancellation, MethodOptions? chosen = null)
    {
        ReconstructionInput input = new(
            _set.Count, _set.Box, _set.Truth.PixelSizeAngstrom, (i, pixels) => _set.Images[i].CopyTo(pixels), _set.Ctf, null);
        MemoryPlan memory = new(0, 0, 0, 0, 0, onDisk ? _scratch.Path : null, long.MaxValue);
        using WorkerTeam team = new(threads);
        return new DefaultReconstruction(input, chosen ?? Options, settings, memory, observer, team, checkpoints).Run(from, cancellation);
    }

    private static ReconstructionOutcome Run(
        ReconstructionInput input, MethodSettings settings, IRunObserver observer, RunCheckpoints? checkpoints, RunState? from,
        CancellationToken cancellation, MethodOptions? chosen = null)
    {
        checkpoints ??= new(new RunResources { CheckpointMinutes = null }, new InputFingerprint([]), observer, CancellationToken.None);
        using WorkerTeam team = new(2);
        MemoryPlan memory = new(0, 0, 0, 0, 0, null, long.MaxValue);
        return new DefaultReconstruction(input, chosen ?? Options, settings, memory, observer, team, checkpoints).Run(from, cancellation);
    }

    private sealed class Keeper : Silence, IRunObserver
    {
        public List<RunSnapshot> Kept { get; } = [];

        public List<RunProgress> Reports { get; } = [];

        public Action<RunProgress> Seen { get; init; } = _ => { };

        public bool WantsSnapshots => true;

        public IReadOnlyList<int> Watched => [3, 140];

        public void Keep(RunSnapshot snapshot) => Kept.Add(snapshot);

        void IRunObserver.Report(in RunProgress progress)
        {
            Reports.Add(progress);
            Seen(progress);
        }
    }

    private class Silence : IRunObserver
    {
        public void Log(string message)
        {
        }

        public void Report(in RunProgress progress)
        {
        }

        public void Record(MetricRecord metric)
        {
        }
    }
}
