using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Geometry;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Projection.Kernels;

/// <summary>
/// The insertion of <see cref="InsertionKernel"/> in two steps: a slice's points sorted by the plane z of their lower corner, and the
/// points of some planes added to the sum. Several workers can then share one sum, each on planes of its own.
/// </summary>
/// <remarks>
/// A sorted point is 32 bytes: re, im, weight, 0, fractions along x, y, z, offset of the lower corner (an int). It is read once, in order,
/// so all that is random about the second step is the sum itself, and of that only a few planes, which stay in the cache for a whole batch.
/// </remarks>
internal static unsafe class SortedInsertionKernel
{
    /// <summary>Floats per sorted point.</summary>
    public const int PointFloats = 8;

    /// <summary>Sorts a slice's points by plane; those of one plane keep their order in the disc.</summary>
    /// <param name="sum">Where the points will go; only its shape is read.</param>
    /// <param name="disc">Frequencies.</param>
    /// <param name="rotation">Pose.</param>
    /// <param name="real">Real parts over the disc.</param>
    /// <param name="imaginary">Imaginary parts.</param>
    /// <param name="weight">Weights.</param>
    /// <param name="points">Receives the points, <see cref="PointFloats"/> floats each.</param>
    /// <param name="starts">Receives, for each plane, its first point: sum.Size + 1 numbers and one more for the sorting.</param>
    /// <param name="planes">Scratch over the disc's padded list.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sort(
        BackProjection sum, FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary,
        ReadOnlySpan<float> weight, Span<float> points, Span<int> starts, Span<int> planes)
    {
        HalfSpacePoints located = new(rotation, sum.Oversampling, sum.Half, sum.Size);
        int count = disc.Count;
        int* at = stackalloc int[8];
        fixed (float* kxs = disc.Kx, kys = disc.Ky, res = real, ims = imaginary, ws = weight, to = points)
        fixed (int* cursors = starts, plane = planes)
        {
            for (int i = 0; i < count; i += 8)
            {
                located.Locate(Vector256.Load(kxs + i), Vector256.Load(kys + i), at, out Vector256<int> z, out _, out _, out _, out _);
                Vector256.Store(z, plane + i);
            }
            Count(cursors, starts.Length, plane, count);
            for (int i = 0; i < count; i += 8)
            {
                located.Locate(Vector256.Load(kxs + i), Vector256.Load(kys + i), at, out V fx, out V fy, out V fz, out V flip);
                LatticePoints.Transpose(
                    Vector256.Load(res + i), Vector256.Load(ims + i) ^ flip, Vector256.Load(ws + i), V.Zero,
                    out V v0, out V v1, out V v2, out V v3);
                LatticePoints.Transpose(fx, fy, fz, Vector256.Load(at).AsSingle(), out V w0, out V w1, out V w2, out V w3);
                PutEight(to, cursors, plane + i, count - i, v0, v1, v2, v3, w0, w1, w2, w3);
            }
        }
    }

    /// <summary>
    /// The same for <see cref="AdjointKernel"/>: a point is the x pairs [low 0, low 1, high 0, high 1] of both channels, fractions along y
    /// and z, nothing, offset.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sort(
        FourierLattice lattice, FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> channel0, ReadOnlySpan<float> channel1,
        Span<float> points, Span<int> starts, Span<int> planes)
    {
        LatticePoints located = new(rotation, lattice.Oversampling, lattice.Half, lattice.Size);
        int count = disc.Count;
        int* at = stackalloc int[8];
        fixed (float* kxs = disc.Kx, kys = disc.Ky, in0 = channel0, in1 = channel1, to = points)
        fixed (int* cursors = starts, plane = planes)
        {
            for (int i = 0; i < count; i += 8)
            {
                located.Locate(Vector256.Load(kxs + i), Vector256.Load(kys + i), at, out Vector256<int> z, out _, out _, out _);
                Vector256.Store(z, plane + i);
            }
            Count(cursors, starts.Length, plane, count);
            for (int i = 0; i < count; i += 8)
            {
                located.Locate(Vector256.Load(kxs + i), Vector256.Load(kys + i), at, out V fx, out V fy, out V fz);
                V c0 = Vector256.Load(in0 + i), c1 = Vector256.Load(in1 + i), high0 = c0 * fx, high1 = c1 * fx;
                LatticePoints.Transpose(c0 - high0, c1 - high1, high0, high1, out V v0, out V v1, out V v2, out V v3);
                LatticePoints.Transpose(fy, fz, V.Zero, Vector256.Load(at).AsSingle(), out V w0, out V w1, out V w2, out V w3);
                PutEight(to, cursors, plane + i, count - i, v0, v1, v2, v3, w0, w1, w2, w3);
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
        for (int i = 0; i + 1 < count; i += 2, points += 2 * PointFloats)
        {
            V a = Vector256.Load(points), b = Vector256.Load(points + PointFloats);
            V value = Vector256.Create(a.GetLower(), b.GetLower()), where = Vector256.Create(a.GetUpper(), b.GetUpper());
            Spread(sums, ((int*)points)[7], ((int*)points)[PointFloats + 7], rowStep, planeStep, value, where);
        }
        if (count % 2 == 0) return;
        V last = Vector256.Load(points);
        int offset = ((int*)points)[7];
        // The second point of the pair is the same place with nothing to add.
        Spread(
            sums, offset, offset, rowStep, planeStep, Vector256.Create(last.GetLower(), Vector128<float>.Zero),
            Vector256.Create(last.GetUpper(), last.GetUpper()));
    }

    /// <summary>Adds points sorted for a lattice, in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddPairs(float* values, nint rowStep, nint planeStep, float* points, int count)
    {
        for (int i = 0; i < count; i += 2, points += 2 * PointFloats)
        {
            V a = Vector256.Load(points), b = i + 1 < count ? Vector256.Load(points + PointFloats) : V.Zero;
            int first = ((int*)points)[7], second = i + 1 < count ? ((int*)points)[PointFloats + 7] : first;
            V where = Vector256.Create(a.GetUpper(), b.GetUpper());
            AdjointKernel.Spread(
                values, first, second, rowStep, planeStep, Vector256.Create(a.GetLower(), b.GetLower()), LatticePoints.Spread(where, 0),
                LatticePoints.Spread(where, 1));
        }
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
    private static void PutEight(float* to, int* cursors, int* planes, int n, V v0, V v1, V v2, V v3, V w0, V w1, V w2, V w3)
    {
        Put(to, cursors, planes, 0, n, v0, w0);
        Put(to, cursors, planes, 1, n, v1, w1);
        Put(to, cursors, planes, 2, n, v2, w2);
        Put(to, cursors, planes, 3, n, v3, w3);
        PutUpper(to, cursors, planes, 4, n, v0, w0);
        PutUpper(to, cursors, planes, 5, n, v1, w1);
        PutUpper(to, cursors, planes, 6, n, v2, w2);
        PutUpper(to, cursors, planes, 7, n, v3, w3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* to, int* cursors, int* planes, int j, int n, V value, V where)
    {
        if (j >= n) return;
        float* point = to + PointFloats * (nint)cursors[planes[j] + 1]++;
        Vector256.Store(Vector256.Create(value.GetLower(), where.GetLower()), point);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PutUpper(float* to, int* cursors, int* planes, int j, int n, V value, V where)
    {
        if (j >= n) return;
        float* point = to + PointFloats * (nint)cursors[planes[j] + 1]++;
        Vector256.Store(Vector256.Create(value.GetUpper(), where.GetUpper()), point);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(float* sums, int first, int second, nint rowStep, nint planeStep, V value, V where) =>
        InsertionKernel.Spread(
            sums, first, second, rowStep, planeStep, value, LatticePoints.Spread(where, 0), LatticePoints.Spread(where, 1),
            LatticePoints.Spread(where, 2));
}
