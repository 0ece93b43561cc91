using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Charts;
using CryoSpin.Reporting.Imaging;

namespace CryoSpin.Cli.Tests.Reporting;

public sealed class PictureTests
{
    [Fact]
    public void Slices_and_projections_look_along_their_axes()
    {
        Volume map = new(8, 1);
        map[4, 2, 6] = 1;
        map[1, 3, 5] = 1;
        IReadOnlyList<MapView> slices = MapView.CentralSlices(map), projections = MapView.MaximumProjections(map);
        Assert.Equal([2 * 8 + 6], Bright(slices[0]));
        Assert.Empty(Bright(slices[1]));
        Assert.Equal([2 * 8 + 6, 3 * 8 + 5], Bright(projections[0]));
        Assert.Equal([1 * 8 + 5, 4 * 8 + 6], Bright(projections[1]));
        Assert.Equal([1 * 8 + 3, 4 * 8 + 2], Bright(projections[2]));

        static int[] Bright(MapView view) => [.. Enumerable.Range(0, 64).Where(i => view.Gray[i] > 128)];
    }

    [Fact]
    public void Uniform_directions_have_density_one_and_a_pole_alone_fills_one_cell()
    {
        Random random = new(3);
        Pose[] uniform =
        [
            .. Enumerable.Range(0, 40000).Select(
                _ => View(Math.Acos(2 * random.NextDouble() - 1) * 180 / Math.PI, 360 * random.NextDouble()))
        ];
        SphereHistogram sphere = new(uniform);
        double mean = 0;
        for (int i = 0; i < 400; i++) mean += sphere.Density(Math.Asin((i + 0.5) / 200 - 1), i) / 400;
        Assert.InRange(mean, 0.97, 1.03);
        Assert.InRange(sphere.Highest, 1, 2.5);
        SphereHistogram pole = new([.. Enumerable.Repeat(View(0, 0), 500)]);
        Assert.True(pole.Density(Math.PI / 2 - 0.01, 0) > 20);
        Assert.Equal(0, pole.Density(0, 0));
        Assert.InRange(pole.EmptyShare, 0.8, 1);
    }

    [Fact]
    public void A_direction_is_found_at_its_longitude()
    {
        SphereHistogram sphere = new([.. Enumerable.Repeat(View(90, 40), 300)]);
        Assert.True(sphere.Density(0, 40 * Math.PI / 180) > 1);
        Assert.Equal(0, sphere.Density(0, -40 * Math.PI / 180));
        Assert.Equal(0, sphere.Density(0, 220 * Math.PI / 180));
    }

    [Fact]
    public void Shifts_are_counted_in_pixels_and_none_is_lost()
    {
        Pose[] poses = [new(Rotation.Identity, 6, 0), new(Rotation.Identity, 0, -6), new(Rotation.Identity, 30, 30)];
        ShiftHistogram shifts = new(poses, pixelSizeAngstrom: 3, leastRadiusPixels: 5);
        Assert.Equal(2, shifts.MedianPixels, 9);
        Assert.True(shifts.RadiusPixels > 14);
        int sum = 0;
        for (int i = 0; i < shifts.Cells * shifts.Cells; i++) sum += shifts[i / shifts.Cells, i % shifts.Cells];
        Assert.Equal(3, sum);
        int middle = shifts.Cells / 2;
        Assert.Equal(1, Enumerable.Range(middle + 1, middle).Sum(column => shifts[middle, column]));
    }

    [Theory]
    [InlineData(0, 1, 0, 1, 6)]
    [InlineData(0.13, 0.87, 0, 1, 6)]
    [InlineData(-3, 17, -5, 20, 6)]
    [InlineData(1000, 1000, 900, 1100, 5)]
    public void Axes_have_round_ends_around_the_values(double low, double high, double least, double most, int ticks)
    {
        Axis axis = Axis.Around("", [low, double.NaN, high, double.PositiveInfinity]);
        Assert.Equal(least, axis.Minimum, 9);
        Assert.Equal(most, axis.Maximum, 9);
        Assert.Equal(ticks, axis.Ticks.Count);
        Assert.Equal(axis.Minimum, axis.Ticks[0].Value, 9);
        Assert.Equal(axis.Ticks.Select(t => t.Label).Distinct().Count(), axis.Ticks.Count);
    }

    [Fact]
    public void Heat_colours_rise_in_lightness()
    {
        double last = -1;
        for (int i = 0; i <= 50; i++)
        {
            (byte r, byte g, byte b) = ColourRamp.At(i / 50.0);
            double lightness = 0.2126 * r + 0.7152 * g + 0.0722 * b;
            Assert.True(lightness > last);
            last = lightness;
        }
        Assert.Equal(ColourRamp.Hex(1), ColourRamp.Hex(7));
        Assert.Equal(ColourRamp.Hex(0), ColourRamp.Hex(double.NaN));
    }

    private static Pose View(double tilt, double rot) => new(new EulerAngles(rot, tilt, 12).ToRotation(), 0, 0);
}
