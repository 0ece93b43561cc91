namespace CryoSpin.Reconstruction.Verdicts;

/// <summary>What a finished run knows of itself that tells a right map from a wrong one.</summary>
internal sealed record VerdictEvidence
{
    /// <summary>Number of independent searches.</summary>
    public required int Starts { get; init; }

    /// <summary>Share of a sample of particles, 0 to 1, whose final orientations agree with the search that the map stems from.</summary>
    public required double OwnAgreement { get; init; }

    /// <summary>The same with the one that agrees best of the other searches; null with one search.</summary>
    public double? IndependentAgreement { get; init; }

    /// <summary>The half-maps' resolution, ångström; infinite for none.</summary>
    public required double ResolutionAngstrom { get; init; }

    /// <summary>How fine the map is that both half-sets began with, ångström: up to there they are not independent.</summary>
    public required double StartAngstrom { get; init; }

    /// <summary>Twice the pixel size, ångström.</summary>
    public required double NyquistAngstrom { get; init; }

    /// <summary>Diameter of the mask over the width of the box.</summary>
    public required double MaskShareOfBox { get; init; }

    /// <summary>Share, 0 to 1, of the power common to both half-maps that lies in the mask; null where the mask was measured by it.</summary>
    public double? PowerInMask { get; init; }

    /// <summary>Share of the particles, 0 to 1, whose origins lie at the largest shift that was allowed.</summary>
    public required double ShareAtShiftLimit { get; init; }
}
