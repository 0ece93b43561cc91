using CryoSpin.Runs;

namespace CryoSpin.Reporting.Html;

/// <summary>A run's verdict in words.</summary>
public static class VerdictText
{
    /// <summary>The verdict in one word, as terminal, log and run.json have it.</summary>
    public static string Word(VerdictState state) => state switch
    {
        VerdictState.Solved => "solved",
        VerdictState.Doubtful => "doubtful",
        _ => "failed",
    };

    /// <summary>Why a map is taken to be right.</summary>
    public static string Solved(RunVerdict verdict) => verdict.IndependentAgreement is { } share
        ? $"{verdict.Starts} independent searches from random maps agree on the orientations of {Wording.Number(100 * share, 0)} % of the particles, "
            + "and the half-maps agree beyond the map that they began with."
        : "The half-maps agree beyond the map that they began with. No second search was made.";

    /// <summary>The lines for the terminal; none where there is no verdict.</summary>
    public static IEnumerable<string> Lines(RunVerdict? verdict)
    {
        if (verdict is null) yield break;
        string agreement = verdict.IndependentAgreement is { } share
            ? $" ({verdict.Starts} independent searches; orientations of {Wording.Number(100 * share, 0)} % of the particles agree)" : "";
        yield return $"Verdict     {Word(verdict.State)}{agreement}";
        foreach (string reason in verdict.Reasons) yield return $"            {reason}";
    }
}
