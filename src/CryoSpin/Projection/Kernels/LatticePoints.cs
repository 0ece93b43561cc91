using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Geometry;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Projection.Kernels;

/// <summary>Where the points of a rotated plane fall in a lattice: eight points at a time.</summary>
/// <remarks>
/// Reads and writes go by x-neighbour pairs: one 128-bit access holds both x neighbours of both channels, so eight neighbours of a point
/// cost four loads, and two points share a 256-bit register. Gathering single floats took 2 to 3 times as long.
/// </remarks>
internal readonly unsafe struct LatticePoints
{
    /// <summary>How many points ahead of their use memory is asked for.</summary>
    public const int PrefetchPoints = 24;

    /// <summary>Lattices of fewer floats than this (half a megabyte) fit the usual second-level cache and are not asked for.</summary>
    public const int PrefetchFromFloats = 1 << 17;

    private readonly V _xx, _xy, _yx, _yy, _zx, _zy, _centre;
    private readonly Vector256<int> _size;

    public LatticePoints(in Rotation a, double oversampling, int half, int size)
    {
        // q = A^T (kx, ky, 0): only the first two rows of A matter.
        _xx = Vector256.Create((float)(a.M00 * oversampling));
        _xy = Vector256.Create((float)(a.M10 * oversampling));
        _yx = Vector256.Create((float)(a.M01 * oversampling));
        _yy = Vector256.Create((float)(a.M11 * oversampling));
        _zx = Vector256.Create((float)(a.M02 * oversampling));
        _zy = Vector256.Create((float)(a.M12 * oversampling));
        _centre = Vector256.Create((float)half);
        _size = Vector256.Create(size);
    }

    /// <summary>Lattice offsets (in samples, not floats) of the lower corner of eight points, and the fractions above it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Locate(V kx, V ky, int* offset, out V fx, out V fy, out V fz) =>
        Locate(kx, ky, offset, out _, out fx, out fy, out fz);

    /// <summary>The same, with the number of the plane z of each lower corner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Locate(V kx, V ky, int* offset, out Vector256<int> plane, out V fx, out V fy, out V fz)
    {
        V x = Vector256.FusedMultiplyAdd(kx, _xx, Vector256.FusedMultiplyAdd(ky, _xy, _centre));
        V y = Vector256.FusedMultiplyAdd(kx, _yx, Vector256.FusedMultiplyAdd(ky, _yy, _centre));
        V z = Vector256.FusedMultiplyAdd(kx, _zx, Vector256.FusedMultiplyAdd(ky, _zy, _centre));
        Vector256<int> ix = Vector256.ConvertToInt32Native(x), iy = Vector256.ConvertToInt32Native(y);
        plane = Vector256.ConvertToInt32Native(z);
        fx = x - Vector256.ConvertToSingle(ix);
        fy = y - Vector256.ConvertToSingle(iy);
        fz = z - Vector256.ConvertToSingle(plane);
        Vector256.Store((plane * _size + iy) * _size + ix, offset);
    }

    /// <summary>Asks for the samples around the eight points that stand <see cref="PrefetchPoints"/> ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(float* values, V kx, V ky, int* scratch, nint rowStep, nint planeStep)
    {
        Locate(kx, ky, scratch, out _, out _, out _);
        Prefetch(values, scratch, 2, rowStep, planeStep);
    }

    /// <summary>Asks for the four x pairs at each of eight offsets; a processor without the instruction does nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* values, int* offsets, nint stride, nint rowStep, nint planeStep)
    {
        if (!System.Runtime.Intrinsics.X86.Sse.IsSupported) return;
        for (int j = 0; j < 8; j++)
        {
            float* p = values + stride * offsets[j];
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(p);
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(p + rowStep);
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(p + planeStep);
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(p + planeStep + rowStep);
        }
    }

    /// <summary>[a0 a1 a2 a3 | b0 b1 b2 b3]: the x pairs of two points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPairs(float* a, float* b) => Vector256.Create(Vector128.Load(a), Vector128.Load(b));

    /// <summary>Element <paramref name="lane"/> (0 to 3) of each half, spread over that half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Spread(V v, [ConstantExpected(Min = 0, Max = 3)] int lane) => lane switch
    {
        0 => Vector256.Shuffle(v, Vector256.Create(0, 0, 0, 0, 4, 4, 4, 4)),
        1 => Vector256.Shuffle(v, Vector256.Create(1, 1, 1, 1, 5, 5, 5, 5)),
        2 => Vector256.Shuffle(v, Vector256.Create(2, 2, 2, 2, 6, 6, 6, 6)),
        _ => Vector256.Shuffle(v, Vector256.Create(3, 3, 3, 3, 7, 7, 7, 7)),
    };

    /// <summary>
    /// From four registers, each the x pairs [lo0 lo1 hi0 hi1] of points j and j+4, to four registers over points 0 to 7:
    /// channel 0 and 1 of the lower, then of the upper x neighbour. A transpose of each half, hence its own inverse.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(V p04, V p15, V p26, V p37, out V low0, out V low1, out V high0, out V high1)
    {
        V a = Interleave(p04, p15, low: true), b = Interleave(p04, p15, low: false);
        V c = Interleave(p26, p37, low: true), d = Interleave(p26, p37, low: false);
        low0 = Halves(a, c, low: true);
        low1 = Halves(a, c, low: false);
        high0 = Halves(b, d, low: true);
        high1 = Halves(b, d, low: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Interleave(V a, V b, bool low) => System.Runtime.Intrinsics.X86.Avx.IsSupported
        ? (low ? System.Runtime.Intrinsics.X86.Avx.UnpackLow(a, b) : System.Runtime.Intrinsics.X86.Avx.UnpackHigh(a, b))
        : (low
            ? Vector256.Create(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5])
            : Vector256.Create(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Halves(V a, V b, bool low) => System.Runtime.Intrinsics.X86.Avx.IsSupported
        ? (low ? System.Runtime.Intrinsics.X86.Avx.Shuffle(a, b, 0x44) : System.Runtime.Intrinsics.X86.Avx.Shuffle(a, b, 0xEE))
        : (low
            ? Vector256.Create(a[0], a[1], b[0], b[1], a[4], a[5], b[4], b[5])
            : Vector256.Create(a[2], a[3], b[2], b[3], a[6], a[7], b[6], b[7]));
}
