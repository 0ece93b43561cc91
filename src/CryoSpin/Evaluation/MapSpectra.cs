using CryoSpin.Fourier;
using CryoSpin.Imaging;

namespace CryoSpin.Evaluation;

/// <summary>Transforms of maps, and shells in them.</summary>
internal static class MapSpectra
{
    /// <summary>The transform of map times mask (no mask: of the map); the origin is voxel 0.</summary>
    public static float[] Masked(Volume map, ReadOnlySpan<float> mask, RealFft3D fft)
    {
        ReadOnlySpan<float> voxels = map.Voxels;
        if (!mask.IsEmpty)
        {
            if (mask.Length != map.Voxels.Length)
            {
                throw new ArgumentException($"A mask of {mask.Length} values does not fit a map of edge {map.Size}.", nameof(mask));
            }
            float[] product = new float[mask.Length];
            System.Numerics.Tensors.TensorPrimitives.Multiply(voxels, mask, product);
            voxels = product;
        }
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(voxels, spectrum);
        return spectrum;
    }

    /// <summary>round(sqrt(i)) for every squared radius whose shell is at most <paramref name="last"/>.</summary>
    public static int[] ShellOfSquare(int last)
    {
        // round(sqrt(i)) <= last exactly where i <= last^2 + last, as no integer has a root that ends in .5.
        int[] shell = new int[last * last + last + 1];
        for (int i = 0; i < shell.Length; i++) shell[i] = (int)Math.Round(Math.Sqrt(i));
        return shell;
    }
}
