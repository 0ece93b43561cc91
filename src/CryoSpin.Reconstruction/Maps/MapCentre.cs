using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>
/// Puts the particle in the middle of its box. Images alone do not say where the origin of the map is; without this it drifts by a voxel
/// or two,
/// which a user's mask, and any comparison with another map, would notice.
/// </summary>
internal static class MapCentre
{
    private const double ThresholdShare = 0.1;

    /// <summary>Centre of mass, in voxels from the box's centre, of what is denser than a tenth of the greatest density.</summary>
    public static (double X, double Y, double Z) OfMass(Volume map)
    {
        int n = map.Size, c = n / 2;
        double threshold = ThresholdShare * map.Voxels.Max(), mass = 0, mx = 0, my = 0, mz = 0;
        if (!(threshold > 0)) return (0, 0, 0);
        for (int z = 0; z < n; z++)
        {
            for (int y = 0; y < n; y++)
            {
                for (int x = 0; x < n; x++)
                {
                    double d = map[z, y, x];
                    if (d < threshold) continue;
                    mass += d;
                    mx += d * (x - c);
                    my += d * (y - c);
                    mz += d * (z - c);
                }
            }
        }
        return (mx / mass, my / mass, mz / mass);
    }

    /// <summary>
    /// Diameter, in voxels, of the sphere about the box's centre that holds what is denser than a tenth of the greatest density, specks
    /// left out.
    /// </summary>
    /// <param name="map">The map.</param>
    /// <param name="rimShare">Share of that mass that may stand outside: isolated specks.</param>
    public static double DiameterVoxels(Volume map, double rimShare = 1e-3)
    {
        int n = map.Size, c = n / 2;
        double threshold = ThresholdShare * map.Voxels.Max();
        double[] massAt = new double[n];
        for (int z = 0; z < n; z++)
        {
            for (int y = 0; y < n; y++)
            {
                for (int x = 0; x < n; x++)
                {
                    double d = map[z, y, x];
                    int r = (int)Math.Ceiling(Math.Sqrt((x - c) * (x - c) + (y - c) * (y - c) + (z - c) * (z - c)));
                    if (d >= threshold) massAt[Math.Min(r, n - 1)] += d;
                }
            }
        }
        double rim = rimShare * massAt.Sum();
        int radius = n - 1;
        for (double outside = massAt[radius]; outside <= rim && radius > 0; outside += massAt[radius]) radius--;
        return 2.0 * radius;
    }

    /// <summary>
    /// Diameter, in voxels, of the sphere about the box's centre that holds a share of the signal's power. The product of two maps whose noise is
    /// independent is, on average, the signal's power alone: solvent adds nothing, however noisy it is.
    /// </summary>
    /// <param name="half1">Map of half-set 1, filtered.</param>
    /// <param name="half2">Map of half-set 2, filtered alike.</param>
    /// <param name="share">Share of the power, below 1.</param>
    public static double SignalDiameterVoxels(Volume half1, Volume half2, double share)
    {
        int n = half1.Size, c = n / 2;
        double[] powerAt = new double[n];
        for (int z = 0; z < n; z++)
        {
            for (int y = 0; y < n; y++)
            {
                for (int x = 0; x < n; x++)
                {
                    int r = (int)Math.Ceiling(Math.Sqrt((x - c) * (x - c) + (y - c) * (y - c) + (z - c) * (z - c)));
                    powerAt[Math.Min(r, n - 1)] += (double)half1[z, y, x] * half2[z, y, x];
                }
            }
        }
        double total = powerAt.Sum(), inside = 0;
        for (int r = 0; r < n; r++)
        {
            inside += powerAt[r];
            if (total > 0 && inside >= share * total) return 2.0 * r;
        }
        return n;
    }

    /// <summary>The pose, in the frame whose origin lies at <paramref name="centre"/> (voxels) of the old one.</summary>
    public static Candidate Moved(in Candidate pose, (double X, double Y, double Z) centre)
    {
        Rotation a = pose.Rotation;
        (double x, double y, _) = a.Apply(centre.X, centre.Y, centre.Z);
        return pose with { OriginX = pose.OriginX - x, OriginY = pose.OriginY - y };
    }
}
