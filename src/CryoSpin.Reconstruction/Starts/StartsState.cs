using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Starts;

/// <summary>What the searches from random maps have found so far.</summary>
internal sealed record StartsState
{
    /// <summary>Nothing yet.</summary>
    public static StartsState None { get; } = new();

    /// <summary>The searches that have ended, all of the same images.</summary>
    public IReadOnlyList<FinishedStart> Finished { get; init; } = [];

    /// <summary>
    /// Images that were left out because of how a map explained them, by their indices among the loaded ones, in order, and in how many
    /// rounds.
    /// </summary>
    public IReadOnlyList<RejectedImage> Rejected { get; init; } = [];

    /// <summary>How often images were left out.</summary>
    public int Rejections { get; init; }

    /// <summary>The start whose map explains the sample best, by its position; -1 where there is none.</summary>
    public int Best => Finished.Count == 0 ? -1 : Enumerable.Range(0, Finished.Count).MaxBy(i => Finished[i].MeanLogLikelihood);

    /// <summary>The greatest share of the sample whose orientations in the best start and another agree; 0 with fewer than two.</summary>
    public double Agreement => Finished.Count < 2 ? 0 : Finished.Where((_, i) => i != Best).Max(f => f.AgreementWith(Finished[Best]).ShareWithin10Degrees);
}
