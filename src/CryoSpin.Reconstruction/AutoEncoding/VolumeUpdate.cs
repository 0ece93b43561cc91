using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.AutoEncoding;

/// <summary>The volume's step in auto-encoding: winners' slices enter a decaying sum, which is solved in closed form.</summary>
/// <remarks>
/// For whitened squared errors the volume's problem is linear and its normal matrix nearly diagonal: solving it is one division per sample,
/// where the published exponent-and-mantissa grid needs thousands of Adam steps.
/// </remarks>
internal sealed class VolumeUpdate
{
    private readonly BandView _view;
    private readonly WorkerTeam _team;
    private readonly FitBuffers[] _buffers;
    private readonly BackProjection[] _sums;
    private readonly double[] _inverseSignal;
    private readonly double _memory;
    private int _steps;

    public VolumeUpdate(ParticleCache cache, FrequencyDisc disc, double[] inverseSignal, double memory, WorkerTeam team)
    {
        _view = cache.View(disc);
        _team = team;
        _memory = memory;
        _inverseSignal = inverseSignal[..Math.Min(inverseSignal.Length, (int)Math.Round(disc.Radius) + 1)];
        _buffers = [.. Enumerable.Range(0, team.Workers).Select(_ => new FitBuffers(disc, cache.Box))];
        _sums = [.. Enumerable.Range(0, team.Workers).Select(_ => new BackProjection(disc.Radius, VolumeModel.Oversampling))];
    }

    /// <summary>Adds a mini-batch; once the sum holds enough, solves for the volume.</summary>
    public void Apply(VolumeModel model, int[] particles, PoseFit[] poses)
    {
        double window = Math.Min(++_steps, 1 / (1 - _memory));
        _sums[0].Scale((float)(1 - 1 / window), _team);
        _team.ForBlocks(particles.Length, (i, w) =>
        {
            _view.Read(particles[i], _buffers[w]);
            SliceInsertion.WeightedSlice(_buffers[w], poses[i], 1);
            _sums[w].Insert(_view.Disc, poses[i].Rotation, _buffers[w].Slice0, _buffers[w].Slice1, _buffers[w].Turn0);
        });
        for (int w = 1; w < _sums.Length; w++) _sums[0].Absorb(_sums[w], _team);
        // The volume found by the search is better than what a handful of images would give.
        if (window >= 0.99 / (1 - _memory)) model.Solve(_sums[0], _inverseSignal, model.Lattice.Radius);
    }
}
