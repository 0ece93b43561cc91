using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Encoder.Kernels;
using CryoSpin.TestSupport;

namespace CryoSpin.Reconstruction.Tests.Encoder;

[Trait("Category", "Kernel")]
public unsafe class TrunkLayerTests
{
    private const double Golden = 1e-4;

    [SharedTheory("golden/block_input.npy")]
    [InlineData(false, 4)]
    [InlineData(false, 8)]
    [InlineData(true, 8)]
    [InlineData(false, 16)]
    public void Golden_block_with_pools_is_met(bool fused, int lanes)
    {
        if (lanes == 16) GoldenBlock<Lanes16>(fused);
        else if (lanes == 8) GoldenBlock<Lanes8>(fused);
        else GoldenBlock<Lanes4>(fused);
    }

    [Theory]
    [InlineData(3, 8, 5, 20, false, 8, true)]
    [InlineData(2, 15, 16, 16, true, 8, true)]
    [InlineData(2, 15, 16, 16, true, 4, true)]
    [InlineData(2, 6, 17, 33, true, 16, true)]
    [InlineData(2, 6, 17, 33, true, 4, true)]
    [InlineData(5, 2, 16, 48, false, 16, true)]
    [InlineData(2, 18, 5, 16, true, 8, false)]
    [InlineData(2, 18, 5, 16, true, 4, false)]
    [InlineData(3, 7, 1, 7, false, 16, false)]
    [InlineData(40, 4, 32, 16, true, 16, true)]
    public void Block_matches_the_reference(int images, int side, int inputs, int outputs, bool pool, int lanes, bool winograd)
    {
        // The wide kernels run everywhere, in software where the machine lacks the vectors.
        if (lanes == 16) AgainstReference<Lanes16>(images, side, inputs, outputs, pool, winograd);
        else if (lanes == 8) AgainstReference<Lanes8>(images, side, inputs, outputs, pool, winograd);
        else AgainstReference<Lanes4>(images, side, inputs, outputs, pool, winograd);
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(9, false)]
    [InlineData(8, true)]
    public void Pools_match_the_reference(int side, bool maximum)
    {
        Random random = new(side);
        using BlockBench<Lanes8> bench = new(2, 2, side, 16, direct: false, 16);
        bench.AddBlock(16, pool: false);
        bench.AddPool(maximum ? PoolKind.Maximum : PoolKind.Average);
        bench.Allocate();
        Maps input = new(2, 16, side, Numbers.Uniform(random, 2 * 16 * side * side));
        Maps pooled = bench.Forward(input, training: true), full = bench.Output(0);
        Numbers.Close(ReferenceBlock.Pool(full, maximum).Values, pooled.Values, 1e-6, "pool");
        Maps gradient = pooled with { Values = Numbers.Uniform(random, pooled.Values.Length) };
        double[] weights = [.. Enumerable.Range(0, 9 * 16 * 16).Select(i => Weight(bench, i))];
        ReferenceBlock reference = new(16, 16, weights, Ones(16), new double[16]);
        reference.Forward(input);
        Maps expected = reference.Backward(ReferenceBlock.Unpool(full, gradient, maximum));
        Numbers.Close(expected.Values, bench.Backward(gradient, 16).Values, Golden, "input gradient");
    }

    [Fact]
    public void Gradients_add_up_when_asked_and_workers_do_not_change_a_byte()
    {
        double[] once = Gradient(2, twice: false), again = Gradient(1, twice: false), twice = Gradient(2, twice: true);
        Assert.Equal(once, again);
        Numbers.Close([.. once.Select(g => 2 * g)], twice, 1e-6, "twice the gradient");

        static double[] Gradient(int workers, bool twice)
        {
            using BlockBench<Lanes8> bench = new(workers, 3, 12, 16, direct: false, 32);
            bench.AddBlock(32, pool: true);
            bench.Allocate();
            Random random = new(5);
            Maps input = new(3, 16, 12, Numbers.Uniform(random, 3 * 16 * 144));
            Maps gradient = bench.Forward(input, training: true);
            bench.Backward(gradient, 16);
            if (twice) bench.Backward(gradient, 16, accumulate: true);
            return [.. bench.WeightGradient(0, 16, 32), .. BlockBench<Lanes8>.Values(bench.Block(0).Normalisation.Scale.Gradient, 32)];
        }
    }

    private static double Weight<TLanes>(BlockBench<TLanes> bench, int index)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int o = index / 144, i = index / 9 % 16, tap = index % 9;
        return bench.Block(0).Weights.Value[(((tap * 16) + i) * 16) + o];
    }

    private static double[] Ones(int count) => [.. Enumerable.Repeat(1.0, count)];

    private static void AgainstReference<TLanes>(int images, int side, int inputs, int outputs, bool pool, bool winograd)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        Random random = new((100 * side) + inputs);
        double[] Draw(int n) => [.. Numbers.UniformFloats(random, n).Select(f => (double)f)];
        double[] weights = Draw(9 * inputs * outputs), scale = Draw(outputs), shift = Draw(outputs);
        // A mean far from zero must not spoil the variance.
        Maps input = new(images, inputs, side, [.. Draw(images * inputs * side * side).Select(v => (double)(float)(v + 3))]);
        using BlockBench<TLanes> bench = new(2, images, side, inputs, !winograd, outputs);
        bench.AddBlock(outputs, pool);
        bench.Allocate();
        bench.Set(0, inputs, outputs, weights, null, scale, shift);
        ReferenceBlock reference = new(inputs, outputs, weights, scale, shift);
        Maps full = reference.Forward(input), expected = pool ? ReferenceBlock.Pool(full, true) : full;
        Maps actual = bench.Forward(input, training: true);
        Numbers.Close(expected.Values, actual.Values, Golden, "output");
        Maps gradient = expected with { Values = Draw(expected.Values.Length) };
        Maps expectedInput = reference.Backward(pool ? ReferenceBlock.Unpool(full, gradient, true) : gradient);
        Maps actualInput = bench.Backward(gradient, inputs);
        if (winograd) Numbers.Close(expectedInput.Values, actualInput.Values, Golden, "input gradient");
        Numbers.Close(reference.WeightGradient, bench.WeightGradient(0, inputs, outputs), Golden, "weight gradient");
        BatchNormalisation norm = bench.Block(0).Normalisation;
        Numbers.Close(reference.ScaleGradient, BlockBench<TLanes>.Values(norm.Scale.Gradient, outputs), Golden, "scale gradient");
        Numbers.Close(reference.ShiftGradient, BlockBench<TLanes>.Values(norm.Shift.Gradient, outputs), Golden, "shift gradient");
    }

    private static void GoldenBlock<TLanes>(bool fused)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        static double[] G(string name) => NpyArray.Golden("block_" + name).Values;
        using BlockBench<TLanes> bench = new(2, 4, 8, 3, direct: false, 5);
        bench.AddBlock(5, pool: false);
        bench.AddBlock(5, pool: fused);
        if (!fused) bench.AddPool(PoolKind.Maximum);
        bench.AddPool(PoolKind.Average);
        bench.Allocate();
        bench.Set(0, 3, 5, G("conv1_weight"), G("conv1_bias"), G("bn1_weight"), G("bn1_bias"));
        bench.Set(1, 5, 5, G("conv2_weight"), G("conv2_bias"), G("bn2_weight"), G("bn2_bias"));
        Maps input = new(4, 3, 8, G("input"));
        Numbers.Close(G("avgpool"), bench.Forward(input, training: true).Values, Golden, "average pool");
        Numbers.Close(G("maxpool"), bench.Output(fused ? 1 : 2).Values, Golden, "maximum pool");
        if (!fused) Numbers.Close(G("output"), bench.Output(1).Values, Golden, "block");
        Numbers.Close(G("grad_input"), bench.Backward(new Maps(4, 5, 2, G("upstream")), 3).Values, Golden, "input gradient");
        for (int b = 0; b < 2; b++)
        {
            int inputs = b == 0 ? 3 : 5, padded = MapLayout.Padded(5);
            BatchNormalisation norm = bench.Block(b).Normalisation;
            double[] running = BlockBench<TLanes>.Values(norm.Running.Pointer, padded + 5);
            Numbers.Close(G($"grad_conv{b + 1}_weight"), bench.WeightGradient(b, inputs, 5), Golden, "weight gradient");
            Numbers.Close(G($"grad_bn{b + 1}_weight"), BlockBench<TLanes>.Values(norm.Scale.Gradient, 5), Golden, "scale gradient");
            Numbers.Close(G($"grad_bn{b + 1}_bias"), BlockBench<TLanes>.Values(norm.Shift.Gradient, 5), Golden, "shift gradient");
            Numbers.Close(G($"bn{b + 1}_running_mean"), running[..5], Golden, "running mean");
            Numbers.Close(G($"bn{b + 1}_running_var"), running[padded..], Golden, "running variance");
            // Analytically zero: the golden numbers are PyTorch's rounding.
            Assert.All(G($"grad_conv{b + 1}_bias"), g => Assert.Equal(0, g, 1e-5));
            Assert.All(BlockBench<TLanes>.Values(bench.Block(b).Bias.Gradient, 5), g => Assert.Equal(0, g));
        }
        bench.Forward(input, training: false);
        if (!fused) Numbers.Close(G("output_eval"), bench.Output(1).Values, Golden, "evaluation mode");
    }
}
