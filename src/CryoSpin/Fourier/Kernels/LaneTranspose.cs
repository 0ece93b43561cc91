using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using CryoSpin.Compute.Kernels;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Fourier.Kernels;

/// <summary>Moves between rows in memory and lanes. Each has a form for 256 and one for 128 bits.</summary>
internal static unsafe class LaneTranspose
{
    /// <summary>
    /// Eight runs of eight floats, starting at rows[0], rows[step], ..., become the columns of eight at to, to + toStride, ...
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gather8(float** rows, int step, nint offset, float* to, nint toStride)
    {
        if (Vector256.IsHardwareAccelerated && Avx.IsSupported)
        {
            Transpose(
                Vector256.Load(rows[0] + offset), Vector256.Load(rows[step] + offset),
                Vector256.Load(rows[2 * step] + offset), Vector256.Load(rows[3 * step] + offset),
                Vector256.Load(rows[4 * step] + offset), Vector256.Load(rows[5 * step] + offset),
                Vector256.Load(rows[6 * step] + offset), Vector256.Load(rows[7 * step] + offset),
                to, to + toStride, to + 2 * toStride, to + 3 * toStride, to + 4 * toStride, to + 5 * toStride, to + 6 * toStride,
                to + 7 * toStride);
            return;
        }
        for (int r = 0; r < 8; r += 4, rows += 4 * step)
        {
            for (int c = 0; c < 8; c += 4)
            {
                nint at = offset + c;
                float* o = to + c * toStride + r;
                Transpose(
                    rows[0] + at, rows[step] + at, rows[2 * step] + at, rows[3 * step] + at, o, o + toStride, o + 2 * toStride,
                    o + 3 * toStride);
            }
        }
    }

    /// <summary>The reverse of <see cref="Gather8"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scatter8(float* from, nint fromStride, float** rows, int step, nint offset)
    {
        if (Vector256.IsHardwareAccelerated && Avx.IsSupported)
        {
            Transpose(
                Vector256.Load(from), Vector256.Load(from + fromStride), Vector256.Load(from + 2 * fromStride),
                Vector256.Load(from + 3 * fromStride), Vector256.Load(from + 4 * fromStride), Vector256.Load(from + 5 * fromStride),
                Vector256.Load(from + 6 * fromStride), Vector256.Load(from + 7 * fromStride),
                rows[0] + offset, rows[step] + offset, rows[2 * step] + offset, rows[3 * step] + offset,
                rows[4 * step] + offset, rows[5 * step] + offset, rows[6 * step] + offset, rows[7 * step] + offset);
            return;
        }
        for (int r = 0; r < 8; r += 4, rows += 4 * step)
        {
            for (int c = 0; c < 8; c += 4)
            {
                nint at = offset + c;
                float* p = from + c * fromStride + r;
                Transpose(
                    p, p + fromStride, p + 2 * fromStride, p + 3 * fromStride, rows[0] + at, rows[step] + at, rows[2 * step] + at,
                    rows[3 * step] + at);
            }
        }
    }

    /// <summary>
    /// Eight interleaved complex numbers to eight real and eight imaginary parts, or first the imaginary ones.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Deinterleave(float* from, float* to, bool imaginaryFirst)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<float> v = Vector512.Load(from);
            (imaginaryFirst
                ? Vector512.Shuffle(v, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 14))
                : Vector512.Shuffle(v, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15))).Store(to);
            return;
        }
        float* re = to + (imaginaryFirst ? 8 : 0), im = to + (imaginaryFirst ? 0 : 8);
        if (Avx2.IsSupported)
        {
            V a = Vector256.Load(from), b = Vector256.Load(from + 8);
            Avx2.Permute4x64(Avx.Shuffle(a, b, 0x88).AsDouble(), 0xD8).AsSingle().Store(re);
            Avx2.Permute4x64(Avx.Shuffle(a, b, 0xDD).AsDouble(), 0xD8).AsSingle().Store(im);
            return;
        }
        for (int i = 0; i < 8; i += 4)
        {
            QuadShuffles.Unzip(
                Vector128.Load(from + 2 * i), Vector128.Load(from + 2 * i + 4), out Vector128<float> even, out Vector128<float> odd);
            even.Store(re + i);
            odd.Store(im + i);
        }
    }

    /// <summary>The reverse.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Interleave(float* from, float* to, bool imaginaryFirst)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<float> v = Vector512.Load(from);
            (imaginaryFirst
                ? Vector512.Shuffle(v, Vector512.Create(8, 0, 9, 1, 10, 2, 11, 3, 12, 4, 13, 5, 14, 6, 15, 7))
                : Vector512.Shuffle(v, Vector512.Create(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15))).Store(to);
            return;
        }
        float* re = from + (imaginaryFirst ? 8 : 0), im = from + (imaginaryFirst ? 0 : 8);
        if (Vector256.IsHardwareAccelerated && Avx.IsSupported)
        {
            V a = Vector256.Load(re), b = Vector256.Load(im);
            V low = Avx.UnpackLow(a, b), high = Avx.UnpackHigh(a, b);
            Avx.Permute2x128(low, high, 0x20).Store(to);
            Avx.Permute2x128(low, high, 0x31).Store(to + 8);
            return;
        }
        for (int i = 0; i < 8; i += 4)
        {
            QuadShuffles.Zip(Vector128.Load(re + i), Vector128.Load(im + i), out Vector128<float> low, out Vector128<float> high);
            low.Store(to + 2 * i);
            high.Store(to + 2 * i + 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(float* a, float* b, float* c, float* d, float* o0, float* o1, float* o2, float* o3)
    {
        QuadShuffles.Transpose(
            Vector128.Load(a), Vector128.Load(b), Vector128.Load(c), Vector128.Load(d),
            out Vector128<float> w, out Vector128<float> x, out Vector128<float> y, out Vector128<float> z);
        w.Store(o0);
        x.Store(o1);
        y.Store(o2);
        z.Store(o3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        V a0, V a1, V a2, V a3, V a4, V a5, V a6, V a7,
        float* o0, float* o1, float* o2, float* o3, float* o4, float* o5, float* o6, float* o7)
    {
        V t0 = Avx.UnpackLow(a0, a1), t1 = Avx.UnpackHigh(a0, a1), t2 = Avx.UnpackLow(a2, a3), t3 = Avx.UnpackHigh(a2, a3);
        V t4 = Avx.UnpackLow(a4, a5), t5 = Avx.UnpackHigh(a4, a5), t6 = Avx.UnpackLow(a6, a7), t7 = Avx.UnpackHigh(a6, a7);
        V u0 = Avx.Shuffle(t0, t2, 0x44), u1 = Avx.Shuffle(t0, t2, 0xEE), u2 = Avx.Shuffle(t1, t3, 0x44), u3 = Avx.Shuffle(t1, t3, 0xEE);
        V u4 = Avx.Shuffle(t4, t6, 0x44), u5 = Avx.Shuffle(t4, t6, 0xEE), u6 = Avx.Shuffle(t5, t7, 0x44), u7 = Avx.Shuffle(t5, t7, 0xEE);
        Avx.Permute2x128(u0, u4, 0x20).Store(o0);
        Avx.Permute2x128(u1, u5, 0x20).Store(o1);
        Avx.Permute2x128(u2, u6, 0x20).Store(o2);
        Avx.Permute2x128(u3, u7, 0x20).Store(o3);
        Avx.Permute2x128(u0, u4, 0x31).Store(o4);
        Avx.Permute2x128(u1, u5, 0x31).Store(o5);
        Avx.Permute2x128(u2, u6, 0x31).Store(o6);
        Avx.Permute2x128(u3, u7, 0x31).Store(o7);
    }
}
