using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;

namespace CryoSpin.Reconstruction.Search;

/// <summary>Expectation maximisation's volume: a decaying sum over the mini-batches, solved in closed form.</summary>
/// <param name="lastBand">Greatest band, shells.</param>
/// <param name="memory">Share of the old sums kept at each mini-batch.</param>
/// <param name="signalPower">Per shell, variance of the map's transform.</param>
/// <param name="team">Workers.</param>
internal sealed class ClosedFormStep(double lastBand, double memory, double[] signalPower, WorkerTeam team) : IVolumeStep
{
    private readonly BackProjection _sum = new(lastBand, VolumeModel.Oversampling);
    private readonly double[] _inverseSignal = SignalPower.Inverse(signalPower);

    /// <summary>The sums as they stand, of slices up to the greatest band: with the map all that the next step depends on.</summary>
    public float[] Sums => _sum.Sums;

    /// <inheritdoc/>
    public void Begin(VolumeModel model, IReadOnlyList<double> shellFactors)
    {
        // The first step replaces the map whatever it was.
    }

    /// <inheritdoc/>
    public void Apply(VolumeModel model, PosteriorSums posterior, in VolumeStepBatch batch)
    {
        // Newer batches weigh more from the start, and old ones are forgotten: poses found with a poor map lose their weight.
        double window = Math.Min(batch.Number + 1, 1 / (1 - memory));
        _sum.Scale((float)(1 - 1 / window), team);
        posterior.InsertInto(_sum);
        model.Solve(_sum, _inverseSignal[..batch.Shells(_inverseSignal)], batch.NextBandShells);
    }
}
