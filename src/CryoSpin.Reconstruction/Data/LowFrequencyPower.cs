using CryoSpin.Imaging;

namespace CryoSpin.Reconstruction.Data;

/// <summary>
/// How much an image varies over large distances: the logarithm of the variance of its means over a grid of blocks, in units of the
/// background's variance. Ice, carbon edges and aggregates vary far more there than particles do.
/// </summary>
/// <param name="Coarse">Over 8 x 8 blocks: about the lowest 4 shells.</param>
/// <param name="Fine">Over 16 x 16 blocks: about the lowest 8 shells.</param>
/// <param name="CoarseWithRamp">As <paramref name="Coarse"/>, with the background's ramp still in the image.</param>
/// <param name="FineWithRamp">As <paramref name="Fine"/>, with the background's ramp still in the image.</param>
internal readonly record struct LowFrequencyPower(double Coarse, double Fine, double CoarseWithRamp, double FineWithRamp)
{
    private const int FineBlocks = 16;
    private const int CoarseBlocks = FineBlocks / 2;

    /// <summary>Measures one image.</summary>
    /// <param name="levelled">[size][size], the background's plane taken off.</param>
    /// <param name="size">Edge in pixels, at least 16.</param>
    /// <param name="plane">That plane, in the image's grey values.</param>
    /// <param name="noiseVariance">Variance of the background about the plane; 1 for an image without noise.</param>
    /// <param name="planeVariance">Variance of the plane over the background.</param>
    public static LowFrequencyPower Of(
        ReadOnlySpan<float> levelled, int size, in BackgroundPlane plane, double noiseVariance, double planeVariance)
    {
        Span<double> flat = stackalloc double[FineBlocks * FineBlocks], ramp = stackalloc double[FineBlocks * FineBlocks];
        BlockMeans(levelled, size, flat);
        for (int b = 0; b < flat.Length; b++)
        {
            ramp[b] = flat[b] + plane.SlopeX * Centre(b % FineBlocks, size) + plane.SlopeY * Centre(b / FineBlocks, size);
        }
        double withRamp = noiseVariance + planeVariance, fine = LogVariance(flat, noiseVariance), fineWithRamp = LogVariance(ramp, withRamp);
        return new LowFrequencyPower(LogVariance(Coarser(flat), noiseVariance), fine, LogVariance(Coarser(ramp), withRamp), fineWithRamp);
    }

    private static int Edge(int block, int size) => block * size / FineBlocks;

    private static double Centre(int block, int size) => (Edge(block, size) + Edge(block + 1, size) - 1) / 2.0 - size / 2;

    private static void BlockMeans(ReadOnlySpan<float> image, int size, Span<double> means)
    {
        means.Clear();
        for (int by = 0; by < FineBlocks; by++)
        {
            int top = Edge(by, size), bottom = Edge(by + 1, size);
            for (int bx = 0; bx < FineBlocks; bx++)
            {
                int left = Edge(bx, size), width = Edge(bx + 1, size) - left;
                double sum = 0;
                for (int y = top; y < bottom; y++)
                {
                    foreach (float v in image.Slice(y * size + left, width)) sum += v;
                }
                means[by * FineBlocks + bx] = sum / ((bottom - top) * width);
            }
        }
    }

    /// <summary>Means over blocks of two by two. In place: a block's mean is written after all that it is made of has been read.</summary>
    private static Span<double> Coarser(Span<double> means)
    {
        for (int b = 0; b < CoarseBlocks * CoarseBlocks; b++)
        {
            int at = 2 * (b / CoarseBlocks) * FineBlocks + 2 * (b % CoarseBlocks);
            means[b] = (means[at] + means[at + 1] + means[at + FineBlocks] + means[at + FineBlocks + 1]) / 4;
        }
        return means[..(CoarseBlocks * CoarseBlocks)];
    }

    private static double LogVariance(ReadOnlySpan<double> values, double unit)
    {
        double mean = 0, squares = 0;
        foreach (double v in values) mean += v / values.Length;
        foreach (double v in values) squares += (v - mean) * (v - mean) / values.Length;
        return Math.Log(Math.Max(squares / unit, 1e-30));
    }
}
