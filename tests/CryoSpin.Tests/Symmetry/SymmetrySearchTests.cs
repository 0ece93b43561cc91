using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Simulation;
using CryoSpin.Symmetry;

namespace CryoSpin.Tests.Symmetry;

public sealed class SymmetrySearchTests
{
    private const int Size = 32;
    private const double PixelSize = 4;
    private static readonly (double X, double Y, double Z) s_centre = (3.5, -2.2, 1.7);

    [Theory]
    [InlineData("C3", 1)]
    [InlineData("D2", 2)]
    [InlineData("D7", 3)]
    [InlineData("T", 4)]
    [InlineData("O", 5)]
    [InlineData("I", 6)]
    public void The_axes_of_a_turned_and_shifted_complex_are_found(string name, int seed)
    {
        PointGroup group = PointGroup.Parse(name);
        Rotation truth = RandomRotations.Next(new Random(seed));
        Volume map = SymmetricPhantom.Create(group, truth, s_centre, Size, PixelSize, seed);
        SymmetryFrame found = new SymmetrySearch(map, 12).Find(group);
        Assert.Equal(group.Order - 1, found.Copies.Count);
        Assert.True(found.LeastCorrelation > 0.97, $"{found.LeastCorrelation}");
        // The frame itself is free up to what maps the group to itself; its elements in the map are not.
        Assert.All(group.Elements, s => Assert.Contains(
            group.Elements, t => InMap(found.Rotation, s).AngleToDegrees(InMap(truth, t)) < 0.5));
        // Along the axis of a Cn the centre is free.
        (double x, double y, double z) = found.Rotation.Transpose().Apply(
            found.CentreAngstrom.X - s_centre.X, found.CentreAngstrom.Y - s_centre.Y, found.CentreAngstrom.Z - s_centre.Z);
        Assert.InRange(Math.Sqrt(x * x + y * y + (name[0] == 'C' ? 0 : z * z)), 0, 0.2);
    }

    [Fact]
    public void A_map_without_the_symmetry_is_told_by_its_correlation()
    {
        Volume map = Phantom.Create(Size, PixelSize);
        foreach (string name in new[] { "C2", "C3", "D2" })
        {
            Assert.InRange(new SymmetrySearch(map, 10).Find(PointGroup.Parse(name)).LeastCorrelation, -1, 0.65);
        }
    }

    [Fact]
    public void A_group_that_the_map_lacks_is_told_though_it_has_another()
    {
        Volume map = SymmetricPhantom.Create(PointGroup.Parse("D3"), Rotation.Identity, default, Size, PixelSize);
        SymmetrySearch search = new(map, 12);
        Assert.True(search.Find(PointGroup.Parse("C3")).LeastCorrelation > 0.97);
        Assert.InRange(search.Find(PointGroup.Parse("C4")).LeastCorrelation, -1, 0.65);
    }

    [Fact]
    public void C1_is_the_map_itself()
    {
        SymmetryFrame frame = new SymmetrySearch(Phantom.Create(Size, PixelSize), 16).Find(PointGroup.C1);
        Assert.Equal(Rotation.Identity, frame.Rotation);
        Assert.Equal(1, frame.LeastCorrelation);
    }

    [Fact]
    public void Threads_do_not_change_the_answer()
    {
        Volume map = SymmetricPhantom.Create(PointGroup.Parse("C3"), Rotation.Identity, s_centre, Size, PixelSize);
        using WorkerTeam team = new(2);
        SymmetryFrame one = new SymmetrySearch(map, 12).Find(PointGroup.Parse("C3"));
        SymmetryFrame two = new SymmetrySearch(map, 12, team).Find(PointGroup.Parse("C3"));
        Assert.Equal(one.Rotation, two.Rotation);
        Assert.Equal(one.CentreAngstrom, two.CentreAngstrom);
    }

    private static Rotation InMap(in Rotation frame, in Rotation s) => frame * s * frame.Transpose();
}
