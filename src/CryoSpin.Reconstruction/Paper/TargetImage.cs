using System.Numerics.Tensors;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>One image's transform and transfer function over a disc's padded list; can be shifted by an origin.</summary>
internal sealed class TargetImage
{
    private readonly FrequencyDisc _disc;
    private readonly int _box;
    private readonly float[] _theta, _sin, _cos;

    public TargetImage(FrequencyDisc disc, int box)
    {
        (_disc, _box) = (disc, box);
        int n = disc.PaddedCount;
        (Real, Imaginary, Ctf) = (new float[n], new float[n], new float[n]);
        (_theta, _sin, _cos) = (new float[n], new float[n], new float[n]);
    }

    /// <summary>Real parts.</summary>
    public float[] Real { get; }

    /// <summary>Imaginary parts.</summary>
    public float[] Imaginary { get; }

    /// <summary>The transfer function.</summary>
    public float[] Ctf { get; }

    /// <summary>Becomes <paramref name="source"/> shifted by +origin, pixels: F exp(-2 pi i k.origin / N), with the same CTF.</summary>
    public void SetShifted(TargetImage source, double originX, double originY)
    {
        source.Ctf.CopyTo(Ctf, 0);
        if (originX == 0 && originY == 0)
        {
            source.Real.CopyTo(Real, 0);
            source.Imaginary.CopyTo(Imaginary, 0);
            return;
        }
        float x = (float)(2 * Math.PI * originX / _box), y = (float)(2 * Math.PI * originY / _box);
        TensorPrimitives.Multiply(_disc.Ky, y, _theta);
        TensorPrimitives.MultiplyAdd(_disc.Kx, x, _theta, _theta);
        TensorPrimitives.SinCos(_theta, _sin, _cos);
        for (int i = 0; i < _disc.PaddedCount; i++)
        {
            Real[i] = source.Real[i] * _cos[i] + source.Imaginary[i] * _sin[i];
            Imaginary[i] = source.Imaginary[i] * _cos[i] - source.Real[i] * _sin[i];
        }
    }

    /// <summary>
    /// The loss's gradient in the origin this image was shifted by, per pixel, given its gradient in the residual CTF slice - image.
    /// </summary>
    public (double X, double Y) OriginGradient(ReadOnlySpan<float> gradientReal, ReadOnlySpan<float> gradientImaginary)
    {
        // d(image)/d(origin) = -i (2 pi k / N) image, and the residual holds minus the image.
        double x = 0, y = 0;
        for (int i = 0; i < _disc.Count; i++)
        {
            double g = gradientImaginary[i] * Real[i] - gradientReal[i] * Imaginary[i];
            x += _disc.Kx[i] * g;
            y += _disc.Ky[i] * g;
        }
        return (2 * Math.PI / _box * x, 2 * Math.PI / _box * y);
    }
}
