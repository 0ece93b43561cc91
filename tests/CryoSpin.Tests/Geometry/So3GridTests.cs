using CryoSpin.Geometry;

namespace CryoSpin.Tests.Geometry;

public class So3GridTests
{
    [Theory]
    [InlineData(0, 72)]
    [InlineData(1, 576)]
    [InlineData(2, 4608)]
    [InlineData(3, 36864)]
    public void Sizes(int order, int expected)
    {
        Rotation[] grid = So3Grid.Healpix(order);
        Assert.Equal(expected, grid.Length);
        Assert.Equal(expected, So3Grid.ViewCount(order) * So3Grid.InPlaneCount(order));
        Assert.All(grid, r => Assert.Equal(1, r.Determinant, 1e-12));
    }

    // Published pixel centres of the ring scheme, N_side 1 and 2: (index, z, phi in degrees).
    [Theory]
    [InlineData(0, 0, 2.0 / 3, 45)]
    [InlineData(0, 4, 0, 0)]
    [InlineData(0, 11, -2.0 / 3, 315)]
    [InlineData(1, 0, 11.0 / 12, 45)]
    [InlineData(1, 4, 2.0 / 3, 22.5)]
    [InlineData(1, 12, 1.0 / 3, 0)]
    [InlineData(1, 20, 0, 22.5)]
    [InlineData(1, 47, -11.0 / 12, 315)]
    public void Views_are_healpix_centres(int order, int index, double z, double phi)
    {
        (double rot, double tilt) = So3Grid.Views(order)[index];
        Assert.Equal(z, Math.Cos(tilt * Math.PI / 180), 1e-12);
        Assert.Equal(phi, rot, 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void No_rotation_is_far_from_the_grid_and_all_cells_are_alike(int order)
    {
        Rotation[] grid = So3Grid.Healpix(order);
        Random random = new(7);
        double spacing = So3Grid.SpacingDegrees(order);
        double mean = 0, worst = 0;
        const int Trials = 300;
        for (int i = 0; i < Trials; i++)
        {
            Rotation r = RandomRotations.Next(random);
            double nearest = grid.Min(g => g.AngleToDegrees(r));
            mean += nearest / Trials;
            worst = Math.Max(worst, nearest);
        }
        Assert.InRange(mean, 0.4 * spacing, 0.55 * spacing);
        Assert.True(worst < spacing, $"worst {worst:F1} of {spacing}");
        double closest = double.MaxValue;
        for (int i = 0; i < grid.Length; i += 97)
        {
            for (int j = 0; j < grid.Length; j++)
            {
                if (j != i) closest = Math.Min(closest, grid[i].AngleToDegrees(grid[j]));
            }
        }
        Assert.True(closest > 0.5 * spacing, $"closest {closest:F1} of {spacing}");
    }

    [Fact]
    public void In_plane_neighbours_turn_the_image_and_keep_the_view()
    {
        Rotation[] grid = So3Grid.Healpix(1, RandomRotations.Next(new Random(3)));
        Rotation step = grid[1] * grid[0].Transpose();
        for (int view = 0; view < So3Grid.ViewCount(1); view++)
        {
            for (int j = 1; j < 12; j++)
            {
                Rotation a = grid[view * 12 + j - 1], b = grid[view * 12 + j];
                Assert.Equal(0, (step * a).AngleToDegrees(b), 1e-6);
                Assert.Equal(a.M20, b.M20, 1e-12);
                Assert.Equal(30, a.AngleToDegrees(b), 1e-9);
            }
        }
    }

    [Fact]
    public void Local_grids_fill_a_ball_from_its_centre()
    {
        Rotation[] local = So3Grid.Local(10, 2.5);
        Assert.Equal(Rotation.Identity, local[0]);
        double[] angles = [.. local.Select(r => r.AngleToDegrees(Rotation.Identity))];
        Assert.Equal(angles.Order(), angles, new Near());
        Assert.Equal(10, angles[^1], 1e-9);
        // Points of the cubic lattice within distance 4.
        Assert.Equal(257, local.Length);
        Assert.Single(So3Grid.Local(1, 3));
        Assert.Equal(7, So3Grid.Local(3, 3).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => So3Grid.Local(1, 0));
    }

    [Fact]
    public void Subdivision_halves_the_distance_to_any_rotation_in_the_cell()
    {
        Random random = new(5);
        for (int trial = 0; trial < 200; trial++)
        {
            Rotation centre = RandomRotations.Next(random);
            double d = 8 * Math.PI / 180;
            Rotation inside = So3.Exp(new RotationVector(
                d * (random.NextDouble() - 0.5), d * (random.NextDouble() - 0.5), d * (random.NextDouble() - 0.5))) * centre;
            Rotation[] children = So3Grid.Subdivide(centre, 8);
            Assert.Equal(8, children.Length);
            Assert.True(children.Min(c => c.AngleToDegrees(inside)) < 2 * Math.Sqrt(3) + 0.1);
        }
    }

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-9;

        public int GetHashCode(double obj) => 0;
    }
}
