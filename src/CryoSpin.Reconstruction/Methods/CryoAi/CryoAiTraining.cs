using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Reconstruction.Volumes;

namespace CryoSpin.Reconstruction.Methods.CryoAi;

/// <summary>
/// Encoder and volume learn together: every image and its turned copy get a pose each, the lesser loss counts, and its gradient goes into
/// the volume and, through the pose, into the encoder. Nothing is kept of single particles.
/// </summary>
internal sealed class CryoAiTraining : IDisposable
{
    private readonly BandView _view;
    private readonly EncoderImages _images;
    private readonly ILearnedVolume _volume;
    private readonly PoseEncoder _encoder;
    private readonly CryoAiHeads _heads;
    private readonly CryoAiSettings _settings;
    private readonly WorkerTeam _team;
    private readonly SymmetricLoss[] _losses;
    private readonly TargetImage[] _targets;
    private readonly float[] _pixels;
    private readonly float[] _outputs;
    private readonly float[] _outputGradients;
    private readonly float[] _sliceReal, _sliceImaginary, _gradientReal, _gradientImaginary;
    private readonly PaperPose[] _poses;
    private readonly Rotation[] _rotations;
    private readonly Rotation[] _chosenRotations;
    private readonly RotationVector[] _turns;
    private readonly (double X, double Y)[] _origins;
    private readonly SymmetricChoice[] _choices;
    private readonly int[] _order;
    private readonly Action<int, int> _read;
    private readonly Action<int, int> _choose;
    private readonly Action<int, int> _choosePlain;
    private int _first;
    private int _count;
    private bool _ordered;

    /// <param name="cache">Particles, whitened.</param>
    /// <param name="volume">What is learned; its disc is the band.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="maxShift">Greatest origin along each axis, pixels.</param>
    /// <param name="seed">Seed of the encoder's weights.</param>
    /// <param name="team">Workers.</param>
    public CryoAiTraining(ParticleCache cache, ILearnedVolume volume, CryoAiSettings settings, double maxShift, int seed, WorkerTeam team)
    {
        (_volume, _settings, _team) = (volume, settings, team);
        FrequencyDisc disc = volume.Disc;
        _view = cache.View(disc);
        _heads = new CryoAiHeads(maxShift);
        EncoderArchitecture architecture = _heads.Fit(settings.Architecture ?? EncoderArchitecture.Compact(settings.InputSize, 1));
        int n = settings.BatchSize, row = disc.PaddedCount;
        _images = new EncoderImages(disc, architecture.InputSize, team.Workers);
        _encoder = new PoseEncoder(architecture, 2 * n, seed, team);
        Unit = UnitOf(cache, disc);
        _losses = [.. Enumerable.Range(0, team.Workers).Select(_ => new SymmetricLoss(disc, cache.Box))];
        _targets = [.. Enumerable.Range(0, n).Select(_ => new TargetImage(disc, cache.Box))];
        _pixels = new float[2 * n * _images.Side * _images.Side];
        (_outputs, _outputGradients) = (new float[2 * n * _heads.Outputs], new float[2 * n * _heads.Outputs]);
        (_sliceReal, _sliceImaginary) = (new float[2 * n * row], new float[2 * n * row]);
        (_gradientReal, _gradientImaginary) = (new float[n * row], new float[n * row]);
        (_poses, _rotations) = (new PaperPose[2 * n], new Rotation[2 * n]);
        (_chosenRotations, _turns, _origins, _choices) =
            (new Rotation[n], new RotationVector[n], new (double, double)[n], new SymmetricChoice[n]);
        _order = [.. Enumerable.Range(0, cache.Count)];
        Chosen = new PoseFit?[cache.Count];
        Other = new PoseFit?[cache.Count];
        (_read, _choose, _choosePlain) = (Read, ChooseWithGradient, (i, w) => Choose(i, w));
    }

    /// <summary>What one unit of the volume is in units of an unnormalised transform: the noise's deviation in the band.</summary>
    public double Unit { get; }

    /// <summary>Numbers that are learned.</summary>
    public long ParameterCount => _encoder.ParameterCount + _volume.ParameterCount;

    /// <summary>Per particle the pose of the lesser loss when it was last looked at.</summary>
    public PoseFit?[] Chosen { get; }

    /// <summary>Per particle the pose of the greater loss.</summary>
    public PoseFit?[] Other { get; }

    /// <summary>Begins an epoch: a new order.</summary>
    public void Shuffle(Random random) => random.Shuffle(_order);

    /// <summary>Trains on the images from one place of the order on.</summary>
    /// <param name="first">The place.</param>
    /// <param name="sum">Receives the sum of their losses.</param>
    /// <param name="volumeRate">Adam's rate for the volume.</param>
    /// <param name="encoderRate">Adam's rate for the encoder.</param>
    /// <returns>How many images these were.</returns>
    public int Train(int first, double volumeRate, double encoderRate, out double sum)
    {
        int n = Pose(first, ordered: true, training: true);
        Array.Clear(_outputGradients);
        _team.ForBlocks(n, _choose);
        _volume.Backward(_chosenRotations, n, _gradientReal, _gradientImaginary, _turns);
        for (int i = 0; i < n; i++)
        {
            int row = 2 * i + (_choices[i].Turned ? 1 : 0);
            _heads.Gradient(Numbers(_outputs, row), _poses[row], _turns[i], _origins[i], Numbers(_outputGradients, row));
        }
        _encoder.Backward(_outputGradients.AsSpan(0, 2 * n * _heads.Outputs));
        _encoder.Step(encoderRate);
        _volume.Step(volumeRate);
        sum = Keep();
        return n;
    }

    /// <summary>Poses of all particles from the encoder's running statistics; <see cref="Chosen"/> holds them.</summary>
    public void Infer(CancellationToken cancellation)
    {
        for (int first = 0; first < _order.Length; first += _settings.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            _team.ForBlocks(Pose(first, ordered: false, training: false), _choosePlain);
            Keep();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _encoder.Dispose();

    private static double UnitOf(ParticleCache cache, FrequencyDisc disc)
    {
        double sum = 0;
        for (int s = 1; s <= disc.Extent; s++) sum += cache.NoiseVariance[s];
        return Math.Sqrt(sum / disc.Extent);
    }

    /// <summary>Reads a batch, asks the encoder, and slices the volume at all its poses.</summary>
    private int Pose(int first, bool ordered, bool training)
    {
        (_first, _ordered, _count) = (first, ordered, Math.Min(_settings.BatchSize, _order.Length - first));
        _team.ForBlocks(_count, _read);
        _encoder.Forward(_pixels, 2 * _count, training).CopyTo(_outputs);
        for (int i = 0; i < 2 * _count; i++)
        {
            _poses[i] = _heads.Decode(Numbers(_outputs, i));
            _rotations[i] = _poses[i].Rotation;
        }
        _volume.Slice(_rotations, 2 * _count, _sliceReal, _sliceImaginary);
        return _count;
    }

    private double Keep()
    {
        double sum = 0;
        for (int i = 0; i < _count; i++)
        {
            SymmetricChoice choice = _choices[i];
            sum += choice.Loss;
            PaperPose straight = _poses[2 * i], turned = SymmetricLoss.TurnBack(_poses[2 * i + 1]);
            Chosen[Particle(i)] = Fit(choice.Turned ? turned : straight, choice.Loss);
            Other[Particle(i)] = Fit(choice.Turned ? straight : turned, choice.OtherLoss);
        }
        return sum;

        static PoseFit Fit(in PaperPose pose, double loss) => new(pose.Rotation, pose.OriginX, pose.OriginY, -loss);
    }

    private int Particle(int i) => _ordered ? _order[_first + i] : _first + i;

    private void Read(int i, int worker)
    {
        TargetImage target = _targets[i];
        _view.Read(Particle(i), target.Real, target.Imaginary, target.Ctf);
        int length = _images.Side * _images.Side;
        Span<float> straight = _pixels.AsSpan(2 * i * length, length);
        _images.Make(target.Real, target.Imaginary, target.Ctf, straight, worker);
        SymmetricLoss.TurnPixels(straight, _images.Side, _pixels.AsSpan((2 * i + 1) * length, length));
        TensorPrimitives.Multiply(target.Ctf, (float)Unit, target.Ctf);
    }

    private void Choose(int i, int worker) => _choices[i] = _losses[worker].Choose(_targets[i], Posed(2 * i), Posed(2 * i + 1));

    private void ChooseWithGradient(int i, int worker)
    {
        Choose(i, worker);
        bool turned = _choices[i].Turned;
        int chosen = 2 * i + (turned ? 1 : 0), row = _volume.Disc.PaddedCount;
        _chosenRotations[i] = _rotations[chosen];
        // The loss of a batch is the mean of its images' losses.
        _origins[i] = _losses[worker].Gradient(
            _targets[i], turned, Posed(chosen), 1.0 / _count, _gradientReal.AsSpan(i * row, row), _gradientImaginary.AsSpan(i * row, row));
    }

    private PosedSlice Posed(int index)
    {
        int row = _volume.Disc.PaddedCount;
        return new PosedSlice(_poses[index], _sliceReal.AsSpan(index * row, row), _sliceImaginary.AsSpan(index * row, row));
    }

    private Span<float> Numbers(float[] all, int image) => all.AsSpan(image * _heads.Outputs, _heads.Outputs);
}
