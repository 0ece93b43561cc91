using CryoSpin.Imaging;
using CryoSpin.Reporting.Imaging;

namespace CryoSpin.Cli.Tests.Reporting;

public sealed class SurfaceTests
{
    [Fact]
    public void A_ball_is_a_disc_of_its_radius_bright_at_the_upper_left()
    {
        const int edge = 64;
        Volume ball = Balls(24, (0, 0, 0));
        byte[] rgba = SurfaceView.Render(ball, 0, 12, edge);
        // A radius of 6 voxels where the picture is 24 wide.
        Assert.InRange(Enumerable.Range(0, edge * edge).Count(i => rgba[4 * i + 3] == 255), 0.95 * Math.PI * 256, 1.05 * Math.PI * 256);
        Assert.All(Enumerable.Range(0, edge * edge), i => Assert.Equal(Radius(i) < 15 || (Radius(i) < 17 && Seen(i)), Seen(i)));
        int left = Brightness(24, 24), right = Brightness(40, 40);
        Assert.True(left > right + 30, $"{left} {right}");

        bool Seen(int i) => rgba[4 * i + 3] == 255;
        int Brightness(int row, int column) => rgba[4 * (row * edge + column)];
        static double Radius(int i) => double.Hypot(i / edge - 31.5, i % edge - 31.5);
    }

    [Fact]
    public void The_view_is_not_mirrored()
    {
        // Seen from azimuth 35 degrees, a little from above: +z is up, +y to the right, -x to the right too and less far.
        const int edge = 48;
        Assert.True(Centre(Balls(32, (0, 8, 0), 3)).Column > 27);
        Assert.True(Centre(Balls(32, (-8, 0, 0), 3)).Column > 24);
        Assert.True(Centre(Balls(32, (0, 0, 8), 3)).Row < 15);

        (double Row, double Column) Centre(Volume map)
        {
            byte[] rgba = SurfaceView.Render(map, 0, 16, edge);
            int[] seen = [.. Enumerable.Range(0, edge * edge).Where(i => rgba[4 * i + 3] == 255)];
            return (seen.Average(i => i / edge), seen.Average(i => i % edge));
        }
    }

    [Fact]
    public void What_is_in_front_hides_what_is_behind_and_is_brighter()
    {
        const int edge = 33;
        (double s, double c) = Math.SinCos(22 * Math.PI / 180);
        (double sa, double ca) = Math.SinCos(35 * Math.PI / 180);
        (double, double, double) eye = (9 * c * ca, 9 * c * sa, 9 * s), away = (-9 * c * ca, -9 * c * sa, -9 * s);
        byte[] front = SurfaceView.Render(Balls(32, eye, 3), 0, 32, edge), behind = SurfaceView.Render(Balls(32, away, 3), 0, 32, edge);
        int middle = 4 * (16 * edge + 16);
        Assert.Equal((255, 255), (front[middle + 3], behind[middle + 3]));
        Assert.True(front[middle] > behind[middle] + 10);
        Volume both = Balls(32, eye, 3);
        Volume second = Balls(32, away, 3);
        for (int i = 0; i < both.Voxels.Length; i++) both.Voxels[i] = Math.Max(both.Voxels[i], second.Voxels[i]);
        Assert.Equal(front[middle], SurfaceView.Render(both, 0, 32, edge)[middle]);
    }

    [Fact]
    public void Maps_without_a_surface_give_an_empty_picture()
    {
        foreach (Volume map in new[] { new Volume(1, 1), new Volume(2, 1), new Volume(4, 1, Enumerable.Repeat(float.NaN, 64).ToArray()) })
        {
            Assert.All(SurfaceView.Render(map, 1, 4, 8), b => Assert.Equal(0, b));
        }
    }

    [Fact]
    public void A_map_of_another_scale_is_brought_onto_the_reference()
    {
        Volume truth = ComparisonSample.Molecule(16, 0, 1);
        Volume other = new(16, truth.PixelSizeAngstrom, Array.ConvertAll(truth.Voxels, v => -7 + 300 * v));
        Volume matched = MapContrast.Matched(other, truth);
        for (int i = 0; i < truth.Voxels.Length; i++) Assert.Equal(truth.Voxels[i], matched.Voxels[i], 3);
    }

    [Fact]
    public void The_contour_parts_two_densities_and_the_radius_reaches_the_farthest_voxel()
    {
        Volume map = new(16, 2);
        Random random = new(1);
        for (int i = 0; i < map.Voxels.Length; i++) map.Voxels[i] = (float)(0.2 * random.NextDouble());
        for (int i = 0; i < 125; i++) map[6 + i / 25, 6 + i / 5 % 5, 6 + i % 5] = 1 + (float)(0.1 * random.NextDouble());
        map[8, 8, 13] = 1;
        double level = MapContrast.Contour(map);
        Assert.InRange(level, 0.2, 1);
        Assert.Equal(5, MapContrast.RadiusVoxels(map, level), 9);
    }

    // Distance to the surface, positive inside.
    private static Volume Balls(int size, (double X, double Y, double Z) centre, double radius = 6)
    {
        Volume map = new(size, 2);
        int c = size / 2;
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            double x = i % size - c - centre.X, y = i / size % size - c - centre.Y, z = i / size / size - c - centre.Z;
            map.Voxels[i] = (float)(radius - Math.Sqrt(x * x + y * y + z * z));
        }
        return map;
    }
}
