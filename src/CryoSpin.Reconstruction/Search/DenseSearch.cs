using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Poses;

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
    /// <summary>Images scored by one matrix product.</summary>
    public const int ImagesPerProduct = 24;

    private readonly WorkerTeam _team;
    private readonly float[][] _image;
    private FrequencyDisc _disc;
    private ShiftGrid _shifts;
    private float[] _rows = [];
    private float[] _squares = [];
    private float[] _ctf = [];
    private float[] _slices = [];
    private float[] _power = [];
    private float[] _scores = [];
    private float[] _norms = [];

    public DenseSearch(FrequencyDisc disc, ShiftGrid shifts, WorkerTeam team)
    {
        _team = team;
        _image = new float[team.Workers][];
        Array.Fill(_image, []);
        Use(disc, shifts);
    }

    /// <summary>The rotations searched.</summary>
    public Rotation[] Grid { get; private set; } = [];

    /// <summary>The shifts searched.</summary>
    public ShiftGrid Shifts => _shifts;

    /// <summary>The frequencies compared.</summary>
    public FrequencyDisc Disc => _disc;

    /// <summary>Changes frequencies and shifts; the tables, which are large, are kept where they are large enough.</summary>
    [MemberNotNull(nameof(_disc), nameof(_shifts))]
    public void Use(FrequencyDisc disc, ShiftGrid shifts)
    {
        _disc = disc;
        _shifts = shifts;
        Grow(ref _rows, ImagesPerProduct * shifts.Shifts.Length * 2 * disc.PaddedCount);
        Grow(ref _squares, ImagesPerProduct * disc.PaddedCount);
        Grow(ref _ctf, ImagesPerProduct * disc.PaddedCount);
        for (int w = 0; w < _image.Length; w++) Grow(ref _image[w], 2 * disc.PaddedCount);
    }

    /// <summary>Slices the map at every rotation of the grid.</summary>
    public void SetModel(FourierLattice lattice, Rotation[] grid)
    {
        Grid = grid;
        int k = _disc.PaddedCount;
        Grow(ref _slices, grid.Length * 2 * k);
        Grow(ref _power, grid.Length * k);
        Grow(ref _scores, ImagesPerProduct * _shifts.Shifts.Length * grid.Length);
        Grow(ref _norms, ImagesPerProduct * grid.Length);
        _team.ForEach(grid.Length, (r, _) =>
        {
            Span<float> re = _slices.AsSpan(r * 2 * k, k), im = _slices.AsSpan(r * 2 * k + k, k), power = _power.AsSpan(r * k, k);
            CentralSlice.Sample(lattice, _disc, grid[r], re, im);
            TensorPrimitives.Multiply(re, re, power);
            TensorPrimitives.MultiplyAdd(im, im, power, power);
        });
    }

    /// <summary>Scores the images, <see cref="ImagesPerProduct"/> at a time.</summary>
    /// <param name="view">The particles over the disc.</param>
    /// <param name="particles">Which of them.</param>
    /// <param name="receive">Called from the workers, once for each image.</param>
    /// <param name="scored">
    /// Called from the caller's thread after each product with its number of images; see <see cref="WeightedData"/>.
    /// </param>
    public void Score(BandView view, ReadOnlyMemory<int> particles, ReceiveScores receive, Action<int>? scored = null)
    {
        int k = _disc.PaddedCount, shifts = _shifts.Shifts.Length, rotations = Grid.Length;
        for (int first = 0; first < particles.Length; first += ImagesPerProduct)
        {
            int start = first, n = Math.Min(ImagesPerProduct, particles.Length - first);
            _team.ForEach(n, (i, w) => Prepare(view, particles.Span[start + i], i, w));
            MatrixProduct.MultiplyTransposed(_team, _rows.AsSpan(0, n * shifts * 2 * k), n * shifts, 2 * k, _slices, rotations, _scores, alpha: 2);
            MatrixProduct.MultiplyTransposed(_team, _squares.AsSpan(0, n * k), n, k, _power, rotations, _norms);
            _team.ForEach(n, (i, w) =>
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
            scored?.Invoke(n);
        }
    }

    /// <summary>Transfer function times shifted image [re over the disc, im over the disc], for an image of the last product.</summary>
    /// <param name="image">Position within the product.</param>
    /// <param name="shift">Which shift.</param>
    public ReadOnlySpan<float> WeightedData(int image, int shift) =>
        _rows.AsSpan((image * _shifts.Shifts.Length + shift) * 2 * _disc.PaddedCount, 2 * _disc.PaddedCount);

    /// <summary>Squared transfer function over the disc, for an image of the last product.</summary>
    public ReadOnlySpan<float> CtfSquared(int image) => _squares.AsSpan(image * _disc.PaddedCount, _disc.PaddedCount);

    /// <summary>The volume's slice [re over the disc, im over the disc] at a rotation of the grid.</summary>
    public ReadOnlySpan<float> Slice(int rotation) => _slices.AsSpan(rotation * 2 * _disc.PaddedCount, 2 * _disc.PaddedCount);

    private static void Grow(ref float[] array, int length)
    {
        if (array.Length < length) array = new float[length];
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
