using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>What a run found.</summary>
/// <param name="Map">The map from all particles, filtered by the half-maps' agreement and masked.</param>
/// <param name="Half1">Unfiltered, unmasked map of half-set 1.</param>
/// <param name="Half2">Unfiltered, unmasked map of half-set 2.</param>
/// <param name="Poses">Pose of each particle that was used, in input order.</param>
/// <param name="HalfSet">1 or 2 per particle that was used.</param>
/// <param name="MaskedFsc">FSC of the half-maps under the mask.</param>
/// <param name="UnmaskedFsc">FSC of the half-maps as they are.</param>
/// <param name="ResolutionAngstrom">Where the masked FSC, corrected where it needs to be, falls below 0.143.</param>
/// <param name="MaskDiameterAngstrom">Diameter of the mask in force.</param>
/// <param name="PhaseTimes">Seconds per phase.</param>
public sealed record ReconstructionOutcome(
    Volume Map, Volume Half1, Volume Half2, Pose[] Poses, int[] HalfSet, FscCurve MaskedFsc, FscCurve UnmaskedFsc, double ResolutionAngstrom,
    double MaskDiameterAngstrom, IReadOnlyList<PhaseTime> PhaseTimes)
{
    /// <summary>The mask of <see cref="Map"/> and the FSC, 0 to 1, where it is more than a sphere; null otherwise.</summary>
    public Volume? Mask { get; init; }

    /// <summary>The masked FSC without what the mask itself correlates; null for a sphere, which needs no correction.</summary>
    public FscCurve? CorrectedFsc { get; init; }

    /// <summary>Numbers that the method fitted to the data: volume, encoder and tables of poses.</summary>
    public long Parameters { get; init; }

    /// <summary>The largest shift in force at the end, pixels, where it may grow; null where it is that of the options.</summary>
    public double? MaxShiftPixels { get; init; }

    /// <summary>The particles of the input that were not used, in order: the images stand out from the others.</summary>
    public IReadOnlyList<RejectedImage> Rejected { get; init; } = [];

    /// <summary>What the user should know before using the results; empty where nothing was odd.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Per particle that was used, the probability that its image shows the particle, 0 to 1; null where the method does not tell.</summary>
    public IReadOnlyList<double>? ParticleProbability { get; init; }

    /// <summary>Whether the map can be believed; null where the method does not tell.</summary>
    public RunVerdict? Verdict { get; init; }
}
