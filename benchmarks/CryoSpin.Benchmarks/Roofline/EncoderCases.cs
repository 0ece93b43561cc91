using System.Runtime.Intrinsics;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Benchmarks.Roofline;

/// <summary>The encoder's convolutions alone, and whole passes of the network; items are images of a batch of 64.</summary>
internal static class EncoderCases
{
    private const int Batch = 64;

    private enum Pass
    {
        Forward,
        WeightGradient,
    }

    public static IEnumerable<Func<WorkerTeam, KernelCase>> All =>
    [
        // The layers of the default encoder at 48 pixels, and one of the published network.
        t => Convolution(24, 32, 64, t, Pass.Forward),
        t => Convolution(24, 32, 64, t, Pass.WeightGradient),
        t => Convolution(12, 64, 128, t, Pass.Forward),
        t => Convolution(12, 64, 128, t, Pass.WeightGradient),
        t => Convolution(32, 256, 256, t, Pass.Forward),
        t => Network("compact, 32 px", EncoderArchitecture.Compact(32, 7), t, training: false),
        t => Network("compact, 32 px", EncoderArchitecture.Compact(32, 7), t, training: true),
        t => Network("compact, 48 px", EncoderArchitecture.Compact(48, 7), t, training: true),
    ];

    private static KernelCase Convolution(int side, int inputs, int outputs, WorkerTeam team, Pass pass) => Vector512.IsHardwareAccelerated
        ? Convolution<Lanes16>(side, inputs, outputs, team, pass)
        : Vector256.IsHardwareAccelerated ? Convolution<Lanes8>(side, inputs, outputs, team, pass)
        : Convolution<Lanes4>(side, inputs, outputs, team, pass);

    private static unsafe KernelCase Convolution<TLanes>(int side, int inputs, int outputs, WorkerTeam team, Pass pass)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        MapLayout from = new(side, inputs, 1), to = new(side, outputs, pass == Pass.Forward ? 0 : 1);
        WinogradConvolution<TLanes> winograd = new(team);
        winograd.Reserve(inputs, outputs);
        AlignedBuffer input = new(from.Length(Batch)), output = new(to.Length(Batch)), weights = new(9L * inputs * outputs);
        AlignedBuffer u = new(WinogradConvolution<TLanes>.FilterLength(inputs, outputs));
        Random random = new(1);
        foreach (AlignedBuffer b in new[] { input, output, weights })
        {
            for (long i = 0; i < b.Length; i++) b.Pointer[i] = random.NextSingle() - 0.5f;
        }
        winograd.TransformFilters(weights.Pointer, inputs, outputs, u.Pointer);
        Action run = pass == Pass.Forward
            ? () => winograd.Convolve(input.Pointer, from, u.Pointer, output.Pointer, to, Batch)
            : () => winograd.WeightGradient(input.Pointer, from, output.Pointer, to, Batch, weights.Pointer, false);
        double direct = OperationCounts.DirectConvolution(side, inputs, outputs);
        double executed = pass == Pass.Forward
            ? OperationCounts.Winograd(side, inputs, outputs) : OperationCounts.WinogradGradient(side, inputs, outputs);
        string name = pass == Pass.Forward ? "convolution" : "its weight gradient";
        return new KernelCase(name, $"{side}^2, {inputs} to {outputs}", Batch, run)
        {
            Operations = executed,
            Bytes = 4.0 * (from.Image + to.Image) + 4.0 * u.Length / Batch,
            Writes = true,
            WorkingSet = (4.0 * Batch * (from.Image + to.Image) + 4.0 * u.Length) / team.Workers,
            Remark = $"computed directly: {direct / executed:F1} times the operations",
            Release = () =>
            {
                winograd.Dispose();
                foreach (AlignedBuffer b in new[] { input, output, weights, u }) b.Dispose();
            },
        };
    }

    private static KernelCase Network(string size, EncoderArchitecture shape, WorkerTeam team, bool training)
    {
        PoseEncoder encoder = new(shape, Batch, 1, team);
        Random random = new(1);
        float[] images = [.. Enumerable.Range(0, Batch * shape.InputSize * shape.InputSize).Select(_ => random.NextSingle())];
        float[] gradient = [.. Enumerable.Range(0, Batch * encoder.OutputsPerImage).Select(_ => random.NextSingle() - 0.5f)];
        EncoderCounts counts = training ? EncoderCounts.Training(shape) : EncoderCounts.Forward(shape);
        // Parameters with their two moments and gradient once a batch; each map written once and read once, and so its gradient.
        double maps = MapBytes(shape);
        Action run = () => encoder.Forward(images, Batch, training: false);
        if (training)
        {
            run = () =>
            {
                encoder.Forward(images, Batch, training: true);
                encoder.Backward(gradient);
                encoder.Step(1e-5);
            };
        }
        return new KernelCase(training ? "encoder step" : "encoder forward", size, Batch, run)
        {
            Operations = counts.Executed,
            Bytes = (training ? 4 : 2) * maps + (training ? 7 : 1) * 4.0 * encoder.ParameterCount / Batch,
            Writes = true,
            WorkingSet = (Batch * maps + 16.0 * encoder.ParameterCount) / team.Workers,
            Remark = $"computed directly: {counts.Direct / counts.Executed:F1} times the operations",
            Release = encoder.Dispose,
        };
    }

    // Per image, both maps of every layer: before and after normalisation, activation and pooling.
    private static double MapBytes(EncoderArchitecture shape)
    {
        double bytes = 0;
        int side = shape.InputSize;
        foreach (EncoderStage stage in shape.Trunk)
        {
            foreach (int channels in stage.Channels) bytes += 4.0 * side * side * channels;
            if (stage.Pool != PoolKind.None) side /= 2;
            bytes += 4.0 * side * side * stage.Channels.LastOrDefault();
        }
        return bytes;
    }
}
