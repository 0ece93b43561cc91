using CryoSpin.Imaging;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Starts;

namespace CryoSpin.Reconstruction.Checkpoints;

/// <summary>
/// All that the default method needs, besides its input and options, to go on to the same bytes. What is not null tells the stage: with
/// a search it is under way; with none of search, candidates and decoding the search has ended; with candidates alone auto-encoding has;
/// with candidates and decoding, auto-decoding is under way.
/// </summary>
internal sealed record RunState
{
    /// <summary>State of the random numbers: where the stage began, or between two mini-batches of the search.</summary>
    public required IReadOnlyList<ulong> Random { get; init; }

    /// <summary>How far the reports have come.</summary>
    public required RunCourse Course { get; init; }

    /// <summary>The coarse map, masked.</summary>
    public required Volume Map { get; init; }

    /// <summary>Band of its transform, shells.</summary>
    public required double Band { get; init; }

    /// <summary>The values of its transform.</summary>
    public required float[] Lattice { get; init; }

    /// <summary>What the searches that have ended have found.</summary>
    public StartsState Starts { get; init; } = StartsState.None;

    /// <summary>Where the search stands; null when it has ended.</summary>
    public SearchState? Search { get; init; }

    /// <summary>Per particle its candidates so far.</summary>
    public Candidate[][]? Candidates { get; init; }

    /// <summary>Number of particles, from the first, whose proposals have joined their candidates.</summary>
    public int Proposed { get; init; }

    /// <summary>Where auto-decoding stands.</summary>
    public DecodingState? Decoding { get; init; }

    /// <summary>Diameter of its mask, angstrom.</summary>
    public double MaskDiameterAngstrom { get; init; }

    /// <summary>Its shape within the sphere, [z][y][x]; null for the sphere alone.</summary>
    public float[]? MaskShape { get; init; }

    /// <summary>The maps of half-set 1 and 2 that poses are refined against.</summary>
    public IReadOnlyList<Volume>? HalfMaps { get; init; }

    /// <summary>Their FSC, by which they were filtered; empty for the map that both half-sets begin with.</summary>
    public IReadOnlyList<double>? Fsc { get; init; }

    /// <summary>The finest map that it has: the mean of the half-sets' maps, else the coarse one.</summary>
    public Volume BestMap => HalfMaps is [var first, var second]
        ? new Volume(first.Size, first.PixelSizeAngstrom, [.. first.Voxels.Zip(second.Voxels, (a, b) => (a + b) / 2)])
        : Map;

    /// <summary>The stage in words.</summary>
    public string Stage =>
        Decoding is { Ended: true } ? "the end of auto-decoding"
        : Decoding is { Done: > 0 } d ? $"the middle of pass {d.Iteration} of auto-decoding"
        : Decoding is { } e ? $"pass {e.Iteration} of auto-decoding"
        : Candidates is not null ? "the proposals"
        : Search is { } s ? $"mini-batch {s.Done + 1} of the search"
        : "the end of the search";
}
