using System.Numerics.Tensors;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.BranchAndBound.Kernels;

namespace CryoSpin.Reconstruction.BranchAndBound;

/// <summary>
/// One image at all origins of a level of the tree: rows of transfer function times moved image, with which a slice is scored. Per worker.
/// </summary>
internal sealed class OriginRows
{
    private readonly IReadOnlyList<(int X, int Y)> _cells;
    private readonly FrequencyDisc _disc;
    private readonly int[] _indices;
    private readonly float[] _cosine;
    private readonly float[] _sine;
    private readonly float[] _rows;
    private readonly float[] _squaredCtf;
    private readonly float[] _real;
    private readonly float[] _imaginary;
    private readonly bool[] _made;
    private readonly int _box;

    /// <param name="tree">Poses.</param>
    /// <param name="level">Level.</param>
    /// <param name="box">Box of the images, pixels.</param>
    public OriginRows(PoseTree tree, int level, int box)
    {
        _disc = tree.Discs[level];
        _indices = tree.Discs[^1].IndicesOf(_disc);
        _cells = tree.Cells(level);
        _box = box;
        int k = _disc.PaddedCount;
        (_cosine, _sine, _rows) = (new float[_cells.Count * k], new float[_cells.Count * k], new float[_cells.Count * 2 * k]);
        (_squaredCtf, _real, _imaginary, _made) = (new float[k], new float[k], new float[k], new bool[_cells.Count]);
        Dictionary<(int X, int Y), int> parts = [];
        if (level + 1 < tree.Levels)
        {
            IReadOnlyList<(int X, int Y)> next = tree.Cells(level + 1);
            for (int i = 0; i < next.Count; i++) parts.Add(next[i], i);
        }
        Parts = new int[_cells.Count][];
        Origins = new (double X, double Y)[_cells.Count];
        for (int c = 0; c < _cells.Count; c++)
        {
            (int x, int y) = _cells[c];
            Origins[c] = tree.Origin(level, x, y);
            // A cell at the disc's rim may have parts that lie outside.
            if (level + 1 == tree.Levels) Parts[c] = [];
            else if (tree.DividesOrigins(level))
            {
                Parts[c] =
                [
                    .. Enumerable.Range(0, 4).Select(q => (2 * x + (q & 1), 2 * y + (q >> 1))).Where(parts.ContainsKey).Select(p => parts[p]),
                ];
            }
            else Parts[c] = parts.TryGetValue((x, y), out int same) ? [same] : [];
            SetPhases(Origins[c], _cosine.AsSpan(c * k, k), _sine.AsSpan(c * k, k));
        }
    }

    /// <summary>Origins of the level's cells, pixels.</summary>
    public (double X, double Y)[] Origins { get; }

    /// <summary>For each cell the cells of the next level that it is divided into.</summary>
    public int[][] Parts { get; }

    /// <summary>Takes an image over the whole band; whitened.</summary>
    public void SetImage(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> ctf)
    {
        Array.Clear(_made);
        // Padding stays 0.
        for (int p = 0; p < _disc.Count; p++)
        {
            int at = _indices[p];
            _squaredCtf[p] = ctf[at] * ctf[at];
            _real[p] = ctf[at] * real[at];
            _imaginary[p] = ctf[at] * imaginary[at];
        }
    }

    /// <summary>Power of a slice as the image's transfer function lets it through.</summary>
    /// <param name="slice">[re, im] over the level's disc.</param>
    public float Power(ReadOnlySpan<float> slice)
    {
        int k = _disc.PaddedCount;
        return OriginScores.WeightedPower(slice[..k], slice.Slice(k, k), _squaredCtf);
    }

    /// <summary>Scores a slice at some cells.</summary>
    /// <param name="slice">[re, im] over the level's disc.</param>
    /// <param name="power">Its power.</param>
    /// <param name="cells">Which cells.</param>
    /// <param name="scores">Receives them.</param>
    public void Score(ReadOnlySpan<float> slice, float power, ReadOnlySpan<int> cells, Span<float> scores)
    {
        int k = _disc.PaddedCount;
        foreach (int c in cells)
        {
            if (_made[c]) continue;
            _made[c] = true;
            OriginScores.Turn(
                _real, _imaginary, _cosine.AsSpan(c * k, k), _sine.AsSpan(c * k, k), _rows.AsSpan(2 * c * k, k),
                _rows.AsSpan((2 * c + 1) * k, k));
        }
        OriginScores.Score(slice[..(2 * k)], _rows, cells, power, scores);
    }

    /// <summary>Scores a slice at any origin.</summary>
    /// <param name="slice">[re, im] over the level's disc.</param>
    /// <param name="x">Origin, pixels.</param>
    /// <param name="y">Origin, pixels.</param>
    public double ScoreAt(ReadOnlySpan<float> slice, double x, double y)
    {
        int k = _disc.PaddedCount;
        float[] cosine = new float[k], sine = new float[k], row = new float[2 * k];
        SetPhases((x, y), cosine, sine);
        OriginScores.Turn(_real, _imaginary, cosine, sine, row.AsSpan(0, k), row.AsSpan(k, k));
        return 2 * TensorPrimitives.Dot<float>(row, slice[..(2 * k)]) - Power(slice);
    }

    private void SetPhases((double X, double Y) origin, Span<float> cosine, Span<float> sine)
    {
        for (int p = 0; p < _disc.Count; p++)
        {
            (double sin, double cos) = Math.SinCos(2 * Math.PI * (_disc.Kx[p] * origin.X + _disc.Ky[p] * origin.Y) / _box);
            (cosine[p], sine[p]) = ((float)cos, (float)sin);
        }
    }
}
