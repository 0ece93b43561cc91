using System.Runtime.Intrinsics;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;
using CryoSpin.Projection.Kernels;

namespace CryoSpin.Projection;

/// <summary>
/// Slices that wait to be added to one lattice by all workers at once, each by the transpose of <see cref="CentralSlice.Sample"/>: a
/// volume's gradient. The lattice's bytes do not depend on the number of workers.
/// </summary>
internal sealed class TransposeBatch
{
    private readonly Rotation[] _rotations;
    private readonly float[] _slots;
    private readonly SlabSchedule _schedule;
    private FourierLattice? _lattice;

    /// <summary>Makes room for some slices: 40 bytes for each frequency of each (8 beyond the 256th).</summary>
    /// <param name="disc">Their frequencies.</param>
    /// <param name="capacity">Most slices at a time.</param>
    /// <param name="team">Workers that insert.</param>
    public unsafe TransposeBatch(FrequencyDisc disc, int capacity, WorkerTeam team)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Disc = disc;
        Capacity = capacity;
        _rotations = new Rotation[capacity];
        _slots = new float[2L * capacity * disc.PaddedCount];
        _schedule = new SlabSchedule(disc.PaddedCount, capacity, team, Sort, Add);
    }

    /// <summary>The slices' frequencies.</summary>
    public FrequencyDisc Disc { get; }

    /// <summary>Number of slots.</summary>
    public int Capacity { get; }

    /// <summary>Values for channel 0, over the disc's padded list; to be filled by the caller, different slots from any thread.</summary>
    public Span<float> Channel0(int slot) => Part(slot, 0);

    /// <summary>Values for channel 1.</summary>
    public Span<float> Channel1(int slot) => Part(slot, 1);

    /// <summary>Sets the pose of a slot.</summary>
    /// <exception cref="ArgumentException">It is not a rotation.</exception>
    public void SetRotation(int slot, in Rotation rotation)
    {
        rotation.ThrowIfNotRotation();
        _rotations[slot] = rotation;
    }

    /// <summary>Adds slots 0 to <paramref name="count"/> - 1, one after another, to a lattice.</summary>
    /// <param name="lattice">Lattice whose radius is at least the disc's.</param>
    /// <param name="count">Number of slots in use.</param>
    public void InsertInto(FourierLattice lattice, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        if (Disc.Radius > lattice.Radius) throw new ArgumentException("The disc reaches beyond the lattice.", nameof(lattice));
        for (int i = 0; i < count; i++) _schedule.Order[i] = i;
        _lattice = lattice;
        _schedule.Run(count, lattice.Size, 2L * lattice.Size * lattice.Size);
        _lattice = null;
    }

    private Span<float> Part(int slot, int part)
    {
        int k = Disc.PaddedCount;
        return _slots.AsSpan((2 * slot + part) * k, k);
    }

    private void Sort(int slot, Span<float> points, Span<int> starts, Span<int> planes)
    {
        Rotation rotation = _rotations[slot];
        if (Vector256.IsHardwareAccelerated)
            SortedInsertionKernel<Lanes8>.Sort(_lattice!, Disc, rotation, Channel0(slot), Channel1(slot), points, starts, planes);
        else
            SortedInsertionKernel<Lanes4>.Sort(_lattice!, Disc, rotation, Channel0(slot), Channel1(slot), points, starts, planes);
    }

    private unsafe void Add(float* points, int count)
    {
        FourierLattice lattice = _lattice!;
        nint rowStep = 2 * lattice.Size, planeStep = rowStep * lattice.Size;
        fixed (float* values = lattice.Values)
        {
            if (Vector256.IsHardwareAccelerated) SortedInsertionKernel<Lanes8>.AddPairs(values, rowStep, planeStep, points, count);
            else SortedInsertionKernel<Lanes4>.AddPairs(values, rowStep, planeStep, points, count);
        }
    }
}
