using CryoSpin.Imaging;

namespace CryoSpin.Reporting.Imaging;

/// <summary>One grey picture of a map.</summary>
/// <param name="Title">What it shows, for the caption.</param>
/// <param name="Size">Width and height in pixels.</param>
/// <param name="Gray">[row][column], 0 to 255.</param>
public sealed record MapView(string Title, int Size, byte[] Gray)
{
    private const double DarkShare = 0.005;
    private const double BrightShare = 0.999;

    /// <summary>The three central slices: XY, XZ and YZ. Row 0 is the first row of the file.</summary>
    /// <param name="map">The map.</param>
    /// <param name="of">Gives the grey scale where several maps are to share one; null: the map's own.</param>
    public static IReadOnlyList<MapView> CentralSlices(Volume map, Volume? of = null)
    {
        (string Title, Func<int, int, float> Value)[] slices = Central(map);
        return Paint(map.Size, slices, of is null ? Range(map.Size, slices) : Range(of.Size, Central(of)));
    }

    /// <summary>The brightest voxel along z, y and x.</summary>
    public static IReadOnlyList<MapView> MaximumProjections(Volume map)
    {
        int n = map.Size;
        (string Title, Func<int, int, float> Value)[] projections =
        [
            ("along z, maximum", (row, column) => Maximum(n, k => map[k, row, column])),
            ("along y, maximum", (row, column) => Maximum(n, k => map[row, k, column])),
            ("along x, maximum", (row, column) => Maximum(n, k => map[row, column, k])),
        ];
        return Paint(n, projections, Range(n, projections));
    }

    private static (string Title, Func<int, int, float> Value)[] Central(Volume map)
    {
        int c = map.Size / 2;
        return
        [
            ("XY, central slice", (row, column) => map[c, row, column]),
            ("XZ, central slice", (row, column) => map[row, c, column]),
            ("YZ, central slice", (row, column) => map[row, column, c]),
        ];
    }

    private static float Maximum(int count, Func<int, float> value)
    {
        float best = float.NegativeInfinity;
        for (int k = 0; k < count; k++) best = Math.Max(best, value(k));
        return best;
    }

    // The pictures of one row share a grey scale, so that they can be compared; the ends are cut so that one hot voxel darkens nothing.
    private static (float Low, float High) Range(int n, (string Title, Func<int, int, float> Value)[] pictures)
    {
        float[] sorted = [.. pictures.SelectMany(p => Sample(n, p.Value)).Where(float.IsFinite)];
        Array.Sort(sorted);
        float low = sorted.Length == 0 ? 0 : sorted[(int)(DarkShare * (sorted.Length - 1))];
        float high = sorted.Length == 0 ? 1 : sorted[(int)(BrightShare * (sorted.Length - 1))];
        // A map that is flat but for a few voxels: show those.
        return high <= low && sorted.Length > 0 ? (sorted[0], sorted[^1]) : (low, high);
    }

    private static MapView[] Paint(int n, (string Title, Func<int, int, float> Value)[] pictures, (float Low, float High) range)
    {
        float scale = range.High > range.Low ? 255 / (range.High - range.Low) : 0;
        return
        [
            .. pictures.Select(p => new MapView(p.Title, n, Array.ConvertAll(Sample(n, p.Value), v => ToGray((v - range.Low) * scale)))),
        ];
    }

    private static float[] Sample(int n, Func<int, int, float> value)
    {
        float[] picture = new float[n * n];
        for (int row = 0; row < n; row++)
        {
            for (int column = 0; column < n; column++) picture[row * n + column] = value(row, column);
        }
        return picture;
    }

    private static byte ToGray(float value) => float.IsFinite(value) ? (byte)Math.Clamp(MathF.Round(value), 0, 255) : (byte)0;
}
