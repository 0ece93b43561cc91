using CryoSpin.Reconstruction.Likelihood;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>What counts when candidates are refined against a map; each part can be left out and measured.</summary>
internal sealed record RefinementOptions
{
    /// <summary>Radius of the disc that holds the origin, pixels; 0 for particles that are known to be centred.</summary>
    public double MaxShiftPixels { get; init; }

    /// <summary>Whether a particle's own share in the map is taken off its likelihoods (<see cref="OwnShare"/>).</summary>
    public bool TakesOwnShare { get; init; } = true;

    /// <summary>Whether shells count by the share of the map there that is signal (<see cref="ShellWeights"/>).</summary>
    public bool WeighsShells { get; init; } = true;

    /// <summary>Whether origins come from the narrower band of <see cref="OriginRefinement"/>.</summary>
    public bool RefinesOrigins { get; init; } = true;
}
