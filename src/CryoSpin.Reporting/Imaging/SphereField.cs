namespace CryoSpin.Reporting.Imaging;

/// <summary>Values known at scattered directions, asked for at any other.</summary>
internal sealed class SphereField
{
    private readonly (double X, double Y, double Z)[] _directions;
    private readonly double[] _heights;
    private readonly double[] _values;

    /// <summary>Keeps the values that are finite.</summary>
    /// <param name="directions">Unit vectors.</param>
    /// <param name="values">As many values.</param>
    public SphereField(IReadOnlyList<(double X, double Y, double Z)> directions, IReadOnlyList<double> values)
    {
        // In order of z, so that only a belt around the asked height is looked at.
        int[] order =
        [
            .. Enumerable.Range(0, Math.Min(directions.Count, values.Count)).Where(i => double.IsFinite(values[i]))
                .OrderBy(i => directions[i].Z),
        ];
        _directions = [.. order.Select(i => directions[i])];
        _heights = [.. _directions.Select(d => d.Z)];
        _values = [.. order.Select(i => values[i])];
    }

    /// <summary>Number of values kept.</summary>
    public int Count => _values.Length;

    /// <summary>Standard deviation, in radians, of a kernel that holds about <paramref name="samples"/> evenly spread directions.</summary>
    public double Width(double samples) => Math.Clamp(Math.Sqrt(2 * samples / Math.Max(1, Count)), 0.02, 0.6);

    /// <summary>The value at the nearest direction; NaN where there is none.</summary>
    public double Nearest(double latitude, double longitude)
    {
        (double x, double y, double z) = Direction(latitude, longitude);
        int above = FirstAtOrAbove(z), below = above - 1, best = -1;
        double least = double.PositiveInfinity;
        while (above < Count || below >= 0)
        {
            // The chord is never shorter than the difference of heights.
            bool up = above < Count && (below < 0 || _heights[above] - z <= z - _heights[below]);
            int i = up ? above++ : below--;
            double dz = _heights[i] - z;
            if (dz * dz > least) break;
            double chord = Square(_directions[i].X - x) + Square(_directions[i].Y - y) + dz * dz;
            if (chord < least) (least, best) = (chord, i);
        }
        return best < 0 ? double.NaN : _values[best];
    }

    /// <summary>The mean of the values around a direction, weighted by a Gaussian of the chord; NaN where all are more than three
    /// widths away.</summary>
    public double Mean(double latitude, double longitude, double width)
    {
        (double x, double y, double z) = Direction(latitude, longitude);
        double reach = 3 * width, sum = 0, weights = 0;
        for (int i = FirstAtOrAbove(z - reach); i < Count && _heights[i] <= z + reach; i++)
        {
            double chord = Square(_directions[i].X - x) + Square(_directions[i].Y - y) + Square(_heights[i] - z);
            if (chord > reach * reach) continue;
            double weight = Math.Exp(-chord / (2 * width * width));
            sum += weight * _values[i];
            weights += weight;
        }
        return weights > 0 ? sum / weights : double.NaN;
    }

    private static (double X, double Y, double Z) Direction(double latitude, double longitude) =>
        (Math.Cos(latitude) * Math.Cos(longitude), Math.Cos(latitude) * Math.Sin(longitude), Math.Sin(latitude));

    private int FirstAtOrAbove(double height)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_heights[middle] < height) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private static double Square(double v) => v * v;
}
