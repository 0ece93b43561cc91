using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Paper;

namespace CryoSpin.Reconstruction.Methods.CryoAi;

/// <summary>
/// The encoder's two heads: six numbers for the rotation and, where particles may be off the centre, another head for the origin, of whose
/// numbers the first two count.
/// </summary>
/// <param name="maxShift">Greatest origin along each axis, pixels.</param>
internal sealed class CryoAiHeads(double maxShift)
{
    private const int PerHead = 6;
    private readonly HeadPose _pose = new(maxShift);

    /// <summary>Numbers of the encoder per image.</summary>
    public int Outputs => PerHead * Heads;

    /// <summary>Heads of the encoder.</summary>
    public int Heads => maxShift > 0 ? 2 : 1;

    /// <summary>The encoder for these heads.</summary>
    public EncoderArchitecture Fit(EncoderArchitecture architecture) => architecture with { Heads = Heads, OutputsPerHead = PerHead };

    /// <summary>The pose of an image's numbers: the heads follow each other, so that the origin's stand behind the rotation's.</summary>
    public PaperPose Decode(ReadOnlySpan<float> output) => _pose.Decode(output[.._pose.Outputs]);

    /// <summary>The gradient in an image's numbers, given those in a left perturbation of the rotation and in the origin.</summary>
    public void Gradient(
        ReadOnlySpan<float> output, in PaperPose pose, RotationVector rotation, (double X, double Y) origin, Span<float> gradient) =>
        _pose.Gradient(output[.._pose.Outputs], pose, rotation, origin, gradient[.._pose.Outputs]);
}
