namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>Which of a particle's candidates a pass refines; it drops the others.</summary>
internal enum CandidateChoice
{
    /// <summary>All: they are new.</summary>
    All,

    /// <summary>The best few: modes still change hands.</summary>
    Best,

    /// <summary>The best few that differ: many candidates have been refined, of which several met in one pose.</summary>
    Distinct,

    /// <summary>Of the best few that differ those that may still win: modes have settled.</summary>
    Likely,
}
