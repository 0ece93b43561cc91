using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.BranchAndBound;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Tests.BranchAndBound;

public class SliceDeviationsTests
{
    [Fact]
    public void Memory_taken_over_gives_the_same_values()
    {
        using WorkerTeam team = new(2);
        RandomCases first = new(1, TreeOf(Rotation.Identity), team);
        RandomCases second = new(2, TreeOf(RandomRotations.Next(new Random(3))), team);
        SliceDeviations earlier = new(first.Lattice, first.Tree, team), fresh = new(second.Lattice, second.Tree, team);
        float[] old = earlier.Node(1, 7).ToArray();
        SliceDeviations again = new(second.Lattice, second.Tree, team, earlier);
        for (int level = 0; level < second.Tree.Levels; level++)
        {
            for (int r = 0; r < second.Tree.Rotations(level); r++)
            {
                Assert.Equal(fresh.SliceOf(level, r), again.SliceOf(level, r));
                if (level < second.Tree.Levels - 1) Assert.Equal(fresh.Node(level, r), again.Node(level, r));
            }
        }
        Assert.NotEqual(old, again.Node(1, 7).ToArray());
        Assert.Equal(earlier.Node(1, 7), again.Node(1, 7));
    }

    private static PoseTree TreeOf(Rotation offset) => new(PoseSpace.C1, 0, [3, 5.2, 5.2], 0, 1, offset, [Division.None, Division.Rotations]);
}
