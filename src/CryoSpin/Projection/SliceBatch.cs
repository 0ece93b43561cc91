using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection.Kernels;

namespace CryoSpin.Projection;

/// <summary>
/// Slices that wait to be added to one <see cref="BackProjection"/> by all workers at once. The sum's bytes depend on the slices and their
/// slots alone, not on the number of workers.
/// </summary>
/// <remarks>
/// The points of each slice are sorted by plane z. Planes are taken in slabs of fixed thickness; a point writes to its plane and the next,
/// so slabs that are not neighbours share nothing: first all slabs of even number are filled, in parallel, then those of odd number, each
/// by one worker in the order of slots. No worker needs a sum of its own. All slices of a batch meet a slab while it is in the cache.
/// </remarks>
public sealed class SliceBatch
{
    // A slab and the plane above it should fit a second-level cache together with the points that stream by.
    private const int SlabBytes = 512 << 10;
    private const int LeastSlabs = 16;

    // Each pass goes through the whole sum once; sorted points take nearly three times the room of the slots they come from.
    private const int SlotsPerPass = 256;
    private readonly WorkerTeam _team;
    private readonly Rotation[] _rotations;
    private readonly float[] _slots;
    private readonly float[] _points;
    private readonly int[][] _planes;
    private readonly Action<int, int> _sort;
    private readonly Action<int, int> _fill;
    private readonly int[] _order;
    private int[] _starts = [];
    private BackProjection? _sum;
    private int _first;
    private int _passSlots;
    private int _thickness;
    private int _parity;

    /// <summary>Makes room for some slices: 44 bytes for each frequency of each (12 beyond the 256th).</summary>
    /// <param name="disc">Their frequencies.</param>
    /// <param name="capacity">
    /// Most slices at a time. Each filling goes through the whole sum, so few at a time cost more: with 64, 1.2 to 1.3 times the time of
    /// 256 (box 128).
    /// </param>
    /// <param name="team">Workers that insert.</param>
    public SliceBatch(FrequencyDisc disc, int capacity, WorkerTeam team)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Disc = disc;
        Capacity = capacity;
        _team = team;
        _rotations = new Rotation[capacity];
        _order = new int[capacity];
        _slots = new float[3L * capacity * disc.PaddedCount];
        _points = new float[(long)Math.Min(capacity, SlotsPerPass) * disc.PaddedCount * SortedInsertionKernel.PointFloats];
        _planes = [.. Enumerable.Range(0, team.Workers).Select(_ => new int[disc.PaddedCount])];
        _sort = Sort;
        _fill = Fill;
    }

    /// <summary>The slices' frequencies.</summary>
    public FrequencyDisc Disc { get; }

    /// <summary>Number of slots.</summary>
    public int Capacity { get; }

    /// <summary>
    /// Real parts of a slot, over the disc's padded list; to be filled by the caller, different slots from different threads if it likes.
    /// For an image I with transfer function C and noise variance s2 per shell, C I / s2.
    /// </summary>
    public Span<float> Real(int slot) => Part(slot, 0);

    /// <summary>Imaginary parts of a slot.</summary>
    public Span<float> Imaginary(int slot) => Part(slot, 1);

    /// <summary>Weights of a slot: C^2 / s2.</summary>
    public Span<float> Weight(int slot) => Part(slot, 2);

    /// <summary>Sets the pose of a slot.</summary>
    public void SetRotation(int slot, in Rotation rotation) => _rotations[slot] = rotation;

    /// <summary>Adds slots 0 to <paramref name="count"/> - 1, one after another, to a sum. What the slots hold stays.</summary>
    /// <param name="sum">Sum whose radius is at least the disc's.</param>
    /// <param name="count">Number of slots in use.</param>
    public void InsertInto(BackProjection sum, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        for (int i = 0; i < count; i++) _order[i] = i;
        Insert(sum, count);
    }

    /// <summary>Adds some slots, in the order given.</summary>
    /// <param name="sum">Sum whose radius is at least the disc's.</param>
    /// <param name="slots">At most <see cref="Capacity"/> slots.</param>
    public void InsertInto(BackProjection sum, ReadOnlySpan<int> slots)
    {
        slots.CopyTo(_order);
        Insert(sum, slots.Length);
    }

    private void Insert(BackProjection sum, int count)
    {
        if (Disc.Radius > sum.Radius) throw new ArgumentException("The disc reaches beyond the sum.", nameof(sum));
        int startsLength = Math.Min(Capacity, SlotsPerPass) * (sum.Size + 2);
        if (_starts.Length < startsLength) _starts = new int[startsLength];
        _sum = sum;
        _thickness = Math.Clamp(SlabBytes / (4 * BackProjection.Stride * sum.Size * (sum.Half + 1)), 1, Math.Max(1, sum.Size / LeastSlabs));
        int slabs = (sum.Size + _thickness - 1) / _thickness;
        for (_first = 0; _first < count; _first += SlotsPerPass)
        {
            _passSlots = Math.Min(SlotsPerPass, count - _first);
            _team.ForEach(_passSlots, _sort);
            for (_parity = 0; _parity < 2; _parity++) _team.ForEach((slabs + 1 - _parity) / 2, _fill);
        }
        _sum = null;
    }

    private Span<float> Part(int slot, int part)
    {
        int k = Disc.PaddedCount;
        return _slots.AsSpan((3 * slot + part) * k, k);
    }

    private void Sort(int pass, int worker)
    {
        int slot = _order[_first + pass], length = Disc.PaddedCount * SortedInsertionKernel.PointFloats, planes = _sum!.Size + 2;
        SortedInsertionKernel.Sort(
            _sum, Disc, _rotations[slot], Real(slot), Imaginary(slot), Weight(slot), _points.AsSpan(pass * length, length),
            _starts.AsSpan(pass * planes, planes), _planes[worker]);
    }

    private unsafe void Fill(int item, int worker)
    {
        BackProjection sum = _sum!;
        int low = (2 * item + _parity) * _thickness, high = Math.Min(sum.Size, low + _thickness), planes = sum.Size + 2;
        nint rowStep = (nint)(sum.Half + 1) * BackProjection.Stride, planeStep = rowStep * sum.Size;
        nint length = (nint)Disc.PaddedCount * SortedInsertionKernel.PointFloats;
        fixed (float* sums = sum.Sums, points = _points)
        fixed (int* starts = _starts)
        {
            for (int pass = 0; pass < _passSlots; pass++)
            {
                int* own = starts + pass * planes;
                int from = own[low];
                SortedInsertionKernel.Add(
                    sums, rowStep, planeStep, points + pass * length + SortedInsertionKernel.PointFloats * (nint)from, own[high] - from);
            }
        }
    }
}
