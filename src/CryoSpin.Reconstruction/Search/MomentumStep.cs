using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;

namespace CryoSpin.Reconstruction.Search;

/// <summary>
/// Stochastic gradient descent with momentum on the negative log posterior of the volume, the step divided by the objective's curvature:
/// dV = momentum dV + (1 - momentum) rate (gradient of the log posterior) / curvature. Punjani et al., Nature Methods 2017.
/// </summary>
/// <remarks>
/// The mini-batch stands for all images: its part of gradient and curvature is multiplied by their number over the batch's. The curvature
/// is the mean over a shell: posterior weights times squared transfer function, plus the prior's 1 / variance. With one step size for all
/// shells the highest, of which each coefficient is met by the fewest slices, would not move.
/// </remarks>
/// <param name="lastBand">Greatest band, shells.</param>
/// <param name="images">Number of images in all.</param>
/// <param name="momentum">Share of the last step that is kept.</param>
/// <param name="rate">Step size at a mini-batch, in units of the inverse curvature.</param>
/// <param name="signalPower">Per shell, variance of the map's transform: the prior's.</param>
/// <param name="team">Workers.</param>
internal sealed class MomentumStep(
    double lastBand, int images, double momentum, Func<int, double> rate, double[] signalPower, WorkerTeam team) : IVolumeStep
{
    /// <summary>
    /// Interpolation takes data across a shell's edge. A shell with none of its own (the zero frequency, and the one beyond the band) would
    /// divide what it gets so by the prior's curvature alone, which vanishes as images become many, and the map would explode.
    /// </summary>
    private const double LeastOfNeighbours = 0.1;

    private readonly BackProjection _sum = new(lastBand, VolumeModel.Oversampling);
    private readonly double[] _inverseSignal = SignalPower.Inverse(signalPower);
    private float[] _velocity = [];

    /// <inheritdoc/>
    public void Begin(VolumeModel model, IReadOnlyList<double> shellFactors)
    {
        double band = model.Lattice.Radius;
        // A step is added to the map: unlike in the closed form the start stays in it, so it must be the one that the first slices show.
        model.Set(
            RadialFilter.Apply(model.Map, k => k <= band ? shellFactors[Math.Min((int)Math.Round(k), shellFactors.Count - 1)] : 0, team), band);
        _velocity = new float[model.Map.Voxels.Length];
    }

    /// <inheritdoc/>
    public void Apply(VolumeModel model, PosteriorSums posterior, in VolumeStepBatch batch)
    {
        _sum.Clear();
        double[] weights = posterior.InsertResidualsInto(_sum);
        double scale = images / (batch.Images * batch.Temperature);
        double[] curvature = new double[batch.Shells(_inverseSignal)], decay = new double[curvature.Length];
        // Half of a shell's coefficients are independent: 2 pi s^2.
        double Own(int s) => s >= 0 && s < weights.Length ? weights[s] / Math.Max(1, 2 * Math.PI * s * s) : 0;
        for (int s = 0; s < curvature.Length; s++)
        {
            double data = Math.Max(Own(s), LeastOfNeighbours * Math.Max(Own(s - 1), Own(s + 1)));
            curvature[s] = data + _inverseSignal[s] / scale;
            decay[s] = double.IsInfinity(curvature[s]) ? 1 : _inverseSignal[s] / scale / Math.Max(curvature[s], 1e-30);
        }
        Volume step = model.Reconstruct(_sum, curvature);
        Volume prior = RadialFilter.Apply(model.Map, k => k < decay.Length - 0.5 ? decay[(int)Math.Round(k)] : 1, team);
        TensorPrimitives.Subtract(step.Voxels, prior.Voxels, step.Voxels);
        TensorPrimitives.Multiply(_velocity, (float)momentum, _velocity);
        TensorPrimitives.MultiplyAdd(step.Voxels, (float)((1 - momentum) * rate(batch.Number)), _velocity, _velocity);
        Volume next = new(model.Map.Size, model.Map.PixelSizeAngstrom, [.. model.Map.Voxels]);
        TensorPrimitives.Add(next.Voxels, _velocity, next.Voxels);
        model.Set(next, batch.NextBandShells);
    }
}
