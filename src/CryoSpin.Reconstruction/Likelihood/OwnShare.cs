using System.Buffers;
using System.Numerics.Tensors;
using CryoSpin.Evaluation;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.Likelihood;

/// <summary>
/// How much a particle's own part in a map raises its log likelihood at the pose where it was put in. The noise of an image agrees with
/// itself: without taking this off, a particle that once went to a wrong mode is held there, the more so the fewer and noisier the
/// particles are.
/// </summary>
/// <remarks>
/// A map is linear in the images, and the sum of all leverages (the trace of the matrix from data to fitted data) is the number of
/// coefficients that the map fits. In shell s a half space has 2 pi s^2 independent coefficients of a full box, of which the mask leaves its
/// mean value m, and the Wiener filter the share f (the half-maps' FSC). N images have pi s coefficients there each, so that the mean leverage
/// of one is h = 2 s m f / N, in proportion to the squared transfer function. Noise of variance 1 then adds 2 h to the log likelihood
/// ratio.
/// </remarks>
internal sealed class OwnShare
{
    private const int Sample = 200;
    private readonly float[] _gain;

    /// <param name="view">The particles, over the band that likelihoods are compared in.</param>
    /// <param name="members">The particles that the map is made of.</param>
    /// <param name="fsc">The half-maps' FSC that the map was filtered with.</param>
    /// <param name="maskMean">Mean of the mask over the box.</param>
    public OwnShare(BandView view, IReadOnlyList<int> members, FscCurve fsc, double maskMean)
    {
        FrequencyDisc disc = view.Disc;
        double[] power = MeanSquares(view, members);
        _gain = new float[disc.PaddedCount];
        for (int p = 0; p < disc.Count; p++)
        {
            int s = disc.Shell[p];
            double f = s < fsc.Values.Count ? Math.Clamp(fsc.Values[s], 0, 1) : 0;
            if (power[s] > 0) _gain[p] = (float)(2 * 2 * s * maskMean * f / (members.Count * power[s]));
        }
    }

    /// <summary>The gain in log likelihood of a particle that is in the map at one pose.</summary>
    /// <param name="ctf">Its whitened transfer function over the disc.</param>
    public double Gain(ReadOnlySpan<float> ctf)
    {
        float[] squares = ArrayPool<float>.Shared.Rent(_gain.Length);
        TensorPrimitives.Multiply(ctf, ctf, squares);
        double gain = TensorPrimitives.Dot(squares.AsSpan(0, _gain.Length), _gain);
        ArrayPool<float>.Shared.Return(squares);
        return gain;
    }

    private static double[] MeanSquares(BandView view, IReadOnlyList<int> members)
    {
        FrequencyDisc disc = view.Disc;
        float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount], ctf = new float[disc.PaddedCount];
        double[] sum = new double[disc.Shell.Max() + 1], count = new double[sum.Length];
        int n = Math.Min(Sample, members.Count);
        for (int i = 0; i < n; i++)
        {
            view.Read(members[(int)((long)i * members.Count / n)], re, im, ctf);
            for (int p = 0; p < disc.Count; p++)
            {
                sum[disc.Shell[p]] += (double)ctf[p] * ctf[p];
                count[disc.Shell[p]]++;
            }
        }
        return [.. sum.Select((s, shell) => count[shell] == 0 ? 0 : s / count[shell])];
    }
}
