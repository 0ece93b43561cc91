using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Paper;

public sealed class PaperStageTests
{
    private const int Box = 16;

    [Theory]
    [InlineData(nameof(PaperLoss.Modulus), 0)]
    [InlineData(nameof(PaperLoss.Square), 1)]
    public void The_loss_falls_in_a_few_dozen_steps(string loss, double maxShift)
    {
        SmallParticles particles = new(128, Box, maxShift, withCtf: true);
        Recorder recorder = new();
        using WorkerTeam team = new(2);
        PaperOutcome outcome = Run(particles, Tiny with { Loss = Enum.Parse<PaperLoss>(loss), MaxShiftPixels = maxShift }, recorder, team);
        List<MetricRecord> encoding = [.. recorder.Metrics.Where(m => m.Phase == "auto-encoding")];
        List<MetricRecord> decoding = [.. recorder.Metrics.Where(m => m.Phase == "auto-decoding")];
        Assert.Equal(Tiny.AutoEncodingEpochs, encoding.Count);
        Assert.Equal(Tiny.AutoDecodingEpochs, decoding.Count);
        Assert.True(encoding[^1].Loss < 0.8 * encoding[0].Loss, $"{encoding[0].Loss} to {encoding[^1].Loss}");
        Assert.True(decoding[^1].Loss < encoding[^1].Loss, $"{encoding[^1].Loss} to {decoding[^1].Loss}");
        Assert.All(encoding, m => Assert.Equal(1, m.HeadShares!.Sum(), 1e-9));
        Assert.Equal(128L * (Tiny.AutoEncodingEpochs + Tiny.AutoDecodingEpochs), decoding[^1].ImageVisits);
        Assert.Equal(1, recorder.Progress[^1].FractionOfRun, 1e-9);
        Assert.True(recorder.Progress.Zip(recorder.Progress.Skip(1)).All(p => p.First.FractionOfRun <= p.Second.FractionOfRun));
        Assert.Equal(128, outcome.Poses.Length);
        double limit = maxShift * particles.Input.PixelSizeAngstrom + 1e-6;
        Assert.All(outcome.Poses, p =>
        {
            Assert.Equal(1, p.Rotation.Determinant, 1e-9);
            Assert.InRange(Math.Max(Math.Abs(p.OriginXAngstrom), Math.Abs(p.OriginYAngstrom)), 0, limit);
        });
        Assert.All(outcome.Map.Voxels, v => Assert.True(float.IsFinite(v)));
    }

    [Theory]
    [InlineData("auto-encoding 1/", true)]
    [InlineData("auto-decoding 1/", true)]
    [InlineData("", false)]
    public void A_stop_leaves_the_map_of_the_last_epoch(string line, bool leaves)
    {
        SmallParticles particles = new(48, Box, 0, withCtf: false);
        using WorkerTeam team = new(2);
        using CancellationTokenSource stop = new();
        if (line.Length == 0) stop.Cancel();
        Recorder recorder = new() { Seen = said => { if (line.Length > 0 && said.StartsWith(line, StringComparison.Ordinal)) stop.Cancel(); } };
        PaperOptions options = Tiny with { AutoEncodingEpochs = 2, AutoDecodingEpochs = 2 };
        Assert.Throws<OperationCanceledException>(() => Run(particles, options, recorder, team, stop.Token));
        Assert.Equal(leaves, recorder.Left is not null);
        if (leaves) Assert.Contains(recorder.Left!.Voxels, v => v != 0);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        SmallParticles particles = new(48, Box, 0, withCtf: false);
        PaperOptions options = Tiny with { AutoEncodingEpochs = 2, AutoDecodingEpochs = 1 };
        using WorkerTeam team = new(2);
        PaperOutcome a = Run(particles, options, new Recorder(), team), b = Run(particles, options, new Recorder(), team);
        PaperOutcome c = Run(particles, options with { Seed = 2 }, new Recorder(), team);
        Assert.Equal(a.Poses, b.Poses);
        Assert.Equal(a.Map.Voxels, b.Map.Voxels);
        Assert.NotEqual(a.Map.Voxels, c.Map.Voxels);
    }

    [Fact]
    public void The_bytes_do_not_depend_on_the_number_of_workers()
    {
        SmallParticles particles = new(48, Box, 0, withCtf: false);
        PaperOptions options = Tiny with { AutoEncodingEpochs = 2, AutoDecodingEpochs = 1 };
        PaperOutcome expected = With(1);
        foreach (int workers in (int[])[2, 3])
        {
            PaperOutcome outcome = With(workers);
            Assert.Equal(expected.Poses, outcome.Poses);
            Assert.Equal(expected.Map.Voxels, outcome.Map.Voxels);
        }

        PaperOutcome With(int workers)
        {
            using WorkerTeam team = new(workers);
            return Run(particles, options, new Recorder(), team);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    public void With_true_poses_the_map_is_found_in_shape_and_scale(double maxShift)
    {
        SmallParticles particles = new(400, Box, maxShift, withCtf: true);
        using WorkerTeam team = new(2);
        PaperImages images = new(particles.Input, Box, team);
        HartleyDecoder decoder = Learned(particles, images, team);
        Volume map = decoder.ToMap(2, images.Box * images.StandardDeviation, team);
        double dot = 0, norm = 0, square = 0;
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            dot += (double)map.Voxels[i] * particles.Map.Voxels[i];
            norm += (double)particles.Map.Voxels[i] * particles.Map.Voxels[i];
            square += (double)map.Voxels[i] * map.Voxels[i];
        }
        Assert.True(dot / Math.Sqrt(norm * square) > 0.95, $"correlation {dot / Math.Sqrt(norm * square)}");
        Assert.InRange(dot / norm, 0.85, 1.1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    public void Perturbed_poses_return(double maxShift)
    {
        SmallParticles particles = new(400, Box, maxShift, withCtf: true);
        using WorkerTeam team = new(2);
        PaperImages images = new(particles.Input, Box, team);
        HartleyDecoder decoder = Learned(particles, images, team);
        Random random = new(8);
        double Around() => 0.12 * (2 * random.NextDouble() - 1);
        double Pixels() => maxShift > 0 ? 0.8 * (2 * random.NextDouble() - 1) : 0;
        PaperPose[] truth = particles.Truth;
        PaperPose[] poses = [.. truth.Select(p => new PaperPose(
            So3.Exp(new RotationVector(Around(), Around(), Around())) * p.Rotation, p.OriginX + Pixels(), p.OriginY + Pixels()))];
        (double angle, double distance) before = Errors(poses, truth);
        PaperOptions options = Tiny with { DecodingVolumeLearningRate = 1e-6, PoseLearningRate = 0.02 };
        PaperAutoDecoding stage = new(images, decoder, poses, options, maxShift + 1, team);
        double first = stage.RunEpoch(random, (_, _) => { }, default).Loss, last = first;
        for (int epoch = 0; epoch < 20; epoch++) last = stage.RunEpoch(random, (_, _) => { }, default).Loss;
        (double angle, double distance) after = Errors(poses, truth);
        Assert.True(last < first);
        Assert.True(after.angle < 0.35 * before.angle, $"{before.angle} to {after.angle} degrees");
        if (maxShift > 0) Assert.True(after.distance < 0.5 * before.distance, $"{before.distance} to {after.distance} pixels");
    }

    [Theory]
    [InlineData(nameof(PaperLoss.Modulus), 0)]
    [InlineData(nameof(PaperLoss.Square), 2)]
    public void Gradients_in_a_heads_numbers_equal_finite_differences(string kind, double maxShift)
    {
        HartleyDecoder decoder = Smooth();
        SmallParticles particles = new(2, Box, maxShift, withCtf: false);
        using WorkerTeam team = new(1);
        DecoderWorker worker = new(decoder, new SliceLoss(decoder.Disc, Enum.Parse<PaperLoss>(kind)));
        new PaperImages(particles.Input, Box, team).Read(1, 0, [], worker.Image);
        HeadPose heads = new(maxShift);
        Random random = new(3);
        for (int trial = 0; trial < 3; trial++)
        {
            float[] output = [.. Enumerable.Range(0, heads.Outputs).Select(_ => (float)(2 * random.NextDouble() - 1))];
            float[] gradient = new float[heads.Outputs];
            PaperPose pose = heads.Decode(output);
            double loss = worker.LossWithPoseGradient(pose, 1, out RotationVector rotation, out (double, double) origin);
            Assert.Equal(worker.Loss(pose), loss, 1e-5);
            heads.Gradient(output, pose, rotation, origin, gradient);
            double[] expected = [.. Enumerable.Range(0, heads.Outputs).Select(i =>
            {
                const float Step = 2e-3f;
                float[] plus = [.. output], minus = [.. output];
                plus[i] += Step;
                minus[i] -= Step;
                return (worker.Loss(heads.Decode(plus)) - worker.Loss(heads.Decode(minus))) / (plus[i] - minus[i]);
            })];
            double scale = expected.Max(Math.Abs);
            for (int i = 0; i < gradient.Length; i++) Assert.Equal(expected[i], gradient[i], 0.02 * scale);
        }
    }

    [Fact]
    public void A_number_that_is_not_finite_ends_the_run_with_a_reason()
    {
        SmallParticles particles = new(40, Box, 0, withCtf: false);
        ReconstructionInput input = particles.Input with
        {
            ReadImage = (i, pixels) =>
            {
                particles.Input.ReadImage(i, pixels);
                if (i == 7) pixels[3] = float.NaN;
            },
        };
        using WorkerTeam team = new(1);
        PaperReconstruction run = new(input, Tiny, new Recorder(), team) { Architecture = TinyNetwork(6) };
        Assert.ThrowsAny<CryoSpinException>(() => run.Run(default));
    }

    [Fact]
    public void A_run_can_be_stopped()
    {
        using WorkerTeam team = new(1);
        PaperReconstruction run = new(new SmallParticles(40, Box, 0, withCtf: false).Input, Tiny, new Recorder(), team)
        {
            Architecture = TinyNetwork(6),
        };
        Assert.ThrowsAny<OperationCanceledException>(() => run.Run(new CancellationToken(true)));
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => (Tiny with { Heads = 0 }).Validate());
        Assert.Throws<ArgumentException>(() => (Tiny with { BatchSize = 1 }).Validate());
        Assert.Throws<ArgumentException>(() => (Tiny with { MaxShiftPixels = -1 }).Validate());
        Assert.Throws<ArgumentException>(() => (Tiny with { PoseLearningRate = double.NaN }).Validate());
        new PaperOptions().Validate();
        PaperOptions.AsWritten.Validate();
    }

    [Fact]
    public void The_pose_optimiser_does_not_correct_its_bias()
    {
        PoseAdam adam = default;
        // Mean 0.1 g, square 0.1 g^2: a step of rate sqrt(0.1), whatever the gradient's size.
        Assert.Equal(-0.05 * Math.Sqrt(0.1), adam.Step(3, 0.05), 1e-8);
        double mean = 0.9 * 0.3 + 0.1 * -1, square = 0.9 * 0.9 + 0.1;
        Assert.Equal(-0.05 * mean / Math.Sqrt(square), adam.Step(-1, 0.05), 1e-8);
    }

    private static PaperOptions Tiny => new()
    {
        Heads = 3,
        AutoEncodingEpochs = 12,
        AutoDecodingEpochs = 3,
        BatchSize = 16,
        EncoderLearningRate = 1e-3,
        VolumeLearningRate = 0.02,
        DecodingVolumeLearningRate = 0.01,
    };

    private static EncoderArchitecture TinyNetwork(int outputs) => new()
    {
        InputSize = Box,
        Heads = 3,
        OutputsPerHead = outputs,
        HeadWidths = [32],
        Trunk = [new([16], PoolKind.Maximum), new([16], PoolKind.Maximum), new([16], PoolKind.Average)],
    };

    private static PaperOutcome Run(
        SmallParticles particles, PaperOptions options, IRunObserver observer, WorkerTeam team, CancellationToken cancellation = default) =>
        new PaperReconstruction(particles.Input, options, observer, team)
        {
            Architecture = TinyNetwork(options.MaxShiftPixels > 0 ? 8 : 6),
        }.Run(cancellation);

    /// <summary>A volume in which neighbouring samples hardly differ, so that trilinear kinks do not blur the differences.</summary>
    private static HartleyDecoder Smooth()
    {
        HartleyDecoder decoder = new(Box);
        int half = decoder.Grid.Half;
        for (int z = -half; z <= half; z++)
        {
            for (int y = -half; y <= half; y++)
            {
                for (int x = -half; x <= half; x++)
                {
                    long at = decoder.Grid.IndexOf(x, y, z);
                    decoder.Grid.Values[at] = (float)(0.5 * Math.Sin(0.2 * x - 0.1 * y + 0.15 * z));
                    decoder.Grid.Values[at + 1] = (float)(1 + Math.Cos(0.15 * x + 0.2 * y) + Math.Sin(0.25 * z));
                }
            }
        }
        return decoder;
    }

    /// <summary>A decoder whose volume was trained at the true poses.</summary>
    private static HartleyDecoder Learned(SmallParticles particles, PaperImages images, WorkerTeam team)
    {
        HartleyDecoder decoder = new(Box);
        decoder.Randomise(new Random(1));
        PaperOptions options = Tiny with { PoseSteps = 0, Loss = PaperLoss.Square, DecodingVolumeLearningRate = 0.05 };
        PaperAutoDecoding stage = new(images, decoder, [.. particles.Truth], options, 2, team);
        Random random = new(1);
        for (int epoch = 0; epoch < 25; epoch++) stage.RunEpoch(random, (_, _) => { }, default);
        return decoder;
    }

    private static (double Angle, double Distance) Errors(PaperPose[] poses, PaperPose[] truth)
    {
        double[] angles = [.. poses.Zip(truth, (p, t) => p.Rotation.AngleToDegrees(t.Rotation)).Order()];
        double[] distances =
            [.. poses.Zip(truth, (p, t) => Math.Max(Math.Abs(p.OriginX - t.OriginX), Math.Abs(p.OriginY - t.OriginY))).Order()];
        return (angles[angles.Length / 2], distances[distances.Length / 2]);
    }

    private sealed class Recorder : IRunObserver
    {
        public List<MetricRecord> Metrics { get; } = [];

        public List<RunProgress> Progress { get; } = [];

        public Action<string> Seen { get; init; } = _ => { };

        public Volume? Left { get; private set; }

        public void Log(string message)
        {
            Assert.NotEmpty(message);
            Seen(message);
        }

        public void Leave(Volume map) => Left = map;

        public void Report(in RunProgress progress) => Progress.Add(progress);

        public void Record(MetricRecord metric) => Metrics.Add(metric);
    }
}
