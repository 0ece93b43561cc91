using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Volumes;

/// <summary>
/// A volume that gradients teach: slices of its transform up to a band, the transpose, and steps of Adam. Slices are rows of
/// <see cref="FrequencyDisc.PaddedCount"/> numbers over <see cref="Disc"/>, one row per rotation.
/// </summary>
internal interface ILearnedVolume : IDisposable
{
    /// <summary>The frequencies of a slice.</summary>
    FrequencyDisc Disc { get; }

    /// <summary>Numbers that are learned.</summary>
    long ParameterCount { get; }

    /// <summary>Computes slices.</summary>
    /// <param name="rotations">Poses.</param>
    /// <param name="count">How many of them; at most the batch that the volume was made for.</param>
    /// <param name="real">Receives real parts, [rotation][padded].</param>
    /// <param name="imaginary">Receives imaginary parts; both are 0 in the padding.</param>
    void Slice(Rotation[] rotations, int count, float[] real, float[] imaginary);

    /// <summary>The loss's gradients, given those in the slices at some rotations; one call per <see cref="Step"/>.</summary>
    /// <param name="rotations">Poses.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="gradientReal">Gradient in the slices' real parts, [rotation][padded]; padding is ignored.</param>
    /// <param name="gradientImaginary">In their imaginary parts.</param>
    /// <param name="turns">Receives per rotation the gradient in a left perturbation exp([w]x) A at w = 0.</param>
    void Backward(Rotation[] rotations, int count, float[] gradientReal, float[] gradientImaginary, RotationVector[] turns);

    /// <summary>One step of Adam with the gradients of the last <see cref="Backward"/>, which are then forgotten.</summary>
    /// <param name="rate">Learning rate.</param>
    void Step(double rate);

    /// <summary>The map in real space, of the frequencies up to the band.</summary>
    /// <param name="pixelSizeAngstrom">Voxel size.</param>
    /// <param name="scale">What a slice's unit is in units of an unnormalised transform.</param>
    /// <param name="team">Workers.</param>
    Volume ToMap(double pixelSizeAngstrom, double scale, WorkerTeam team);
}
