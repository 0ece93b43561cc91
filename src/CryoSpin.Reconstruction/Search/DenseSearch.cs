using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction.Search;

/// <summary>Receives the scores of one image.</summary>
/// <param name="slot">Position of the image in the searched list.</param>
/// <param name="worker">Worker that calls.</param>
/// <param name="logLikelihood">[shift][rotation] log likelihood ratio to an empty map; may be overwritten.</param>
/// <param name="weightedData">[shift][re over the disc, im over the disc]: transfer function times shifted image.</param>
/// <param name="ctf">Whitened transfer function over the disc.</param>
internal delegate void ReceiveScores(int slot, int worker, Span<float> logLikelihood, ReadOnlySpan<float> weightedData, ReadOnlySpan<float> ctf);

/// <summary>
/// Scores every rotation of a grid with every shift, as matrix products:
/// sum |a|^2 - |a - c v|^2 = 2 Re(conj(v) c a) - |v|^2 c^2.
/// </summary>
internal sealed class DenseSearch
{
    private const int ImagesPerProduct = 24;
    private readonly WorkerTeam _team;
    private readonly FrequencyDisc _disc;
    private readonly ShiftGrid _shifts;
    private readonly float[] _rows;
    private readonly float[] _squares;
    private readonly float[] _ctf;
    private readonly float[][] _image;
    private float[] _slices = [];
    private float[] _power = [];
    private float[] _scores = [];
    private float[] _norms = [];

    public DenseSearch(FrequencyDisc disc, ShiftGrid shifts, WorkerTeam team)
    {
        _team = team;
        _disc = disc;
        _shifts = shifts;
        _rows = new float[ImagesPerProduct * shifts.Shifts.Length * 2 * disc.PaddedCount];
        _squares = new float[ImagesPerProduct * disc.PaddedCount];
        _ctf = new float[ImagesPerProduct * disc.PaddedCount];
        _image = [.. Enumerable.Range(0, team.Workers).Select(_ => new float[2 * disc.PaddedCount])];
    }

    /// <summary>The rotations searched.</summary>
    public Rotation[] Grid { get; private set; } = [];

    /// <summary>The shifts searched.</summary>
    public ShiftGrid Shifts => _shifts;

    /// <summary>The frequencies compared.</summary>
    public FrequencyDisc Disc => _disc;

    /// <summary>Slices the map at every rotation of the grid.</summary>
    public void SetModel(FourierLattice lattice, Rotation[] grid)
    {
        Grid = grid;
        int k = _disc.PaddedCount;
        if (_slices.Length != grid.Length * 2 * k)
        {
            _slices = new float[grid.Length * 2 * k];
            _power = new float[grid.Length * k];
            _scores = new float[ImagesPerProduct * _shifts.Shifts.Length * grid.Length];
            _norms = new float[ImagesPerProduct * grid.Length];
        }
        _team.ForEach(grid.Length, (r, _) =>
        {
            Span<float> re = _slices.AsSpan(r * 2 * k, k), im = _slices.AsSpan(r * 2 * k + k, k), power = _power.AsSpan(r * k, k);
            CentralSlice.Sample(lattice, _disc, grid[r], re, im);
            TensorPrimitives.Multiply(re, re, power);
            TensorPrimitives.MultiplyAdd(im, im, power, power);
        });
    }

    /// <summary>Scores the images one after another; the receiver is called from the workers, each image once.</summary>
    public void Score(BandView view, ReadOnlyMemory<int> particles, ReceiveScores receive)
    {
        int k = _disc.PaddedCount, shifts = _shifts.Shifts.Length, rotations = Grid.Length;
        for (int first = 0; first < particles.Length; first += ImagesPerProduct)
        {
            int start = first, n = Math.Min(ImagesPerProduct, particles.Length - first);
            _team.ForEach(n, (i, w) => Prepare(view, particles.Span[start + i], i, w));
            MatrixProduct.MultiplyTransposed(_team, _rows.AsSpan(0, n * shifts * 2 * k), n * shifts, 2 * k, _slices, rotations, _scores, alpha: 2);
            MatrixProduct.MultiplyTransposed(_team, _squares.AsSpan(0, n * k), n, k, _power, rotations, _norms);
            _team.ForBlocks(n, (i, w) =>
            {
                Span<float> scores = _scores.AsSpan(i * shifts * rotations, shifts * rotations);
                ReadOnlySpan<float> norm = _norms.AsSpan(i * rotations, rotations);
                for (int s = 0; s < shifts; s++)
                {
                    Span<float> row = scores.Slice(s * rotations, rotations);
                    TensorPrimitives.Subtract(row, norm, row);
                }
                receive(start + i, w, scores, _rows.AsSpan(i * shifts * 2 * k, shifts * 2 * k), _ctf.AsSpan(i * k, k));
            });
        }
    }

    private void Prepare(BandView view, int particle, int slot, int worker)
    {
        int k = _disc.PaddedCount, shifts = _shifts.Shifts.Length;
        Span<float> re = _image[worker].AsSpan(0, k), im = _image[worker].AsSpan(k, k), ctf = _ctf.AsSpan(slot * k, k);
        view.Read(particle, re, im, ctf);
        TensorPrimitives.Multiply(re, ctf, re);
        TensorPrimitives.Multiply(im, ctf, im);
        TensorPrimitives.Multiply(ctf, ctf, _squares.AsSpan(slot * k, k));
        for (int s = 0; s < shifts; s++)
        {
            Span<float> row = _rows.AsSpan((slot * shifts + s) * 2 * k, 2 * k);
            _shifts.Apply(s, re, im, row[..k], row[k..]);
        }
    }
}
