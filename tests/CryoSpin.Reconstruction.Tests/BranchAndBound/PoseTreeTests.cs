using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.BranchAndBound;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Tests.BranchAndBound;

public class PoseTreeTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(3.0)]
    public void Every_cell_of_origins_has_its_parts_and_the_leaves_fill_the_disc(double radius)
    {
        PoseTree tree = new(PoseSpace.C1, 0, [3, 4, 5], radius, 2, Rotation.Identity);
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
        PoseTree tree = new(PoseSpace.C1, 1, [3, 4], 0, 1, RandomRotations.Next(new Random(2)));
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
    public void Levels_that_divide_one_thing_only_leave_the_other_as_it_is()
    {
        PoseTree tree = new(PoseSpace.C1, 0, [3, 5, 5, 5], 3, 2, Rotation.Identity, [Division.None, Division.Origins, Division.Rotations]);
        Assert.Equal([72, 72, 72, 576], Enumerable.Range(0, 4).Select(tree.Rotations));
        Assert.Equal([3, 3, 6, 6], Enumerable.Range(0, 4).Select(tree.ShiftCells));
        Assert.Equal([60, 60, 60, 30], Enumerable.Range(0, 4).Select(tree.SpacingDegrees));
        Assert.Equal([1, 1, 8], Enumerable.Range(0, 3).Select(tree.PartsOf));
        Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(tree.DividesOrigins));
        Assert.Equal(Rotation.Identity, tree.Part(Rotation.Identity, 1, 0));
        Assert.Equal(71, tree.AncestorOf(0, 575));
        Assert.Equal(tree.ShiftReach(0), tree.ShiftReach(1));
        Assert.Equal(0, tree.ShiftReach(2));
        Assert.Equal(576 * tree.Cells(3).Count, tree.Leaves);
    }

    [Fact]
    public void Measured_deviations_are_the_greatest_of_the_leaves_below_and_do_not_depend_on_the_workers()
    {
        using WorkerTeam one = new(1), three = new(3);
        PoseTree tree = new(PoseSpace.C1, 0, [3.3, 4.4, 6.4, 6.4], 0, 1, Rotation.Identity, [Division.None, Division.Rotations, Division.Rotations]);
        RandomCases random = new(5, tree, one);
        SliceDeviations slices = new(random.Lattice, tree, one), others = new(random.Lattice, tree, three);
        for (int level = 0; level < 3; level++)
        {
            for (int r = 0; r < tree.Rotations(level); r++) Assert.True(slices.Node(level, r).SequenceEqual(others.Node(level, r)));
        }
        for (int root = 0; root < tree.Roots.Length; root += 7)
        {
            for (int level = 0; level < 3; level++)
            {
                // The last of each rotation's parts.
                int node = level == 2 ? 8 * root + 7 : root;
                Rotation rotation = level == 2 ? tree.Part(tree.Roots[root], 1, 7) : tree.Roots[root];
                double[] expected = Measure(random, slices, level, node, rotation);
                ReadOnlySpan<float> measured = slices.Node(level, node);
                for (int i = 0; i < expected.Length; i++) Assert.InRange(measured[i], expected[i] * (1 - 1e-6), expected[i] * (1 + 1e-4) + 1e-12);
            }
        }
    }

    [Fact]
    public void Kept_slices_are_those_of_the_rotations()
    {
        using WorkerTeam team = new(2);
        PoseTree tree = new(PoseSpace.C1, 0, [4.4, 5.4, 6.4], 0, 1, Rotation.Identity);
        RandomCases random = new(6, tree, team);
        SliceDeviations slices = new(random.Lattice, tree, team);
        Assert.True(slices.SliceOf(0, 5).IsEmpty);
        Rotation rotation = tree.Part(tree.Roots[70], 0, 3), leaf = tree.Part(rotation, 1, 6);
        Check(1, 8 * 70 + 3, rotation);
        Check(2, 8 * (8 * 70 + 3) + 6, leaf);

        void Check(int level, int number, Rotation at)
        {
            CryoSpin.Projection.FrequencyDisc disc = tree.Discs[level];
            float[] re = new float[disc.PaddedCount], im = new float[disc.PaddedCount];
            CryoSpin.Projection.CentralSlice.Sample(random.Lattice, disc, at, re, im);
            for (int p = disc.Count; p < disc.PaddedCount; p++) (re[p], im[p]) = (0, 0);
            Assert.Equal([.. re, .. im], slices.SliceOf(level, number).ToArray());
        }
    }

    /// <summary>A node's values by looking at every leaf of the tree.</summary>
    private static double[] Measure(RandomCases random, SliceDeviations slices, int level, int node, Rotation rotation)
    {
        PoseTree tree = random.Tree;
        CryoSpin.Projection.FrequencyDisc full = tree.Discs[^1];
        int k = full.PaddedCount, n = slices.PaddedShells;
        float[] re = new float[k], im = new float[k], leafRe = new float[k], leafIm = new float[k];
        CryoSpin.Projection.CentralSlice.Sample(random.Lattice, full, rotation, re, im);
        double[] greatest = new double[3 * n];
        for (int leaf = 0; leaf < random.Leaves.Length; leaf++)
        {
            if (tree.AncestorOf(level, leaf) != node) continue;
            CryoSpin.Projection.CentralSlice.Sample(random.Lattice, full, random.Leaves[leaf], leafRe, leafIm);
            double[] sums = new double[3 * n];
            for (int p = 0; p < full.Count; p++)
            {
                bool within = full.Kx[p] * full.Kx[p] + full.Ky[p] * full.Ky[p] <= tree.Discs[level].Radius * tree.Discs[level].Radius;
                double power = Square(leafRe[p]) + Square(leafIm[p]);
                if (within) sums[full.Shell[p]] += Square(leafRe[p] - re[p]) + Square(leafIm[p] - im[p]);
                else sums[n + full.Shell[p]] += power;
                sums[2 * n + full.Shell[p]] += power;
            }
            for (int i = 0; i < sums.Length; i++) greatest[i] = Math.Max(greatest[i], sums[i]);
        }
        return greatest;

        static double Square(double x) => x * x;
    }
}
