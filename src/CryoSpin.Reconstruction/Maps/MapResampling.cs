using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Fourier;
using CryoSpin.Imaging;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>Maps of the coarse stages in the images' own box.</summary>
internal static class MapResampling
{
    /// <summary>A map of the same field of view in a larger box, whose slices are those of the coarse one.</summary>
    public static Volume ToBox(Volume coarse, int box, double pixelSizeAngstrom, WorkerTeam team)
    {
        Volume fine = new(box, pixelSizeAngstrom);
        FourierCrop.ForVolumes(coarse.Size, box, team).Apply(coarse.Voxels, fine.Voxels);
        // Resampling keeps grey values; slices need the sum over voxels kept.
        TensorPrimitives.Multiply(fine.Voxels, MathF.Pow((float)coarse.Size / box, 3), fine.Voxels);
        return fine;
    }
}
