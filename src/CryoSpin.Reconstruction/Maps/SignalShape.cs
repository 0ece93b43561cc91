using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Imaging;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>
/// A mask in the particle's shape from two half-maps: where their product, low-passed, is greatest, as much as holds nearly all of it. The
/// product of maps whose noise is independent is on average the signal's power: solvent adds nothing, however noisy it is.
/// </summary>
internal static class SignalShape
{
    // Of the power; what is left out lies mostly within the edge.
    private const double Share = 0.99;

    // A region that holds less of the power than this is not the particle, or not all of it.
    private const double LeastShareOfRegion = 0.9;
    private const double LeastBlurAngstrom = 15;
    private const double LeastBlurVoxels = 5;
    private const double ProductBlurVoxels = 4;
    private const double EdgePerBlur = 0.8;

    /// <summary>The mask, or null where the half-maps do not show one connected particle.</summary>
    /// <param name="half1">Unfiltered, unmasked map of half-set 1.</param>
    /// <param name="half2">The same of half-set 2.</param>
    /// <param name="sphere">Nothing outside of it counts.</param>
    /// <param name="resolutionAngstrom">The half-maps' resolution: they are low-passed to it, at least to 15 angstrom and 5 voxels.</param>
    /// <param name="team">Workers.</param>
    public static SoftMask? Of(Volume half1, Volume half2, SphericalMask sphere, double resolutionAngstrom, WorkerTeam team)
    {
        double pixel = half1.PixelSizeAngstrom, blur = Math.Max(Math.Max(LeastBlurAngstrom, LeastBlurVoxels * pixel), resolutionAngstrom);
        Volume power = Product(half1, half2, blur, team);
        sphere.Apply(power);
        double total = power.Voxels.Sum(v => (double)v);
        if (!(total > 0) || Threshold(power.Voxels, Share * total) is not { } threshold) return null;
        SoftMask mask = SoftMask.AroundLargestRegion(power, threshold, extendVoxels: 0, EdgePerBlur * blur / pixel, team);
        double inside = 0;
        for (int i = 0; i < power.Voxels.Length; i++)
        {
            if (mask.Values[i] >= 1) inside += power.Voxels[i];
        }
        return inside >= LeastShareOfRegion * total ? mask : null;
    }

    /// <summary>Share, 0 to 1, of the power that two half-maps have in common within the box's sphere that lies within a narrower one.</summary>
    /// <param name="half1">Unfiltered, unmasked map of half-set 1.</param>
    /// <param name="half2">The same of half-set 2.</param>
    /// <param name="diameterAngstrom">Diameter of the narrower sphere.</param>
    /// <param name="resolutionAngstrom">As for <see cref="Of"/>.</param>
    /// <param name="team">Workers.</param>
    public static double ShareWithin(Volume half1, Volume half2, double diameterAngstrom, double resolutionAngstrom, WorkerTeam team)
    {
        double pixel = half1.PixelSizeAngstrom, blur = Math.Max(Math.Max(LeastBlurAngstrom, LeastBlurVoxels * pixel), resolutionAngstrom);
        Volume power = Product(half1, half2, blur, team);
        double within = 0, all = 0;
        int n = power.Size, c = n / 2;
        double inner = diameterAngstrom / pixel / 2, outer = n / 2.0;
        for (int z = 0, at = 0; z < n; z++)
        {
            for (int y = 0; y < n; y++)
            {
                for (int x = 0; x < n; x++, at++)
                {
                    double r = Math.Sqrt((x - c) * (x - c) + (y - c) * (y - c) + (z - c) * (z - c));
                    if (r <= outer) all += power.Voxels[at];
                    if (r <= Math.Min(inner, outer)) within += power.Voxels[at];
                }
            }
        }
        return all > 0 ? Math.Clamp(within / all, 0, 1) : 0;
    }

    private static Volume Product(Volume half1, Volume half2, double blur, WorkerTeam team)
    {
        Volume product = RadialFilter.GaussianLowPass(half1, blur, team);
        TensorPrimitives.Multiply(product.Voxels, RadialFilter.GaussianLowPass(half2, blur, team).Voxels, product.Voxels);
        return RadialFilter.GaussianLowPass(product, ProductBlurVoxels * product.PixelSizeAngstrom, team);
    }

    /// <summary>The value above which the greatest voxels sum up to so much; null where all together do not.</summary>
    private static float? Threshold(float[] voxels, double sum)
    {
        float[] sorted = [.. voxels];
        Array.Sort(sorted);
        for (int i = sorted.Length - 1; i > 0 && sorted[i] > 0; i--)
        {
            sum -= sorted[i];
            if (sum <= 0) return sorted[i - 1];
        }
        return null;
    }
}
