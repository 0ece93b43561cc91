using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.BranchAndBound;

/// <summary>
/// What a volume's slices can do beyond what a node of the tree has looked at: for every rotation above the leaves and every shell, how far
/// the slices of the leaves below it are from its own, and their power. It belongs to the volume and the tree, and serves all images.
/// </summary>
/// <remarks>
/// All leaves are sampled. One greatest value for a whole level is quicker to measure, on some of them, but what a bound says of a node is
/// then governed by the one node of the map whose slices change the most.
/// </remarks>
internal sealed class SliceDeviations
{
    /// <summary>Kinds of values of a node: <see cref="Node"/>.</summary>
    public const int Kinds = 3;

    // 80 MB of slices; the next level would have eight times as many.
    private const long MostKept = 10_000_000;

    // The tables are single precision; what is rounded down must still bound what was measured.
    private const float RoundingUp = 1 + 1e-6f;
    private readonly FourierLattice _lattice;
    private readonly PoseTree _tree;
    private readonly int _shells;
    private readonly float[][] _tables;
    private readonly int[][] _bins;
    private readonly float[][] _kept;
    private readonly int[][] _indices;

    /// <summary>Measures slices.</summary>
    /// <param name="lattice">The volume's transform.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="team">Workers.</param>
    /// <param name="earlier">One that is no longer used: its memory is taken over where it fits, and given up where not.</param>
    public SliceDeviations(FourierLattice lattice, PoseTree tree, WorkerTeam team, SliceDeviations? earlier = null)
    {
        (_lattice, _tree) = (lattice, tree);
        FrequencyDisc full = tree.Discs[^1];
        Shells = full.Extent + 2;
        _shells = PaddedShellsOf(tree);
        _tables = [.. Enumerable.Range(0, tree.Levels - 1).Select(l => Take(earlier?._tables, l, TableLength(tree, l)))];
        foreach (float[] table in _tables) Array.Clear(table);
        _bins = [.. Enumerable.Range(0, tree.Levels).Select(Bins)];
        _kept = [.. Enumerable.Range(0, tree.Levels).Select(l => Take(earlier?._kept, l, KeptLength(tree, l)))];
        _indices = [.. tree.Discs.Select(full.IndicesOf)];
        Walker[] walkers = new Walker[team.Workers];
        team.ForEach(tree.Roots.Length, (root, worker) => (walkers[worker] ??= new Walker(this)).Walk(0, root, tree.Roots[root]));
    }

    /// <summary>Number of shells.</summary>
    public int Shells { get; }

    /// <summary>Length of each kind's values: the shells, padded with zeros.</summary>
    public int PaddedShells => _shells;

    /// <summary>
    /// A node's values [kind][shell], each the greatest of the leaves below it: squared distance of the leaf's slice from the node's within
    /// the band of the node's level; power of the leaf's slice beyond that band; power of the leaf's slice over the whole band.
    /// </summary>
    /// <param name="level">Level, not that of the leaves.</param>
    /// <param name="rotation">Number of the rotation.</param>
    public ReadOnlySpan<float> Node(int level, int rotation) => _tables[level].AsSpan(rotation * Kinds * _shells, Kinds * _shells);

    /// <summary>A slice over its level's disc, [re, im]; empty where a level has too many to be kept, and for the roots.</summary>
    /// <param name="level">Level.</param>
    /// <param name="rotation">Number of the rotation.</param>
    public ReadOnlySpan<float> SliceOf(int level, int rotation)
    {
        int length = 2 * _tree.Discs[level].PaddedCount;
        return _kept[level].Length == 0 ? [] : _kept[level].AsSpan(rotation * length, length);
    }

    /// <summary>Bytes of memory that slices and values of a tree take.</summary>
    public static long BytesFor(PoseTree tree) => sizeof(float)
        * (Enumerable.Range(0, tree.Levels).Sum(l => KeptLength(tree, l)) + Enumerable.Range(0, tree.Levels - 1).Sum(l => TableLength(tree, l)));

    private static int PaddedShellsOf(PoseTree tree) =>
        (tree.Discs[^1].Extent + 2 + FrequencyDisc.LaneCount - 1) / FrequencyDisc.LaneCount * FrequencyDisc.LaneCount;

    private static long TableLength(PoseTree tree, int level) => (long)tree.Rotations(level) * Kinds * PaddedShellsOf(tree);

    private static long KeptLength(PoseTree tree, int level)
    {
        long values = (long)tree.Rotations(level) * tree.Discs[level].PaddedCount;
        return level > 0 && values <= MostKept ? 2 * values : 0;
    }

    private static float[] Take(float[][]? earlier, int level, long length)
    {
        if (earlier is null || level >= earlier.Length) return new float[length];
        if (earlier[level].Length == length) return earlier[level];
        // Let go first, so that both need not stand at once.
        earlier[level] = [];
        return new float[length];
    }

    /// <summary>For each frequency of the whole band the place of its square in a node's values.</summary>
    private int[] Bins(int level)
    {
        FrequencyDisc full = _tree.Discs[^1];
        double band = _tree.Discs[level].Radius;
        return [.. Enumerable.Range(0, full.Count).Select(
            p => full.Shell[p] + (full.Kx[p] * full.Kx[p] + full.Ky[p] * full.Ky[p] <= band * band ? 0 : _shells))];
    }

    /// <summary>Goes down from a root to all of its leaves. Per worker.</summary>
    private sealed class Walker
    {
        private readonly SliceDeviations _owner;
        private readonly float[][] _real;
        private readonly float[][] _imaginary;
        private readonly float[] _sums;

        public Walker(SliceDeviations owner)
        {
            _owner = owner;
            int k = owner._tree.Discs[^1].PaddedCount;
            _real = [.. owner._tree.Discs.Select(_ => new float[k])];
            _imaginary = [.. owner._tree.Discs.Select(_ => new float[k])];
            _sums = new float[2 * owner._shells];
        }

        public void Walk(int level, int number, in Rotation rotation)
        {
            PoseTree tree = _owner._tree;
            FrequencyDisc full = tree.Discs[^1];
            CentralSlice.Sample(_owner._lattice, full, rotation, _real[level], _imaginary[level]);
            Keep(level, number);
            if (level == tree.Levels - 1)
            {
                for (int l = 0; l < level; l++) Compare(l, tree.AncestorOf(l, number));
                return;
            }
            // Beyond its band a node's slice stands for nothing.
            for (int p = 0; p < full.Count; p++)
            {
                if (_owner._bins[level][p] < _owner._shells) continue;
                _real[level][p] = 0;
                _imaginary[level][p] = 0;
            }
            int parts = tree.PartsOf(level);
            for (int part = 0; part < parts; part++) Walk(level + 1, parts * number + part, tree.Part(rotation, level, part));
        }

        private void Keep(int level, int number)
        {
            if (_owner._kept[level].Length == 0) return;
            FrequencyDisc disc = _owner._tree.Discs[level];
            int[] indices = _owner._indices[level];
            int k = disc.PaddedCount;
            Span<float> to = _owner._kept[level].AsSpan(2 * number * k, 2 * k);
            for (int p = 0; p < disc.Count; p++) (to[p], to[k + p]) = (_real[level][indices[p]], _imaginary[level][indices[p]]);
            to[disc.Count..k].Clear();
            to[(k + disc.Count)..].Clear();
        }

        private void Compare(int level, int node)
        {
            int[] bins = _owner._bins[level], shells = _owner._tree.Discs[^1].Shell;
            float[] leafRe = _real[^1], leafIm = _imaginary[^1], re = _real[level], im = _imaginary[level], sums = _sums;
            int stride = _owner._shells;
            Span<float> power = stackalloc float[stride];
            power.Clear();
            Array.Clear(sums);
            for (int p = 0; p < bins.Length; p++)
            {
                float x = leafRe[p] - re[p], y = leafIm[p] - im[p];
                sums[bins[p]] += x * x + y * y;
                power[shells[p]] += leafRe[p] * leafRe[p] + leafIm[p] * leafIm[p];
            }
            Span<float> table = _owner._tables[level].AsSpan(node * Kinds * stride, Kinds * stride);
            for (int i = 0; i < sums.Length; i++) table[i] = Math.Max(table[i], sums[i] * RoundingUp);
            for (int s = 0; s < stride; s++) table[2 * stride + s] = Math.Max(table[2 * stride + s], power[s] * RoundingUp);
        }
    }
}
