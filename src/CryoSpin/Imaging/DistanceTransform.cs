using CryoSpin.Compute;

namespace CryoSpin.Imaging;

/// <summary>
/// Exact Euclidean distances to a region, one axis after the other (Felzenszwalb and Huttenlocher, Theory of Computing 8 (2012) 415).
/// </summary>
internal static class DistanceTransform
{
    private const float Far = 1e12f;

    /// <summary>Squared distance, in voxels, from each voxel to the nearest one of the region; 0 inside it.</summary>
    public static float[] Squared(bool[] region, int size, WorkerTeam? team = null)
    {
        float[] distance = Array.ConvertAll(region, inside => inside ? 0 : Far);
        foreach (int stride in (ReadOnlySpan<int>)[1, size, size * size])
        {
            int axisStride = stride;
            Action<int, int> slab = (slab, _) => Slab(distance, size, axisStride, slab);
            if (team is not null)
            {
                team.ForEach(size, slab);
                continue;
            }
            for (int i = 0; i < size; i++) slab(i, 0);
        }
        return distance;
    }

    /// <summary>All lines along one axis that lie in slab number <paramref name="slab"/>.</summary>
    private static void Slab(float[] distance, int size, int stride, int slab)
    {
        // Slabs are planes of constant z, or of constant y for lines along z.
        int slabStride = stride == size * size ? size : size * size;
        int lineStride = stride == 1 ? size : 1;
        float[] f = new float[size];
        int[] apex = new int[size];
        double[] from = new double[size + 1];
        for (int line = 0; line < size; line++)
        {
            int start = slab * slabStride + line * lineStride;
            for (int i = 0; i < size; i++) f[i] = distance[start + i * stride];
            LowerEnvelope(f, apex, from);
            for (int i = 0, k = 0; i < size; i++)
            {
                while (from[k + 1] < i) k++;
                float d = i - apex[k];
                distance[start + i * stride] = Math.Min(Far, d * d + f[apex[k]]);
            }
        }
    }

    /// <summary>The parabolas (i - apex)^2 + f[apex] that are lowest somewhere, and from where on each is.</summary>
    private static void LowerEnvelope(float[] f, int[] apex, double[] from)
    {
        int k = 0;
        apex[0] = 0;
        from[0] = double.NegativeInfinity;
        from[1] = double.PositiveInfinity;
        for (int q = 1; q < f.Length; q++)
        {
            double s = Crossing(q, apex[k]);
            while (s <= from[k])
            {
                k--;
                s = Crossing(q, apex[k]);
            }
            k++;
            apex[k] = q;
            from[k] = s;
            from[k + 1] = double.PositiveInfinity;
        }

        double Crossing(int q, int p) => (f[q] + (double)q * q - f[p] - (double)p * p) / (2.0 * (q - p));
    }
}
