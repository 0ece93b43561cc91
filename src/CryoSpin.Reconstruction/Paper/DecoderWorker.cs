using CryoSpin.Geometry;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>One worker's memory for comparing images with the decoder's slices.</summary>
internal sealed class DecoderWorker
{
    private readonly HartleyDecoder _decoder;
    private readonly SliceLoss _loss;
    private readonly DecoderSlice _slice;
    private readonly TargetImage _shifted;
    private readonly float[] _gradientReal;
    private readonly float[] _gradientImaginary;

    public DecoderWorker(HartleyDecoder decoder, SliceLoss loss)
    {
        (_decoder, _loss) = (decoder, loss);
        _slice = new DecoderSlice(decoder.Disc);
        Image = new TargetImage(decoder.Disc, decoder.Box);
        _shifted = new TargetImage(decoder.Disc, decoder.Box);
        (_gradientReal, _gradientImaginary) = (new float[decoder.Disc.PaddedCount], new float[decoder.Disc.PaddedCount]);
    }

    /// <summary>The image at hand.</summary>
    public TargetImage Image { get; }

    /// <summary>The loss at a pose.</summary>
    public double Loss(in PaperPose pose)
    {
        _decoder.Slice(pose.Rotation, _slice);
        return _loss.Evaluate(_slice.Real, _slice.Imaginary, At(pose));
    }

    /// <summary>The loss at a pose with its gradient, times a factor, in a left perturbation of the rotation and in the origin.</summary>
    public double LossWithPoseGradient(in PaperPose pose, double factor, out RotationVector rotation, out (double X, double Y) origin)
    {
        _decoder.SliceWithGradient(pose.Rotation, _slice);
        TargetImage image = At(pose);
        double loss = _loss.Evaluate(_slice.Real, _slice.Imaginary, image, factor, _gradientReal, _gradientImaginary);
        origin = image.OriginGradient(_gradientReal, _gradientImaginary);
        ToSlice(image);
        rotation = _decoder.PoseGradient(_slice, _gradientReal, _gradientImaginary);
        return loss;
    }

    /// <summary>The loss at a pose, whose gradient in the volume, times a factor, is written to an image's slots.</summary>
    public double LossWithVolumeGradient(in PaperPose pose, double factor, TransposeBatch gradients, int position)
    {
        _decoder.Slice(pose.Rotation, _slice);
        TargetImage image = At(pose);
        double loss = _loss.Evaluate(_slice.Real, _slice.Imaginary, image, factor, _gradientReal, _gradientImaginary);
        ToSlice(image);
        _decoder.PutGradient(gradients, position, pose.Rotation, _slice, _gradientReal, _gradientImaginary);
        return loss;
    }

    /// <summary>Writes the gradient in the volume of the last <see cref="LossWithPoseGradient"/>, with its factor.</summary>
    public void PutVolumeGradient(in PaperPose pose, TransposeBatch gradients, int image) =>
        _decoder.PutGradient(gradients, image, pose.Rotation, _slice, _gradientReal, _gradientImaginary);

    /// <summary>The image, centred: shifting it back leaves the modulus of its difference to a shifted slice as it is.</summary>
    private TargetImage At(in PaperPose pose)
    {
        if (pose.OriginX == 0 && pose.OriginY == 0) return Image;
        _shifted.SetShifted(Image, pose.OriginX, pose.OriginY);
        return _shifted;
    }

    private void ToSlice(TargetImage image)
    {
        System.Numerics.Tensors.TensorPrimitives.Multiply(_gradientReal, image.Ctf, _gradientReal);
        System.Numerics.Tensors.TensorPrimitives.Multiply(_gradientImaginary, image.Ctf, _gradientImaginary);
    }
}
