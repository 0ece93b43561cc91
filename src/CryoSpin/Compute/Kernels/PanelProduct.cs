using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CryoSpin.Compute.Kernels;

/// <summary>
/// The innermost loop of every matrix product and convolution: a panel of 16 columns,
/// C[r][0..15] (+)= sum over s, k of A[s*aSegment + r*aRow + k*aStep] * B[s*bSegment + k*bStep + 0..15].
/// </summary>
/// <remarks>
/// Segments let a 3x3 window of a channels-last map be read in place (three runs of 3*C floats) without gathering it first.
/// Twelve accumulators are the most that stay in registers with two columns of B and one broadcast: 6 rows of 2 x 256 bits or
/// 2 x 128 (half a panel), or 12 rows of 512 bits; all keep two fused multiply-adds per cycle busy. Every element is one chain of fused
/// multiply-adds in the order of k, so the result does not depend on the width of the machine's vectors or on the number of rows given
/// at once. Processors that cannot fuse round each product.
/// </remarks>
internal static unsafe class PanelProduct
{
    /// <summary>Columns of a panel.</summary>
    public const int Columns = 16;

    /// <summary>Rows the fastest kernel takes at once; blocks of rows are best multiples of this.</summary>
    public const int BestRows = 12;

    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    /// <summary>Multiplies a panel of any number of rows.</summary>
    /// <param name="rows">Rows of A and C, at least 0.</param>
    /// <param name="segments">Segments, at least 1.</param>
    /// <param name="depth">Length of the sum within one segment, at least 1.</param>
    /// <param name="a">First element of A.</param>
    /// <param name="aRow">Floats between rows of A.</param>
    /// <param name="aSegment">Floats between segments of A.</param>
    /// <param name="aStep">Floats between consecutive terms of the sum in A.</param>
    /// <param name="b">First element of B; each term has 16 consecutive floats.</param>
    /// <param name="bStep">Floats between consecutive terms in B.</param>
    /// <param name="bSegment">Floats between segments of B.</param>
    /// <param name="c">First element of C; each row has 16 consecutive floats.</param>
    /// <param name="cRow">Floats between rows of C.</param>
    /// <param name="accumulate">Whether to add to C or to overwrite it.</param>
    public static void Multiply(
        int rows, int segments, int depth, float* a, nint aRow, nint aSegment, nint aStep, float* b, nint bStep, nint bSegment, float* c,
        nint cRow, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            // Sixteen rows over: 8 + 8 beats 12 + 4, as eight chains just hide the latency of the multiply-add and four do not.
            for (; rows >= 12 && rows != 16; rows -= 12, a += 12 * aRow, c += 12 * cRow)
                Rows12(segments, depth, a, aRow, aSegment, aStep, b, bStep, bSegment, c, cRow, accumulate);
            for (; rows >= 8; rows -= 8, a += 8 * aRow, c += 8 * cRow)
                Rows8(segments, depth, a, aRow, aSegment, aStep, b, bStep, bSegment, c, cRow, accumulate);
        }
        if (Vector256.IsHardwareAccelerated)
            MultiplyNarrow<Lanes8>(rows, segments, depth, a, aRow, aSegment, aStep, b, bStep, bSegment, c, cRow, accumulate);
        else
            MultiplyNarrow<Lanes4>(rows, segments, depth, a, aRow, aSegment, aStep, b, bStep, bSegment, c, cRow, accumulate);
    }

    /// <summary>
    /// The same product with shorter vectors, two side by side at a time; <see cref="Multiply"/> leaves its last rows to it.
    /// </summary>
    internal static void MultiplyNarrow<T>(
        int rows, int segments, int depth, float* a, nint aRow, nint aSegment, nint aStep, float* b, nint bStep, nint bSegment, float* c,
        nint cRow, bool accumulate)
        where T : unmanaged, ILanes<T>
    {
        for (int column = 0; column < Columns; column += 2 * T.Count)
            MultiplyColumns<T>(rows, segments, depth, a, aRow, aSegment, aStep, b + column, bStep, bSegment, c + column, cRow, accumulate);
    }

    private static void MultiplyColumns<T>(
        int rows, int segments, int depth, float* a, nint aRow, nint aSegment, nint aStep, float* b, nint bStep, nint bSegment, float* c,
        nint cRow, bool accumulate)
        where T : unmanaged, ILanes<T>
    {
        // Two rows over: 4 + 4 beats 6 + 2, whose four chains cannot hide the latency of the multiply-add.
        for (; rows >= 6 && rows != 8; rows -= 6, a += 6 * aRow, c += 6 * cRow)
            Rows6<T>(segments, depth, a, aRow, aSegment, aStep, b, bStep, bSegment, c, cRow, accumulate);
        for (; rows >= 4; rows -= 4, a += 4 * aRow, c += 4 * cRow)
            Rows4<T>(segments, depth, a, aRow, aSegment, aStep, b, bStep, bSegment, c, cRow, accumulate);
        for (; rows >= 2; rows -= 2, a += 2 * aRow, c += 2 * cRow)
            Rows2<T>(segments, depth, a, aRow, aSegment, aStep, b, bStep, bSegment, c, cRow, accumulate);
        if (rows == 1) Rows1<T>(segments, depth, a, aSegment, aStep, b, bStep, bSegment, c, accumulate);
    }

    // Spelled out over 100 lines because the accumulators must be twelve locals: an array of them would live in memory.
    [MethodImpl(Hot)]
    private static void Rows12(
        int segments, int depth, float* a, nint aRow, nint aSegment, nint aStep, float* b, nint bStep, nint bSegment, float* c, nint cRow,
        bool accumulate)
    {
        Vector512<float> c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11;
        float* q3 = c + (3 * cRow);
        float* q6 = c + (6 * cRow);
        float* q9 = c + (9 * cRow);
        if (accumulate)
        {
            c0 = Vector512.Load(c);
            c1 = Vector512.Load(c + cRow);
            c2 = Vector512.Load(c + (2 * cRow));
            c3 = Vector512.Load(q3);
            c4 = Vector512.Load(q3 + cRow);
            c5 = Vector512.Load(q3 + (2 * cRow));
            c6 = Vector512.Load(q6);
            c7 = Vector512.Load(q6 + cRow);
            c8 = Vector512.Load(q6 + (2 * cRow));
            c9 = Vector512.Load(q9);
            c10 = Vector512.Load(q9 + cRow);
            c11 = Vector512.Load(q9 + (2 * cRow));
        }
        else
        {
            c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = c8 = c9 = c10 = c11 = Vector512<float>.Zero;
        }
        for (int s = 0; s < segments; s++)
        {
            float* a0 = a + (s * aSegment);
            float* a3 = a0 + (3 * aRow);
            float* a6 = a0 + (6 * aRow);
            float* a9 = a0 + (9 * aRow);
            float* p = b + (s * bSegment);
            int k = depth;
            do
            {
                Vector512<float> v = Vector512.Load(p);
                c0 = Vector512.FusedMultiplyAdd(Vector512.Create(*a0), v, c0);
                c1 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a0 + aRow)), v, c1);
                c2 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a0 + (2 * aRow))), v, c2);
                c3 = Vector512.FusedMultiplyAdd(Vector512.Create(*a3), v, c3);
                c4 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a3 + aRow)), v, c4);
                c5 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a3 + (2 * aRow))), v, c5);
                c6 = Vector512.FusedMultiplyAdd(Vector512.Create(*a6), v, c6);
                c7 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a6 + aRow)), v, c7);
                c8 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a6 + (2 * aRow))), v, c8);
                c9 = Vector512.FusedMultiplyAdd(Vector512.Create(*a9), v, c9);
                c10 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a9 + aRow)), v, c10);
                c11 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a9 + (2 * aRow))), v, c11);
                p += bStep;
                a0 += aStep;
                a3 += aStep;
                a6 += aStep;
                a9 += aStep;
            }
            while (--k != 0);
        }
        c0.Store(c);
        c1.Store(c + cRow);
        c2.Store(c + (2 * cRow));
        c3.Store(q3);
        c4.Store(q3 + cRow);
        c5.Store(q3 + (2 * cRow));
        c6.Store(q6);
        c7.Store(q6 + cRow);
        c8.Store(q6 + (2 * cRow));
        c9.Store(q9);
        c10.Store(q9 + cRow);
        c11.Store(q9 + (2 * cRow));
    }

    [MethodImpl(Hot)]
    private static void Rows8(
        int segments, int depth, float* a, nint aRow, nint aSegment, nint aStep, float* b, nint bStep, nint bSegment, float* c, nint cRow,
        bool accumulate)
    {
        Vector512<float> c0, c1, c2, c3, c4, c5, c6, c7;
        float* q3 = c + (3 * cRow);
        float* q6 = c + (6 * cRow);
        if (accumulate)
        {
            c0 = Vector512.Load(c);
            c1 = Vector512.Load(c + cRow);
            c2 = Vector512.Load(c + (2 * cRow));
            c3 = Vector512.Load(q3);
            c4 = Vector512.Load(q3 + cRow);
            c5 = Vector512.Load(q3 + (2 * cRow));
            c6 = Vector512.Load(q6);
            c7 = Vector512.Load(q6 + cRow);
        }
        else
        {
            c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = Vector512<float>.Zero;
        }
        for (int s = 0; s < segments; s++)
        {
            float* a0 = a + (s * aSegment);
            float* a3 = a0 + (3 * aRow);
            float* a6 = a0 + (6 * aRow);
            float* p = b + (s * bSegment);
            int k = depth;
            do
            {
                Vector512<float> v = Vector512.Load(p);
                c0 = Vector512.FusedMultiplyAdd(Vector512.Create(*a0), v, c0);
                c1 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a0 + aRow)), v, c1);
                c2 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a0 + (2 * aRow))), v, c2);
                c3 = Vector512.FusedMultiplyAdd(Vector512.Create(*a3), v, c3);
                c4 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a3 + aRow)), v, c4);
                c5 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a3 + (2 * aRow))), v, c5);
                c6 = Vector512.FusedMultiplyAdd(Vector512.Create(*a6), v, c6);
                c7 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a6 + aRow)), v, c7);
                p += bStep;
                a0 += aStep;
                a3 += aStep;
                a6 += aStep;
            }
            while (--k != 0);
        }
        c0.Store(c);
        c1.Store(c + cRow);
        c2.Store(c + (2 * cRow));
        c3.Store(q3);
        c4.Store(q3 + cRow);
        c5.Store(q3 + (2 * cRow));
        c6.Store(q6);
        c7.Store(q6 + cRow);
    }

    [MethodImpl(Hot)]
    private static void Rows6<T>(
        int segments, int depth, float* a, nint aRow, nint aSegment, nint aStep, float* b, nint bStep, nint bSegment, float* c, nint cRow,
        bool accumulate)
        where T : unmanaged, ILanes<T>
    {
        T c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51;
        float* q3 = c + (3 * cRow);
        if (accumulate)
        {
            c00 = T.Load(c);
            c01 = T.Load(c + T.Count);
            c10 = T.Load(c + cRow);
            c11 = T.Load(c + cRow + T.Count);
            c20 = T.Load(c + (2 * cRow));
            c21 = T.Load(c + (2 * cRow) + T.Count);
            c30 = T.Load(q3);
            c31 = T.Load(q3 + T.Count);
            c40 = T.Load(q3 + cRow);
            c41 = T.Load(q3 + cRow + T.Count);
            c50 = T.Load(q3 + (2 * cRow));
            c51 = T.Load(q3 + (2 * cRow) + T.Count);
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = T.Zero;
        }
        for (int s = 0; s < segments; s++)
        {
            float* a0 = a + (s * aSegment);
            float* a3 = a0 + (3 * aRow);
            float* p = b + (s * bSegment);
            int k = depth;
            do
            {
                T v = T.Load(p), w = T.Load(p + T.Count);
                T x = T.All(*a0);
                c00 = T.Fma(x, v, c00);
                c01 = T.Fma(x, w, c01);
                x = T.All(*(a0 + aRow));
                c10 = T.Fma(x, v, c10);
                c11 = T.Fma(x, w, c11);
                x = T.All(*(a0 + (2 * aRow)));
                c20 = T.Fma(x, v, c20);
                c21 = T.Fma(x, w, c21);
                x = T.All(*a3);
                c30 = T.Fma(x, v, c30);
                c31 = T.Fma(x, w, c31);
                x = T.All(*(a3 + aRow));
                c40 = T.Fma(x, v, c40);
                c41 = T.Fma(x, w, c41);
                x = T.All(*(a3 + (2 * aRow)));
                c50 = T.Fma(x, v, c50);
                c51 = T.Fma(x, w, c51);
                p += bStep;
                a0 += aStep;
                a3 += aStep;
            }
            while (--k != 0);
        }
        c00.Store(c);
        c01.Store(c + T.Count);
        c10.Store(c + cRow);
        c11.Store(c + cRow + T.Count);
        c20.Store(c + (2 * cRow));
        c21.Store(c + (2 * cRow) + T.Count);
        c30.Store(q3);
        c31.Store(q3 + T.Count);
        c40.Store(q3 + cRow);
        c41.Store(q3 + cRow + T.Count);
        c50.Store(q3 + (2 * cRow));
        c51.Store(q3 + (2 * cRow) + T.Count);
    }

    [MethodImpl(Hot)]
    private static void Rows4<T>(
        int segments, int depth, float* a, nint aRow, nint aSegment, nint aStep, float* b, nint bStep, nint bSegment, float* c, nint cRow,
        bool accumulate)
        where T : unmanaged, ILanes<T>
    {
        T c00, c01, c10, c11, c20, c21, c30, c31;
        float* q2 = c + (2 * cRow);
        if (accumulate)
        {
            c00 = T.Load(c);
            c01 = T.Load(c + T.Count);
            c10 = T.Load(c + cRow);
            c11 = T.Load(c + cRow + T.Count);
            c20 = T.Load(q2);
            c21 = T.Load(q2 + T.Count);
            c30 = T.Load(q2 + cRow);
            c31 = T.Load(q2 + cRow + T.Count);
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = T.Zero;
        }
        for (int s = 0; s < segments; s++)
        {
            float* a0 = a + (s * aSegment);
            float* a2 = a0 + (2 * aRow);
            float* p = b + (s * bSegment);
            int k = depth;
            do
            {
                T v = T.Load(p), w = T.Load(p + T.Count);
                T x = T.All(*a0);
                c00 = T.Fma(x, v, c00);
                c01 = T.Fma(x, w, c01);
                x = T.All(*(a0 + aRow));
                c10 = T.Fma(x, v, c10);
                c11 = T.Fma(x, w, c11);
                x = T.All(*a2);
                c20 = T.Fma(x, v, c20);
                c21 = T.Fma(x, w, c21);
                x = T.All(*(a2 + aRow));
                c30 = T.Fma(x, v, c30);
                c31 = T.Fma(x, w, c31);
                p += bStep;
                a0 += aStep;
                a2 += aStep;
            }
            while (--k != 0);
        }
        c00.Store(c);
        c01.Store(c + T.Count);
        c10.Store(c + cRow);
        c11.Store(c + cRow + T.Count);
        c20.Store(q2);
        c21.Store(q2 + T.Count);
        c30.Store(q2 + cRow);
        c31.Store(q2 + cRow + T.Count);
    }

    [MethodImpl(Hot)]
    private static void Rows2<T>(
        int segments, int depth, float* a, nint aRow, nint aSegment, nint aStep, float* b, nint bStep, nint bSegment, float* c, nint cRow,
        bool accumulate)
        where T : unmanaged, ILanes<T>
    {
        T c00, c01, c10, c11;
        if (accumulate)
        {
            c00 = T.Load(c);
            c01 = T.Load(c + T.Count);
            c10 = T.Load(c + cRow);
            c11 = T.Load(c + cRow + T.Count);
        }
        else
        {
            c00 = c01 = c10 = c11 = T.Zero;
        }
        for (int s = 0; s < segments; s++)
        {
            float* a0 = a + (s * aSegment);
            float* p = b + (s * bSegment);
            int k = depth;
            do
            {
                T v = T.Load(p), w = T.Load(p + T.Count);
                T x = T.All(*a0);
                c00 = T.Fma(x, v, c00);
                c01 = T.Fma(x, w, c01);
                x = T.All(*(a0 + aRow));
                c10 = T.Fma(x, v, c10);
                c11 = T.Fma(x, w, c11);
                p += bStep;
                a0 += aStep;
            }
            while (--k != 0);
        }
        c00.Store(c);
        c01.Store(c + T.Count);
        c10.Store(c + cRow);
        c11.Store(c + cRow + T.Count);
    }

    [MethodImpl(Hot)]
    private static void Rows1<T>(
        int segments, int depth, float* a, nint aSegment, nint aStep, float* b, nint bStep, nint bSegment, float* c, bool accumulate)
        where T : unmanaged, ILanes<T>
    {
        T c0 = accumulate ? T.Load(c) : T.Zero;
        T c1 = accumulate ? T.Load(c + T.Count) : T.Zero;
        for (int s = 0; s < segments; s++)
        {
            float* a0 = a + (s * aSegment);
            float* p = b + (s * bSegment);
            for (int k = 0; k < depth; k++, p += bStep, a0 += aStep)
            {
                T x = T.All(*a0);
                c0 = T.Fma(x, T.Load(p), c0);
                c1 = T.Fma(x, T.Load(p + T.Count), c1);
            }
        }
        c0.Store(c);
        c1.Store(c + T.Count);
    }
}
