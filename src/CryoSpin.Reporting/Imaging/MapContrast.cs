using CryoSpin.Imaging;

namespace CryoSpin.Reporting.Imaging;

/// <summary>Brings maps of different programs onto one grey scale and finds one contour for all.</summary>
internal static class MapContrast
{
    private const int Bins = 512;

    /// <summary>
    /// A copy with the mean and the standard deviation of the reference, both over the sphere that fits into the box. Unlike a regression
    /// on the reference it does not flatten a map for being noisy or wrong, so such a map still has a surface to look at.
    /// </summary>
    public static Volume Matched(Volume map, Volume reference)
    {
        (double mean, double deviation) = Moments(map);
        (double goal, double spread) = Moments(reference);
        double factor = deviation > 0 ? spread / deviation : 0;
        return new Volume(map.Size, map.PixelSizeAngstrom, Array.ConvertAll(map.Voxels, v => (float)((v - mean) * factor + goal)));
    }

    /// <summary>
    /// The value that best parts molecule from solvent: between the two classes so made, the variance is greatest.
    /// Source: N. Otsu, A threshold selection method from gray-level histograms, IEEE Trans. SMC 9 (1979).
    /// </summary>
    public static double Contour(Volume map)
    {
        float[] values = [.. Sphere(map)];
        if (values.Length == 0) return 0;
        double low = values.Min(), high = values.Max();
        if (high <= low) return high;
        int[] counts = new int[Bins];
        foreach (float v in values) counts[Math.Min(Bins - 1, (int)((v - low) / (high - low) * Bins))]++;
        double all = 0, total = values.Length;
        for (int i = 0; i < Bins; i++) all += (i + 0.5) * counts[i];
        double below = 0, sum = 0, best = -1;
        int cut = 0;
        for (int i = 0; i < Bins - 1; i++)
        {
            below += counts[i];
            sum += (i + 0.5) * counts[i];
            if (below == 0 || below == total) continue;
            double difference = sum / below - (all - sum) / (total - below);
            double between = below * (total - below) * difference * difference;
            if (between > best) (best, cut) = (between, i);
        }
        return low + (cut + 1) * (high - low) / Bins;
    }

    /// <summary>Voxels from the centre to the farthest voxel at or above the level; half the box where there is none.</summary>
    public static double RadiusVoxels(Volume map, double level)
    {
        int n = map.Size, c = n / 2;
        long farthest = 0;
        for (int z = 0; z < n; z++)
        {
            for (int y = 0; y < n; y++)
            {
                for (int x = 0; x < n; x++)
                {
                    if (map[z, y, x] < level) continue;
                    farthest = Math.Max(farthest, Square(z - c) + Square(y - c) + Square(x - c));
                }
            }
        }
        return farthest == 0 ? n / 2.0 : Math.Sqrt(farthest);
    }

    private static (double Mean, double Deviation) Moments(Volume map)
    {
        double sum = 0, squares = 0;
        long count = 0;
        foreach (float v in Sphere(map))
        {
            sum += v;
            squares += (double)v * v;
            count++;
        }
        if (count == 0) return (0, 0);
        double mean = sum / count;
        return (mean, Math.Sqrt(Math.Max(0, squares / count - mean * mean)));
    }

    private static IEnumerable<float> Sphere(Volume map)
    {
        int n = map.Size, c = n / 2;
        double radius = n / 2.0;
        for (int z = 0; z < n; z++)
        {
            for (int y = 0; y < n; y++)
            {
                for (int x = 0; x < n; x++)
                {
                    float v = map[z, y, x];
                    if (float.IsFinite(v) && Square(z - c) + Square(y - c) + Square(x - c) <= radius * radius) yield return v;
                }
            }
        }
    }

    private static long Square(int v) => (long)v * v;
}
