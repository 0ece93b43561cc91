using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Encoder.Kernels;
using CryoSpin.TestSupport;

namespace CryoSpin.Reconstruction.Tests.Encoder;

[Trait("Category", "Kernel")]
public unsafe class PoseHeadsTests
{
    [SharedTheory("golden/head_input.npy")]
    [InlineData(1, 8)]
    [InlineData(3, 4)]
    [InlineData(3, 8)]
    [InlineData(3, 16)]
    public void Golden_head_is_met_by_every_copy(int heads, int lanes)
    {
        if (lanes == 16) Check<Lanes16>(heads);
        else if (lanes == 8) Check<Lanes8>(heads);
        else Check<Lanes4>(heads);
    }

    private static double[] G(string name) => NpyArray.Golden("head_" + name).Values;

    private static void Check<TLanes>(int heads)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        const int images = 9, features = 12, outputs = 6;
        using WorkerTeam team = new(2);
        using ParameterStore store = new(team);
        using PoseHeads<TLanes> net = new(team, store, features, features, [7, 5], heads, outputs, images);
        using AlignedBuffer x = new(images * features), dx = new(images * features), g = new(images * heads * outputs);
        store.Allocate();
        net.Initialise(new Random(1));
        int[] ins = [12, 7, 5], outs = [7, 5, 6];
        for (int l = 0; l < 3; l++)
        {
            for (int h = 0; h < heads; h++)
            {
                double[] w = G($"net_{3 * l}_weight"), b = G($"net_{3 * l}_bias");
                for (int o = 0; o < outs[l]; o++)
                {
                    for (int i = 0; i < ins[l]; i++) *Weight(net.Layers[l].Weights.Value, l, heads, h, i, o) = (float)w[(o * ins[l]) + i];
                    net.Layers[l].Bias.Value[Unit(l, h, o)] = (float)b[o];
                    if (l == 2) continue;
                    net.Layers[l].Normalisation!.Scale.Value[Unit(l, h, o)] = (float)G($"net_{(3 * l) + 2}_weight")[o];
                    net.Layers[l].Normalisation!.Shift.Value[Unit(l, h, o)] = (float)G($"net_{(3 * l) + 2}_bias")[o];
                }
            }
        }
        double[] input = G("input"), upstream = G("upstream");
        for (int i = 0; i < input.Length; i++) x.Pointer[i] = (float)input[i];
        for (int i = 0; i < images; i++)
            for (int h = 0; h < heads; h++)
                for (int o = 0; o < outputs; o++) g.Pointer[(((i * heads) + h) * outputs) + o] = (float)upstream[(i * outputs) + o];
        net.Forward(x.Pointer, images, training: true);
        net.Backward(x.Pointer, g.Pointer, dx.Pointer, images, accumulate: false);
        for (int h = 0; h < heads; h++)
        {
            double[] y = [.. Enumerable.Range(0, images * outputs).Select(
                i => (double)net.Output[(((i / outputs * heads) + h) * outputs) + (i % outputs)])];
            Numbers.Close(G("output"), y, 1e-4, "output");
            for (int l = 0; l < 3; l++) CheckGradients(net, l, heads, h, ins[l], outs[l]);
        }
        Numbers.Close(
            [.. G("grad_input").Select(v => heads * v)], [.. Enumerable.Range(0, input.Length).Select(i => (double)dx.Pointer[i])], 1e-4,
            "dx");
    }

    private static void CheckGradients<TLanes>(PoseHeads<TLanes> net, int l, int heads, int h, int ins, int outs)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        HeadLayer<TLanes> layer = net.Layers[l];
        double[] dw = [.. Enumerable.Range(0, ins * outs).Select(
            i => (double)*Weight(layer.Weights.Gradient, l, heads, h, i % ins, i / ins))];
        Numbers.Close(G($"grad_net_{3 * l}_weight"), dw, 1e-4, $"weights of layer {l}");
        double[] db = [.. Enumerable.Range(0, outs).Select(o => (double)layer.Bias.Gradient[Unit(l, h, o)])];
        Numbers.Close(G($"grad_net_{3 * l}_bias"), db, 1e-4, $"bias of layer {l}");
        if (layer.Normalisation is not { } norm) return;
        double[] scale = [.. Enumerable.Range(0, outs).Select(o => (double)norm.Scale.Gradient[Unit(l, h, o)])];
        double[] shift = [.. Enumerable.Range(0, outs).Select(o => (double)norm.Shift.Gradient[Unit(l, h, o)])];
        Numbers.Close(G($"grad_net_{(3 * l) + 2}_weight"), scale, 1e-4, $"scale of layer {l}");
        Numbers.Close(G($"grad_net_{(3 * l) + 2}_bias"), shift, 1e-4, $"shift of layer {l}");
    }

    private static int Unit(int layer, int head, int o) => (head * (layer == 2 ? 6 : 16)) + o;

    private static float* Weight(float* all, int layer, int heads, int head, int i, int o) => layer switch
    {
        0 => all + (i * heads * 16) + (head * 16) + o,
        1 => all + (((head * 16) + i) * 16) + o,
        _ => all + (((head * 16) + i) * 6) + o,
    };
}
