using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Tests.Poses;

public class PoseSpaceTests
{
    [Fact]
    public void Without_symmetry_the_distance_is_the_angle_and_every_pose_is_reduced()
    {
        Random random = new(1);
        for (int i = 0; i < 20; i++)
        {
            Rotation a = RandomRotations.Next(random), b = RandomRotations.Next(random);
            Assert.Equal(a.AngleToDegrees(b), PoseSpace.C1.AngleDegrees(a, b));
            Assert.Equal(1 + 2 * Math.Cos(a.AngleToDegrees(b) * Math.PI / 180), PoseSpace.C1.Likeness(a, b), 1e-9);
            Assert.Equal(a, PoseSpace.C1.Reduced(a));
        }
        Assert.Equal(ViewGrid.ForBand(7, new Random(3)), PoseSpace.C1.Grid(7, new Random(3)));
        Assert.Equal(So3Grid.Healpix(1, Rotation.Identity), PoseSpace.C1.Healpix(1, Rotation.Identity));
    }

    [Theory]
    [InlineData("C3")]
    [InlineData("D2")]
    [InlineData("O")]
    public void Poses_that_show_the_same_image_are_one(string name)
    {
        PoseSpace space = new(PointGroup.Parse(name));
        Random random = new(2);
        for (int i = 0; i < 10; i++)
        {
            Rotation a = RandomRotations.Next(random), b = RandomRotations.Next(random), reduced = space.Reduced(a);
            foreach (Rotation s in space.Group.Elements)
            {
                Assert.Equal(0, space.AngleDegrees(a, a * s), 1e-5);
                Assert.Equal(space.AngleDegrees(a, b), space.AngleDegrees(a * s, b), 1e-6);
                Assert.Equal(1 + 2 * Math.Cos(space.AngleDegrees(a, b) * Math.PI / 180), space.Likeness(a * s, b), 1e-6);
                Assert.True(space.AreSame(At(a), At(a * s)));
                Assert.Equal(0, space.Reduced(a * s).AngleToDegrees(reduced), 1e-5);
                Assert.True(reduced.AngleToDegrees(Rotation.Identity) <= (a * s).AngleToDegrees(Rotation.Identity) + 1e-6);
            }
        }
    }

    [Theory]
    [InlineData("C2")]
    [InlineData("D3")]
    [InlineData("T")]
    public void A_grid_of_the_asymmetric_unit_is_as_dense_and_smaller_by_the_order_of_the_group(string name)
    {
        PoseSpace space = new(PointGroup.Parse(name));
        Rotation[] all = PoseSpace.C1.Grid(9, new Random(4)), unit = space.Grid(9, new Random(4));
        Assert.InRange(unit.Length * space.Group.Order / (double)all.Length, 0.85, 1.15);
        Assert.InRange(space.Healpix(2, Rotation.Identity).Length * space.Group.Order / (double)So3Grid.Healpix(2).Length, 0.8, 1.6);
        Random random = new(5);
        for (int i = 0; i < 100; i++)
        {
            Rotation probe = RandomRotations.Next(random);
            double nearest = all.Min(g => space.AngleDegrees(g, probe));
            // On the border a copy outside the unit may have been a little nearer.
            Assert.InRange(unit.Min(g => space.AngleDegrees(g, probe)), nearest, 18);
        }
    }

    [Fact]
    public void Of_copies_of_a_pose_the_best_is_kept_but_not_across_classes()
    {
        PoseSpace two = new(PointGroup.Parse("C2"));
        Rotation turn = two.Group.Elements[1], pose = RandomRotations.Next(new Random(6));
        Candidate[] candidates = [At(pose, 9), At(pose * turn, 8), At(pose * turn, 7) with { Class = 1 }, At(pose, 6) with { Class = 1 }];
        Assert.Equal([candidates[0], candidates[2]], two.Distinct(candidates, 4));
        Assert.Equal([candidates[0], candidates[1], candidates[2], candidates[3]], PoseSpace.C1.Distinct(candidates, 4));
        Assert.Equal([candidates[0]], two.Distinct(candidates, 1));
        Assert.Equal([candidates[0]], two.Distinct(candidates, 4, 1.5));
    }

    [Fact]
    public void Rotations_near_a_pose_or_its_copies_are_left_out_of_a_search()
    {
        PoseSpace two = new(PointGroup.Parse("C2"));
        Rotation[] grid = ViewGrid.Make(60, 12, new Random(7));
        foreach (PoseSpace space in new[] { PoseSpace.C1, two })
        {
            float[] scores = new float[grid.Length];
            space.LeaveOut(grid, grid[5], 40, scores);
            Assert.All(Enumerable.Range(0, grid.Length), r =>
                Assert.Equal(space.AngleDegrees(grid[r], grid[5]) < 40, float.IsNegativeInfinity(scores[r])));
        }
    }

    private static Candidate At(Rotation rotation, double logLikelihood = 0) => new(rotation, 0, 0, logLikelihood);
}
