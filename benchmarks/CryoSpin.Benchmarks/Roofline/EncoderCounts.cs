using CryoSpin.Reconstruction.Encoder;

namespace CryoSpin.Benchmarks.Roofline;

/// <summary>
/// Operations of an encoder per image: its convolutions and heads, channels padded to sixteens as they are executed. Filters, normalisation,
/// activation, pooling and Adam are passes over memory and are not counted.
/// </summary>
/// <param name="Direct">If every convolution were computed directly.</param>
/// <param name="Executed">As executed, Winograd where it is used.</param>
internal readonly record struct EncoderCounts(double Direct, double Executed)
{
    /// <summary>A forward pass.</summary>
    public static EncoderCounts Forward(EncoderArchitecture a) => Count(a, training: false);

    /// <summary>Forward and backward: each layer's gradient in its weights and, but for the first, in its input.</summary>
    public static EncoderCounts Training(EncoderArchitecture a) => Count(a, training: true);

    private static EncoderCounts Count(EncoderArchitecture a, bool training)
    {
        double direct = 0, executed = 0;
        int side = a.InputSize, inputs = a.GaussianVariances.Count;
        foreach (EncoderStage stage in a.Trunk)
        {
            foreach (int channels in stage.Channels)
            {
                int outputs = (channels + 15) / 16 * 16;
                bool first = inputs % 16 != 0;
                double once = OperationCounts.DirectConvolution(side, inputs, outputs);
                direct += once * (!training ? 1 : first ? 2 : 3);
                if (first)
                {
                    executed += once * (training ? 2 : 1);
                }
                else
                {
                    executed += OperationCounts.Winograd(side, inputs, outputs);
                    if (training)
                        executed += OperationCounts.Winograd(side, outputs, inputs) + OperationCounts.WinogradGradient(side, inputs, outputs);
                }
                inputs = outputs;
            }
            if (stage.Pool != PoolKind.None) side /= 2;
        }
        double heads = 0, width = (double)side * side * inputs;
        foreach (int w in a.HeadWidths)
        {
            heads += 2 * width * w;
            width = w;
        }
        heads = a.Heads * (heads + 2 * width * a.OutputsPerHead) * (training ? 3 : 1);
        return new EncoderCounts(direct + heads, executed + heads);
    }
}
