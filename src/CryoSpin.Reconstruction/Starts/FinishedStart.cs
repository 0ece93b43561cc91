using CryoSpin.Imaging;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Starts;

/// <summary>One search from a random map that has ended.</summary>
internal sealed record FinishedStart
{
    /// <summary>Its map, masked.</summary>
    public required Volume Map { get; init; }

    /// <summary>Band of the map's transform, shells.</summary>
    public required double Band { get; init; }

    /// <summary>Values of the map's transform.</summary>
    public required float[] Lattice { get; init; }

    /// <summary>The best poses of the sample of particles that all starts are compared on, refined in front of this map.</summary>
    public required Candidate[] Poses { get; init; }

    /// <summary>Mean log likelihood ratio of these, nats: the same images for every start.</summary>
    public double MeanLogLikelihood => Poses.Average(p => p.LogLikelihood);

    /// <summary>How far the poses of two starts say the same.</summary>
    public PoseAgreement AgreementWith(FinishedStart other) =>
        PoseAgreement.Of([.. Poses.Select(p => p.Rotation)], [.. other.Poses.Select(p => p.Rotation)]);
}
