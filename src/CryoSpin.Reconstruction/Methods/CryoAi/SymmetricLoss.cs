using System.Numerics.Tensors;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Paper;

namespace CryoSpin.Reconstruction.Methods.CryoAi;

/// <summary>A pose with the slice it gives.</summary>
/// <param name="pose">The pose.</param>
/// <param name="real">The slice's real parts, over the disc's padded list.</param>
/// <param name="imaginary">Its imaginary parts.</param>
internal readonly ref struct PosedSlice(PaperPose pose, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary)
{
    /// <summary>The pose.</summary>
    public PaperPose Pose { get; } = pose;

    /// <summary>The slice's real parts, over the disc's padded list.</summary>
    public ReadOnlySpan<float> Real { get; } = real;

    /// <summary>Its imaginary parts.</summary>
    public ReadOnlySpan<float> Imaginary { get; } = imaginary;
}

/// <summary>
/// What the symmetric loss compares: the squared error of an image against the slice at a pose, and its gradient. An image's flipped copies
/// need no data of their own: the pose that the encoder gives to a copy is flipped back (<see cref="ImageFlip"/>), and the least error
/// counts. After cryoAI, arXiv 2203.08138. One worker's memory.
/// </summary>
/// <param name="disc">The frequencies.</param>
/// <param name="box">Box of the images, pixels.</param>
internal sealed class SymmetricLoss(FrequencyDisc disc, int box)
{
    private readonly SliceLoss _loss = new(disc, PaperLoss.Square);
    private readonly TargetImage _shifted = new(disc, box);

    /// <summary>The squared error.</summary>
    /// <param name="image">The image.</param>
    /// <param name="slice">A pose of it, and the slice there.</param>
    public double Evaluate(TargetImage image, in PosedSlice slice)
    {
        _shifted.SetShifted(image, slice.Pose.OriginX, slice.Pose.OriginY);
        return _loss.Evaluate(slice.Real, slice.Imaginary, _shifted);
    }

    /// <summary>The gradient, times a factor, in the slice and in the pose's origin.</summary>
    /// <param name="image">The image.</param>
    /// <param name="slice">A pose of it, and the slice there.</param>
    /// <param name="factor">What the gradient is multiplied by.</param>
    /// <param name="gradientReal">Receives the gradient in the slice's real parts.</param>
    /// <param name="gradientImaginary">In its imaginary parts.</param>
    public (double X, double Y) Gradient(
        TargetImage image, in PosedSlice slice, double factor, Span<float> gradientReal, Span<float> gradientImaginary)
    {
        _shifted.SetShifted(image, slice.Pose.OriginX, slice.Pose.OriginY);
        _loss.Evaluate(slice.Real, slice.Imaginary, _shifted, factor, gradientReal, gradientImaginary);
        (double X, double Y) origin = _shifted.OriginGradient(gradientReal, gradientImaginary);
        TensorPrimitives.Multiply(gradientReal, image.Ctf, gradientReal);
        TensorPrimitives.Multiply(gradientImaginary, image.Ctf, gradientImaginary);
        return origin;
    }
}
