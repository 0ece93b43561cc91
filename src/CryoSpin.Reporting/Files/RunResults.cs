using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Files;

/// <summary>What a finished reconstruction hands over to be written.</summary>
public sealed record RunResults
{
    /// <summary>The map of all particles.</summary>
    public required Volume Map { get; init; }

    /// <summary>First half-map, unfiltered and unmasked.</summary>
    public required Volume Half1 { get; init; }

    /// <summary>Second half-map.</summary>
    public required Volume Half2 { get; init; }

    /// <summary>One pose per particle that was used, in the order of the input.</summary>
    public required IReadOnlyList<Pose> Poses { get; init; }

    /// <summary>Half-set, 1 or 2, of every particle that was used.</summary>
    public required IReadOnlyList<int> HalfSets { get; init; }

    /// <summary>The particles that were not used, by their indices in the run's input.</summary>
    public IReadOnlyList<RejectedImage> Rejected { get; init; } = [];

    /// <summary>FSC of the masked half-maps.</summary>
    public required FscCurve MaskedFsc { get; init; }

    /// <summary>The same without what the mask itself correlates; null where it needs no correction.</summary>
    public FscCurve? CorrectedFsc { get; init; }

    /// <summary>The mask of the map and the FSC; null for a sphere.</summary>
    public Volume? Mask { get; init; }

    /// <summary>FSC of the half-maps as they are.</summary>
    public required FscCurve UnmaskedFsc { get; init; }

    /// <summary>Where the masked FSC, corrected where it needs to be, falls below 0.143.</summary>
    public required double ResolutionAngstrom { get; init; }

    /// <summary>Diameter of the spherical mask.</summary>
    public required double MaskDiameterAngstrom { get; init; }

    /// <summary>The largest shift in force at the end, pixels of the working box; null where it is that of the options.</summary>
    public double? MaxShiftPixels { get; init; }

    /// <summary>Time per phase as the run itself measured it; null to take it from what it reported.</summary>
    public IReadOnlyList<PhaseTime>? PhaseTimes { get; init; }

    /// <summary>Numbers that were fitted to the data; null where that is not known.</summary>
    public long? Parameters { get; init; }

    /// <summary>Per particle that was used, the probability that its image shows the particle, 0 to 1; null where the method does not tell.</summary>
    public IReadOnlyList<double>? ParticleProbability { get; init; }

    /// <summary>Whether the map can be believed; null where the method does not tell.</summary>
    public RunVerdict? Verdict { get; init; }

    /// <summary>What the user should know before using them.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
