using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;

namespace CryoSpin.Projection.Kernels;

/// <summary>
/// The insertion of <see cref="InsertionKernel{T}"/> in two steps: a slice's points sorted by the plane z of their lower corner, and the
/// points of some planes added to the sum. Several workers can then share one sum, each on planes of its own.
/// </summary>
/// <remarks>
/// A sorted point is 32 bytes: re, im, weight, 0, fractions along x, y, z, offset of the lower corner (an int). It is read once, in order,
/// so all that is random about the second step is the sum itself, and of that only a few planes, which stay in the cache for a whole batch.
/// </remarks>
internal static unsafe class SortedInsertionKernel<T>
    where T : unmanaged, IQuadLanes<T>
{
    /// <summary>Sorts a slice's points by plane; those of one plane keep their order in the disc.</summary>
    /// <param name="sum">Where the points will go; only its shape is read.</param>
    /// <param name="disc">Frequencies.</param>
    /// <param name="rotation">Pose.</param>
    /// <param name="real">Real parts over the disc.</param>
    /// <param name="imaginary">Imaginary parts.</param>
    /// <param name="weight">Weights.</param>
    /// <param name="points">Receives the points, <see cref="SlabSchedule.PointFloats"/> floats each.</param>
    /// <param name="starts">Receives, for each plane, its first point: sum.Size + 1 numbers and one more for the sorting.</param>
    /// <param name="planes">Scratch over the disc's padded list.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sort(
        BackProjection sum, FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary,
        ReadOnlySpan<float> weight, Span<float> points, Span<int> starts, Span<int> planes)
    {
        HalfSpacePoints<T> located = new(rotation, sum.Oversampling, sum.Half, sum.Size);
        int count = disc.Count;
        int* at = stackalloc int[8];
        fixed (float* kxs = disc.Kx, kys = disc.Ky, res = real, ims = imaginary, ws = weight, to = points)
        fixed (int* cursors = starts, plane = planes)
        {
            for (int i = 0; i < count; i += T.Count)
            {
                located.Locate(T.Load(kxs + i), T.Load(kys + i), at, out T z, out _, out _, out _, out _);
                z.Store((float*)plane + i);
            }
            Count(cursors, starts.Length, plane, count);
            for (int i = 0; i < count; i += T.Count)
            {
                located.Locate(T.Load(kxs + i), T.Load(kys + i), at, out T fx, out T fy, out T fz, out T flip);
                T.Transpose(
                    T.Load(res + i), T.Load(ims + i) ^ flip, T.Load(ws + i), T.Zero,
                    out T v0, out T v1, out T v2, out T v3);
                T.Transpose(fx, fy, fz, T.Load((float*)at), out T w0, out T w1, out T w2, out T w3);
                PutAll(to, cursors, plane + i, count - i, v0, v1, v2, v3, w0, w1, w2, w3);
            }
        }
    }

    /// <summary>
    /// The same for <see cref="AdjointKernel{T}"/>: a point is the x pairs [low 0, low 1, high 0, high 1] of both channels, fractions along
    /// y and z, nothing, offset.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sort(
        FourierLattice lattice, FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> channel0, ReadOnlySpan<float> channel1,
        Span<float> points, Span<int> starts, Span<int> planes)
    {
        LatticePoints<T> located = new(rotation, lattice.Oversampling, lattice.Half, lattice.Size);
        int count = disc.Count;
        int* at = stackalloc int[8];
        fixed (float* kxs = disc.Kx, kys = disc.Ky, in0 = channel0, in1 = channel1, to = points)
        fixed (int* cursors = starts, plane = planes)
        {
            for (int i = 0; i < count; i += T.Count)
            {
                located.Locate(T.Load(kxs + i), T.Load(kys + i), at, out T z, out _, out _, out _);
                z.Store((float*)plane + i);
            }
            Count(cursors, starts.Length, plane, count);
            for (int i = 0; i < count; i += T.Count)
            {
                located.Locate(T.Load(kxs + i), T.Load(kys + i), at, out T fx, out T fy, out T fz);
                T c0 = T.Load(in0 + i), c1 = T.Load(in1 + i), high0 = c0 * fx, high1 = c1 * fx;
                T.Transpose(c0 - high0, c1 - high1, high0, high1, out T v0, out T v1, out T v2, out T v3);
                T.Transpose(fy, fz, T.Zero, T.Load((float*)at), out T w0, out T w1, out T w2, out T w3);
                PutAll(to, cursors, plane + i, count - i, v0, v1, v2, v3, w0, w1, w2, w3);
            }
        }
    }

    /// <summary>Adds sorted points, in their order.</summary>
    /// <param name="sums">The sum's samples.</param>
    /// <param name="rowStep">Floats from row to row.</param>
    /// <param name="planeStep">Floats from plane to plane.</param>
    /// <param name="points">First point.</param>
    /// <param name="count">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* sums, nint rowStep, nint planeStep, float* points, int count)
    {
        int step = T.Quads * SlabSchedule.PointFloats, whole = count / T.Quads * T.Quads;
        for (int i = 0; i < whole; i += T.Quads, points += step)
        {
            float* next = points + step - SlabSchedule.PointFloats;
            Spread(
                sums, Place(points), Place(next), rowStep, planeStep, T.LoadQuads(points, next), T.LoadQuads(points + 4, next + 4));
        }
        if (whole == count) return;
        // The second point of the pair is the same place with nothing to add.
        Spread(
            sums, Place(points), Place(points), rowStep, planeStep, T.First(T.LoadQuads(points, points), 4),
            T.LoadQuads(points + 4, points + 4));
    }

    /// <summary>Adds points sorted for a lattice, in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddPairs(float* values, nint rowStep, nint planeStep, float* points, int count)
    {
        int step = T.Quads * SlabSchedule.PointFloats, whole = count / T.Quads * T.Quads;
        for (int i = 0; i < whole; i += T.Quads, points += step)
        {
            float* next = points + step - SlabSchedule.PointFloats;
            SpreadPairs(
                values, Place(points), Place(next), rowStep, planeStep, T.LoadQuads(points, next), T.LoadQuads(points + 4, next + 4));
        }
        if (whole == count) return;
        SpreadPairs(
            values, Place(points), Place(points), rowStep, planeStep, T.First(T.LoadQuads(points, points), 4),
            T.LoadQuads(points + 4, points + 4));
    }

    /// <summary>
    /// Counts stand two places further on than their plane and become, by summation, cursors one place further on; when all points are
    /// placed, each cursor has moved to the start of the next plane.
    /// </summary>
    private static void Count(int* cursors, int length, int* planes, int count)
    {
        new Span<int>(cursors, length).Clear();
        for (int i = 0; i < count; i++) cursors[planes[i] + 2]++;
        for (int p = 2; p < length; p++) cursors[p] += cursors[p - 1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutAll(float* to, int* cursors, int* planes, int n, T v0, T v1, T v2, T v3, T w0, T w1, T w2, T w3)
    {
        for (int quad = 0; quad < T.Quads; quad++)
        {
            int first = 4 * quad;
            Put(to, cursors, planes, first, n, T.Quad(v0, quad), T.Quad(w0, quad));
            Put(to, cursors, planes, first + 1, n, T.Quad(v1, quad), T.Quad(w1, quad));
            Put(to, cursors, planes, first + 2, n, T.Quad(v2, quad), T.Quad(w2, quad));
            Put(to, cursors, planes, first + 3, n, T.Quad(v3, quad), T.Quad(w3, quad));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* to, int* cursors, int* planes, int j, int n, Vector128<float> value, Vector128<float> where)
    {
        if (j >= n) return;
        float* point = to + SlabSchedule.PointFloats * (nint)cursors[planes[j] + 1]++;
        value.Store(point);
        where.Store(point + 4);
    }

    private static int Place(float* point) => ((int*)point)[7];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(float* sums, int first, int second, nint rowStep, nint planeStep, T value, T where) =>
        InsertionKernel<T>.Spread(
            sums, first, second, rowStep, planeStep, value, T.Spread(where, 0), T.Spread(where, 1), T.Spread(where, 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SpreadPairs(float* values, int first, int second, nint rowStep, nint planeStep, T value, T where) =>
        AdjointKernel<T>.Spread(values, first, second, rowStep, planeStep, value, T.Spread(where, 0), T.Spread(where, 1));
}
