using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>Which particles get a dense search after auto-encoding, beside the encoder's candidates.</summary>
internal enum SearchProposals
{
    /// <summary>None: the encoder's candidates alone.</summary>
    None,

    /// <summary>All.</summary>
    All,
}

/// <summary>The parts of the default method, so that each can be left out and measured.</summary>
internal sealed record MethodSettings
{
    /// <summary>The settings of the default method, or of its variant without a second stage.</summary>
    public static MethodSettings For(MethodOptions options) => options.Name == ReconstructionMethod.Amortized
        ? new MethodSettings
        {
            AutoEncoding = new AutoEncodingSchedule { FurtherSteps = 4000, RefinesResult = false },
            Proposals = SearchProposals.None,
            DecodingPasses = 0,
        }
        : new MethodSettings();

    /// <summary>The marginalised search that starts the volume.</summary>
    public SearchSchedule Search { get; init; } = SearchSchedule.UntilSettled;

    /// <summary>Most independent searches from random maps.</summary>
    public int MostStarts { get; init; } = 4;

    /// <summary>No further search is made once two agree on the orientations of this share of the particles.</summary>
    public double StartAgreement { get; init; } = 0.6;

    /// <summary>Whether images that the first map does not explain are left out.</summary>
    public bool Rejects { get; init; } = true;

    /// <summary>Auto-encoding; null leaves the encoder out.</summary>
    public AutoEncodingSchedule? AutoEncoding { get; init; } = new();

    /// <summary>Who is searched after auto-encoding.</summary>
    public SearchProposals Proposals { get; init; } = SearchProposals.All;

    /// <summary>Candidates per particle that enter auto-decoding.</summary>
    public int Candidates { get; init; } = 6;

    /// <summary>Least angle between two proposals of the search, degrees.</summary>
    public double SeparationDegrees { get; init; } = 30;

    /// <summary>Candidates per particle that a search in the joint refinement finds.</summary>
    public int JointCandidates { get; init; } = 14;

    /// <summary>Least angle between two of these, degrees: with the final map, modes near each other are worth telling apart.</summary>
    public double JointSeparationDegrees { get; init; } = 10;

    /// <summary>Passes of auto-decoding; 0 leaves the second stage out.</summary>
    public int DecodingPasses { get; init; } = 16;

    /// <summary>What counts when candidates are refined in auto-decoding and in the joint refinement; how far origins may go is the user's.</summary>
    public RefinementOptions Refinement { get; init; } = new();

    /// <summary>Whether the mask takes the particle's shape where the user gave no sphere.</summary>
    public bool ShapesMask { get; init; } = true;

    /// <summary>Whether particles are searched again with better maps where modes do not settle.</summary>
    public bool RenewsProposals { get; init; } = true;

    /// <summary>Whether the joint refinement searches for settled particles again.</summary>
    public bool SearchesSettled { get; init; } = true;

    /// <summary>Whether, after the last pass, all poses are refined once more against the map of all particles.</summary>
    public bool RefinesJointly { get; init; } = true;
}
