using System.Numerics.Tensors;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;

namespace CryoSpin.Reconstruction.BranchAndBound;

/// <summary>
/// Branch and bound over the poses of one image: level after level the parts of those nodes are scored whose bound still reaches the best
/// leaf known. Punjani et al., Nature Methods 2017. Per worker; not thread-safe.
/// </summary>
internal sealed class TreeSearch
{
    // Scores are sums in single precision.
    private const double Rounding = 1e-3;
    private readonly PoseTree _tree;
    private readonly FourierLattice _lattice;
    private readonly ScoreBound _bound;
    private readonly int _box;
    private readonly int[][] _indices;
    private readonly float[] _real;
    private readonly float[] _imaginary;
    private readonly float[] _ctf;
    private readonly float[] _levelCtf;
    private readonly float[] _slice;
    private readonly float[] _weighted;
    private readonly float[]?[][] _rows;
    private readonly Stack<float[]>[] _freeRows;
    private readonly IReadOnlyList<(int X, int Y)> _rootCells;
    private readonly List<Node> _reached = [];
    private List<Node> _nodes = [];
    private List<Node> _next = [];
    private double _best;

    /// <param name="tree">Poses.</param>
    /// <param name="lattice">The volume's transform, up to the whole band.</param>
    /// <param name="slices">Of this volume and tree.</param>
    /// <param name="box">Box of the images, pixels.</param>
    /// <param name="options">Which bound.</param>
    public TreeSearch(PoseTree tree, FourierLattice lattice, SliceDeviations slices, int box, BoundOptions options)
    {
        (_tree, _lattice, _box) = (tree, lattice, box);
        _bound = new ScoreBound(tree, slices, box, options);
        FrequencyDisc full = tree.Discs[^1];
        _indices = [.. tree.Discs.Select(full.IndicesOf)];
        int k = full.PaddedCount;
        (_real, _imaginary, _ctf) = (new float[k], new float[k], new float[k]);
        (_levelCtf, _slice, _weighted) = (new float[k], new float[2 * k], new float[k]);
        _rows = [.. Enumerable.Range(0, tree.Levels).Select(l => new float[]?[tree.ShiftCells(l) * tree.ShiftCells(l)])];
        _freeRows = [.. tree.Discs.Select(_ => new Stack<float[]>())];
        _rootCells = tree.Cells(0);
        Count = new PruningCount(tree.Levels);
    }

    /// <summary>What was looked at so far.</summary>
    public PruningCount Count { get; }

    /// <summary>Buffers for an image over the whole band: real part, imaginary part, transfer function; all whitened.</summary>
    public (float[] Real, float[] Imaginary, float[] Ctf) Image => (_real, _imaginary, _ctf);

    /// <summary>Searches the image in the buffers.</summary>
    /// <param name="rootScores">[cell of <see cref="PoseTree.Cells"/>(0)][root rotation]; empty to score them here.</param>
    /// <param name="candidates">Most poses to find.</param>
    /// <param name="separationDegrees">Least angle between two of them.</param>
    /// <returns>The best leaf, then the best of the scored ones that are apart from those before.</returns>
    public PoseFit[] Search(ReadOnlySpan<float> rootScores, int candidates, double separationDegrees)
    {
        ClearRows();
        _bound.SetImage(_real, _imaginary, _ctf);
        Count.Images++;
        _best = double.NegativeInfinity;
        _reached.Clear();
        _nodes.Clear();
        if (rootScores.IsEmpty) ScoreRoots();
        else TakeRoots(rootScores);
        for (int level = 0; level < _tree.Levels - 1; level++)
        {
            Descend(level, _nodes);
            _next.Clear();
            Expand(level, _nodes, _next, prune: true);
            (_nodes, _next) = (_next, _nodes);
        }
        _nodes.AddRange(_reached);
        return Pick(candidates, separationDegrees);
    }

    private void ScoreRoots()
    {
        Gather(0);
        for (int r = 0; r < _tree.Roots.Length; r++)
        {
            double norm = Sample(0, _tree.Roots[r]);
            foreach ((int x, int y) in _rootCells) _nodes.Add(new Node(_tree.Roots[r], x, y, Score(0, x, y, norm)));
        }
        Count.Scored[0] += _nodes.Count;
    }

    private void TakeRoots(ReadOnlySpan<float> scores)
    {
        int rotations = _tree.Roots.Length;
        for (int r = 0; r < rotations; r++)
        {
            for (int c = 0; c < _rootCells.Count; c++)
            {
                _nodes.Add(new Node(_tree.Roots[r], _rootCells[c].X, _rootCells[c].Y, scores[c * rotations + r]));
            }
        }
        Count.Scored[0] += _nodes.Count;
    }

    /// <summary>Follows the best node down to a leaf, whose score every other one's bound must reach.</summary>
    private void Descend(int level, List<Node> nodes)
    {
        if (nodes.Count == 0) return;
        List<Node> one = [Best(nodes)], parts = [];
        for (int l = level; l < _tree.Levels - 1; l++)
        {
            parts.Clear();
            Expand(l, one, parts, prune: false);
            // Of a cell at the disc's rim all parts can lie outside.
            if (parts.Count == 0) return;
            one[0] = Best(parts);
        }
        // Where a bound fails, the leaf found on the way stays in the race.
        _reached.Add(one[0]);
        _best = Math.Max(_best, one[0].Score);
    }

    private static Node Best(List<Node> nodes)
    {
        Node best = nodes[0];
        foreach (Node node in nodes)
        {
            if (node.Score > best.Score) best = node;
        }
        return best;
    }

    /// <summary>Scores the parts of the nodes of a level that may hold the best leaf. Nodes of one rotation follow each other.</summary>
    private void Expand(int level, List<Node> nodes, List<Node> parts, bool prune)
    {
        int next = level + 1;
        bool shifts = _tree.MaxShiftPixels > 0;
        Gather(next);
        for (int first = 0, end; first < nodes.Count; first = end)
        {
            bool any = false;
            for (end = first; end < nodes.Count && nodes[end].Rotation == nodes[first].Rotation; end++) any |= !prune || IsOpen(level, nodes[end]);
            if (!any) continue;
            for (int part = 0; part < 8; part++)
            {
                Rotation rotation = _tree.Part(nodes[first].Rotation, level, part);
                double norm = Sample(next, rotation);
                for (int i = first; i < end; i++)
                {
                    Node node = nodes[i];
                    if (prune && !IsOpen(level, node)) continue;
                    for (int quarter = 0; quarter < (shifts ? 4 : 1); quarter++)
                    {
                        int x = shifts ? 2 * node.CellX + (quarter & 1) : 0, y = shifts ? 2 * node.CellY + (quarter >> 1) : 0;
                        if (!_tree.Contains(next, x, y)) continue;
                        parts.Add(new Node(rotation, x, y, Score(next, x, y, norm)));
                        Count.Scored[next]++;
                        if (next == _tree.Levels - 1) _best = Math.Max(_best, parts[^1].Score);
                    }
                }
            }
        }
    }

    private bool IsOpen(int level, in Node node) => _bound.Upper(level, node.Score) >= _best - Rounding;

    private void Gather(int level)
    {
        int[] indices = _indices[level];
        for (int p = 0; p < indices.Length; p++) _levelCtf[p] = _ctf[indices[p]];
        // Padding points at the first entry.
        _levelCtf.AsSpan(_tree.Discs[level].Count, indices.Length - _tree.Discs[level].Count).Clear();
    }

    /// <summary>Samples a slice over a level's disc; the weighted slice's power.</summary>
    private double Sample(int level, in Rotation rotation)
    {
        FrequencyDisc disc = _tree.Discs[level];
        int k = disc.PaddedCount;
        Span<float> re = _slice.AsSpan(0, k), im = _slice.AsSpan(k, k), weighted = _weighted.AsSpan(0, k);
        CentralSlice.Sample(_lattice, disc, rotation, re, im);
        TensorPrimitives.Multiply(re, _levelCtf.AsSpan(0, k), weighted);
        double norm = TensorPrimitives.SumOfSquares<float>(weighted);
        TensorPrimitives.Multiply(im, _levelCtf.AsSpan(0, k), weighted);
        return norm + TensorPrimitives.SumOfSquares<float>(weighted);
    }

    private double Score(int level, int x, int y, double norm)
    {
        int length = 2 * _tree.Discs[level].PaddedCount;
        return 2 * TensorPrimitives.Dot<float>(Row(level, x, y).AsSpan(0, length), _slice.AsSpan(0, length)) - norm;
    }

    /// <summary>Transfer function times image moved by the origin of a cell; made when first asked for.</summary>
    private float[] Row(int level, int cellX, int cellY)
    {
        ref float[]? row = ref _rows[level][cellY * _tree.ShiftCells(level) + cellX];
        if (row is not null) return row;
        FrequencyDisc disc = _tree.Discs[level];
        int k = disc.PaddedCount;
        row = _freeRows[level].TryPop(out float[]? free) ? free : new float[2 * k];
        (double ox, double oy) = _tree.Origin(level, cellX, cellY);
        int[] indices = _indices[level];
        for (int p = 0; p < disc.Count; p++)
        {
            int at = indices[p];
            (float sin, float cos) = MathF.SinCos((float)(2 * Math.PI * (disc.Kx[p] * ox + disc.Ky[p] * oy) / _box));
            row[p] = _ctf[at] * (_real[at] * cos + _imaginary[at] * sin);
            row[k + p] = _ctf[at] * (_imaginary[at] * cos - _real[at] * sin);
        }
        return row;
    }

    private void ClearRows()
    {
        for (int l = 0; l < _rows.Length; l++)
        {
            for (int i = 0; i < _rows[l].Length; i++)
            {
                if (_rows[l][i] is { } row) _freeRows[l].Push(row);
                _rows[l][i] = null;
            }
        }
    }

    private PoseFit[] Pick(int candidates, double separationDegrees)
    {
        List<PoseFit> picked = new(candidates);
        while (picked.Count < candidates)
        {
            Node? best = null;
            foreach (Node node in _nodes)
            {
                if ((best is null || node.Score > best.Value.Score)
                    && picked.TrueForAll(p => p.Rotation.AngleToDegrees(node.Rotation) >= separationDegrees))
                {
                    best = node;
                }
            }
            if (best is not { } found) break;
            (double x, double y) = _tree.Origin(_tree.Levels - 1, found.CellX, found.CellY);
            picked.Add(new PoseFit(found.Rotation, x, y, found.Score));
        }
        return [.. picked];
    }

    private readonly record struct Node(Rotation Rotation, int CellX, int CellY, double Score);
}
