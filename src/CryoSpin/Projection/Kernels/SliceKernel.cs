using System.Runtime.CompilerServices;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;

namespace CryoSpin.Projection.Kernels;

/// <summary>Trilinear central slices of a two-channel lattice, and their derivative in rotation.</summary>
internal static unsafe class SliceKernel<T>
    where T : unmanaged, IQuadLanes<T>
{
    /// <summary>Samples one slice; arrays are over the disc's padded list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sample(FourierLattice lattice, FrequencyDisc disc, in Rotation rotation, Span<float> channel0, Span<float> channel1)
    {
        CheckDisc(lattice, disc, channel0.Length, channel1.Length);
        LatticePoints<T> points = new(rotation, lattice.Oversampling, lattice.Half, lattice.Size);
        nint rowStep = 2 * lattice.Size, planeStep = rowStep * lattice.Size;
        int* at = stackalloc int[8], ahead = stackalloc int[8];
        int last = disc.PaddedCount - T.Count;
        bool prefetch = lattice.Values.Length > LatticePoints<T>.PrefetchFromFloats;
        fixed (float* values = lattice.Values, kxs = disc.Kx, kys = disc.Ky, out0 = channel0, out1 = channel1)
        {
            for (int i = 0; i < disc.PaddedCount; i += T.Count)
            {
                if (prefetch)
                {
                    int j = Math.Min(i + LatticePoints<T>.PrefetchPoints, last);
                    points.Prefetch(values, T.Load(kxs + j), T.Load(kys + j), ahead, rowStep, planeStep);
                }
                points.Locate(T.Load(kxs + i), T.Load(kys + i), at, out T fx, out T fy, out T fz);
                T s0 = Pair(values, at[0], at[4], rowStep, planeStep, T.Spread(fy, 0), T.Spread(fz, 0));
                T s1 = Pair(values, at[1], at[5], rowStep, planeStep, T.Spread(fy, 1), T.Spread(fz, 1));
                T s2 = Pair(values, at[2], at[6], rowStep, planeStep, T.Spread(fy, 2), T.Spread(fz, 2));
                T s3 = Pair(values, at[3], at[7], rowStep, planeStep, T.Spread(fy, 3), T.Spread(fz, 3));
                T.Transpose(s0, s1, s2, s3, out T a0, out T a1, out T b0, out T b1);
                Lerp(a0, b0, fx).Store(out0 + i);
                Lerp(a1, b1, fx).Store(out1 + i);
            }
        }
    }

    /// <summary>
    /// Samples one slice with what its derivative in a left rotation exp([w]x) A needs, per channel: the gradient along the view (z of the
    /// image frame) g, and t = ky gx - kx gy in the image plane. Then d/dwx = -ky g, d/dwy = kx g, d/dwz = t.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SampleWithGradient(
        FourierLattice lattice, FrequencyDisc disc, in Rotation rotation, Span<float> channel0, Span<float> channel1,
        Span<float> along0, Span<float> along1, Span<float> turn0, Span<float> turn1)
    {
        CheckDisc(lattice, disc, channel0.Length, channel1.Length);
        CheckDisc(lattice, disc, along0.Length, along1.Length);
        CheckDisc(lattice, disc, turn0.Length, turn1.Length);
        LatticePoints<T> points = new(rotation, lattice.Oversampling, lattice.Half, lattice.Size);
        nint rowStep = 2 * lattice.Size, planeStep = rowStep * lattice.Size;
        float os = (float)lattice.Oversampling;
        T rxx = Scaled(rotation.M00, os), rxy = Scaled(rotation.M01, os), rxz = Scaled(rotation.M02, os);
        T ryx = Scaled(rotation.M10, os), ryy = Scaled(rotation.M11, os), ryz = Scaled(rotation.M12, os);
        T rzx = Scaled(rotation.M20, os), rzy = Scaled(rotation.M21, os), rzz = Scaled(rotation.M22, os);
        int* at = stackalloc int[8], ahead = stackalloc int[8];
        int last = disc.PaddedCount - T.Count;
        bool prefetch = lattice.Values.Length > LatticePoints<T>.PrefetchFromFloats;
        fixed (float* values = lattice.Values, kxs = disc.Kx, kys = disc.Ky, out0 = channel0, out1 = channel1)
        fixed (float* al0 = along0, al1 = along1, tu0 = turn0, tu1 = turn1)
        {
            for (int i = 0; i < disc.PaddedCount; i += T.Count)
            {
                if (prefetch)
                {
                    int j = Math.Min(i + LatticePoints<T>.PrefetchPoints, last);
                    points.Prefetch(values, T.Load(kxs + j), T.Load(kys + j), ahead, rowStep, planeStep);
                }
                T kx = T.Load(kxs + i), ky = T.Load(kys + i);
                points.Locate(kx, ky, at, out T fx, out T fy, out T fz);
                T s0 = Pair(
                    values, at[0], at[4], rowStep, planeStep, T.Spread(fy, 0), T.Spread(fz, 0), out T y0, out T z0);
                T s1 = Pair(
                    values, at[1], at[5], rowStep, planeStep, T.Spread(fy, 1), T.Spread(fz, 1), out T y1, out T z1);
                T s2 = Pair(
                    values, at[2], at[6], rowStep, planeStep, T.Spread(fy, 2), T.Spread(fz, 2), out T y2, out T z2);
                T s3 = Pair(
                    values, at[3], at[7], rowStep, planeStep, T.Spread(fy, 3), T.Spread(fz, 3), out T y3, out T z3);
                T.Transpose(s0, s1, s2, s3, out T a0, out T a1, out T b0, out T b1);
                T dx0 = b0 - a0, dx1 = b1 - a1;
                T.Fma(fx, dx0, a0).Store(out0 + i);
                T.Fma(fx, dx1, a1).Store(out1 + i);
                T.Transpose(y0, y1, y2, y3, out a0, out a1, out b0, out b1);
                T dy0 = Lerp(a0, b0, fx), dy1 = Lerp(a1, b1, fx);
                T.Transpose(z0, z1, z2, z3, out a0, out a1, out b0, out b1);
                T dz0 = Lerp(a0, b0, fx), dz1 = Lerp(a1, b1, fx);
                Dot(rzx, dx0, rzy, dy0, rzz, dz0).Store(al0 + i);
                Dot(rzx, dx1, rzy, dy1, rzz, dz1).Store(al1 + i);
                T tx = ky * rxx - kx * ryx, ty = ky * rxy - kx * ryy, tz = ky * rxz - kx * ryz;
                Dot(tx, dx0, ty, dy0, tz, dz0).Store(tu0 + i);
                Dot(tx, dx1, ty, dy1, tz, dz1).Store(tu1 + i);
            }
        }
    }

    internal static void CheckDisc(FourierLattice lattice, FrequencyDisc disc, int length0, int length1)
    {
        if (disc.Radius > lattice.Radius) throw new ArgumentException("The disc reaches beyond the lattice.", nameof(disc));
        if (Math.Min(length0, length1) < disc.PaddedCount) throw new ArgumentException("A span is shorter than the disc's padded list.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Scaled(double m, float oversampling) => T.All((float)m * oversampling);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Dot(T a, T x, T b, T y, T c, T z) => T.Fma(a, x, T.Fma(b, y, c * z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Lerp(T a, T b, T t) => T.Fma(t, b - a, a);

    /// <summary>Interpolates the x pairs of two points in y and z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Pair(float* values, int first, int second, nint rowStep, nint planeStep, T fy, T fz)
    {
        float* a = values + 2 * (nint)first, b = values + 2 * (nint)second;
        T low = Lerp(T.LoadQuads(a, b), T.LoadQuads(a + rowStep, b + rowStep), fy);
        a += planeStep;
        b += planeStep;
        T high = Lerp(T.LoadQuads(a, b), T.LoadQuads(a + rowStep, b + rowStep), fy);
        return Lerp(low, high, fz);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Pair(float* values, int first, int second, nint rowStep, nint planeStep, T fy, T fz, out T dy, out T dz)
    {
        float* a = values + 2 * (nint)first, b = values + 2 * (nint)second;
        T low = T.LoadQuads(a, b), lowDy = T.LoadQuads(a + rowStep, b + rowStep) - low;
        a += planeStep;
        b += planeStep;
        T high = T.LoadQuads(a, b), highDy = T.LoadQuads(a + rowStep, b + rowStep) - high;
        low = T.Fma(fy, lowDy, low);
        dz = T.Fma(fy, highDy, high) - low;
        dy = Lerp(lowDy, highDy, fz);
        return T.Fma(fz, dz, low);
    }
}
