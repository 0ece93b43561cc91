using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;

namespace CryoSpin.Projection.Kernels;

/// <summary>Where the points of a rotated plane fall in a lattice: as many points at a time as there are lanes.</summary>
/// <remarks>
/// Reads and writes go by x-neighbour pairs: one 128-bit access holds both x neighbours of both channels, so eight neighbours of a point
/// cost four loads, and two points share a 256-bit register where there is one. Gathering single floats took 2 to 3 times as long.
/// </remarks>
internal readonly unsafe struct LatticePoints<T>
    where T : unmanaged, IQuadLanes<T>
{
    /// <summary>How many points ahead of their use memory is asked for.</summary>
    public const int PrefetchPoints = 24;

    /// <summary>Lattices of fewer floats than this (half a megabyte) fit the usual second-level cache and are not asked for.</summary>
    public const int PrefetchFromFloats = 1 << 17;

    private readonly T _xx, _xy, _yx, _yy, _zx, _zy, _centre, _size;

    public LatticePoints(in Rotation a, double oversampling, int half, int size)
    {
        // q = A^T (kx, ky, 0): only the first two rows of A matter.
        _xx = T.All((float)(a.M00 * oversampling));
        _xy = T.All((float)(a.M10 * oversampling));
        _yx = T.All((float)(a.M01 * oversampling));
        _yy = T.All((float)(a.M11 * oversampling));
        _zx = T.All((float)(a.M02 * oversampling));
        _zy = T.All((float)(a.M12 * oversampling));
        _centre = T.All((float)half);
        _size = T.AllWhole(size);
    }

    /// <summary>Lattice offsets (in samples, not floats) of the lower corners, and the fractions above it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Locate(T kx, T ky, int* offset, out T fx, out T fy, out T fz) =>
        Locate(kx, ky, offset, out _, out fx, out fy, out fz);

    /// <summary>The same, with the number of the plane z of each lower corner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Locate(T kx, T ky, int* offset, out T plane, out T fx, out T fy, out T fz)
    {
        T x = T.Fma(kx, _xx, T.Fma(ky, _xy, _centre));
        T y = T.Fma(kx, _yx, T.Fma(ky, _yy, _centre));
        T z = T.Fma(kx, _zx, T.Fma(ky, _zy, _centre));
        T ix = T.Truncate(x, out T wx), iy = T.Truncate(y, out T wy);
        plane = T.Truncate(z, out T wz);
        fx = x - wx;
        fy = y - wy;
        fz = z - wz;
        T.Offset(plane, _size, iy, _size, ix).Store((float*)offset);
    }

    /// <summary>Asks for the samples around the points that stand <see cref="PrefetchPoints"/> ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(float* values, T kx, T ky, int* scratch, nint rowStep, nint planeStep)
    {
        Locate(kx, ky, scratch, out _, out _, out _);
        Prefetch(values, scratch, 2, rowStep, planeStep);
    }

    /// <summary>Asks for the four x pairs at each offset; a processor without the instruction does nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* values, int* offsets, nint stride, nint rowStep, nint planeStep)
    {
        if (!Sse.IsSupported) return;
        for (int j = 0; j < T.Count; j++)
        {
            float* p = values + stride * offsets[j];
            Sse.Prefetch0(p);
            Sse.Prefetch0(p + rowStep);
            Sse.Prefetch0(p + planeStep);
            Sse.Prefetch0(p + planeStep + rowStep);
        }
    }
}
