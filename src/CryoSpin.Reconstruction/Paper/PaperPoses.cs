using CryoSpin.Geometry;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>A particle's pose while the published algorithm runs.</summary>
/// <param name="Rotation">Map to image coordinates.</param>
/// <param name="OriginX">Origin along x, pixels of the decoder's box: the image shifted by it is centred.</param>
/// <param name="OriginY">Along y.</param>
internal readonly record struct PaperPose(Rotation Rotation, double OriginX, double OriginY);

/// <summary>
/// Between a head's numbers and a pose: six for the rotation and, where there are eight, two for the origin, limited by tanh.
/// </summary>
/// <param name="maxShift">Greatest origin along each axis, pixels.</param>
internal sealed class HeadPose(double maxShift)
{
    /// <summary>Numbers per head.</summary>
    public int Outputs => maxShift > 0 ? 8 : 6;

    /// <summary>The pose of a head's numbers.</summary>
    public PaperPose Decode(ReadOnlySpan<float> output)
    {
        Rotation rotation = Rotation6D.ToRotation(output[..6]);
        return maxShift > 0
            ? new PaperPose(rotation, maxShift * Math.Tanh(output[6]), maxShift * Math.Tanh(output[7]))
            : new PaperPose(rotation, 0, 0);
    }

    /// <summary>The gradient in a head's numbers.</summary>
    /// <param name="output">The numbers.</param>
    /// <param name="pose">Their pose.</param>
    /// <param name="rotation">Gradient in a left perturbation of the rotation.</param>
    /// <param name="origin">Gradient in the origin.</param>
    /// <param name="gradient">Receives the result.</param>
    public void Gradient(
        ReadOnlySpan<float> output, in PaperPose pose, RotationVector rotation, (double X, double Y) origin, Span<float> gradient)
    {
        Span<double> matrix = stackalloc double[9];
        So3.MatrixGradient(pose.Rotation, rotation, matrix);
        Rotation6D.Gradient(output[..6], matrix, gradient[..6]);
        if (!(maxShift > 0)) return;
        gradient[6] = (float)(origin.X * (maxShift - pose.OriginX * pose.OriginX / maxShift));
        gradient[7] = (float)(origin.Y * (maxShift - pose.OriginY * pose.OriginY / maxShift));
    }
}
