using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Starts;

/// <summary>An image at its best pose in front of a map.</summary>
/// <param name="Pose">The pose; its score is the log likelihood ratio to an empty map over the band, nats.</param>
/// <param name="Residual">Squared difference between the whitened image and the map's slice there, summed over the band: of noise alone about the
/// number of its frequencies.</param>
internal readonly record struct ImageFit(Candidate Pose, double Residual);
