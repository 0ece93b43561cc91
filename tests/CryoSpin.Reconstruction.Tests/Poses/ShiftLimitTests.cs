using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Tests.Poses;

public class ShiftLimitTests
{
    [Theory]
    [InlineData(3, 6, false)]
    [InlineData(3, 5, true)]
    [InlineData(0, 5, false)]
    [InlineData(100, 0, false)]
    public void It_warns_where_many_origins_press_against_the_limit(int pressing, double maxShift, bool warns)
    {
        // Of forty particles, one in twenty may be there by chance.
        CandidateTable table = new([.. Enumerable.Range(0, 40).Select(i => new[] { At(i < pressing ? 5.9 : 5.4, i) })], new int[40], PoseSpace.C1);
        string? warning = ShiftLimit.Warning(table, maxShift);
        Assert.Equal(warns, warning is not null);
        if (warns) Assert.StartsWith("8 % of the particles lie at the limit that --max-shift sets (5 pixels)", warning);
    }

    [Fact]
    public void Few_are_no_reason_to_warn()
    {
        CandidateTable table = new([.. Enumerable.Range(0, 40).Select(i => new[] { At(i < 2 ? 5.9 : 1, i) })], new int[40], PoseSpace.C1);
        Assert.Null(ShiftLimit.Warning(table, 5));
    }

    private static Candidate At(double distance, int angle) =>
        new(Rotation.Identity, distance * Math.Cos(angle), distance * Math.Sin(angle), 0);
}
