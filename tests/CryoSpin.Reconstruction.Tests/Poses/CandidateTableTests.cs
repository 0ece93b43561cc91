using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Tests.Poses;

public class CandidateTableTests
{
    [Fact]
    public void Members_are_listed_by_half_set()
    {
        CandidateTable table = new([.. Enumerable.Range(0, 5).Select(i => new[] { Fit(i, 0) })], [1, 2, 2, 1, 2], PoseSpace.C1);
        Assert.Equal(5, table.Count);
        Assert.Equal([0, 3], table.Members[0]);
        Assert.Equal([1, 2, 4], table.Members[1]);
        Assert.Equal(Fit(3, 0), table.Best(3));
        Assert.Throws<ArgumentException>(() => new CandidateTable([[Fit(0, 0)]], [1, 2], PoseSpace.C1));
    }

    [Theory]
    [InlineData(2, 5, false)]
    [InlineData(4, 5, true)]
    [InlineData(90, 7, false)]
    public void A_rival_is_another_pose_that_comes_near(double degrees, double nats, bool expected)
    {
        Assert.Equal(expected, new CandidateTable([[Fit(0, -10), Fit(degrees, -10 - nats)]], [1], PoseSpace.C1).HasRival(0, 6));
        Assert.False(new CandidateTable([[Fit(0, -10)]], [1], PoseSpace.C1).HasRival(0, 6));
    }

    [Fact]
    public void Weights_are_shares_of_the_posterior()
    {
        (Candidate Pose, float Weight)[] weighted = Weights([Fit(0, 100), Fit(40, 99), Fit(80, 98)]);
        double total = 1 + Math.Exp(-1) + Math.Exp(-2);
        Assert.Equal(3, weighted.Length);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Fit(40 * i, 100 - i), weighted[i].Pose);
            Assert.Equal(Math.Exp(-i) / total, weighted[i].Weight, 1e-6);
        }
    }

    [Fact]
    public void Unlikely_candidates_get_nothing()
    {
        // exp(-4) is under two percent.
        (Candidate Pose, float Weight)[] weighted = Weights([Fit(0, 10), Fit(50, 7), Fit(90, 6), Fit(130, 5)]);
        Assert.Equal([10, 7], weighted.Select(w => w.Pose.LogLikelihood));
        Assert.Equal(1, weighted.Sum(w => w.Weight), 1e-6f);
    }

    [Fact]
    public void Candidates_that_have_met_count_once()
    {
        (Candidate Pose, float Weight)[] weighted = Weights([Fit(0, 10), Fit(2, 10), Fit(60, 10), Fit(59, 10)]);
        Assert.Equal([0.5f, 0.5f], weighted.Select(w => w.Weight));
        Assert.Equal([Fit(0, 10), Fit(60, 10)], weighted.Select(w => w.Pose));
    }

    [Fact]
    public void One_candidate_has_all_the_weight_and_a_short_span_the_best()
    {
        Assert.Equal(1, Assert.Single(Weights([Fit(0, -50)])).Weight);
        (Candidate Pose, float Weight)[] weighted = Weights([Fit(0, 3), Fit(40, 3), Fit(80, 3)], 2);
        Assert.Equal([Fit(0, 3), Fit(40, 3)], weighted.Select(w => w.Pose));
        Assert.Equal([0.5f, 0.5f], weighted.Select(w => w.Weight));
    }

    [Fact]
    public void The_best_candidate_stands_first_whatever_the_order_that_they_come_in()
    {
        // As a grid's proposals come after an encoder's, of which they know nothing.
        CandidateTable table = new([[Fit(0, 3), Fit(40, 1), Fit(80, 95), Fit(120, 3)]], [1], PoseSpace.C1);
        Assert.Equal([Fit(80, 95), Fit(0, 3), Fit(120, 3), Fit(40, 1)], table[0].ToArray());
        Assert.Equal(Fit(80, 95), table.Best(0));
        table.Set(0, [Fit(0, -2), Fit(40, -1)]);
        Assert.Equal([Fit(40, -1), Fit(0, -2)], table[0].ToArray());
    }

    [Theory]
    [InlineData(89)]
    [InlineData(800)]
    public void Weights_are_numbers_that_add_up_to_one_though_a_later_proposal_is_far_better(double nats)
    {
        (Candidate Pose, float Weight)[] weighted = Weights([Fit(0, 3), Fit(40, 3 + nats), Fit(80, 2 + nats)]);
        Assert.Equal([Fit(40, 3 + nats), Fit(80, 2 + nats)], weighted.Select(w => w.Pose));
        Assert.Equal(1 / (1 + Math.Exp(-1)), weighted[0].Weight, 1e-6);
        Assert.Equal(1, weighted.Sum(w => w.Weight), 1e-6f);
    }

    [Fact]
    public void Poses_without_a_score_of_their_own_come_last_and_have_no_share()
    {
        CandidateTable table = new([[Fit(0, 3), Fit(40, 2)]], [1], PoseSpace.C1);
        table.AddUnscored(0, [Fit(80, 50), Fit(120, 90)]);
        Assert.Equal([0, 40, 80, 120], table[0].ToArray().Select(c => Math.Round(c.Rotation.AngleToDegrees(Rotation.Identity))));
        Assert.All(table[0].ToArray(), c => Assert.True(double.IsFinite(c.LogLikelihood)));
        Assert.Equal(2, table.Weights(0, new (Candidate, float)[4]));
        Assert.False(table.HasRival(0, 0.5));
    }

    [Fact]
    public void Nothing_that_is_not_finite_and_no_empty_row_enters()
    {
        CandidateTable table = new([[Fit(0, 3)]], [1], PoseSpace.C1);
        foreach (double wrong in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            Candidate[][] rows = [[Fit(0, 3), Fit(40, wrong)], [Fit(0, 3) with { OriginX = wrong }], [Fit(0, 3) with { OriginY = wrong }]];
            Assert.All(rows, row => Assert.Throws<ArgumentException>(() => new CandidateTable([row], [1], PoseSpace.C1)));
            Assert.All(rows, row => Assert.Throws<ArgumentException>(() => table.Set(0, row)));
        }
        Assert.Throws<ArgumentException>(() => new CandidateTable([[]], [1], PoseSpace.C1));
        Assert.Throws<ArgumentException>(() => table.Set(0, []));
        Assert.Equal([Fit(0, 3)], table[0].ToArray());
    }

    [Fact]
    public void A_copy_changes_apart_from_its_original()
    {
        CandidateTable table = new([[Fit(0, 3), Fit(40, 2)]], [1], PoseSpace.C1), copy = table.Copy();
        copy.KeepBest(0);
        Assert.Equal((1, 2), (copy[0].Length, table[0].Length));
    }

    private static (Candidate Pose, float Weight)[] Weights(Candidate[] candidates, int room = 4)
    {
        (Candidate Pose, float Weight)[] weighted = new (Candidate, float)[room];
        int n = new CandidateTable([candidates], [1], PoseSpace.C1).Weights(0, weighted);
        return weighted[..n];
    }

    private static Candidate Fit(double degrees, double logLikelihood) =>
        new(new EulerAngles(0, degrees, 0).ToRotation(), 1, 2, logLikelihood);
}
