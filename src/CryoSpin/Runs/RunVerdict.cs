namespace CryoSpin.Runs;

/// <summary>Whether a map can be believed.</summary>
public enum VerdictState
{
    /// <summary>All signs say that the map is right.</summary>
    Solved,

    /// <summary>Something speaks against it: look at the reasons before using the map.</summary>
    Doubtful,

    /// <summary>The map is not one of the particle.</summary>
    Failed,
}

/// <summary>What a run says of its own map, and why.</summary>
public sealed record RunVerdict
{
    /// <summary>Whether the map can be believed.</summary>
    public required VerdictState State { get; init; }

    /// <summary>What speaks against it; empty for a map that is solved.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>Number of independent searches from random maps.</summary>
    public int Starts { get; init; }

    /// <summary>
    /// Share of the particles, 0 to 1, whose final orientations agree within 10 degrees with those of another search than the one that the map
    /// stems from; null with one search.
    /// </summary>
    public double? IndependentAgreement { get; init; }

    /// <summary>The same with the search that the map stems from: as much as orientations in front of so coarse a map can agree.</summary>
    public double? OwnAgreement { get; init; }
}
