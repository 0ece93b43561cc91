using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.BranchAndBound;

/// <summary>How a level's nodes are divided into those of the next.</summary>
[Flags]
internal enum Division
{
    /// <summary>Not at all: the next level compares the same poses over a wider band.</summary>
    None = 0,

    /// <summary>Each rotation into eight.</summary>
    Rotations = 1,

    /// <summary>Each cell of origins into four.</summary>
    Origins = 2,

    /// <summary>Both.</summary>
    Both = Rotations | Origins,
}

/// <summary>
/// The grid of poses as a tree: the rotations of a root grid and a square lattice of origins, each rotation divided into eight at half the
/// spacing and each origin into four, level after level, while the band of the comparison grows. The leaves are the finest grid.
/// </summary>
internal sealed class PoseTree
{
    private readonly Rotation[][] _parts;
    private readonly int[] _turns;
    private readonly int[] _halvings;
    private readonly int _rootCells;

    /// <param name="space">The poses to be covered.</param>
    /// <param name="rootOrder">Order of the root's HEALPix grid: 60 degrees / 2^order.</param>
    /// <param name="bands">Band of each level, shells, rising; the last is the whole band.</param>
    /// <param name="maxShiftPixels">Radius of the disc of origins; 0 for none but the image's centre.</param>
    /// <param name="rootShiftPixels">Greatest spacing of the root's origins, pixels.</param>
    /// <param name="offset">A rotation of the map applied to the whole grid.</param>
    /// <param name="divisions">How each level but the last is divided; null for <see cref="Division.Both"/> throughout.</param>
    public PoseTree(
        PoseSpace space, int rootOrder, double[] bands, double maxShiftPixels, double rootShiftPixels, Rotation offset,
        Division[]? divisions = null)
    {
        (_turns, _halvings) = (new int[bands.Length], new int[bands.Length]);
        for (int l = 1; l < bands.Length; l++)
        {
            Division division = divisions?[l - 1] ?? Division.Both;
            _turns[l] = _turns[l - 1] + (division.HasFlag(Division.Rotations) ? 1 : 0);
            _halvings[l] = _halvings[l - 1] + (division.HasFlag(Division.Origins) ? 1 : 0);
        }
        Space = space;
        Roots = space.Healpix(rootOrder, offset);
        Discs = [.. bands.Select(b => new FrequencyDisc(b))];
        MaxShiftPixels = maxShiftPixels;
        _rootCells = maxShiftPixels > 0 ? (int)Math.Ceiling(2 * maxShiftPixels / rootShiftPixels) : 1;
        RootSpacingDegrees = So3Grid.SpacingDegrees(rootOrder);
        _parts = [.. Enumerable.Range(0, bands.Length - 1).Select(
            l => _turns[l + 1] > _turns[l] ? So3Grid.Subdivide(Rotation.Identity, SpacingDegrees(l)) : [Rotation.Identity])];
    }

    /// <summary>The poses that it covers.</summary>
    public PoseSpace Space { get; }

    /// <summary>The root's rotations.</summary>
    public Rotation[] Roots { get; }

    /// <summary>Spacing of the root's rotations.</summary>
    public double RootSpacingDegrees { get; }

    /// <summary>Radius of the disc of origins, pixels.</summary>
    public double MaxShiftPixels { get; }

    /// <summary>The frequencies compared at each level.</summary>
    public FrequencyDisc[] Discs { get; }

    /// <summary>Number of levels; the last one's nodes are the leaves.</summary>
    public int Levels => Discs.Length;

    /// <summary>Spacing of a level's rotations.</summary>
    public double SpacingDegrees(int level) => RootSpacingDegrees / (1 << _turns[level]);

    /// <summary>
    /// Number of a level's rotations. They are counted from 0: the first of a rotation's parts has the rotation's number times
    /// <see cref="PartsOf"/>.
    /// </summary>
    public int Rotations(int level) => Roots.Length << (3 * _turns[level]);

    /// <summary>Parts of each rotation of a level: eight or, where rotations are not divided, one.</summary>
    public int PartsOf(int level) => _parts[level].Length;

    /// <summary>Whether the next level divides this one's cells of origins.</summary>
    public bool DividesOrigins(int level) => MaxShiftPixels > 0 && _halvings[level + 1] > _halvings[level];

    /// <summary>Number of a leaf's ancestor.</summary>
    /// <param name="level">The ancestor's level.</param>
    /// <param name="leaf">Number of the leaf's rotation.</param>
    public int AncestorOf(int level, int leaf) => leaf >> (3 * (_turns[^1] - _turns[level]));

    /// <summary>Cells of origins along an axis.</summary>
    public int ShiftCells(int level) => MaxShiftPixels > 0 ? _rootCells << _halvings[level] : 1;

    /// <summary>Edge of a cell of origins, pixels.</summary>
    public double ShiftSpacing(int level) => 2 * MaxShiftPixels / ShiftCells(level);

    /// <summary>The origin in the middle of a cell, pixels.</summary>
    public (double X, double Y) Origin(int level, int cellX, int cellY)
    {
        double d = ShiftSpacing(level);
        return ((cellX + 0.5) * d - MaxShiftPixels, (cellY + 0.5) * d - MaxShiftPixels);
    }

    /// <summary>Whether a cell belongs to the tree: it meets the disc of origins; of the leaves, whether the origin itself lies in it.</summary>
    public bool Contains(int level, int cellX, int cellY)
    {
        (double x, double y) = Origin(level, cellX, cellY);
        double reach = level == Levels - 1 ? 0 : ShiftSpacing(level) / 2;
        double dx = Math.Max(0, Math.Abs(x) - reach), dy = Math.Max(0, Math.Abs(y) - reach);
        return dx * dx + dy * dy <= MaxShiftPixels * MaxShiftPixels * (1 + 1e-9);
    }

    /// <summary>All cells of a level.</summary>
    public IReadOnlyList<(int X, int Y)> Cells(int level)
    {
        int n = ShiftCells(level);
        return [.. from y in Enumerable.Range(0, n) from x in Enumerable.Range(0, n) where Contains(level, x, y) select (x, y)];
    }

    /// <summary>Greatest distance of a leaf's origin from that of its ancestor, pixels.</summary>
    public double ShiftReach(int level)
    {
        if (MaxShiftPixels == 0) return 0;
        return (ShiftSpacing(level) - ShiftSpacing(Levels - 1)) / 2 * Math.Sqrt(2);
    }

    /// <summary>A rotation's part in the next level.</summary>
    /// <param name="rotation">A rotation of the level.</param>
    /// <param name="level">The level.</param>
    /// <param name="part">0 to <see cref="PartsOf"/> less one.</param>
    public Rotation Part(in Rotation rotation, int level, int part) => _parts[level][part] * rotation;

    /// <summary>Number of leaves: what an exhaustive search would compare over the whole band.</summary>
    public long Leaves => (long)Rotations(Levels - 1) * Cells(Levels - 1).Count;
}
