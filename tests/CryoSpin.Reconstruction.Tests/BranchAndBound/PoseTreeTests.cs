using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.BranchAndBound;

namespace CryoSpin.Reconstruction.Tests.BranchAndBound;

public class PoseTreeTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(3.0)]
    public void Every_cell_of_origins_has_its_parts_and_the_leaves_fill_the_disc(double radius)
    {
        PoseTree tree = new(0, [3, 4, 5], radius, 2, Rotation.Identity);
        Assert.Equal(72 * 64L * tree.Cells(2).Count, tree.Leaves);
        for (int level = 1; level < 3; level++)
        {
            foreach ((int x, int y) in tree.Cells(level))
            {
                (int X, int Y) parent = radius > 0 ? (x / 2, y / 2) : (0, 0);
                Assert.Contains(parent, tree.Cells(level - 1));
                (double ox, double oy) = tree.Origin(level, x, y);
                (double px, double py) = tree.Origin(level - 1, parent.X, parent.Y);
                double bound = tree.ShiftSpacing(level - 1) / 2;
                Assert.True(Math.Abs(ox - px) <= bound && Math.Abs(oy - py) <= bound);
            }
        }
        double leaf = tree.ShiftSpacing(2);
        Assert.All(tree.Cells(2), c =>
        {
            (double x, double y) = tree.Origin(2, c.X, c.Y);
            Assert.InRange(Math.Sqrt(x * x + y * y), 0, radius + 1e-9);
        });
        Assert.InRange(tree.Cells(2).Count, radius == 0 ? 1 : 0.9 * Math.PI * radius * radius / leaf / leaf, radius == 0 ? 1 : 1.1 * Math.PI * radius * radius / leaf / leaf);
    }

    [Fact]
    public void Leaves_of_rotations_are_as_near_to_any_rotation_as_their_spacing_says()
    {
        PoseTree tree = new(1, [3, 4], 0, 1, RandomRotations.Next(new Random(2)));
        Rotation[] leaves = [.. tree.Roots.SelectMany(r => Enumerable.Range(0, 8).Select(p => tree.Part(r, 0, p)))];
        Random random = new(3);
        double worst = Enumerable.Range(0, 300).Max(_ =>
        {
            Rotation probe = RandomRotations.Next(random);
            return leaves.Min(l => l.AngleToDegrees(probe));
        });
        Assert.InRange(worst, 0, tree.SpacingDegrees(1));
    }

    [Fact]
    public void Measured_deviations_grow_towards_the_root_and_do_not_depend_on_the_workers()
    {
        using WorkerTeam one = new(1), three = new(3);
        PoseTree tree = new(1, [4.4, 6.4, 6.4], 0, 1, Rotation.Identity);
        RandomCases random = new(5, tree, one);
        SliceDeviations a = new(random.Lattice, tree, 300, new Random(1), one), b = new(random.Lattice, tree, 300, new Random(1), three);
        for (int level = 0; level < 3; level++)
        {
            Assert.Equal(a.GreatestAt(level, false).ToArray(), b.GreatestAt(level, false).ToArray());
            if (level == 0) continue;
            Assert.True(Sum(a.GreatestAt(level - 1, false)) + Sum(a.GreatestAt(level - 1, true)) > Sum(a.GreatestAt(level, false)));
            Assert.Equal(0, Sum(a.GreatestAt(level, true)));
        }
        // A leaf is its own slice.
        Assert.Equal(0, Sum(a.GreatestAt(2, false)));
        SliceDeviations all = new(random.Lattice, tree, null, new Random(1), three);
        for (int s = 0; s < a.Shells; s++)
        {
            Assert.True(all.GreatestAt(0, false)[s] >= a.GreatestAt(0, false)[s] && all.GreatestPower[s] >= a.GreatestPower[s]);
        }

        static double Sum(ReadOnlySpan<double> values) => values.ToArray().Sum();
    }
}
