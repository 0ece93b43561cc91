using System.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>How a table of poses is optimised.</summary>
internal sealed record PoseTableSchedule
{
    /// <summary>Passes over the particles.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Adam's rate for rotations at the first pass, radians; it falls as a cosine to 0.</summary>
    public double RotationRate { get; init; } = 0.02;

    /// <summary>Adam's rate for origins at the first pass, pixels.</summary>
    public double ShiftRate { get; init; } = 0.2;

    /// <summary>The factor of both rates in an epoch, from 1.</summary>
    public double Factor(int epoch) => 0.5 + 0.5 * Math.Cos(Math.PI * (epoch - 1) / Epochs);
}

/// <summary>
/// The poses as a table, each row with an optimiser of its own: every visit of a mini-batch takes one Adam step along the gradient of the
/// squared error in the row's rotation and origin, then the volume is updated with the batch.
/// </summary>
internal sealed class PoseTableDescent
{
    private readonly MethodContext _context;
    private readonly PoseSearchStage _stage;
    private readonly PoseTableSchedule _schedule;
    private readonly BandView _view;
    private readonly ImageOnDisc[] _images;
    private readonly SliceOnDisc[] _slices;
    private readonly PoseAdam[] _moments;
    private readonly double _maxShift;

    /// <param name="context">What the method was given.</param>
    /// <param name="searched">The searches' volume and poses: where the descent begins.</param>
    /// <param name="schedule">Passes and rates.</param>
    public PoseTableDescent(MethodContext context, PoseSearchStage searched, PoseTableSchedule schedule)
    {
        _context = context;
        _stage = searched;
        _schedule = schedule;
        FrequencyDisc disc = new(searched.Limit);
        _view = context.Store.View(disc);
        _images = ImageOnDisc.PerWorker(disc, context.Store.Box, context.Team.Workers);
        _slices = [.. _images.Select(_ => new SliceOnDisc(disc))];
        _moments = new PoseAdam[NormalEquations.Parameters * context.Store.Count];
        _maxShift = context.Options.MaxShiftPixels;
        Poses = [.. searched.Kept.Select(k => k![0])];
    }

    /// <summary>The table.</summary>
    public Candidate[] Poses { get; }

    /// <summary>One pass over the particles.</summary>
    public EpochReport Epoch(int epoch, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        int count = _context.Store.Count, done = 0;
        double likelihood = 0, factor = _schedule.Factor(epoch);
        Candidate[] before = [.. Poses];
        EpochReport Report() => new(
            epoch, _schedule.Epochs, done, _stage.Limit, -likelihood / done, done / Stopwatch.GetElapsedTime(started).TotalSeconds);
        foreach (int[] batch in _stage.Batches())
        {
            cancellation.ThrowIfCancellationRequested();
            _context.Team.ForEach(batch.Length, (i, w) => Step(batch[i], _images[w], _slices[w], factor));
            Candidate[] poses = [.. batch.Select(i => Poses[i])];
            _stage.Volume.Apply(_stage.Model, batch, poses);
            likelihood += poses.Sum(p => p.LogLikelihood);
            done += batch.Length;
            _context.Track.Within(Report(), done / (double)count);
        }
        double[] change = [.. Poses.Select((p, i) => _context.Space.AngleDegrees(p.Rotation, before[i].Rotation))];
        return Report() with { MedianPoseChangeDegrees = change.Order().ElementAt(count / 2) };
    }

    /// <summary>Steps one row; its log likelihood is that before the step, which the gradient came with.</summary>
    private void Step(int particle, ImageOnDisc image, SliceOnDisc slice, double factor)
    {
        Candidate pose = Poses[particle];
        image.Read(_view, particle);
        slice.Sample(_stage.Model.Lattice, pose.Rotation);
        NormalEquations.Accumulate(image, slice, pose.OriginX, pose.OriginY, out NormalEquations equations);
        Span<PoseAdam> adam = _moments.AsSpan(particle * NormalEquations.Parameters, NormalEquations.Parameters);
        double turn = factor * _schedule.RotationRate, shift = factor * _schedule.ShiftRate;
        RotationVector w = new(
            adam[0].Step(equations.Gradient[0], turn), adam[1].Step(equations.Gradient[1], turn), adam[2].Step(equations.Gradient[2], turn));
        double x = adam[3].Step(equations.Gradient[3], shift), y = adam[4].Step(equations.Gradient[4], shift);
        Poses[particle] = pose.Moved(w, x, y, _maxShift) with { LogLikelihood = -equations.Misfit };
    }
}
