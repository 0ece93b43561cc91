using CryoSpin.Runs;
using static System.FormattableString;

namespace CryoSpin.Reconstruction.Verdicts;

/// <summary>
/// Tells a right map from a wrong one. The half-maps' FSC alone cannot: both half-sets begin with one map, and a wrong one keeps its faults in
/// both. What counts most is that searches from other random maps find the same orientations. docs/results/real-stacks.md has the runs that
/// the limits were taken from.
/// </summary>
internal static class Verdict
{
    // Of as much as orientations can agree in front of the coarse map of a search.
    private const double LeastRelativeAgreement = 0.7;

    // Whatever the map: of a nearly symmetric one a third agrees by chance.
    private const double LeastAgreement = 0.45;

    // Nothing but chance and a blob's own shape.
    private const double FailedAgreement = 0.3;

    // The FSC must pass the map that both half-sets began with by so much.
    private const double LeastGain = 1.1;
    // A particle may fill its box: this alone is no reason for doubt.
    private const double GreatestMaskShare = 0.93;
    private const double LeastPowerInMask = 0.85;
    private const double GreatestShareAtLimit = 0.1;

    /// <summary>The verdict.</summary>
    public static RunVerdict Of(VerdictEvidence evidence)
    {
        bool disagrees = evidence.IndependentAgreement is { } other
            && (other < LeastAgreement || other < LeastRelativeAgreement * evidence.OwnAgreement);
        bool resolved = double.IsFinite(evidence.ResolutionAngstrom);
        bool goesOn = resolved && IsFinerThanStart(evidence);
        bool failed = !resolved || (disagrees && !goesOn && evidence.IndependentAgreement < FailedAgreement);
        string[] reasons = [.. Reasons(evidence, disagrees, resolved, goesOn)];
        return new RunVerdict
        {
            State = failed ? VerdictState.Failed : reasons.Length > 0 ? VerdictState.Doubtful : VerdictState.Solved,
            Reasons = reasons,
            Starts = evidence.Starts,
            IndependentAgreement = evidence.IndependentAgreement,
            OwnAgreement = evidence.Starts > 0 ? evidence.OwnAgreement : null,
        };
    }

    /// <summary>Whether the half-maps agree on more than the map that they began with, as far as the pixels allow.</summary>
    private static bool IsFinerThanStart(VerdictEvidence evidence) =>
        evidence.StartAngstrom <= LeastGain * evidence.NyquistAngstrom
        || evidence.ResolutionAngstrom * LeastGain <= evidence.StartAngstrom;

    private static IEnumerable<string> Reasons(VerdictEvidence evidence, bool disagrees, bool resolved, bool goesOn)
    {
        if (!resolved)
        {
            yield return "The half-maps agree on nothing: the map has no resolution.";
        }
        else if (!goesOn)
        {
            yield return Invariant($"The half-maps agree up to {evidence.ResolutionAngstrom:0.#} Å. They began with one map of {evidence.StartAngstrom:0.#} Å, ")
                + "so that this agreement proves nothing.";
        }
        if (disagrees)
        {
            yield return Invariant($"Independent searches do not find the same orientations: those of {100 * evidence.IndependentAgreement:0} % of the particles agree. ")
                + "The map is wrong, or the particle is symmetric, or the images hold too little.";
        }
        if ((disagrees || !goesOn) && evidence.MaskShareOfBox > GreatestMaskShare)
        {
            yield return Invariant($"The mask fills {100 * evidence.MaskShareOfBox:0} % of the box's width: no particle stands out from its surroundings.");
        }
        if (evidence.PowerInMask < LeastPowerInMask)
        {
            yield return Invariant($"The mask holds {100 * evidence.PowerInMask:0} % of what the half-maps have in common: it cuts the particle. ")
                + "Give a greater --mask-diameter, or none.";
        }
        if (evidence.ShareAtShiftLimit > GreatestShareAtLimit)
        {
            yield return Invariant($"{100 * evidence.ShareAtShiftLimit:0} % of the particles lie at the largest shift. ")
                + (disagrees ? "They are no particles, or the map is wrong." : "They are farther from their images' centres: give a greater --max-shift.");
        }
    }
}
