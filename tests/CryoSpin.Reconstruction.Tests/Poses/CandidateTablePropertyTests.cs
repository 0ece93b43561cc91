using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Poses;
using FsCheck;
using FsCheck.Fluent;

namespace CryoSpin.Reconstruction.Tests.Poses;

/// <summary>What holds of a table after any changes; a failure shrinks to the fewest changes and candidates.</summary>
public sealed class CandidateTablePropertyTests
{
    private const int Particles = 3;

    /// <summary>A change of the table: its kind, the particle, and the scores of the candidates that come.</summary>
    public sealed record Change(byte Kind, byte Particle, int[] Scores);

    [Fact]
    public void Rows_stay_sorted_and_finite_and_shares_add_up_to_one() => Prop.ForAll(ArbMap.Default.ArbFor<Change[]>(), changes =>
    {
        CandidateTable table = Start();
        foreach (Change change in changes) Apply(table, change);
        return Enumerable.Range(0, Particles).All(i => IsSound(table, i));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_in_which_candidates_come_in_does_not_matter() => Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), scores =>
    {
        // Of equals the first comes first: only different scores have one order.
        Candidate[] row = Row([0, .. scores.Distinct().Where(s => s != 0)]);
        CandidateTable one = new([row], [1], PoseSpace.C1), other = new([[.. row.Reverse()]], [1], PoseSpace.C1);
        return one[0].SequenceEqual(other[0]) && one[0].ToArray().ToHashSet().SetEquals(row);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_constant_added_to_all_scores_changes_no_share() => Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), ArbMap.Default.ArbFor<int>(), (scores, added) =>
    {
        Candidate[] row = Row([0, .. scores]);
        (Candidate Pose, float Weight)[] before = Weights(row);
        (Candidate Pose, float Weight)[] after = Weights([.. row.Select(c => c with { LogLikelihood = c.LogLikelihood + added })]);
        return before.Select(w => (w.Pose.Rotation, w.Weight)).SequenceEqual(after.Select(w => (w.Pose.Rotation, w.Weight)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_copy_is_not_touched_by_changes_of_its_original() => Prop.ForAll(ArbMap.Default.ArbFor<Change[]>(), changes =>
    {
        CandidateTable table = Start(), copy = table.Copy();
        foreach (Change change in changes) Apply(table, change);
        CandidateTable fresh = Start();
        return Enumerable.Range(0, Particles).All(i => copy[i].SequenceEqual(fresh[i]));
    }).QuickCheckThrowOnFailure();

    private static CandidateTable Start() => new([.. Enumerable.Range(0, Particles).Select(i => Row([i, -i]))], [1, 2, 1], PoseSpace.C1);

    private static void Apply(CandidateTable table, Change change)
    {
        int particle = change.Particle % Particles;
        switch (change.Kind % 3)
        {
            case 0:
                table.Set(particle, Row([1, .. change.Scores]));
                break;
            case 1:
                table.AddUnscored(particle, Row(change.Scores));
                break;
            default:
                table.KeepBest(particle);
                break;
        }
    }

    private static bool IsSound(CandidateTable table, int particle)
    {
        Candidate[] row = table[particle].ToArray();
        Span<(Candidate Pose, float Weight)> weighted = new (Candidate, float)[4];
        int n = table.Weights(particle, weighted);
        double total = 0;
        for (int i = 0; i < n; i++)
        {
            if (!(weighted[i].Weight > 0) || !row.Contains(weighted[i].Pose)) return false;
            total += weighted[i].Weight;
        }
        return row.Length > 0 && row.All(c => double.IsFinite(c.LogLikelihood)) && table.Best(particle) == row[0]
            && row.Zip(row.Skip(1)).All(p => p.First.LogLikelihood >= p.Second.LogLikelihood)
            && n >= 1 && weighted[0].Pose == row[0] && Math.Abs(total - 1) < 1e-5;
    }

    private static (Candidate Pose, float Weight)[] Weights(Candidate[] row)
    {
        (Candidate Pose, float Weight)[] weighted = new (Candidate, float)[4];
        return weighted[..new CandidateTable([row], [1], PoseSpace.C1).Weights(0, weighted)];
    }

    /// <summary>Candidates with these scores, no two of the same pose.</summary>
    private static Candidate[] Row(IEnumerable<int> scores) =>
        [.. scores.Select((s, i) => new Candidate(new EulerAngles(17 * i, 40 * i, 3 * i).ToRotation(), i, -i, s))];
}
