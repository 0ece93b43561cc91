using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.Likelihood;

/// <summary>One whitened image and its transfer function over a disc of frequencies. Each worker has one and fills it anew for each image.</summary>
/// <param name="disc">The frequencies.</param>
/// <param name="box">Box, pixels, that origins refer to.</param>
internal sealed class ImageOnDisc(FrequencyDisc disc, int box)
{
    /// <summary>The frequencies.</summary>
    public FrequencyDisc Disc { get; } = disc;

    /// <summary>Box, pixels, that origins refer to.</summary>
    public int Box { get; } = box;

    /// <summary>Whitened transfer function; 0 at the origin and in the padding, which carry no pose.</summary>
    public float[] Ctf { get; } = new float[disc.PaddedCount];

    /// <summary>Real part of the whitened image.</summary>
    public float[] Real { get; } = new float[disc.PaddedCount];

    /// <summary>Imaginary part of the whitened image.</summary>
    public float[] Imaginary { get; } = new float[disc.PaddedCount];

    /// <summary>One image for each of some workers.</summary>
    public static ImageOnDisc[] PerWorker(FrequencyDisc disc, int box, int workers) =>
        [.. Enumerable.Range(0, workers).Select(_ => new ImageOnDisc(disc, box))];

    /// <summary>Reads a particle.</summary>
    /// <param name="view">The particles over this disc.</param>
    /// <param name="particle">Which one.</param>
    public void Read(BandView view, int particle) => view.Read(particle, Real, Imaginary, Ctf);

    /// <summary>Reads a particle from its record over the store's whole disc (<see cref="ParticleStore.Pass"/>).</summary>
    /// <param name="view">The particles over this disc.</param>
    /// <param name="particle">Which one.</param>
    /// <param name="record">Its record.</param>
    public void Read(BandView view, int particle, ReadOnlySpan<Half> record) => view.Read(particle, record, Real, Imaginary, Ctf);
}
