using System.Diagnostics;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>
/// The published algorithm, <c>--preset paper</c>: some epochs of auto-encoding, then, at a fixed point, auto-decoding. cryoSPIN
/// (Shekarforoush, Lindell, Brubaker and Fleet, NeurIPS 2024, arXiv 2406.10455). The same seed, data and number of workers give the same bytes.
/// </summary>
/// <remarks>
/// The published encoder needs about 3.4 billion multiply-adds for one image of 128 pixels forward: on processors this preset serves
/// small boxes and comparisons.
/// </remarks>
internal sealed class PaperReconstruction
{
    // An epoch of auto-encoding passes the encoder, next to which decoding is cheap; only the progress bar depends on this.
    private const double EncodingShare = 0.8;
    private readonly ReconstructionInput _input;
    private readonly PaperOptions _options;
    private readonly IRunObserver _observer;
    private readonly WorkerTeam _team;
    private readonly RunClock _clock = new();
    private PaperImages _images = null!;
    private HartleyDecoder _decoder = null!;
    private long _visits;
    private bool _hasMap;

    /// <summary>Prepares a run.</summary>
    /// <param name="input">The particles; at least two.</param>
    /// <param name="options">Settings.</param>
    /// <param name="observer">Receives log lines, progress (phases <c>auto-encoding</c>, <c>auto-decoding</c>) and epochs' figures.</param>
    /// <param name="team">Workers.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or the box is odd.</exception>
    public PaperReconstruction(ReconstructionInput input, PaperOptions options, IRunObserver observer, WorkerTeam team)
    {
        options.Validate();
        if (input.Count < 2) throw new ArgumentException($"{input.Count} particles are too few.", nameof(input));
        if (input.BoxSize % 2 != 0) throw new ArgumentException($"The box of {input.BoxSize} pixels is odd.", nameof(input));
        (_input, _options, _observer, _team) = (input, options, observer, team);
    }

    /// <summary>The encoder in place of the published one, e.g. a narrower one for trials.</summary>
    internal EncoderArchitecture? Architecture { get; init; }

    /// <summary>Called after each epoch with the phase and the poses so far, for measurements against a known truth.</summary>
    internal Action<string, Pose[]>? Inspect { get; init; }

    /// <summary>Runs it.</summary>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="CryoSpinException">The loss is no longer a finite number, or the images cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public PaperOutcome Run(CancellationToken cancellation)
    {
        Random random = new(_options.Seed);
        _clock.Start("loading");
        _images = new PaperImages(_input, Architecture?.InputSize, _team);
        _decoder = new HartleyDecoder(_images.Box);
        _decoder.Randomise(random);
        PaperPose[] poses = Find(random, cancellation);
        _clock.Start("final map");
        return new PaperOutcome(Map(), ToPoses(poses), _clock.Stop());
    }

    private PaperPose[] Find(Random random, CancellationToken cancellation)
    {
        try
        {
            PaperPose[] poses = Encode(random, cancellation);
            Decode(poses, random, cancellation);
            return poses;
        }
        catch (Exception) when (cancellation.IsCancellationRequested && _hasMap)
        {
            _observer.Leave(Map());
            throw;
        }
    }

    private Volume Map() => _decoder.ToMap(_images.PixelSizeAngstrom, _images.Box * _images.StandardDeviation, _team);

    private PaperPose[] Encode(Random random, CancellationToken cancellation)
    {
        const string phase = "auto-encoding";
        _clock.Start(phase);
        double maxShift = MaxShift();
        HeadPose heads = new(maxShift);
        EncoderArchitecture architecture = Architecture ?? EncoderArchitecture.Paper(_images.EncoderSize, _options.Heads, heads.Outputs);
        using PaperAutoEncoding stage = new(_images, _decoder, _options, architecture, heads, _team);
        for (int epoch = 1; epoch <= _options.AutoEncodingEpochs; epoch++)
        {
            Pace pace = new(this, phase, epoch, _options.AutoEncodingEpochs, 0, EncodingShare);
            EncodingEpoch figures = stage.RunEpoch(random, pace.Report, cancellation);
            _hasMap = true;
            _observer.Record(pace.Figures(figures.Loss) with
            {
                HeadShares = figures.HeadShares,
                WinnerChangeShare = epoch == 1 ? null : figures.WinnerChangeShare,
            });
            _observer.Log($"{phase} {epoch}/{_options.AutoEncodingEpochs}: loss {figures.Loss:F4}, {pace.ImagesPerSecond:F0} images/s");
            if (Inspect is not null) Inspect(phase, ToPoses(stage.Infer(cancellation)));
        }
        return stage.Infer(cancellation);
    }

    private void Decode(PaperPose[] poses, Random random, CancellationToken cancellation)
    {
        const string phase = "auto-decoding";
        _clock.Start(phase);
        PaperAutoDecoding stage = new(_images, _decoder, poses, _options, MaxShift(), _team);
        for (int epoch = 1; epoch <= _options.AutoDecodingEpochs; epoch++)
        {
            Pace pace = new(this, phase, epoch, _options.AutoDecodingEpochs, EncodingShare, 1);
            DecodingEpoch figures = stage.RunEpoch(random, pace.Report, cancellation);
            _observer.Record(pace.Figures(figures.Loss) with { MedianPoseChangeDegrees = figures.MedianTurnDegrees });
            _observer.Log($"{phase} {epoch}/{_options.AutoDecodingEpochs}: loss {figures.Loss:F4}, {pace.ImagesPerSecond:F0} images/s, "
                + $"poses turned by {figures.MedianTurnDegrees:F2} degrees");
            Inspect?.Invoke(phase, ToPoses(poses));
        }
    }

    private double MaxShift() => _options.MaxShiftPixels * _images.Box / _input.BoxSize;

    private Pose[] ToPoses(PaperPose[] poses) => Array.ConvertAll(poses, p => new Pose(
        p.Rotation, p.OriginX * _images.PixelSizeAngstrom, p.OriginY * _images.PixelSizeAngstrom));

    /// <summary>Turns an epoch's counts into progress and figures.</summary>
    private sealed class Pace(PaperReconstruction run, string phase, int epoch, int epochs, double from, double to)
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private int _done;

        public double ImagesPerSecond => _done / Math.Max(Stopwatch.GetElapsedTime(_started).TotalSeconds, 1e-9);

        private double ResolutionAngstrom => run._images.Box * run._images.PixelSizeAngstrom / run._decoder.Disc.Radius;

        public void Report(int done, double loss)
        {
            if (!double.IsFinite(loss))
            {
                throw new CryoSpinException(
                    $"The loss is no longer a finite number ({phase}, epoch {epoch}). Look for damaged images, or lower the rates.");
            }
            run._visits += done - _done;
            _done = done;
            double fraction = from + (to - from) * (epoch - 1 + (double)done / run._images.Count) / epochs;
            TimeSpan? remaining = fraction < 0.01 ? null : run._clock.Elapsed * ((1 - fraction) / fraction);
            run._observer.Report(new RunProgress(
                phase, epoch, epochs, fraction, ImagesPerSecond, loss, ResolutionAngstrom, remaining));
        }

        public MetricRecord Figures(double loss) => new()
        {
            Phase = phase,
            Epoch = epoch,
            ImageVisits = run._visits,
            ElapsedSeconds = run._clock.Elapsed.TotalSeconds,
            ImagesPerSecond = ImagesPerSecond,
            Loss = loss,
            BandShells = run._decoder.Disc.Radius,
            ResolutionAngstrom = ResolutionAngstrom,
        };
    }
}
