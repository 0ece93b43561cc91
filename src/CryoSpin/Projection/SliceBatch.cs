using System.Runtime.Intrinsics;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;
using CryoSpin.Projection.Kernels;

namespace CryoSpin.Projection;

/// <summary>
/// Slices that wait to be added to one <see cref="BackProjection"/> by all workers at once. The sum's bytes depend on the slices and their
/// slots alone, not on the number of workers.
/// </summary>
internal sealed class SliceBatch
{
    private readonly Rotation[] _rotations;
    private readonly float[] _slots;
    private readonly SlabSchedule _schedule;
    private BackProjection? _sum;

    /// <summary>Makes room for some slices: 44 bytes for each frequency of each (12 beyond the 256th).</summary>
    /// <param name="disc">Their frequencies.</param>
    /// <param name="capacity">
    /// Most slices at a time. Each filling goes through the whole sum, so few at a time cost more: with 64, 1.2 to 1.3 times the time of
    /// 256 (box 128).
    /// </param>
    /// <param name="team">Workers that insert.</param>
    public unsafe SliceBatch(FrequencyDisc disc, int capacity, WorkerTeam team)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Disc = disc;
        Capacity = capacity;
        _rotations = new Rotation[capacity];
        _slots = new float[3L * capacity * disc.PaddedCount];
        _schedule = new SlabSchedule(disc.PaddedCount, capacity, team, Sort, Add);
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
    /// <exception cref="ArgumentException">It is not a rotation.</exception>
    public void SetRotation(int slot, in Rotation rotation)
    {
        rotation.ThrowIfNotRotation();
        _rotations[slot] = rotation;
    }

    /// <summary>Adds slots 0 to <paramref name="count"/> - 1, one after another, to a sum. What the slots hold stays.</summary>
    /// <param name="sum">Sum whose radius is at least the disc's.</param>
    /// <param name="count">Number of slots in use.</param>
    public void InsertInto(BackProjection sum, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        for (int i = 0; i < count; i++) _schedule.Order[i] = i;
        Run(sum, count);
    }

    /// <summary>Adds some slots, in the order given.</summary>
    /// <param name="sum">Sum whose radius is at least the disc's.</param>
    /// <param name="slots">At most <see cref="Capacity"/> slots.</param>
    public void InsertInto(BackProjection sum, ReadOnlySpan<int> slots)
    {
        slots.CopyTo(_schedule.Order);
        Run(sum, slots.Length);
    }

    private void Run(BackProjection sum, int count)
    {
        if (Disc.Radius > sum.Radius) throw new ArgumentException("The disc reaches beyond the sum.", nameof(sum));
        _sum = sum;
        _schedule.Run(count, sum.Size, (long)BackProjection.Stride * sum.Size * (sum.Half + 1));
        _sum = null;
    }

    private Span<float> Part(int slot, int part)
    {
        int k = Disc.PaddedCount;
        return _slots.AsSpan((3 * slot + part) * k, k);
    }

    private void Sort(int slot, Span<float> points, Span<int> starts, Span<int> planes)
    {
        Rotation rotation = _rotations[slot];
        if (Vector256.IsHardwareAccelerated)
            SortedInsertionKernel<Lanes8>.Sort(_sum!, Disc, rotation, Real(slot), Imaginary(slot), Weight(slot), points, starts, planes);
        else
            SortedInsertionKernel<Lanes4>.Sort(_sum!, Disc, rotation, Real(slot), Imaginary(slot), Weight(slot), points, starts, planes);
    }

    private unsafe void Add(float* points, int count)
    {
        BackProjection sum = _sum!;
        nint rowStep = (nint)(sum.Half + 1) * BackProjection.Stride;
        fixed (float* sums = sum.Sums)
        {
            if (Vector256.IsHardwareAccelerated) SortedInsertionKernel<Lanes8>.Add(sums, rowStep, rowStep * sum.Size, points, count);
            else SortedInsertionKernel<Lanes4>.Add(sums, rowStep, rowStep * sum.Size, points, count);
        }
    }
}
