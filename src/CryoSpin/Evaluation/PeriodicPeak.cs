namespace CryoSpin.Evaluation;

/// <summary>The highest point of a periodic volume, between its voxels.</summary>
internal static class PeriodicPeak
{
    /// <summary>The position, each coordinate from -n/2 to n/2, and the height there, by a parabola along each axis.</summary>
    public static ((double X, double Y, double Z) Position, double Height) Find(ReadOnlySpan<float> values, int n)
    {
        int peak = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(values[..(n * n * n)]);
        int z = peak / (n * n), y = peak / n % n, x = peak % n;
        double centre = values[peak];
        double height = centre;
        double px = Vertex(values[(z * n + y) * n + (x + n - 1) % n], centre, values[(z * n + y) * n + (x + 1) % n], ref height);
        double py = Vertex(values[(z * n + (y + n - 1) % n) * n + x], centre, values[(z * n + (y + 1) % n) * n + x], ref height);
        double pz = Vertex(values[((z + n - 1) % n * n + y) * n + x], centre, values[((z + 1) % n * n + y) * n + x], ref height);
        return ((Signed(x, n) + px, Signed(y, n) + py, Signed(z, n) + pz), height);
    }

    private static double Vertex(double before, double at, double after, ref double height)
    {
        double curvature = before - 2 * at + after;
        if (!(curvature < 0)) return 0;
        double slope = (after - before) / 2;
        double position = Math.Clamp(-slope / curvature, -0.5, 0.5);
        height += slope * position + curvature * position * position / 2;
        return position;
    }

    private static int Signed(int i, int n) => 2 * i > n ? i - n : i;
}
