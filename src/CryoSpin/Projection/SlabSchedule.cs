using CryoSpin.Compute;

namespace CryoSpin.Projection;

/// <summary>Sorts one slice's points by plane.</summary>
/// <param name="slot">Which slice.</param>
/// <param name="points">Receives the points, <see cref="SlabSchedule.PointFloats"/> floats each.</param>
/// <param name="starts">Receives each plane's first point; two longer than there are planes.</param>
/// <param name="planes">Scratch over the disc's padded list.</param>
internal delegate void SortPoints(int slot, Span<float> points, Span<int> starts, Span<int> planes);

/// <summary>Adds sorted points, in their order.</summary>
internal unsafe delegate void AddPoints(float* points, int count);

/// <summary>All workers add slices to one sum, in an order that does not depend on their number.</summary>
/// <remarks>
/// The points of each slice are sorted by plane z. Planes are taken in slabs of fixed thickness; a point writes to its plane and the next,
/// so slabs that are not neighbours share nothing: first all slabs of even number are filled, in parallel, then those of odd number, each
/// by one worker in the order of slots. No worker needs a sum of its own. All slices of a batch meet a slab while it is in the cache.
/// </remarks>
internal sealed class SlabSchedule
{
    /// <summary>Floats per sorted point.</summary>
    public const int PointFloats = 8;

    // A slab and the plane above it should fit a second-level cache together with the points that stream by.
    private const int SlabBytes = 512 << 10;
    private const int LeastSlabs = 16;

    // Each pass goes through the whole sum once; sorted points take nearly three times the room of the slots they come from.
    private const int SlotsPerPass = 256;
    private readonly WorkerTeam _team;
    private readonly SortPoints _sortPoints;
    private readonly AddPoints _addPoints;
    private readonly int _slotsPerPass;
    private readonly int _length;
    private readonly float[] _points;
    private readonly int[] _order;
    private readonly int[][] _scratch;
    private readonly Action<int, int> _sort;
    private readonly Action<int, int> _fill;
    private int[] _starts = [];
    private int _first;
    private int _passSlots;
    private int _planes;
    private int _thickness;
    private int _parity;

    /// <param name="paddedCount">Points of a slice, rounded up.</param>
    /// <param name="capacity">Most slices at a time.</param>
    /// <param name="team">Workers.</param>
    /// <param name="sort">Sorts one slice; called from the workers.</param>
    /// <param name="add">Adds points; called from the workers.</param>
    public SlabSchedule(int paddedCount, int capacity, WorkerTeam team, SortPoints sort, AddPoints add)
    {
        (_team, _sortPoints, _addPoints) = (team, sort, add);
        _slotsPerPass = Math.Min(capacity, SlotsPerPass);
        _length = paddedCount * PointFloats;
        _points = new float[(long)_slotsPerPass * _length];
        _order = new int[capacity];
        _scratch = [.. Enumerable.Range(0, team.Workers).Select(_ => new int[paddedCount])];
        _sort = Sort;
        _fill = Fill;
    }

    /// <summary>The slots to take, in their order; to be written before <see cref="Run"/>.</summary>
    public Span<int> Order => _order;

    /// <summary>Adds the first slots of <see cref="Order"/>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="planes">Planes of the sum.</param>
    /// <param name="planeFloats">Floats of a plane.</param>
    public void Run(int count, int planes, long planeFloats)
    {
        _planes = planes;
        if (_starts.Length < _slotsPerPass * (planes + 2)) _starts = new int[_slotsPerPass * (planes + 2)];
        _thickness = (int)Math.Clamp(SlabBytes / (sizeof(float) * planeFloats), 1, Math.Max(1, planes / LeastSlabs));
        int slabs = (planes + _thickness - 1) / _thickness;
        for (_first = 0; _first < count; _first += _slotsPerPass)
        {
            _passSlots = Math.Min(_slotsPerPass, count - _first);
            _team.ForEach(_passSlots, _sort);
            for (_parity = 0; _parity < 2; _parity++) _team.ForEach((slabs + 1 - _parity) / 2, _fill);
        }
    }

    private void Sort(int pass, int worker)
    {
        int starts = _planes + 2;
        _sortPoints(
            _order[_first + pass], _points.AsSpan(pass * _length, _length), _starts.AsSpan(pass * starts, starts), _scratch[worker]);
    }

    private unsafe void Fill(int item, int worker)
    {
        int low = (2 * item + _parity) * _thickness, high = Math.Min(_planes, low + _thickness);
        fixed (float* points = _points)
        fixed (int* starts = _starts)
        {
            for (int pass = 0; pass < _passSlots; pass++)
            {
                int* own = starts + pass * (_planes + 2);
                int from = own[low], count = own[high] - from;
                if (count > 0) _addPoints(points + pass * (nint)_length + PointFloats * (nint)from, count);
            }
        }
    }
}
