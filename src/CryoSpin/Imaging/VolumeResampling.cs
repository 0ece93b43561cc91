using CryoSpin.Compute;
using CryoSpin.Fourier;

namespace CryoSpin.Imaging;

/// <summary>Maps on other grids.</summary>
public static class VolumeResampling
{
    /// <summary>
    /// The map on a coarser (or finer) grid with the same width in angstrom: its spectrum cut (or surrounded by zeros).
    /// </summary>
    /// <param name="map">The map.</param>
    /// <param name="size">The new edge in voxels.</param>
    /// <param name="team">Threads; null for the caller's.</param>
    /// <exception cref="ArgumentException">An edge with a prime factor above 7.</exception>
    public static Volume FourierCropTo(this Volume map, int size, WorkerTeam? team = null)
    {
        Volume result = new(size, FourierCrop.PixelSize(map.PixelSizeAngstrom, map.Size, size));
        FourierCrop.ForVolumes(map.Size, size, team).Apply(map.Voxels, result.Voxels);
        return result;
    }
}
