using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.BranchAndBound;

/// <summary>
/// Branch and bound over the poses of one image: level after level the parts of those nodes are scored whose bound still reaches the best
/// leaf known. Punjani et al., Nature Methods 2017. Per worker; not thread-safe.
/// </summary>
/// <remarks>
/// Nodes of one rotation are kept together: their bounds and their parts' slices are the same, whatever their origins, and a slice is
/// scored at all of them at once.
/// </remarks>
internal sealed class TreeSearch
{
    // Scores are sums in single precision.
    private const double Rounding = 1e-3;
    private const int PathsDown = 3;
    private readonly PoseTree _tree;
    private readonly FourierLattice _lattice;
    private readonly SliceDeviations _slices;
    private readonly ScoreBound _bound;
    private readonly OriginRows[] _rows;
    private readonly float[] _real;
    private readonly float[] _imaginary;
    private readonly float[] _ctf;
    private readonly float[] _slice;
    private readonly float[] _scores;
    private readonly int[] _parts;
    private readonly Frontier[] _levels;
    private readonly List<Candidate> _reached = [];
    private float[] _most = [];
    private double _best;

    /// <param name="tree">Poses.</param>
    /// <param name="lattice">The volume's transform, up to the whole band.</param>
    /// <param name="slices">Of this volume and tree.</param>
    /// <param name="box">Box of the images, pixels.</param>
    /// <param name="options">Which bound.</param>
    public TreeSearch(PoseTree tree, FourierLattice lattice, SliceDeviations slices, int box, BoundOptions options)
    {
        (_tree, _lattice, _slices) = (tree, lattice, slices);
        _bound = new ScoreBound(tree, slices, box, options);
        int k = tree.Discs[^1].PaddedCount;
        (_real, _imaginary, _ctf, _slice) = (new float[k], new float[k], new float[k], new float[2 * k]);
        _rows = [.. Enumerable.Range(0, tree.Levels).Select(l => new OriginRows(tree, l, box))];
        int cells = _rows.Max(r => r.Origins.Length);
        (_scores, _parts) = (new float[cells], new int[cells]);
        _levels = [.. Enumerable.Range(0, tree.Levels).Select(_ => new Frontier())];
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
    /// <param name="known">
    /// A pose that is known to be good, which need not be on the grid: it takes part as if it were one more leaf, and is the first that bounds
    /// must reach.
    /// </param>
    /// <returns>The best leaf, then the best of the scored ones that are apart from those before.</returns>
    public Candidate[] Search(ReadOnlySpan<float> rootScores, int candidates, double separationDegrees, Candidate? known = null)
    {
        _bound.SetImage(_real, _imaginary, _ctf);
        foreach (OriginRows rows in _rows) rows.SetImage(_real, _imaginary, _ctf);
        foreach (Frontier level in _levels) level.Clear();
        Count.Images++;
        _best = double.NegativeInfinity;
        _reached.Clear();
        if (known is { } pose) Reach(pose with { LogLikelihood = ScoreAt(pose) });
        if (rootScores.IsEmpty) ScoreRoots();
        else TakeRoots(rootScores);
        for (int level = 0; level < _tree.Levels - 1; level++)
        {
            Frontier nodes = _levels[level];
            ReadOnlySpan<int> order = nodes.BestFirst();
            foreach (int path in order[..Math.Min(PathsDown, order.Length)]) Descend(level, nodes.Groups[path]);
            foreach (int group in order) Expand(level, nodes.Groups[group], nodes);
        }
        return Pick(candidates, separationDegrees);
    }

    private void ScoreRoots()
    {
        int[] all = [.. Enumerable.Range(0, _rows[0].Origins.Length)];
        for (int r = 0; r < _tree.Roots.Length; r++)
        {
            Score(0, r, _tree.Roots[r], all);
            _levels[0].Add(r, _tree.Roots[r], all, _scores);
        }
        Count.Scored[0] += (long)all.Length * _tree.Roots.Length;
    }

    /// <summary>Takes the roots' scores; of rotations that no origin keeps open nothing is kept.</summary>
    private void TakeRoots(ReadOnlySpan<float> scores)
    {
        int rotations = _tree.Roots.Length, cells = _rows[0].Origins.Length;
        int[] all = [.. Enumerable.Range(0, cells)];
        if (_most.Length < rotations) _most = new float[rotations];
        Span<float> most = _most.AsSpan(0, rotations);
        scores[..rotations].CopyTo(most);
        for (int c = 1; c < cells; c++) TensorPrimitives.Max(most, scores.Slice(c * rotations, rotations), most);
        for (int r = 0; r < rotations; r++)
        {
            if (_tree.Levels > 1 && !IsOpen(0, _bound.ReachOf(0, r), most[r])) continue;
            for (int c = 0; c < cells; c++) _scores[c] = scores[c * rotations + r];
            _levels[0].Add(r, _tree.Roots[r], all, _scores);
        }
        Count.Scored[0] += (long)cells * rotations;
    }

    /// <summary>Follows a rotation's best node down to a leaf, whose score every other one's bound must reach.</summary>
    private void Descend(int level, in Group start)
    {
        int cell = _levels[level].Cells[start.BestNode].Cell;
        int number = start.Number;
        Rotation rotation = start.Rotation;
        for (int l = level; l < _tree.Levels - 1; l++)
        {
            int[] parts = _rows[l].Parts[cell];
            // Of a cell at the disc's rim all parts can lie outside.
            if (parts.Length == 0) return;
            Rotation best = rotation;
            float most = float.NegativeInfinity;
            int turns = _tree.PartsOf(l), bestNumber = number;
            for (int part = 0; part < turns; part++)
            {
                Rotation turned = _tree.Part(rotation, l, part);
                Score(l + 1, turns * number + part, turned, parts);
                Count.Scored[l + 1] += parts.Length;
                for (int i = 0; i < parts.Length; i++)
                {
                    if (_scores[i] > most) (most, best, bestNumber, cell) = (_scores[i], turned, turns * number + part, parts[i]);
                }
            }
            (rotation, number) = (best, bestNumber);
            if (l + 1 < _tree.Levels - 1) continue;
            // Where a bound fails, the leaf found on the way stays in the race.
            (double x, double y) = _rows[^1].Origins[cell];
            Reach(new Candidate(rotation, x, y, most));
        }
    }

    private void Reach(in Candidate leaf)
    {
        _reached.Add(leaf);
        _best = Math.Max(_best, leaf.LogLikelihood);
    }

    /// <summary>Scores the parts of a rotation's nodes that may hold the best leaf.</summary>
    private void Expand(int level, in Group group, Frontier nodes)
    {
        int next = level + 1, count = 0;
        ScoreBound.Reach reach = _bound.ReachOf(level, group.Number);
        if (!IsOpen(level, reach, group.BestScore)) return;
        foreach ((int cell, float score) in CollectionsMarshal.AsSpan(nodes.Cells).Slice(group.First, group.Count))
        {
            if (!IsOpen(level, reach, score)) continue;
            foreach (int part in _rows[level].Parts[cell]) _parts[count++] = part;
        }
        if (count == 0) return;
        ReadOnlySpan<int> cells = _parts.AsSpan(0, count);
        int turns = _tree.PartsOf(level);
        for (int part = 0; part < turns; part++)
        {
            Rotation rotation = _tree.Part(group.Rotation, level, part);
            Score(next, turns * group.Number + part, rotation, cells);
            int first = _levels[next].Add(turns * group.Number + part, rotation, cells, _scores);
            if (next == _tree.Levels - 1) _best = Math.Max(_best, _levels[next].Groups[first].BestScore);
        }
        Count.Scored[next] += turns * count;
    }

    private bool IsOpen(int level, in ScoreBound.Reach reach, float score) => _bound.Upper(level, reach, score) >= _best - Rounding;

    private void Score(int level, int number, in Rotation rotation, ReadOnlySpan<int> cells)
    {
        ReadOnlySpan<float> slice = _slices.SliceOf(level, number);
        if (slice.IsEmpty) slice = Sample(level, rotation);
        _rows[level].Score(slice, _rows[level].Power(slice), cells, _scores);
    }

    private double ScoreAt(in Candidate pose) => _rows[^1].ScoreAt(Sample(_tree.Levels - 1, pose.Rotation), pose.OriginX, pose.OriginY);

    private ReadOnlySpan<float> Sample(int level, scoped in Rotation rotation)
    {
        FrequencyDisc disc = _tree.Discs[level];
        int k = disc.PaddedCount;
        CentralSlice.Sample(_lattice, disc, rotation, _slice.AsSpan(0, k), _slice.AsSpan(k, k));
        return _slice.AsSpan(0, 2 * k);
    }

    private Candidate[] Pick(int candidates, double separationDegrees)
    {
        Frontier leaves = _levels[^1];
        List<Candidate> picked = new(candidates);
        while (picked.Count < candidates)
        {
            Candidate? best = null;
            foreach (Group group in leaves.Groups)
            {
                if ((best is null || group.BestScore > best.Value.LogLikelihood) && IsApart(group.Rotation))
                {
                    (double x, double y) = _rows[^1].Origins[leaves.Cells[group.BestNode].Cell];
                    best = new Candidate(group.Rotation, x, y, group.BestScore);
                }
            }
            foreach (Candidate leaf in _reached)
            {
                if ((best is null || leaf.LogLikelihood > best.Value.LogLikelihood) && IsApart(leaf.Rotation)) best = leaf;
            }
            if (best is not { } found) break;
            picked.Add(found);
        }
        return [.. picked];

        bool IsApart(Rotation rotation) => picked.TrueForAll(p => _tree.Space.AngleDegrees(p.Rotation, rotation) >= separationDegrees);
    }

    /// <summary>Nodes of one rotation.</summary>
    /// <param name="Number">The rotation's number.</param>
    /// <param name="Rotation">The rotation.</param>
    /// <param name="First">First of its nodes.</param>
    /// <param name="Count">Their number.</param>
    /// <param name="BestNode">The best one of them.</param>
    /// <param name="BestScore">Its score.</param>
    private readonly record struct Group(int Number, Rotation Rotation, int First, int Count, int BestNode, float BestScore);

    /// <summary>Scored nodes of a level.</summary>
    private sealed class Frontier
    {
        private int[] _order = [];
        private float[] _keys = [];

        public List<Group> Groups { get; } = [];

        public List<(int Cell, float Score)> Cells { get; } = [];

        public void Clear()
        {
            Groups.Clear();
            Cells.Clear();
        }

        public int Add(int number, in Rotation rotation, ReadOnlySpan<int> cells, ReadOnlySpan<float> scores)
        {
            int first = Cells.Count, best = 0;
            for (int i = 0; i < cells.Length; i++)
            {
                Cells.Add((cells[i], scores[i]));
                if (scores[i] > scores[best]) best = i;
            }
            Groups.Add(new Group(number, rotation, first, cells.Length, first + best, scores[best]));
            return Groups.Count - 1;
        }

        /// <summary>Positions of the groups, best first, so that the best leaf known is good early.</summary>
        public ReadOnlySpan<int> BestFirst()
        {
            int n = Groups.Count;
            if (_order.Length < n) (_order, _keys) = (new int[n], new float[n]);
            for (int i = 0; i < n; i++) (_order[i], _keys[i]) = (i, -Groups[i].BestScore);
            Array.Sort(_keys, _order, 0, n);
            return _order.AsSpan(0, n);
        }
    }
}
