using System.Runtime.CompilerServices;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;

namespace CryoSpin.Projection.Kernels;

/// <summary>Trilinear insertion of a slice with weights into the half space x &gt;= 0.</summary>
/// <remarks>
/// Both x neighbours, each with three sums and padding, are one 256-bit access where there is one; two points then share the arithmetic.
/// That was 5 % faster than one 128-bit access per sample.
/// </remarks>
internal static unsafe class InsertionKernel<T>
    where T : unmanaged, IQuadLanes<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Insert(
        BackProjection sum, FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary,
        ReadOnlySpan<float> weight)
    {
        HalfSpacePoints<T> points = new(rotation, sum.Oversampling, sum.Half, sum.Size);
        nint rowStep = (nint)(sum.Half + 1) * BackProjection.Stride, planeStep = rowStep * sum.Size;
        int count = disc.Count, last = disc.PaddedCount - T.Count;
        bool prefetch = sum.Sums.Length > LatticePoints<T>.PrefetchFromFloats;
        int* at = stackalloc int[8], ahead = stackalloc int[8];
        fixed (float* sums = sum.Sums, kxs = disc.Kx, kys = disc.Ky, res = real, ims = imaginary, ws = weight)
        {
            for (int i = 0; i < count; i += T.Count)
            {
                if (prefetch)
                {
                    int j = Math.Min(i + LatticePoints<T>.PrefetchPoints, last);
                    points.Locate(T.Load(kxs + j), T.Load(kys + j), ahead, out _, out _, out _, out _);
                    LatticePoints<T>.Prefetch(sums, ahead, BackProjection.Stride, rowStep, planeStep);
                }
                points.Locate(T.Load(kxs + i), T.Load(kys + i), at, out T fx, out T fy, out T fz, out T flip);
                T re = T.Load(res + i), im = T.Load(ims + i) ^ flip, w = T.Load(ws + i);
                if (i + T.Count > count)
                {
                    // The padding repeats the origin, whatever the spans hold there.
                    re = T.First(re, count - i);
                    im = T.First(im, count - i);
                    w = T.First(w, count - i);
                }
                T.Transpose(re, im, w, T.Zero, out T s0, out T s1, out T s2, out T s3);
                Spread(
                    sums, at[0], at[4], rowStep, planeStep, s0,
                    T.Spread(fx, 0), T.Spread(fy, 0), T.Spread(fz, 0));
                Spread(
                    sums, at[1], at[5], rowStep, planeStep, s1,
                    T.Spread(fx, 1), T.Spread(fy, 1), T.Spread(fz, 1));
                Spread(
                    sums, at[2], at[6], rowStep, planeStep, s2,
                    T.Spread(fx, 2), T.Spread(fy, 2), T.Spread(fz, 2));
                Spread(
                    sums, at[3], at[7], rowStep, planeStep, s3,
                    T.Spread(fx, 3), T.Spread(fy, 3), T.Spread(fz, 3));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread(float* sums, int first, int second, nint rowStep, nint planeStep, T value, T fx, T fy, T fz)
    {
        float* a = sums + BackProjection.Stride * (nint)first, b = sums + BackProjection.Stride * (nint)second;
        T high = value * fz, low = value - high;
        T lowHigh = low * fy, highHigh = high * fy;
        Row(a, b, low - lowHigh, fx);
        Row(a + rowStep, b + rowStep, lowHigh, fx);
        a += planeStep;
        b += planeStep;
        Row(a, b, high - highHigh, fx);
        Row(a + rowStep, b + rowStep, highHigh, fx);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(float* a, float* b, T value, T fx)
    {
        T right = value * fx, left = value - right;
        T.AddQuadPairs(a, b, left, right);
    }
}
