using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Volumes;

namespace CryoSpin.Reconstruction.Methods.CryoAi;

/// <summary>
/// Encoder and volume learn together: every image and its flipped copies get a pose each, the least loss counts, and its gradient goes into
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
    private readonly ImageFlip[] _flips;
    private readonly PaperPose[] _encoded;
    private readonly PaperPose[] _poses;
    private readonly Rotation[] _rotations;
    private readonly Rotation[] _chosenRotations;
    private readonly RotationVector[] _turns;
    private readonly (double X, double Y)[] _origins;
    private readonly double[] _errors;
    private readonly int[] _winners;
    private readonly Candidate[] _candidates;
    private readonly int[] _order;
    private readonly Action<int, int> _read;
    private readonly Action<int, int> _choose;
    private readonly Action<int, int> _choosePlain;
    private int _first;
    private int _count;
    private bool _ordered;

    /// <param name="store">Particles, whitened.</param>
    /// <param name="volume">What is learned; its disc is the band.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="maxShift">Greatest origin along each axis, pixels.</param>
    /// <param name="seed">Seed of the encoder's weights.</param>
    /// <param name="team">Workers.</param>
    public CryoAiTraining(ParticleStore store, ILearnedVolume volume, CryoAiSettings settings, double maxShift, int seed, WorkerTeam team)
    {
        (_volume, _settings, _team) = (volume, settings, team);
        FrequencyDisc disc = volume.Disc;
        _view = store.View(disc);
        _heads = new CryoAiHeads(maxShift);
        EncoderArchitecture architecture = _heads.Fit(settings.Architecture ?? EncoderArchitecture.Compact(settings.InputSize, 1));
        _flips = [.. settings.Copies];
        int n = settings.BatchSize, copies = n * _flips.Length, row = disc.PaddedCount;
        _images = new EncoderImages(disc, architecture.InputSize, team.Workers);
        _encoder = new PoseEncoder(architecture, copies, seed, team);
        Unit = UnitOf(store, disc);
        _losses = [.. Enumerable.Range(0, team.Workers).Select(_ => new SymmetricLoss(disc, store.Box))];
        _targets = [.. Enumerable.Range(0, n).Select(_ => new TargetImage(disc, store.Box))];
        _pixels = new float[copies * _images.Side * _images.Side];
        (_outputs, _outputGradients) = (new float[copies * _heads.Outputs], new float[copies * _heads.Outputs]);
        (_sliceReal, _sliceImaginary) = (new float[copies * row], new float[copies * row]);
        (_gradientReal, _gradientImaginary) = (new float[n * row], new float[n * row]);
        (_encoded, _poses, _rotations, _errors) = (new PaperPose[copies], new PaperPose[copies], new Rotation[copies], new double[copies]);
        (_chosenRotations, _turns, _origins, _winners) = (new Rotation[n], new RotationVector[n], new (double, double)[n], new int[n]);
        _order = [.. Enumerable.Range(0, store.Count)];
        Chosen = new Candidate?[store.Count];
        _candidates = new Candidate[store.Count * _flips.Length];
        (_read, _choose, _choosePlain) = (Read, ChooseWithGradient, Choose);
    }

    /// <summary>What one unit of the volume is in units of an unnormalised transform: the noise's deviation in the band.</summary>
    public double Unit { get; }

    /// <summary>Numbers that are learned.</summary>
    public long ParameterCount => _encoder.ParameterCount + _volume.ParameterCount;

    /// <summary>Per particle the pose of the least loss when it was last looked at.</summary>
    public Candidate?[] Chosen { get; }

    /// <summary>A particle's poses from all of its copies when it was last looked at, best first; none before.</summary>
    public Candidate[] Candidates(int particle) => Chosen[particle] is null
        ? []
        : [.. _candidates.AsSpan(particle * _flips.Length, _flips.Length).ToArray().OrderByDescending(c => c.LogLikelihood)];

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
            int row = _winners[i];
            ImageFlip flip = _flips[row % _flips.Length];
            _heads.Gradient(
                Numbers(_outputs, row), _encoded[row], flip.Apply(_turns[i]), flip.Apply(_origins[i]), Numbers(_outputGradients, row));
        }
        _encoder.Backward(_outputGradients.AsSpan(0, n * _flips.Length * _heads.Outputs));
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

    private static double UnitOf(ParticleStore store, FrequencyDisc disc)
    {
        double sum = 0;
        for (int s = 1; s <= disc.Extent; s++) sum += store.NoiseVariance[s];
        return Math.Sqrt(sum / disc.Extent);
    }

    /// <summary>Reads a batch, asks the encoder, and slices the volume at all its poses.</summary>
    private int Pose(int first, bool ordered, bool training)
    {
        (_first, _ordered, _count) = (first, ordered, Math.Min(_settings.BatchSize, _order.Length - first));
        _team.ForBlocks(_count, _read);
        int copies = _count * _flips.Length;
        _encoder.Forward(_pixels, copies, training).CopyTo(_outputs);
        for (int i = 0; i < copies; i++)
        {
            _encoded[i] = _heads.Decode(Numbers(_outputs, i));
            _poses[i] = _flips[i % _flips.Length].Apply(_encoded[i]);
            _rotations[i] = _poses[i].Rotation;
        }
        _volume.Slice(_rotations, copies, _sliceReal, _sliceImaginary);
        return _count;
    }

    private double Keep()
    {
        double sum = 0;
        for (int i = 0; i < _count; i++)
        {
            int particle = Particle(i);
            for (int copy = 0; copy < _flips.Length; copy++)
            {
                int at = i * _flips.Length + copy;
                PaperPose pose = _poses[at];
                _candidates[particle * _flips.Length + copy] = new Candidate(pose.Rotation, pose.OriginX, pose.OriginY, -_errors[at]);
            }
            sum += _errors[_winners[i]];
            Chosen[particle] = _candidates[particle * _flips.Length + _winners[i] % _flips.Length];
        }
        return sum;
    }

    private int Particle(int i) => _ordered ? _order[_first + i] : _first + i;

    private void Read(int i, int worker)
    {
        TargetImage target = _targets[i];
        _view.Read(Particle(i), target.Real, target.Imaginary, target.Ctf);
        int length = _images.Side * _images.Side;
        int first = i * _flips.Length;
        Span<float> straight = _pixels.AsSpan(first * length, length);
        _images.Make(target.Real, target.Imaginary, target.Ctf, straight, worker);
        for (int copy = 1; copy < _flips.Length; copy++)
            _flips[copy].Apply(straight, _images.Side, _pixels.AsSpan((first + copy) * length, length));
        TensorPrimitives.Multiply(target.Ctf, (float)Unit, target.Ctf);
    }

    private void Choose(int i, int worker)
    {
        int first = i * _flips.Length, best = first;
        for (int copy = first; copy < first + _flips.Length; copy++)
        {
            _errors[copy] = _losses[worker].Evaluate(_targets[i], Posed(copy));
            // Ties go to the image as it is.
            if (_errors[copy] < _errors[best]) best = copy;
        }
        _winners[i] = best;
    }

    private void ChooseWithGradient(int i, int worker)
    {
        Choose(i, worker);
        int chosen = _winners[i], row = _volume.Disc.PaddedCount;
        _chosenRotations[i] = _rotations[chosen];
        // The loss of a batch is the mean of its images' losses.
        _origins[i] = _losses[worker].Gradient(
            _targets[i], Posed(chosen), 1.0 / _count, _gradientReal.AsSpan(i * row, row), _gradientImaginary.AsSpan(i * row, row));
    }

    private PosedSlice Posed(int index)
    {
        int row = _volume.Disc.PaddedCount;
        return new PosedSlice(_poses[index], _sliceReal.AsSpan(index * row, row), _sliceImaginary.AsSpan(index * row, row));
    }

    private Span<float> Numbers(float[] all, int image) => all.AsSpan(image * _heads.Outputs, _heads.Outputs);
}
