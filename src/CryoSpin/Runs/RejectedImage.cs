namespace CryoSpin.Runs;

/// <summary>Why an image was left out of a run.</summary>
public enum RejectionReason
{
    /// <summary>It varies over large distances far more than the others: ice, an aggregate.</summary>
    LowFrequencyPower,

    /// <summary>Its background has a ramp or an edge far steeper than the others': carbon, the hole's edge.</summary>
    BackgroundRamp,

    /// <summary>The map explains it no better than it explains noise: no particle, or one beyond the largest shift.</summary>
    NoParticle,

    /// <summary>It holds far more than the map explains: a second particle, an aggregate, another molecule.</summary>
    Unexplained,
}

/// <summary>An image that was left out of a run because it does not look like the others.</summary>
/// <param name="Particle">Its index in the input, from 0.</param>
/// <param name="Reason">Why.</param>
/// <param name="PowerRatio">Its power at low frequencies over that of the median image; 0 where that was not the reason.</param>
public readonly record struct RejectedImage(int Particle, RejectionReason Reason, double PowerRatio)
{
    /// <summary>Probability that it is an image of the particle, 0 to 1; 0 where it was left out before there was a map to tell.</summary>
    public double ParticleProbability { get; init; }
}
