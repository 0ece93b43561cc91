using System.Numerics.Tensors;
using CryoSpin.Evaluation;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>
/// How much each shell counts when an image is compared with a map: the share of the map there that is signal. What is left of a map's noise
/// after filtering stems from the images that are compared with it: with all shells at full weight poses follow it, the next map holds more of
/// it, and half-maps come to agree on less and less molecule.
/// </summary>
internal sealed class ShellWeights
{
    // The FSC of the lowest shells says more of the mask than of the map.
    private const int FirstShell = 3;
    private readonly float[] _roots;

    /// <param name="disc">The frequencies that are compared.</param>
    /// <param name="fsc">FSC of the half-maps.</param>
    /// <param name="ofBoth">Whether the map is that of both half-sets together, which has twice a half-map's ratio of signal to noise.</param>
    public ShellWeights(FrequencyDisc disc, FscCurve fsc, bool ofBoth)
    {
        float[] roots = [.. Of(fsc, ofBoth).Select(w => (float)Math.Sqrt(w))];
        _roots = new float[disc.PaddedCount];
        for (int p = 0; p < disc.Count; p++) _roots[p] = disc.Shell[p] < roots.Length ? roots[disc.Shell[p]] : 0;
    }

    /// <summary>The weight of each shell of the FSC, from 1 down; it never rises again once it has fallen.</summary>
    public static double[] Of(FscCurve fsc, bool ofBoth)
    {
        double[] weights = new double[fsc.Values.Count];
        double least = 1;
        for (int s = 0; s < weights.Length; s++)
        {
            double f = s < FirstShell ? 1 : Math.Clamp(fsc.Values[s], 0, 1);
            weights[s] = least = Math.Min(least, ReferenceMap.SignalShare(f, ofBoth));
        }
        return weights;
    }

    /// <summary>Weighs image and transfer function, so that squared differences count by the weights.</summary>
    public void Apply(ImageOnDisc image)
    {
        TensorPrimitives.Multiply(image.Real, _roots, image.Real);
        TensorPrimitives.Multiply(image.Imaginary, _roots, image.Imaginary);
        TensorPrimitives.Multiply(image.Ctf, _roots, image.Ctf);
    }
}
