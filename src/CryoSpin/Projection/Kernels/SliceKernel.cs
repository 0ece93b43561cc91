using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Geometry;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Projection.Kernels;

/// <summary>Trilinear central slices of a two-channel lattice, and their derivative in rotation.</summary>
internal static unsafe class SliceKernel
{
    /// <summary>Samples one slice; arrays are over the disc's padded list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sample(FourierLattice lattice, FrequencyDisc disc, in Rotation rotation, Span<float> channel0, Span<float> channel1)
    {
        CheckDisc(lattice, disc, channel0.Length, channel1.Length);
        LatticePoints points = new(rotation, lattice.Oversampling, lattice.Half, lattice.Size);
        nint rowStep = 2 * lattice.Size, planeStep = rowStep * lattice.Size;
        int* at = stackalloc int[8], ahead = stackalloc int[8];
        int last = disc.PaddedCount - 8;
        bool prefetch = lattice.Values.Length > LatticePoints.PrefetchFromFloats;
        fixed (float* values = lattice.Values, kxs = disc.Kx, kys = disc.Ky, out0 = channel0, out1 = channel1)
        {
            for (int i = 0; i < disc.PaddedCount; i += 8)
            {
                if (prefetch)
                {
                    int j = Math.Min(i + LatticePoints.PrefetchPoints, last);
                    points.Prefetch(values, Vector256.Load(kxs + j), Vector256.Load(kys + j), ahead, rowStep, planeStep);
                }
                points.Locate(Vector256.Load(kxs + i), Vector256.Load(kys + i), at, out V fx, out V fy, out V fz);
                V s0 = Pair(values, at[0], at[4], rowStep, planeStep, LatticePoints.Spread(fy, 0), LatticePoints.Spread(fz, 0));
                V s1 = Pair(values, at[1], at[5], rowStep, planeStep, LatticePoints.Spread(fy, 1), LatticePoints.Spread(fz, 1));
                V s2 = Pair(values, at[2], at[6], rowStep, planeStep, LatticePoints.Spread(fy, 2), LatticePoints.Spread(fz, 2));
                V s3 = Pair(values, at[3], at[7], rowStep, planeStep, LatticePoints.Spread(fy, 3), LatticePoints.Spread(fz, 3));
                LatticePoints.Transpose(s0, s1, s2, s3, out V a0, out V a1, out V b0, out V b1);
                Vector256.Store(Lerp(a0, b0, fx), out0 + i);
                Vector256.Store(Lerp(a1, b1, fx), out1 + i);
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
        LatticePoints points = new(rotation, lattice.Oversampling, lattice.Half, lattice.Size);
        nint rowStep = 2 * lattice.Size, planeStep = rowStep * lattice.Size;
        float os = (float)lattice.Oversampling;
        V rxx = Scaled(rotation.M00, os), rxy = Scaled(rotation.M01, os), rxz = Scaled(rotation.M02, os);
        V ryx = Scaled(rotation.M10, os), ryy = Scaled(rotation.M11, os), ryz = Scaled(rotation.M12, os);
        V rzx = Scaled(rotation.M20, os), rzy = Scaled(rotation.M21, os), rzz = Scaled(rotation.M22, os);
        int* at = stackalloc int[8], ahead = stackalloc int[8];
        int last = disc.PaddedCount - 8;
        bool prefetch = lattice.Values.Length > LatticePoints.PrefetchFromFloats;
        fixed (float* values = lattice.Values, kxs = disc.Kx, kys = disc.Ky, out0 = channel0, out1 = channel1)
        fixed (float* al0 = along0, al1 = along1, tu0 = turn0, tu1 = turn1)
        {
            for (int i = 0; i < disc.PaddedCount; i += 8)
            {
                if (prefetch)
                {
                    int j = Math.Min(i + LatticePoints.PrefetchPoints, last);
                    points.Prefetch(values, Vector256.Load(kxs + j), Vector256.Load(kys + j), ahead, rowStep, planeStep);
                }
                V kx = Vector256.Load(kxs + i), ky = Vector256.Load(kys + i);
                points.Locate(kx, ky, at, out V fx, out V fy, out V fz);
                V s0 = Pair(
                    values, at[0], at[4], rowStep, planeStep, LatticePoints.Spread(fy, 0), LatticePoints.Spread(fz, 0), out V y0, out V z0);
                V s1 = Pair(
                    values, at[1], at[5], rowStep, planeStep, LatticePoints.Spread(fy, 1), LatticePoints.Spread(fz, 1), out V y1, out V z1);
                V s2 = Pair(
                    values, at[2], at[6], rowStep, planeStep, LatticePoints.Spread(fy, 2), LatticePoints.Spread(fz, 2), out V y2, out V z2);
                V s3 = Pair(
                    values, at[3], at[7], rowStep, planeStep, LatticePoints.Spread(fy, 3), LatticePoints.Spread(fz, 3), out V y3, out V z3);
                LatticePoints.Transpose(s0, s1, s2, s3, out V a0, out V a1, out V b0, out V b1);
                V dx0 = b0 - a0, dx1 = b1 - a1;
                Vector256.Store(Vector256.FusedMultiplyAdd(fx, dx0, a0), out0 + i);
                Vector256.Store(Vector256.FusedMultiplyAdd(fx, dx1, a1), out1 + i);
                LatticePoints.Transpose(y0, y1, y2, y3, out a0, out a1, out b0, out b1);
                V dy0 = Lerp(a0, b0, fx), dy1 = Lerp(a1, b1, fx);
                LatticePoints.Transpose(z0, z1, z2, z3, out a0, out a1, out b0, out b1);
                V dz0 = Lerp(a0, b0, fx), dz1 = Lerp(a1, b1, fx);
                Vector256.Store(Dot(rzx, dx0, rzy, dy0, rzz, dz0), al0 + i);
                Vector256.Store(Dot(rzx, dx1, rzy, dy1, rzz, dz1), al1 + i);
                V tx = ky * rxx - kx * ryx, ty = ky * rxy - kx * ryy, tz = ky * rxz - kx * ryz;
                Vector256.Store(Dot(tx, dx0, ty, dy0, tz, dz0), tu0 + i);
                Vector256.Store(Dot(tx, dx1, ty, dy1, tz, dz1), tu1 + i);
            }
        }
    }

    internal static void CheckDisc(FourierLattice lattice, FrequencyDisc disc, int length0, int length1)
    {
        if (disc.Radius > lattice.Radius) throw new ArgumentException("The disc reaches beyond the lattice.", nameof(disc));
        if (Math.Min(length0, length1) < disc.PaddedCount) throw new ArgumentException("A span is shorter than the disc's padded list.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Scaled(double m, float oversampling) => Vector256.Create((float)m * oversampling);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Dot(V a, V x, V b, V y, V c, V z) => Vector256.FusedMultiplyAdd(a, x, Vector256.FusedMultiplyAdd(b, y, c * z));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Lerp(V a, V b, V t) => Vector256.FusedMultiplyAdd(t, b - a, a);

    /// <summary>Interpolates the x pairs of two points in y and z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Pair(float* values, int first, int second, nint rowStep, nint planeStep, V fy, V fz)
    {
        float* a = values + 2 * (nint)first, b = values + 2 * (nint)second;
        V low = Lerp(LatticePoints.LoadPairs(a, b), LatticePoints.LoadPairs(a + rowStep, b + rowStep), fy);
        a += planeStep;
        b += planeStep;
        V high = Lerp(LatticePoints.LoadPairs(a, b), LatticePoints.LoadPairs(a + rowStep, b + rowStep), fy);
        return Lerp(low, high, fz);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Pair(float* values, int first, int second, nint rowStep, nint planeStep, V fy, V fz, out V dy, out V dz)
    {
        float* a = values + 2 * (nint)first, b = values + 2 * (nint)second;
        V low = LatticePoints.LoadPairs(a, b), lowDy = LatticePoints.LoadPairs(a + rowStep, b + rowStep) - low;
        a += planeStep;
        b += planeStep;
        V high = LatticePoints.LoadPairs(a, b), highDy = LatticePoints.LoadPairs(a + rowStep, b + rowStep) - high;
        low = Vector256.FusedMultiplyAdd(fy, lowDy, low);
        dz = Vector256.FusedMultiplyAdd(fy, highDy, high) - low;
        dy = Lerp(lowDy, highDy, fz);
        return Vector256.FusedMultiplyAdd(fz, dz, low);
    }
}
