using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Paper;

namespace CryoSpin.Reconstruction.Volumes;

/// <summary>The grid of Hartley values of <see cref="HartleyDecoder"/>, up to a band.</summary>
internal sealed class HartleyVolume : ILearnedVolume
{
    private readonly HartleyDecoder _decoder;
    private readonly VolumeAdam _adam;
    private readonly TransposeBatch _gradients;
    private readonly DecoderSlice[] _slices;
    private readonly WorkerTeam _team;
    private readonly Action<int, int> _slice;
    private readonly Action<int, int> _backward;
    private Rotation[] _rotations = [];
    private float[] _real = [];
    private float[] _imaginary = [];
    private RotationVector[] _turns = [];
    private int _held;

    /// <summary>A grid of random values, normally distributed with variance 1 as published.</summary>
    /// <param name="box">Box of the images, pixels.</param>
    /// <param name="disc">The band.</param>
    /// <param name="batchSize">Most slices of a step.</param>
    /// <param name="random">Draws the values.</param>
    /// <param name="team">Workers.</param>
    public HartleyVolume(int box, FrequencyDisc disc, int batchSize, Random random, WorkerTeam team)
    {
        _team = team;
        _decoder = new HartleyDecoder(box, disc);
        _decoder.Randomise(random);
        _adam = new VolumeAdam(_decoder.Grid, team);
        _gradients = new TransposeBatch(disc, HartleyDecoder.SlotsPerImage * batchSize, team);
        _slices = [.. Enumerable.Range(0, team.Workers).Select(_ => new DecoderSlice(disc))];
        (_slice, _backward) = (SliceOne, BackwardOne);
    }

    /// <inheritdoc/>
    public FrequencyDisc Disc => _decoder.Disc;

    /// <inheritdoc/>
    public long ParameterCount => _decoder.Grid.Values.Length;

    /// <inheritdoc/>
    public void Slice(Rotation[] rotations, int count, float[] real, float[] imaginary)
    {
        (_rotations, _real, _imaginary) = (rotations, real, imaginary);
        _team.ForBlocks(count, _slice);
    }

    /// <inheritdoc/>
    public void Backward(Rotation[] rotations, int count, float[] gradientReal, float[] gradientImaginary, RotationVector[] turns)
    {
        (_rotations, _real, _imaginary, _turns) = (rotations, gradientReal, gradientImaginary, turns);
        _team.ForBlocks(count, _backward);
        _held = HartleyDecoder.SlotsPerImage * count;
    }

    /// <inheritdoc/>
    public void Step(double rate)
    {
        _adam.Step(_gradients, _held, rate);
        _held = 0;
    }

    /// <inheritdoc/>
    public Volume ToMap(double pixelSizeAngstrom, double scale, WorkerTeam team) => _decoder.ToMap(pixelSizeAngstrom, scale, team);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The grid is memory of the collected heap.
    }

    private void SliceOne(int i, int worker)
    {
        DecoderSlice slice = _slices[worker];
        _decoder.Slice(_rotations[i], slice);
        int row = Disc.PaddedCount, padding = row - Disc.Count;
        slice.Real.CopyTo(_real.AsSpan(i * row, row));
        slice.Imaginary.CopyTo(_imaginary.AsSpan(i * row, row));
        _real.AsSpan((i + 1) * row - padding, padding).Clear();
        _imaginary.AsSpan((i + 1) * row - padding, padding).Clear();
    }

    private void BackwardOne(int i, int worker)
    {
        DecoderSlice slice = _slices[worker];
        int row = Disc.PaddedCount;
        ReadOnlySpan<float> real = _real.AsSpan(i * row, row), imaginary = _imaginary.AsSpan(i * row, row);
        _decoder.SliceWithGradient(_rotations[i], slice);
        _turns[i] = _decoder.PoseGradient(slice, real, imaginary);
        _decoder.PutGradient(_gradients, i, _rotations[i], slice, real, imaginary);
    }
}
