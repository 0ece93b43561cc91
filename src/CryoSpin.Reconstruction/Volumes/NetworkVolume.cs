using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Encoder;

namespace CryoSpin.Reconstruction.Volumes;

/// <summary>
/// The transform as a coordinate network, V(k) = exp(envelope(k)) modulant(k), where both are networks of sine layers: the exponential
/// gives the range of many powers of ten that a transform has, the sines its detail. cryoAI, arXiv 2203.08138.
/// </summary>
/// <remarks>
/// Only half of the ball is represented: a frequency of the other half is looked up at its partner -k and conjugated, so that the map is
/// real by construction and a slice needs one point of every Hermitian pair. Points are coordinates k / band. After the first step nothing
/// is allocated.
/// </remarks>
internal sealed unsafe class NetworkVolume : ILearnedVolume
{
    private const int PointsPerChunk = 2048;
    private readonly WorkerTeam _team;
    private readonly ParameterStore _store;
    private readonly SineNetwork _envelope;
    private readonly SineNetwork _modulant;
    private readonly int _box;
    private readonly int _imagesPerChunk;
    private readonly double _toCoordinate;
    private readonly AlignedBuffer _points;
    private readonly AlignedBuffer _pointGradients;
    private readonly AlignedBuffer _exponents;
    private readonly AlignedBuffer _values;
    private readonly sbyte[] _signs;
    private readonly Action<int, int> _locate;
    private readonly Action<int, int> _combine;
    private readonly Action<int, int> _differentiate;
    private readonly Action<int, int> _turn;
    private Rotation[] _rotations = [];
    private float[] _real = [];
    private float[] _imaginary = [];
    private RotationVector[] _turns = [];
    private int _first;

    /// <summary>A network with random weights.</summary>
    /// <param name="box">Box of the images, pixels.</param>
    /// <param name="disc">The band.</param>
    /// <param name="envelope">Size of the envelope's network.</param>
    /// <param name="modulant">Size of the modulant's network.</param>
    /// <param name="random">Draws the weights.</param>
    /// <param name="team">Workers.</param>
    public NetworkVolume(int box, FrequencyDisc disc, SineShape envelope, SineShape modulant, Random random, WorkerTeam team)
    {
        if (disc.Extent >= box / 2) throw new ArgumentException("The band must end below the images' Nyquist row.", nameof(disc));
        (_box, Disc, _team) = (box, disc, team);
        _toCoordinate = 1 / disc.Radius;
        _imagesPerChunk = Math.Max(1, PointsPerChunk / disc.Count);
        int capacity = Math.Max(PointsPerChunk, disc.Count);
        _store = new ParameterStore(team);
        _envelope = new SineNetwork(_store, "envelope", envelope, 1, capacity, team);
        _modulant = new SineNetwork(_store, "modulant", modulant, 2, capacity, team);
        _store.Allocate();
        _envelope.Initialise(random);
        _modulant.Initialise(random);
        (_points, _pointGradients) = (new AlignedBuffer(3L * capacity), new AlignedBuffer(3L * capacity));
        (_exponents, _values) = (new AlignedBuffer(capacity), new AlignedBuffer(2L * capacity));
        _signs = new sbyte[capacity];
        (_locate, _combine, _differentiate, _turn) = (Locate, Combine, Differentiate, Turn);
    }

    /// <inheritdoc/>
    public FrequencyDisc Disc { get; }

    /// <inheritdoc/>
    public long ParameterCount => _store.Parameters.Sum(p => (long)p.LogicalLength);

    /// <summary>Multiply-adds of the matrix products for one slice forward; a gradient costs twice as many again.</summary>
    public long ProductsPerSlice => Disc.Count * (_envelope.ProductsPerPoint + _modulant.ProductsPerPoint);

    /// <summary>The weights, for tests.</summary>
    internal ParameterStore Parameters => _store;

    /// <inheritdoc/>
    public void Slice(Rotation[] rotations, int count, float[] real, float[] imaginary)
    {
        (_rotations, _real, _imaginary) = (rotations, real, imaginary);
        for (_first = 0; _first < count; _first += _imagesPerChunk)
        {
            int images = Math.Min(_imagesPerChunk, count - _first);
            _team.ForEach(images, _locate);
            Evaluate(images * Disc.Count, keep: false);
            _team.ForEach(images, _combine);
        }
    }

    /// <inheritdoc/>
    public void Backward(Rotation[] rotations, int count, float[] gradientReal, float[] gradientImaginary, RotationVector[] turns)
    {
        (_rotations, _real, _imaginary, _turns) = (rotations, gradientReal, gradientImaginary, turns);
        for (_first = 0; _first < count; _first += _imagesPerChunk)
        {
            int images = Math.Min(_imagesPerChunk, count - _first), points = images * Disc.Count;
            _team.ForEach(images, _locate);
            Evaluate(points, keep: true);
            _team.ForEach(images, _differentiate);
            _pointGradients.Clear();
            _envelope.Backward(_points.Pointer, points, _exponents.Pointer, _pointGradients.Pointer);
            _modulant.Backward(_points.Pointer, points, _values.Pointer, _pointGradients.Pointer);
            _team.ForEach(images, _turn);
        }
    }

    /// <inheritdoc/>
    public void Step(double rate)
    {
        _store.Step(rate);
        _store.ClearGradients();
    }

    /// <inheritdoc/>
    public Volume ToMap(double pixelSizeAngstrom, double scale, WorkerTeam team)
    {
        List<(int X, int Y, int Z)> points = BallTransform.Points(Disc.Radius);
        Dictionary<(int, int, int), (double, double)> values = new(points.Count);
        int capacity = _signs.Length;
        for (int start = 0; start < points.Count; start += capacity)
        {
            int n = Math.Min(capacity, points.Count - start);
            for (int i = 0; i < n; i++) Put(i, points[start + i].X, points[start + i].Y, points[start + i].Z);
            Evaluate(n, keep: false);
            for (int i = 0; i < n; i++)
            {
                double e = scale * Math.Exp(_exponents.Pointer[i]);
                values[points[start + i]] = (e * _values.Pointer[2 * i], e * _signs[i] * _values.Pointer[(2 * i) + 1]);
            }
        }
        return BallTransform.ToMap(_box, pixelSizeAngstrom, Disc.Radius, (x, y, z) => values[(x, y, z)], team);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store.Dispose();
        _envelope.Dispose();
        _modulant.Dispose();
        _points.Dispose();
        _pointGradients.Dispose();
        _exponents.Dispose();
        _values.Dispose();
    }

    private void Evaluate(int points, bool keep)
    {
        _envelope.Forward(_points.Pointer, points, keep, _exponents.Pointer);
        _modulant.Forward(_points.Pointer, points, keep, _values.Pointer);
    }

    /// <summary>Sets a point to a frequency or its partner, whichever lies in the half that is represented.</summary>
    private void Put(int point, double x, double y, double z)
    {
        bool inside = z > 0 || (z == 0 && (y > 0 || (y == 0 && x >= 0)));
        double factor = inside ? _toCoordinate : -_toCoordinate;
        // The origin is its own partner: its value is real.
        _signs[point] = (sbyte)(x == 0 && y == 0 && z == 0 ? 0 : inside ? 1 : -1);
        float* to = _points.Pointer + (3L * point);
        to[0] = (float)(factor * x);
        to[1] = (float)(factor * y);
        to[2] = (float)(factor * z);
    }

    private void Locate(int image, int worker)
    {
        Rotation a = _rotations[_first + image];
        int at = image * Disc.Count;
        for (int i = 0; i < Disc.Count; i++)
        {
            double kx = Disc.Kx[i], ky = Disc.Ky[i];
            Put(at + i, a.M00 * kx + a.M10 * ky, a.M01 * kx + a.M11 * ky, a.M02 * kx + a.M12 * ky);
        }
    }

    private void Combine(int image, int worker)
    {
        int at = image * Disc.Count, row = Disc.PaddedCount, to = (_first + image) * row;
        for (int i = 0; i < Disc.Count; i++)
        {
            float e = MathF.Exp(_exponents.Pointer[at + i]);
            _real[to + i] = e * _values.Pointer[2 * (at + i)];
            _imaginary[to + i] = _signs[at + i] * e * _values.Pointer[(2 * (at + i)) + 1];
        }
        _real.AsSpan(to + Disc.Count, row - Disc.Count).Clear();
        _imaginary.AsSpan(to + Disc.Count, row - Disc.Count).Clear();
    }

    /// <summary>Replaces exponents and modulants by the loss's gradients in them.</summary>
    private void Differentiate(int image, int worker)
    {
        int at = image * Disc.Count, from = (_first + image) * Disc.PaddedCount;
        for (int i = 0; i < Disc.Count; i++)
        {
            float e = MathF.Exp(_exponents.Pointer[at + i]);
            float* value = _values.Pointer + (2 * (at + i));
            float real = e * _real[from + i], imaginary = _signs[at + i] * e * _imaginary[from + i];
            _exponents.Pointer[at + i] = value[0] * real + value[1] * imaginary;
            value[0] = real;
            value[1] = imaginary;
        }
    }

    /// <summary>From the gradient in the points to the one in a left perturbation of the pose: w = sum (A g) x k.</summary>
    private void Turn(int image, int worker)
    {
        Rotation a = _rotations[_first + image];
        int at = image * Disc.Count;
        double x = 0, y = 0, z = 0;
        for (int i = 0; i < Disc.Count; i++)
        {
            float* g = _pointGradients.Pointer + (3L * (at + i));
            (double gx, double gy, double gz) = a.Apply(g[0], g[1], g[2]);
            double kx = _signs[at + i] * Disc.Kx[i], ky = _signs[at + i] * Disc.Ky[i];
            x -= gz * ky;
            y += gz * kx;
            z += gx * ky - gy * kx;
        }
        _turns[_first + image] = new RotationVector(_toCoordinate * x, _toCoordinate * y, _toCoordinate * z);
    }
}
