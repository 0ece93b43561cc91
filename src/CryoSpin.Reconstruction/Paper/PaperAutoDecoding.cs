using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>
/// Stage 2: each image keeps a pose of its own; per batch some steps on the poses with the volume frozen, then one on the volume with the
/// poses frozen. cryoSPIN, arXiv 2406.10455.
/// </summary>
internal sealed class PaperAutoDecoding
{
    private readonly PaperImages _images;
    private readonly PaperOptions _options;
    private readonly WorkerTeam _team;
    private readonly VolumeAdam _volume;
    private readonly TransposeBatch _volumeGradients;
    private readonly DecoderWorker[] _workers;
    private readonly double _maxShift;
    private readonly double[] _losses;
    private readonly double[] _turns;
    private readonly int[] _order;

    /// <param name="images">The particles.</param>
    /// <param name="decoder">The volume so far.</param>
    /// <param name="poses">The poses so far; kept and changed.</param>
    /// <param name="options">Settings.</param>
    /// <param name="maxShift">Greatest origin along each axis, pixels of the decoder's box; 0 leaves origins alone.</param>
    /// <param name="team">Workers.</param>
    public PaperAutoDecoding(
        PaperImages images, HartleyDecoder decoder, PaperPose[] poses, PaperOptions options, double maxShift, WorkerTeam team)
    {
        (_images, Poses, _options, _maxShift, _team) = (images, poses, options, maxShift, team);
        _volume = new VolumeAdam(decoder.Grid, team);
        _volumeGradients = new TransposeBatch(decoder.Disc, HartleyDecoder.SlotsPerImage * options.BatchSize, team);
        SliceLoss loss = new(decoder.Disc, options.Loss);
        _workers = [.. Enumerable.Range(0, team.Workers).Select(_ => new DecoderWorker(decoder, loss))];
        _losses = new double[poses.Length];
        _turns = new double[poses.Length];
        _order = [.. Enumerable.Range(0, poses.Length)];
    }

    /// <summary>The pose of each particle.</summary>
    public PaperPose[] Poses { get; }

    /// <summary>One pass over all images in a new order.</summary>
    /// <param name="random">Draws the order.</param>
    /// <param name="progress">Called after each batch with the images done and their mean loss.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public DecodingEpoch RunEpoch(Random random, Action<int, double> progress, CancellationToken cancellation)
    {
        random.Shuffle(_order);
        double sum = 0;
        for (int start = 0; start < _order.Length; start += _options.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            int first = start, n = Math.Min(_options.BatchSize, _order.Length - start);
            _team.ForBlocks(n, (i, w) => Visit(_order[first + i], i, w, n));
            _volume.Step(_volumeGradients, HartleyDecoder.SlotsPerImage * n, _options.DecodingVolumeLearningRate);
            for (int i = 0; i < n; i++) sum += _losses[_order[start + i]];
            progress(start + n, sum / (start + n));
        }
        double[] turns = [.. _turns];
        Array.Sort(turns);
        return new DecodingEpoch(sum / _order.Length, turns[turns.Length / 2]);
    }

    private void Visit(int particle, int position, int worker, int batch)
    {
        DecoderWorker decoder = _workers[worker];
        _images.Read(particle, worker, [], decoder.Image);
        PaperPose pose = Fit(Poses[particle], decoder);
        _turns[particle] = PoseSpace.C1.AngleDegrees(pose.Rotation, Poses[particle].Rotation);
        Poses[particle] = pose;
        _losses[particle] = decoder.LossWithVolumeGradient(pose, 1.0 / batch, _volumeGradients, position);
    }

    /// <summary>The pose after a visit's steps on w, where the rotation is exp([w]x) times the one before.</summary>
    private PaperPose Fit(in PaperPose start, DecoderWorker decoder)
    {
        PoseAdam ax = default, ay = default, az = default, ox = default, oy = default;
        RotationVector w = default;
        PaperPose pose = start;
        Span<double> matrix = stackalloc double[9];
        for (int step = 0; step < _options.PoseSteps; step++)
        {
            decoder.LossWithPoseGradient(pose, 1, out RotationVector left, out (double X, double Y) origin);
            // From the gradient at exp([w]x) to the one in w itself.
            Rotation turn = So3.Exp(w);
            So3.MatrixGradient(turn, left, matrix);
            RotationVector g = So3.ExpGradient(w, matrix);
            double rate = _options.PoseLearningRate;
            w = new RotationVector(w.X + ax.Step(g.X, rate), w.Y + ay.Step(g.Y, rate), w.Z + az.Step(g.Z, rate));
            double x = pose.OriginX, y = pose.OriginY;
            if (_maxShift > 0)
            {
                x = Math.Clamp(x + ox.Step(origin.X, rate), -_maxShift, _maxShift);
                y = Math.Clamp(y + oy.Step(origin.Y, rate), -_maxShift, _maxShift);
            }
            pose = new PaperPose((So3.Exp(w) * start.Rotation).Orthonormalised(), x, y);
        }
        return pose;
    }
}

/// <summary>Figures of an epoch of auto-decoding.</summary>
/// <param name="Loss">Mean loss per image, after its pose steps.</param>
/// <param name="MedianTurnDegrees">Median change of rotation in one visit.</param>
internal sealed record DecodingEpoch(double Loss, double MedianTurnDegrees);
