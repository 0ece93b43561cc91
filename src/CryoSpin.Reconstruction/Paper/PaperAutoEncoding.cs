using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Encoder;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>
/// Stage 1: the encoder gives M candidates per image, the one with the least loss wins, and its gradient trains the encoder and the volume
/// at once. cryoSPIN, arXiv 2406.10455.
/// </summary>
internal sealed class PaperAutoEncoding : IDisposable
{
    private readonly PaperImages _images;
    private readonly PaperOptions _options;
    private readonly WorkerTeam _team;
    private readonly PoseEncoder _encoder;
    private readonly VolumeAdam _volume;
    private readonly TransposeBatch _volumeGradients;
    private readonly DecoderWorker[] _workers;
    private readonly HeadPose _heads;
    private readonly int _pixels;
    private readonly float[] _batchPixels;
    private readonly float[] _outputs;
    private readonly float[] _gradients;
    private readonly TargetImage[] _targets;
    private readonly double[] _losses;
    private readonly int[] _order;
    private readonly int[] _winner;

    public PaperAutoEncoding(
        PaperImages images, HartleyDecoder decoder, PaperOptions options, EncoderArchitecture architecture, HeadPose heads, WorkerTeam team)
    {
        (_images, _options, _heads, _team) = (images, options, heads, team);
        _encoder = new PoseEncoder(architecture, options.BatchSize, options.Seed, team);
        _volume = new VolumeAdam(decoder.Grid, team);
        _volumeGradients = new TransposeBatch(decoder.Disc, HartleyDecoder.SlotsPerImage * options.BatchSize, team);
        SliceLoss loss = new(decoder.Disc, options.Loss);
        _workers = [.. Enumerable.Range(0, team.Workers).Select(_ => new DecoderWorker(decoder, loss))];
        _pixels = images.EncoderSize * images.EncoderSize;
        _batchPixels = new float[options.BatchSize * _pixels];
        _outputs = new float[options.BatchSize * _encoder.OutputsPerImage];
        _gradients = new float[_outputs.Length];
        _targets = [.. Enumerable.Range(0, options.BatchSize).Select(_ => new TargetImage(decoder.Disc, decoder.Box))];
        _losses = new double[options.BatchSize];
        _order = [.. Enumerable.Range(0, images.Count)];
        _winner = new int[images.Count];
        Array.Fill(_winner, -1);
    }

    /// <summary>
    /// One pass over all images in a new order; a last single image, which has no batch statistics, waits for the next epoch.
    /// </summary>
    /// <param name="random">Draws the order.</param>
    /// <param name="progress">Called after each batch with the images done and their mean loss.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public EncodingEpoch RunEpoch(Random random, Action<int, double> progress, CancellationToken cancellation)
    {
        random.Shuffle(_order);
        double[] wins = new double[_options.Heads];
        double sum = 0;
        int done = 0, changed = 0;
        while (_order.Length - done >= 2)
        {
            cancellation.ThrowIfCancellationRequested();
            int n = Math.Min(_options.BatchSize, _order.Length - done);
            sum += Train(done, n, wins, ref changed);
            done += n;
            progress(done, sum / done);
        }
        for (int h = 0; h < wins.Length; h++) wins[h] /= done;
        return new EncodingEpoch(sum / done, wins, (double)changed / done);
    }

    /// <summary>The best candidate of each image, from the encoder's running statistics.</summary>
    public PaperPose[] Infer(CancellationToken cancellation)
    {
        PaperPose[] poses = new PaperPose[_images.Count];
        for (int start = 0; start < poses.Length; start += _options.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            int first = start, n = Math.Min(_options.BatchSize, poses.Length - start);
            _team.ForBlocks(n, (i, w) => _images.Read(first + i, w, Pixels(i), _targets[i]));
            _encoder.Forward(_batchPixels, n, training: false).CopyTo(_outputs);
            _team.ForBlocks(n, (i, w) => poses[first + i] = Win(i, w).Pose);
        }
        return poses;
    }

    /// <inheritdoc/>
    public void Dispose() => _encoder.Dispose();

    private double Train(int start, int n, double[] wins, ref int changed)
    {
        _team.ForBlocks(n, (i, w) => _images.Read(_order[start + i], w, Pixels(i), _targets[i]));
        _encoder.Forward(_batchPixels, n, training: true).CopyTo(_outputs);
        int[] heads = new int[n];
        int length = n * _encoder.OutputsPerImage;
        _gradients.AsSpan(0, length).Clear();
        _team.ForBlocks(n, (i, w) =>
        {
            (int head, PaperPose pose) = Win(i, w);
            heads[i] = head;
            // The loss of a batch is the mean of its images' losses.
            _losses[i] = _workers[w].LossWithPoseGradient(pose, 1.0 / n, out RotationVector rotation, out (double, double) origin);
            _workers[w].PutVolumeGradient(pose, _volumeGradients, i);
            _heads.Gradient(Head(_outputs, i, head), pose, rotation, origin, Head(_gradients, i, head));
        });
        _encoder.Backward(_gradients.AsSpan(0, length));
        _encoder.Step(_options.EncoderLearningRate);
        _volume.Step(_volumeGradients, HartleyDecoder.SlotsPerImage * n, _options.VolumeLearningRate);
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            sum += _losses[i];
            wins[heads[i]]++;
            ref int winner = ref _winner[_order[start + i]];
            if (winner != heads[i]) changed++;
            winner = heads[i];
        }
        return sum;
    }

    private (int Head, PaperPose Pose) Win(int image, int worker)
    {
        DecoderWorker decoder = _workers[worker];
        decoder.Image.SetShifted(_targets[image], 0, 0);
        double least = double.PositiveInfinity;
        (int Head, PaperPose Pose) best = (0, _heads.Decode(Head(_outputs, image, 0)));
        for (int h = 0; h < _options.Heads; h++)
        {
            PaperPose pose = _heads.Decode(Head(_outputs, image, h));
            double loss = decoder.Loss(pose);
            if (loss < least) (least, best) = (loss, (h, pose));
        }
        return best;
    }

    private Span<float> Pixels(int image) => _batchPixels.AsSpan(image * _pixels, _pixels);

    private Span<float> Head(float[] numbers, int image, int head) =>
        numbers.AsSpan(image * _encoder.OutputsPerImage + head * _heads.Outputs, _heads.Outputs);
}

/// <summary>Figures of an epoch of auto-encoding.</summary>
/// <param name="Loss">Mean loss per image.</param>
/// <param name="HeadShares">Share of the images won by each head.</param>
/// <param name="WinnerChangeShare">Share of the images won by another head than an epoch before.</param>
internal sealed record EncodingEpoch(double Loss, double[] HeadShares, double WinnerChangeShare);
