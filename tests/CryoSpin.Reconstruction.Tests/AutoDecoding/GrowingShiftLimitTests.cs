using CryoSpin.Geometry;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.AutoDecoding;

public class GrowingShiftLimitTests
{
    [Theory]
    [InlineData(5, 0.5)]
    [InlineData(6, 0)]
    [InlineData(0, 0)]
    public void Particles_that_were_held_back_at_the_edge_press_against_it(double maxShift, double expected)
    {
        CandidateTable table = new([.. Enumerable.Range(0, 40).Select(i => new[] { At(i % 2 == 0 ? 6 : 1, i) })], new int[40], PoseSpace.C1);
        Assert.Equal(expected, GrowingShiftLimit.PressingShare(table, maxShift));
    }

    // The map stands 2 pixels beside the middle, so that a good part of particles within 5 pixels seems to be beyond them.
    [Fact]
    public void Particles_that_only_the_map_s_own_place_brings_to_the_edge_do_not()
    {
        Random random = new(3);
        Candidate[][] poses = [.. Enumerable.Range(0, 500).Select(_ => new[] { Held(TinyDataset.RandomPose(random, 5), -2) })];
        CandidateTable table = new(poses, new int[500], PoseSpace.C1);
        Assert.InRange(poses.Count(p => Math.Sqrt(p[0].OriginX * p[0].OriginX + p[0].OriginY * p[0].OriginY) > 5.95), 20, 100);
        Assert.InRange(GrowingShiftLimit.PressingShare(table, 5), 0, 0.01);

        static Candidate Held(Candidate pose, double centre)
        {
            Candidate moved = MapCentre.Moved(pose, (centre, 0, 0));
            double length = Math.Sqrt(moved.OriginX * moved.OriginX + moved.OriginY * moved.OriginY), factor = Math.Min(1, 6 / length);
            return moved with { OriginX = factor * moved.OriginX, OriginY = factor * moved.OriginY };
        }
    }

    [Theory]
    [InlineData(2, 64, new double[] { 4, 8, 16 })]
    [InlineData(1, 64, new double[] { 2, 4, 8, 16 })]
    [InlineData(0.5, 64, new double[] { 1, 2, 4, 8 })]
    [InlineData(5, 36, new double[] { 9 })]
    [InlineData(9, 36, new double[0])]
    [InlineData(0, 36, new double[0])]
    public void The_limit_doubles_while_particles_press_and_stays_within_a_quarter_of_the_box(double user, int box, double[] expected)
    {
        List<string> log = [];
        GrowingShiftLimit limit = new(user, box, log.Add);
        DecodingState state = new(5, 40);
        List<double> seen = [];
        while (limit.Grow(new CandidateTable([.. Enumerable.Range(0, 40).Select(i => new[] { At(limit.Of(state) + 1, i) })], new int[40], PoseSpace.C1), state))
        {
            seen.Add(limit.Of(state));
        }
        Assert.Equal(expected, seen);
        Assert.Equal(expected.Length, log.Count);
        if (user == 2) Assert.Equal("100 % of the particles lie at the largest shift. It grows from 2 to 4 pixels.", log[0]);
    }

    private static Candidate At(double distance, int angle) =>
        new(Rotation.Identity, distance * Math.Cos(angle), distance * Math.Sin(angle), 0);
}
