using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Diagnostics;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Tests.Encoder;

public sealed unsafe class PoseEncoderTests : IDisposable
{
    private readonly WorkerTeam _team = new(2);

    public static TheoryData<int> Sizes => [12, 30, 36];

    public void Dispose() => _team.Dispose();

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Whole_network_gradient_matches_finite_differences(int size)
    {
        EncoderArchitecture shape = Small(size, heads: 3);
        using PoseEncoder encoder = new(shape, 12, 3, _team);
        Random random = new(size);
        float[] images = Blobs(random, 12, size), target = Numbers.UniformFloats(random, 12 * encoder.OutputsPerImage);
        double before = Loss(encoder, images, target, out float[] gradient);
        encoder.Backward(gradient);
        Assert.True(before > 0);
        foreach (Parameter p in encoder.Network.Parameters.Parameters)
        {
            float[] start = new Span<float>(p.Value, p.Length).ToArray(), g = new Span<float>(p.Gradient, p.Length).ToArray();
            double norm = Math.Sqrt(g.Sum(v => (double)v * v));
            // The bias before a batch normalisation: its gradient is exactly zero.
            if (norm == 0) continue;
            double length = Math.Max(0.1, Math.Sqrt(start.Sum(v => (double)v * v)));
            double Moved(double t)
            {
                for (int i = 0; i < start.Length; i++) p.Value[i] = (float)(start[i] + (t * g[i] / norm));
                encoder.Network.Invalidate();
                return Loss(encoder, images, target, out _);
            }
            // Long steps cross kinks of ReLUs and maxima, short ones drown in rounding; one length between must agree.
            double[] numeric = [.. new[] { 1e-3, 3e-4, 1e-4, 3e-5 }.Select(s => s * length).Select(s => (Moved(s) - Moved(-s)) / (2 * s))];
            Moved(0);
            Assert.True(
                numeric.Min(n => Math.Abs(n - norm)) < 0.02 * norm, $"{p.Name}: analytic {norm:G4}, numeric {string.Join(' ', numeric)}");
        }
    }

    [Fact]
    public void Training_reduces_a_loss()
    {
        using PoseEncoder encoder = new(EncoderArchitecture.Compact(32, 2), 16, 1, _team);
        Random random = new(4);
        float[] images = Numbers.UniformFloats(random, 16 * 32 * 32), target = Numbers.UniformFloats(random, 16 * encoder.OutputsPerImage);
        double first = Loss(encoder, images, target, out float[] gradient), last = first;
        for (int i = 0; i < 30; i++)
        {
            encoder.Backward(gradient);
            encoder.Step(1e-3);
            last = Loss(encoder, images, target, out gradient);
        }
        Assert.True(last < 0.2 * first, $"{first:G4} -> {last:G4}");
        Assert.Equal(30, encoder.Steps);
    }

    [Fact]
    public void Same_seed_gives_the_same_bytes_and_a_saved_run_goes_on_unchanged()
    {
        byte[] a = Train(new MemoryStream()), b = Train(null);
        Assert.Equal(a, b);

        byte[] Train(MemoryStream? interrupted)
        {
            EncoderArchitecture shape = Small(32, 2);
            PoseEncoder encoder = new(shape, 8, 7, _team);
            Random random = new(9);
            for (int i = 0; i < 6; i++)
            {
                float[] images = Numbers.UniformFloats(random, 8 * 32 * 32);
                float[] target = Numbers.UniformFloats(random, 8 * encoder.OutputsPerImage);
                Loss(encoder, images, target, out float[] gradient);
                encoder.Backward(gradient);
                encoder.Step(1e-3);
                if (i != 2 || interrupted is null) continue;
                encoder.Save(interrupted);
                encoder.Dispose();
                interrupted.Position = 0;
                encoder = new PoseEncoder(shape, 8, 1000, _team);
                encoder.Load(interrupted);
            }
            using MemoryStream end = new();
            encoder.Save(end);
            encoder.Dispose();
            return end.ToArray();
        }
    }

    [Fact]
    public void The_number_of_workers_does_not_change_a_byte()
    {
        byte[] expected = Train(1);
        foreach (int workers in (int[])[2, 3, 5]) Assert.Equal(expected, Train(workers));

        static byte[] Train(int workers)
        {
            using WorkerTeam team = new(workers);
            using PoseEncoder encoder = new(EncoderArchitecture.Compact(32, 3), 9, 7, team);
            Random random = new(3);
            for (int i = 0; i < 3; i++)
            {
                float[] images = Numbers.UniformFloats(random, 9 * 1024);
                float[] target = Numbers.UniformFloats(random, 9 * encoder.OutputsPerImage);
                Loss(encoder, images, target, out float[] gradient);
                encoder.Backward(gradient);
                encoder.Step(1e-3);
            }
            using MemoryStream end = new();
            encoder.Save(end);
            return end.ToArray();
        }
    }

    [Fact]
    [Trait("Category", "Kernel")]
    public void Vector_widths_give_the_same_bytes()
    {
        EncoderArchitecture shape = Small(18, 2);
        using PoseEncoder quads = new(shape, 4, 5, new EncoderNetwork<Lanes4>(shape, 4, _team));
        using PoseEncoder narrow = new(shape, 4, 5, new EncoderNetwork<Lanes8>(shape, 4, _team));
        using PoseEncoder wide = new(shape, 4, 5, new EncoderNetwork<Lanes16>(shape, 4, _team));
        float[] images = Numbers.UniformFloats(new Random(2), 4 * 18 * 18), target = new float[4 * narrow.OutputsPerImage];
        foreach (PoseEncoder e in new[] { quads, narrow, wide })
        {
            Loss(e, images, target, out float[] gradient);
            e.Backward(gradient);
            e.Step(1e-2);
        }
        float[] expected = narrow.Forward(images, 4, false).ToArray();
        Assert.Equal(expected, quads.Forward(images, 4, false).ToArray());
        Assert.Equal(expected, wide.Forward(images, 4, false).ToArray());
    }

    [Fact]
    public void Inference_takes_any_count_and_images_do_not_see_each_other()
    {
        using PoseEncoder encoder = new(Small(20, 2), 4, 1, _team);
        float[] images = Numbers.UniformFloats(new Random(1), 11 * 400);
        encoder.Forward(images, 4, true);
        float[] all = encoder.Forward(images, 11, false).ToArray();
        Assert.Equal(11 * encoder.OutputsPerImage, all.Length);
        for (int i = 0; i < 11; i++)
        {
            double[] one = [.. encoder.Forward(images.AsSpan(400 * i, 400), 1, false).ToArray().Select(v => (double)v)];
            Numbers.Close(
                [.. all.Skip(i * encoder.OutputsPerImage).Take(encoder.OutputsPerImage).Select(v => (double)v)], one, 1e-6, $"image {i}");
        }
        Assert.Equal(0, encoder.Forward([], 0, false).Length);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 64)]
    public void A_step_allocates_nothing(int workers, int most)
    {
        // One worker: all code runs on the measured thread. Two: the team's event may make its lock during the run, once.
        using WorkerTeam team = new(workers);
        using PoseEncoder encoder = new(EncoderArchitecture.Compact(32, 3), 8, 1, team);
        float[] images = Numbers.UniformFloats(new Random(1), 8 * 1024);
        float[] gradient = Numbers.UniformFloats(new Random(2), 8 * encoder.OutputsPerImage);
        void Step()
        {
            encoder.Forward(images, 8, true);
            encoder.Backward(gradient);
            encoder.Step(1e-4);
            encoder.Forward(images, 8, false);
        }
        for (int i = 0; i < 5; i++) Step();
        long own = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++) Step();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - own, 0, most);
    }

    [Fact]
    public void Parameters_are_counted_as_published()
    {
        using PoseEncoder encoder = new(Small(32, 2), 2, 1, _team);
        long trunk = (9 * 2 * 16) + (3 * 16) + (9 * 16 * 20) + (3 * 20) + (9 * 20 * 20) + (3 * 20);
        long head = (8 * 8 * 20 * 24) + (3 * 24) + (24 * 6) + 6;
        Assert.Equal(trunk + (2 * head), encoder.ParameterCount);
        Assert.Equal(encoder.ParameterCount, Small(32, 2).ParameterCount);
        EncoderArchitecture paper = EncoderArchitecture.Paper(128, 7);
        Assert.Equal(1024, paper.FeatureSide * paper.FeatureSide * paper.FeatureChannels);
        paper.Validate();
    }

    [Fact]
    public void Misuse_is_refused()
    {
        using PoseEncoder encoder = new(Small(20, 2), 4, 1, _team);
        float[] images = new float[5 * 400];
        Assert.Throws<InvalidOperationException>(() => encoder.Backward(new float[4 * encoder.OutputsPerImage]));
        Assert.Throws<InvalidOperationException>(() => encoder.Step(1e-3));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Forward(images, 5, true).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Forward(images, 1, true).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Forward(images, 6, false).Length);
        Assert.Throws<InputException>(() => encoder.Load(new MemoryStream([1, 2, 3])));
        using MemoryStream other = new();
        using (PoseEncoder wider = new(Small(20, 3), 4, 1, _team)) wider.Save(other);
        other.Position = 0;
        Assert.Contains("3 x [24]", Assert.Throws<InputException>(() => encoder.Load(other)).Message);
        Assert.Throws<ArgumentException>(() => new PoseEncoder(Small(8, 1), 4, 1, _team));
        Assert.Throws<ArgumentException>(() => new PoseEncoder(EncoderArchitecture.Paper(32, 1), 4, 1, _team));
    }

    private static EncoderArchitecture Small(int size, int heads) => new()
    {
        InputSize = size,
        Heads = heads,
        GaussianVariances = [0.01, 4],
        HeadWidths = [24],
        Trunk = [new([16], PoolKind.Maximum), new([20, 20], PoolKind.Average)],
    };

    // Images that differ in more than noise: a bright spot somewhere. Near-equal images would put normalisations at their epsilon.
    private static float[] Blobs(Random random, int count, int size)
    {
        float[] images = Numbers.UniformFloats(random, count * size * size);
        for (int i = 0; i < count; i++)
        {
            double cx = size * random.NextDouble(), cy = size * random.NextDouble();
            for (int p = 0; p < size * size; p++)
            {
                double dx = (p % size) - cx, dy = (p / size) - cy;
                images[(i * size * size) + p] += (float)(10 * Math.Exp(-8 * ((dx * dx) + (dy * dy)) / (size * size)));
            }
        }
        return images;
    }

    private static double Loss(PoseEncoder encoder, float[] images, float[] target, out float[] gradient)
    {
        float[] y = encoder.Forward(images, target.Length / encoder.OutputsPerImage, true).ToArray();
        gradient = [.. y.Zip(target, (a, b) => 2 * (a - b) / y.Length)];
        return y.Zip(target, (a, b) => ((double)a - b) * ((double)a - b) / y.Length).Sum();
    }
}
