using CryoSpin.Reconstruction.Verdicts;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Verdicts;

public sealed class VerdictTests
{
    /// <summary>Of a good run.</summary>
    private static readonly VerdictEvidence s_good = new()
    {
        Starts = 2,
        OwnAgreement = 0.93,
        IndependentAgreement = 0.92,
        ResolutionAngstrom = 8.6,
        StartAngstrom = 27.2,
        NyquistAngstrom = 8.5,
        MaskShareOfBox = 0.6,
        ShareAtShiftLimit = 0.01,
    };

    [Fact]
    public void A_map_against_which_nothing_speaks_is_solved()
    {
        RunVerdict verdict = Verdict.Of(s_good);
        Assert.Equal(VerdictState.Solved, verdict.State);
        Assert.Empty(verdict.Reasons);
        Assert.Equal((2, 0.93, 0.92), (verdict.Starts, verdict.OwnAgreement, verdict.IndependentAgreement));
        // Noisy images tell orientations in front of a coarse map less well, and in front of every map alike.
        Assert.Equal(VerdictState.Solved, Verdict.Of(s_good with { OwnAgreement = 0.6, IndependentAgreement = 0.52 }).State);
        // A particle may fill its box.
        Assert.Equal(VerdictState.Solved, Verdict.Of(s_good with { MaskShareOfBox = 0.95 }).State);
        // With one search there is less evidence, but nothing speaks against the map.
        Assert.Equal(VerdictState.Solved, Verdict.Of(s_good with { Starts = 1, IndependentAgreement = null }).State);
    }

    [Theory]
    [InlineData(0.93, 0.5, "do not find the same orientations")]
    [InlineData(0.4, 0.38, "do not find the same orientations")]
    public void Searches_that_disagree_are_a_reason_for_doubt(double own, double other, string reason) =>
        Holds(s_good with { OwnAgreement = own, IndependentAgreement = other }, VerdictState.Doubtful, reason);

    [Fact]
    public void An_FSC_that_ends_with_the_map_that_both_half_sets_began_with_proves_nothing() =>
        Holds(s_good with { ResolutionAngstrom = 26 }, VerdictState.Doubtful, "began with one map of 27.2 Å");

    [Fact]
    public void A_mask_that_cuts_and_a_shift_limit_that_many_reach_are_told()
    {
        Holds(s_good with { PowerInMask = 0.5 }, VerdictState.Doubtful, "cuts the particle");
        Holds(s_good with { ShareAtShiftLimit = 0.3 }, VerdictState.Doubtful, "30 % of the particles lie at the largest shift");
    }

    [Fact]
    public void Without_a_resolution_or_with_nothing_but_chance_the_run_has_failed()
    {
        Holds(s_good with { ResolutionAngstrom = double.PositiveInfinity }, VerdictState.Failed, "agree on nothing");
        VerdictEvidence noise = s_good with { ResolutionAngstrom = 27, IndependentAgreement = 0.02, OwnAgreement = 0.3, MaskShareOfBox = 0.95 };
        RunVerdict verdict = Verdict.Of(noise);
        Assert.Equal((VerdictState.Failed, 3), (verdict.State, verdict.Reasons.Count));
        // Half-sets that agree on far more than their common start are no proof, but they are more than chance.
        Assert.Equal(VerdictState.Doubtful, Verdict.Of(noise with { ResolutionAngstrom = 13 }).State);
    }

    [Fact]
    public void Coarse_pixels_are_no_reason_for_doubt() =>
        Assert.Equal(VerdictState.Solved, Verdict.Of(s_good with { StartAngstrom = 12, NyquistAngstrom = 11.5, ResolutionAngstrom = 11.5 }).State);

    private static void Holds(VerdictEvidence evidence, VerdictState state, string reason)
    {
        RunVerdict verdict = Verdict.Of(evidence);
        Assert.Equal(state, verdict.State);
        Assert.Contains(verdict.Reasons, r => r.Contains(reason));
    }
}
