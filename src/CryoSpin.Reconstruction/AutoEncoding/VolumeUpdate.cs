using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;

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
    private readonly ImageOnDisc[] _images;
    private readonly BackProjection _sum;
    private readonly SliceBatch _batch;
    private readonly double[] _inverseSignal;
    private readonly double _memory;
    private int _steps;

    public VolumeUpdate(ParticleStore store, FrequencyDisc disc, double[] inverseSignal, double memory, int batchSize, WorkerTeam team)
    {
        _view = store.View(disc);
        _team = team;
        _memory = memory;
        _inverseSignal = inverseSignal[..Math.Min(inverseSignal.Length, (int)Math.Round(disc.Radius) + 1)];
        _images = ImageOnDisc.PerWorker(disc, store.Box, team.Workers);
        _sum = new BackProjection(disc.Radius, VolumeModel.Oversampling);
        _batch = new SliceBatch(disc, batchSize, team);
    }

    /// <summary>
    /// Whether a sum that does not yet hold a full window of mini-batches is solved, too. A volume that a search has found is better than
    /// what a handful of images would give.
    /// </summary>
    public bool SolvesEarly { get; init; }

    /// <summary>Shells of the map beyond this are left empty: poses found in a narrower band say nothing about them.</summary>
    public double Band { get; set; } = double.PositiveInfinity;

    /// <summary>Adds a mini-batch, at most as large as announced; once the sum holds enough, solves for the volume.</summary>
    public void Apply(VolumeModel model, int[] particles, Candidate[] poses)
    {
        double window = Math.Min(++_steps, 1 / (1 - _memory));
        _sum.Scale((float)(1 - 1 / window), _team);
        Insert(particles, poses);
        if (SolvesEarly || window >= 0.99 / (1 - _memory)) Solve(model);
    }

    /// <summary>Forgets all and solves for the volume of some particles, any number; the next mini-batches are added to this sum.</summary>
    public void Refit(VolumeModel model, int[] particles, Candidate[] poses)
    {
        _sum.Clear();
        for (int first = 0; first < particles.Length; first += _batch.Capacity)
        {
            int end = Math.Min(first + _batch.Capacity, particles.Length);
            Insert(particles[first..end], poses[first..end]);
        }
        Solve(model);
        // From now on what stands in the sum counts as a full window, however many particles it was.
        _sum.Scale((float)Math.Min(1, _batch.Capacity / (1 - _memory) / particles.Length), _team);
        _steps = Math.Max(_steps, (int)Math.Ceiling(1 / (1 - _memory)));
    }

    private void Insert(int[] particles, Candidate[] poses)
    {
        _team.ForEach(particles.Length, (i, w) =>
        {
            _images[w].Read(_view, particles[i]);
            SliceInsertion.WeightedSlice(_images[w], poses[i], 1, _batch.Real(i), _batch.Imaginary(i), _batch.Weight(i));
            _batch.SetRotation(i, poses[i].Rotation);
        });
        _batch.InsertInto(_sum, particles.Length);
    }

    private void Solve(VolumeModel model)
    {
        int shells = (int)Math.Min(_inverseSignal.Length, Math.Round(Band) + 1);
        model.Solve(_sum, _inverseSignal.AsSpan(0, shells), model.Lattice.Radius);
    }
}
