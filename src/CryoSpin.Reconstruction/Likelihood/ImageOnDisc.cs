using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Likelihood;

/// <summary>One worker's arrays over a disc: an image, its transfer function, a slice and the slice's derivatives.</summary>
internal sealed class ImageOnDisc(FrequencyDisc disc, int box)
{
    public FrequencyDisc Disc { get; } = disc;

    /// <summary>Box, pixels, that origins refer to.</summary>
    public int Box { get; } = box;

    /// <summary>Whitened transfer function; 0 at the origin and in the padding, which carry no pose.</summary>
    public float[] Ctf { get; } = new float[disc.PaddedCount];

    public float[] DataReal { get; } = new float[disc.PaddedCount];

    public float[] DataImaginary { get; } = new float[disc.PaddedCount];

    public float[] Slice0 { get; } = new float[disc.PaddedCount];

    public float[] Slice1 { get; } = new float[disc.PaddedCount];

    public float[] Along0 { get; } = new float[disc.PaddedCount];

    public float[] Along1 { get; } = new float[disc.PaddedCount];

    public float[] Turn0 { get; } = new float[disc.PaddedCount];

    public float[] Turn1 { get; } = new float[disc.PaddedCount];
}
