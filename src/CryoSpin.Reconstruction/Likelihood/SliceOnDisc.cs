using CryoSpin.Geometry;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Likelihood;

/// <summary>One slice of a map over a disc of frequencies, with its derivatives in the rotation. Each worker has one.</summary>
/// <param name="disc">The frequencies.</param>
internal sealed class SliceOnDisc(FrequencyDisc disc)
{
    /// <summary>The frequencies.</summary>
    public FrequencyDisc Disc { get; } = disc;

    /// <summary>Real part of the slice.</summary>
    public float[] Real { get; } = new float[disc.PaddedCount];

    /// <summary>Imaginary part of the slice.</summary>
    public float[] Imaginary { get; } = new float[disc.PaddedCount];

    /// <summary>Real part of the derivative along the view direction, per shell.</summary>
    public float[] AlongReal { get; } = new float[disc.PaddedCount];

    /// <summary>Imaginary part of the derivative along the view direction, per shell.</summary>
    public float[] AlongImaginary { get; } = new float[disc.PaddedCount];

    /// <summary>Real part of the derivative in a turn within the image plane, per radian.</summary>
    public float[] TurnReal { get; } = new float[disc.PaddedCount];

    /// <summary>Imaginary part of the derivative in a turn within the image plane, per radian.</summary>
    public float[] TurnImaginary { get; } = new float[disc.PaddedCount];

    /// <summary>Samples the slice and its derivatives at a rotation.</summary>
    /// <param name="lattice">The map's transform.</param>
    /// <param name="rotation">Map to image coordinates.</param>
    public void Sample(FourierLattice lattice, in Rotation rotation) => CentralSlice.SampleWithGradient(
        lattice, Disc, rotation, Real, Imaginary, AlongReal, AlongImaginary, TurnReal, TurnImaginary);
}
