using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>What is averaged over the disc of frequencies.</summary>
internal enum PaperLoss
{
    /// <summary>The complex modulus |CTF slice - image|, as in the released code.</summary>
    Modulus,

    /// <summary>Its square, as in the published text.</summary>
    Square,
}

/// <summary>
/// The data term: the mean over the full disc (both Hermitian partners) of |CTF slice - image| or of its square, and its gradient.
/// </summary>
internal sealed class SliceLoss
{
    private readonly FrequencyDisc _disc;
    private readonly PaperLoss _kind;
    private readonly double[] _weight;

    public SliceLoss(FrequencyDisc disc, PaperLoss kind)
    {
        (_disc, _kind) = (disc, kind);
        double total = disc.Multiplicity.Sum();
        _weight = Array.ConvertAll(disc.Multiplicity, m => m / total);
    }

    /// <summary>The loss of one image.</summary>
    /// <param name="real">Real parts of the slice.</param>
    /// <param name="imaginary">Imaginary parts.</param>
    /// <param name="target">The image.</param>
    public double Evaluate(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, TargetImage target)
    {
        double sum = 0;
        for (int i = 0; i < _disc.Count; i++)
        {
            double re = target.Ctf[i] * real[i] - target.Real[i], im = target.Ctf[i] * imaginary[i] - target.Imaginary[i];
            double square = re * re + im * im;
            sum += _weight[i] * (_kind == PaperLoss.Modulus ? Math.Sqrt(square) : square);
        }
        return sum;
    }

    /// <summary>The loss and its gradient in the residual CTF slice - image, times a factor. The modulus has gradient 0 at 0.</summary>
    /// <param name="real">Real parts of the slice.</param>
    /// <param name="imaginary">Imaginary parts.</param>
    /// <param name="target">The image.</param>
    /// <param name="factor">What the gradient is multiplied by, e.g. 1 / batch size.</param>
    /// <param name="gradientReal">Receives the gradient in the residual's real parts; zeros in the padding.</param>
    /// <param name="gradientImaginary">In its imaginary parts.</param>
    public double Evaluate(
        ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, TargetImage target, double factor, Span<float> gradientReal,
        Span<float> gradientImaginary)
    {
        double sum = 0;
        for (int i = 0; i < _disc.Count; i++)
        {
            double re = target.Ctf[i] * real[i] - target.Real[i], im = target.Ctf[i] * imaginary[i] - target.Imaginary[i];
            double square = re * re + im * im, slope;
            if (_kind == PaperLoss.Modulus)
            {
                double modulus = Math.Sqrt(square);
                sum += _weight[i] * modulus;
                slope = modulus > 0 ? factor * _weight[i] / modulus : 0;
            }
            else
            {
                sum += _weight[i] * square;
                slope = 2 * factor * _weight[i];
            }
            gradientReal[i] = (float)(slope * re);
            gradientImaginary[i] = (float)(slope * im);
        }
        gradientReal[_disc.Count.._disc.PaddedCount].Clear();
        gradientImaginary[_disc.Count.._disc.PaddedCount].Clear();
        return sum;
    }
}
