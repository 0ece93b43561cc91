using CryoSpin.Geometry;
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

/// <summary>Which of an image and its turned copy fits better.</summary>
/// <param name="Turned">Whether it is the turned copy.</param>
/// <param name="Loss">Its loss: the lesser of the two.</param>
/// <param name="OtherLoss">The greater.</param>
internal readonly record struct SymmetricChoice(bool Turned, double Loss, double OtherLoss);

/// <summary>
/// The symmetric loss: the lesser of the squared errors of an image and of the image turned by 180 degrees, each against the slice at the
/// pose that the encoder gave it. Whichever an encoder mistakes for the other, one of the two is right; without it, training ends in
/// volumes with a plane of symmetry. cryoAI, arXiv 2203.08138. One worker's memory.
/// </summary>
/// <param name="disc">The frequencies.</param>
/// <param name="box">Box of the images, pixels.</param>
internal sealed class SymmetricLoss(FrequencyDisc disc, int box)
{
    private readonly SliceLoss _loss = new(disc, PaperLoss.Square);
    private readonly TargetImage _turned = new(disc, box);
    private readonly TargetImage _shifted = new(disc, box);

    /// <summary>Compares, without gradients.</summary>
    /// <param name="image">The image.</param>
    /// <param name="straight">The pose given to the image.</param>
    /// <param name="turned">The pose given to the turned image.</param>
    public SymmetricChoice Choose(TargetImage image, in PosedSlice straight, in PosedSlice turned)
    {
        _shifted.SetShifted(image, straight.Pose.OriginX, straight.Pose.OriginY);
        double first = _loss.Evaluate(straight.Real, straight.Imaginary, _shifted);
        Turn(image, _turned);
        _shifted.SetShifted(_turned, turned.Pose.OriginX, turned.Pose.OriginY);
        double second = _loss.Evaluate(turned.Real, turned.Imaginary, _shifted);
        // Ties go to the image as it is.
        return second < first ? new SymmetricChoice(true, second, first) : new SymmetricChoice(false, first, second);
    }

    /// <summary>The gradient of the chosen one, times a factor, in its slice and in its pose's origin.</summary>
    /// <param name="image">The image.</param>
    /// <param name="isTurned">Whether the turned copy was chosen.</param>
    /// <param name="chosen">The chosen one.</param>
    /// <param name="factor">What the gradient is multiplied by.</param>
    /// <param name="gradientReal">Receives the gradient in the slice's real parts.</param>
    /// <param name="gradientImaginary">In its imaginary parts.</param>
    public (double X, double Y) Gradient(
        TargetImage image, bool isTurned, in PosedSlice chosen, double factor, Span<float> gradientReal, Span<float> gradientImaginary)
    {
        TargetImage source = image;
        if (isTurned) Turn(image, source = _turned);
        _shifted.SetShifted(source, chosen.Pose.OriginX, chosen.Pose.OriginY);
        _loss.Evaluate(chosen.Real, chosen.Imaginary, _shifted, factor, gradientReal, gradientImaginary);
        (double X, double Y) origin = _shifted.OriginGradient(gradientReal, gradientImaginary);
        System.Numerics.Tensors.TensorPrimitives.Multiply(gradientReal, image.Ctf, gradientReal);
        System.Numerics.Tensors.TensorPrimitives.Multiply(gradientImaginary, image.Ctf, gradientImaginary);
        return origin;
    }

    /// <summary>The image's pose, where its turned copy's is given.</summary>
    public static PaperPose TurnBack(in PaperPose pose)
    {
        Rotation a = pose.Rotation;
        return new PaperPose(
            new Rotation(-a.M00, -a.M01, -a.M02, -a.M10, -a.M11, -a.M12, a.M20, a.M21, a.M22), -pose.OriginX, -pose.OriginY);
    }

    /// <summary>Turns pixels by 180 degrees about the box's centre: pixel i becomes pixel N - i, and row and column 0 stay.</summary>
    /// <param name="pixels">Side x side pixels.</param>
    /// <param name="side">Even.</param>
    /// <param name="turned">Receives the same.</param>
    public static void TurnPixels(ReadOnlySpan<float> pixels, int side, Span<float> turned)
    {
        for (int y = 0; y < side; y++)
        {
            ReadOnlySpan<float> from = pixels.Slice((side - y) % side * side, side);
            Span<float> to = turned.Slice(y * side, side);
            to[0] = from[0];
            for (int x = 1; x < side; x++) to[x] = from[side - x];
        }
    }

    /// <summary>The transform of a turned real image is the complex conjugate; transfer functions are even.</summary>
    private static void Turn(TargetImage image, TargetImage turned)
    {
        image.Real.CopyTo(turned.Real, 0);
        image.Ctf.CopyTo(turned.Ctf, 0);
        System.Numerics.Tensors.TensorPrimitives.Negate(image.Imaginary, turned.Imaginary);
    }
}
