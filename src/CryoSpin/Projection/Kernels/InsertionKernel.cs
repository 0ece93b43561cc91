using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Geometry;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Projection.Kernels;

/// <summary>Trilinear insertion of a slice with weights into the half space x &gt;= 0.</summary>
/// <remarks>
/// Both x neighbours, each with three sums and padding, are one 256-bit access; two points share the arithmetic. That was 5 % faster than
/// one 128-bit access per sample.
/// </remarks>
internal static unsafe class InsertionKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Insert(
        BackProjection sum, FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary,
        ReadOnlySpan<float> weight)
    {
        HalfSpacePoints points = new(rotation, sum.Oversampling, sum.Half, sum.Size);
        nint rowStep = (nint)(sum.Half + 1) * BackProjection.Stride, planeStep = rowStep * sum.Size;
        int count = disc.Count, last = disc.PaddedCount - 8;
        bool prefetch = sum.Sums.Length > LatticePoints.PrefetchFromFloats;
        int* at = stackalloc int[8], ahead = stackalloc int[8];
        fixed (float* sums = sum.Sums, kxs = disc.Kx, kys = disc.Ky, res = real, ims = imaginary, ws = weight)
        {
            for (int i = 0; i < count; i += 8)
            {
                if (prefetch)
                {
                    int j = Math.Min(i + LatticePoints.PrefetchPoints, last);
                    points.Locate(Vector256.Load(kxs + j), Vector256.Load(kys + j), ahead, out _, out _, out _, out _);
                    LatticePoints.Prefetch(sums, ahead, BackProjection.Stride, rowStep, planeStep);
                }
                points.Locate(Vector256.Load(kxs + i), Vector256.Load(kys + i), at, out V fx, out V fy, out V fz, out V flip);
                V re = Vector256.Load(res + i), im = Vector256.Load(ims + i) ^ flip, w = Vector256.Load(ws + i);
                if (i + 8 > count)
                {
                    // The padding repeats the origin, whatever the spans hold there.
                    V inside = Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count - i)).AsSingle();
                    re &= inside;
                    im &= inside;
                    w &= inside;
                }
                LatticePoints.Transpose(re, im, w, V.Zero, out V s0, out V s1, out V s2, out V s3);
                Spread(
                    sums, at[0], at[4], rowStep, planeStep, s0,
                    LatticePoints.Spread(fx, 0), LatticePoints.Spread(fy, 0), LatticePoints.Spread(fz, 0));
                Spread(
                    sums, at[1], at[5], rowStep, planeStep, s1,
                    LatticePoints.Spread(fx, 1), LatticePoints.Spread(fy, 1), LatticePoints.Spread(fz, 1));
                Spread(
                    sums, at[2], at[6], rowStep, planeStep, s2,
                    LatticePoints.Spread(fx, 2), LatticePoints.Spread(fy, 2), LatticePoints.Spread(fz, 2));
                Spread(
                    sums, at[3], at[7], rowStep, planeStep, s3,
                    LatticePoints.Spread(fx, 3), LatticePoints.Spread(fy, 3), LatticePoints.Spread(fz, 3));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread(float* sums, int first, int second, nint rowStep, nint planeStep, V value, V fx, V fy, V fz)
    {
        float* a = sums + BackProjection.Stride * (nint)first, b = sums + BackProjection.Stride * (nint)second;
        V high = value * fz, low = value - high;
        V lowHigh = low * fy, highHigh = high * fy;
        Row(a, b, low - lowHigh, fx);
        Row(a + rowStep, b + rowStep, lowHigh, fx);
        a += planeStep;
        b += planeStep;
        Row(a, b, high - highHigh, fx);
        Row(a + rowStep, b + rowStep, highHigh, fx);
    }

    /// <summary>Two points may share a sample, so the second is read after the first is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(float* a, float* b, V value, V fx)
    {
        V right = value * fx, left = value - right;
        Add(a, Vector256.Create(left.GetLower(), right.GetLower()));
        Add(b, Vector256.Create(left.GetUpper(), right.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* p, V v) => Vector256.Store(Vector256.Load(p) + v, p);
}
