namespace CryoSpin.Imaging;

/// <summary>Regions of voxels that touch by faces.</summary>
internal static class ConnectedRegion
{
    /// <summary>The largest region of voxels above a threshold; all false when there is none.</summary>
    public static bool[] Largest(Volume map, float threshold)
    {
        int[] label = new int[map.Voxels.Length];
        Queue<int> front = new();
        int regions = 0, largest = 0, largestCount = 0;
        for (int start = 0; start < label.Length; start++)
        {
            if (label[start] != 0 || !(map.Voxels[start] > threshold)) continue;
            int count = Grow(map, threshold, label, start, ++regions, front);
            if (count > largestCount) (largest, largestCount) = (regions, count);
        }
        return Array.ConvertAll(label, l => l != 0 && l == largest);
    }

    private static int Grow(Volume map, float threshold, int[] label, int start, int region, Queue<int> front)
    {
        int n = map.Size, count = 0;
        label[start] = region;
        front.Enqueue(start);
        while (front.TryDequeue(out int at))
        {
            count++;
            int x = at % n, y = at / n % n, z = at / n / n;
            if (x > 0) Visit(at - 1);
            if (x < n - 1) Visit(at + 1);
            if (y > 0) Visit(at - n);
            if (y < n - 1) Visit(at + n);
            if (z > 0) Visit(at - n * n);
            if (z < n - 1) Visit(at + n * n);
        }
        return count;

        void Visit(int next)
        {
            if (label[next] != 0 || !(map.Voxels[next] > threshold)) return;
            label[next] = region;
            front.Enqueue(next);
        }
    }
}
