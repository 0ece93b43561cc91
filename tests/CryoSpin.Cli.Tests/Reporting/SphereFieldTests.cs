using CryoSpin.Reporting.Charts;
using CryoSpin.Reporting.Imaging;

namespace CryoSpin.Cli.Tests.Reporting;

public sealed class SphereFieldTests
{
    private static readonly (double X, double Y, double Z)[] Directions = ComparisonSample.Directions(200);

    [Fact]
    public void The_nearest_value_is_that_of_a_full_search()
    {
        Random random = new(4);
        double[] values = [.. Directions.Select((_, i) => (double)i)];
        SphereField field = new([.. Directions.Reverse()], [.. values.Reverse()]);
        for (int k = 0; k < 500; k++)
        {
            double latitude = Math.Asin(2 * random.NextDouble() - 1), longitude = 7 * random.NextDouble();
            int best = Enumerable.Range(0, 200).MaxBy(i => Dot(Directions[i], latitude, longitude));
            Assert.Equal(best, field.Nearest(latitude, longitude));
        }
        Assert.True(double.IsNaN(new SphereField([], []).Nearest(0, 0)));
    }

    [Fact]
    public void The_mean_weighs_by_distance_and_knows_nothing_far_away()
    {
        double[] values = [.. Directions.Select(d => d.Z)];
        SphereField field = new(Directions, values);
        const double width = 0.2;
        for (double latitude = -1.5; latitude < 1.6; latitude += 0.3)
        {
            double sum = 0, weights = 0;
            for (int i = 0; i < 200; i++)
            {
                double chord = 2 - 2 * Dot(Directions[i], latitude, 1);
                if (chord > 9 * width * width) continue;
                sum += values[i] * Math.Exp(-chord / (2 * width * width));
                weights += Math.Exp(-chord / (2 * width * width));
            }
            Assert.Equal(sum / weights, field.Mean(latitude, 1, width), 9);
        }
        SphereField pole = new([(0, 0, 1), (0, 0, -1)], [5, double.NaN]);
        Assert.Equal(1, pole.Count);
        Assert.Equal(5, pole.Mean(1.5, 2, 0.1));
        Assert.True(double.IsNaN(pole.Mean(-1.5, 0, 0.1)));
    }

    [Fact]
    public void Directions_are_drawn_where_their_colours_are()
    {
        // The picture says which direction each pixel shows; projecting that direction must lead back to the pixel.
        const int height = 60;
        int seen = 0;
        List<(double Latitude, double Longitude)> asked = [];
        Mollweide.ToPng(height, (latitude, longitude) =>
        {
            asked.Add((latitude, longitude));
            return 0;
        });
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < 2 * height; column++)
            {
                double x = (column + 0.5) / height - 1, y = 1 - (row + 0.5) * 2 / height;
                if (x * x + y * y > 1) continue;
                (double latitude, double longitude) = asked[seen++];
                (double px, double py) = Mollweide.Project(
                    (Math.Cos(latitude) * Math.Cos(longitude), Math.Cos(latitude) * Math.Sin(longitude), Math.Sin(latitude)));
                Assert.Equal(x, px, 6);
                Assert.Equal(y, py, 6);
            }
        }
        Assert.Equal(asked.Count, seen);
    }

    [Theory]
    [InlineData(7, 4000, "5 s", "2 h", 10)]
    [InlineData(61, 119, "1 min", "2 min", 2)]
    [InlineData(1, 1e6, "1 s", "10 d", 8)]
    public void Time_axes_have_round_ticks(double low, double high, string first, string last, int count)
    {
        Axis axis = Axis.LogarithmicTime("", [0, -3, double.NaN, low, high]);
        Assert.True(axis.Minimum <= low && axis.Maximum >= high);
        Assert.Equal((first, last, count), (axis.Ticks[0].Label, axis.Ticks[^1].Label, axis.Ticks.Count));
        Assert.Equal(0, axis.Place(axis.Minimum, 0, 10), 9);
        Assert.Equal(10, axis.Place(axis.Maximum, 0, 10), 9);
        Assert.Equal(5, axis.Place(Math.Sqrt(axis.Minimum * axis.Maximum), 0, 10), 9);
    }

    [Fact]
    public void Axes_without_positive_values_or_with_one_have_a_length()
    {
        foreach (double[] values in new double[][] { [], [0, -1], [3], [1], [1e-9], [1e9] })
        {
            foreach (Axis axis in new[] { Axis.Logarithmic("", values), Axis.LogarithmicTime("", values) })
            {
                Assert.True(axis.Minimum > 0 && axis.Maximum > axis.Minimum);
                Assert.All(axis.Ticks, t => Assert.InRange(axis.Place(t.Value, 0, 1), -1e-6, 1 + 1e-6));
            }
        }
    }

    private static double Dot((double X, double Y, double Z) d, double latitude, double longitude) =>
        Math.Cos(latitude) * (Math.Cos(longitude) * d.X + Math.Sin(longitude) * d.Y) + Math.Sin(latitude) * d.Z;
}
