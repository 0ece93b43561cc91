using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Methods;
using CryoSpin.Reconstruction.Methods.CryoAi;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Reconstruction.Volumes;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Methods.CryoAi;

public sealed class CryoAiMethodTests
{
    private static readonly EncoderArchitecture s_tinyNetwork = new()
    {
        InputSize = 16,
        Heads = 1,
        HeadWidths = [32],
        Trunk = [new([16], PoolKind.Maximum), new([16], PoolKind.Maximum)],
    };

    private static readonly CryoAiSettings s_tiny = new()
    {
        BandShells = 5,
        BatchSize = 16,
        Envelope = new SineShape(2, 16),
        Modulant = new SineShape(2, 32),
        ImageVisits = 1,
        FewestEpochs = 2,
        NetworkLearningRate = 1e-3,
        Architecture = s_tinyNetwork,
    };

    private readonly TinyDataset _set = TinyDataset.OfPhantom(49, 24, snr: 1, maxShift: 1);

    [Theory]
    [InlineData(VolumeKind.Network)]
    [InlineData(VolumeKind.Grid)]
    public void The_number_of_threads_changes_no_byte(VolumeKind kind)
    {
        ReconstructionOutcome one = Run(kind, 1, new Recorder()), three = Run(kind, 3, new Recorder());
        Assert.Equal(one.Poses, three.Poses);
        Assert.True(one.Map.Voxels.AsSpan().SequenceEqual(three.Map.Voxels), "The maps differ.");
        Assert.Equal(one.Parameters, three.Parameters);
        Assert.NotEqual(one.Poses, Run(kind, 1, new Recorder(), seed: 2).Poses);
    }

    [Theory]
    [InlineData(VolumeKind.Network)]
    [InlineData(VolumeKind.Grid)]
    public void Every_epoch_is_reported_and_kept(VolumeKind kind)
    {
        Recorder recorder = new();
        ReconstructionOutcome outcome = Run(kind, 2, recorder);
        Assert.Equal(49, outcome.Poses.Length);
        Assert.Equal([49L, 98L], recorder.Metrics.Select(m => m.ImageVisits));
        Assert.All(recorder.Metrics, m => Assert.True(double.IsFinite(m.Loss)));
        Assert.Equal([1, 2], recorder.Snapshots.Select(s => s.Epoch));
        Assert.All(recorder.Snapshots, s =>
        {
            Assert.Equal(24, s.Map.Size);
            Assert.All(s.Map.Voxels, v => Assert.True(float.IsFinite(v)));
            Assert.All(s.Poses, p => Assert.NotNull(p));
            WatchedParticle watched = Assert.Single(s.Watched);
            Assert.Equal(3, watched.Particle);
            Assert.Equal(4, watched.Candidates.Count);
            Assert.Equal(watched.Candidates.OrderByDescending(c => c.LogLikelihood), watched.Candidates);
            Assert.Equal(s.Poses[3], watched.Candidates[0].Pose);
        });
        Assert.True(outcome.Parameters > 1000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    public void Origins_stay_within_the_greatest_shift(double maxShift)
    {
        using WorkerTeam team = new(2);
        using ParticleStore store = _set.Load(team);
        using HartleyVolume volume = new(24, new(5), 16, new Random(1), team);
        using CryoAiTraining training = new(store, volume, s_tiny, maxShift, 1, team);
        for (int first = 0; first < 48; first += 16) training.Train(first, 0.02, 1e-3, out _);
        training.Infer(default);
        Assert.All(training.Chosen, p => Assert.InRange(Math.Max(Math.Abs(p!.Value.OriginX), Math.Abs(p.Value.OriginY)), 0, maxShift));
        if (maxShift > 0) Assert.Contains(training.Chosen, p => p!.Value.OriginX != 0);
        Assert.All(training.Chosen, p => Assert.Equal(1, p!.Value.Rotation.Determinant, 1e-6));
    }

    [Fact]
    public void The_loss_falls_and_training_allocates_nothing()
    {
        using WorkerTeam team = new(1);
        using ParticleStore store = _set.Load(team);
        using NetworkVolume volume = new(24, new(5), s_tiny.Envelope, s_tiny.Modulant, new Random(1), team);
        using CryoAiTraining training = new(store, volume, s_tiny, 1.5, 1, team);
        double first = Epoch();
        long before = GC.GetAllocatedBytesForCurrentThread();
        double last = Epoch();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        for (int i = 0; i < 60; i++) last = Epoch();
        Assert.True(last < 0.95 * first, $"{first} to {last}");

        double Epoch()
        {
            double sum = 0;
            for (int start = 0; start < 48; start += 16)
            {
                training.Train(start, 1e-3, 1e-3, out double loss);
                sum += loss;
            }
            return sum / 48;
        }
    }

    [Fact]
    public void A_run_can_be_stopped() => TinyDataset.AssertCancelled(
        () => Run(VolumeKind.Grid, 1, new Recorder(), cancellation: new CancellationToken(true)));

    [Fact]
    public void The_options_choose_method_volume_and_copies()
    {
        MethodOptions options = new() { Name = ReconstructionMethod.CryoAi };
        ReconstructionMethod known = ReconstructionMethod.Find(ReconstructionMethod.CryoAi)!;
        CryoAiSettings usual = Settings(options), published = Settings(options with { ImageCopies = 2, Volume = VolumeKind.Grid });
        Assert.Equal((known.Volumes[0], known.ImageCopies[0]), (usual.Volume, usual.Copies.Count));
        Assert.Equal(VolumeKind.Grid, published.Volume);
        Assert.Equal(ImageFlip.Turns, published.Copies);
        Assert.Equal([4, 2], known.ImageCopies);

        static CryoAiSettings Settings(MethodOptions options) => Assert.IsType<CryoAiMethod>(MethodCatalogue.Create(options)).Settings;
    }

    [Fact]
    public void Rates_fall_to_nothing_unless_they_are_to_stay()
    {
        CryoAiSettings settings = new();
        Assert.Equal(1, settings.RateFactor(0));
        Assert.Equal(0.5, settings.RateFactor(0.5), 1e-12);
        Assert.Equal(0, settings.RateFactor(1), 1e-12);
        Assert.Equal(1, (settings with { RatesFall = false }).RateFactor(0.9));
    }

    [Fact]
    public void Few_images_are_visited_in_more_epochs()
    {
        CryoAiSettings settings = new() { ImageVisits = 1000, FewestEpochs = 3 };
        Assert.Equal(10, settings.EpochsFor(100));
        Assert.Equal(11, settings.EpochsFor(99));
        Assert.Equal(3, settings.EpochsFor(100_000));
    }

    private ReconstructionOutcome Run(
        VolumeKind kind, int threads, Recorder recorder, int seed = 1, CancellationToken cancellation = default)
    {
        ReconstructionInput input = new(
            _set.Count, _set.Box, _set.Truth.PixelSizeAngstrom, (i, pixels) => _set.Images[i].CopyTo(pixels), _set.Ctf, null);
        MethodOptions options = new() { Name = ReconstructionMethod.CryoAi, MaxShiftPixels = 1.5, Seed = seed };
        MemoryPlan memory = new(0, 0, 0, 0, 0, null, long.MaxValue);
        using WorkerTeam team = new(threads);
        CryoAiMethod method = new(s_tiny with { Volume = kind });
        return new MethodReconstruction(method, input, options, memory, recorder, team).Run(cancellation);
    }

    private sealed class Recorder : IRunObserver
    {
        public List<MetricRecord> Metrics { get; } = [];

        public List<RunSnapshot> Snapshots { get; } = [];

        public bool WantsSnapshots => true;

        public IReadOnlyList<int> Watched => [3];

        public void Log(string message) => Assert.NotEmpty(message);

        public void Report(in RunProgress progress) => Assert.InRange(progress.FractionOfRun, 0, 1);

        public void Record(MetricRecord metric) => Metrics.Add(metric);

        public void Keep(RunSnapshot snapshot) => Snapshots.Add(snapshot);
    }
}
