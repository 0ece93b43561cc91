using System.Runtime.CompilerServices;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;

namespace CryoSpin.Projection.Kernels;

/// <summary>
/// Where the points of a rotated plane fall in a lattice that holds only x &gt;= 0: as many points at a time as there are lanes.
/// </summary>
internal readonly unsafe struct HalfSpacePoints<T>
    where T : unmanaged, IQuadLanes<T>
{
    private readonly T _xx, _xy, _yx, _yy, _zx, _zy, _centre, _size, _row;

    public HalfSpacePoints(in Rotation a, double oversampling, int half, int size)
    {
        _xx = T.All((float)(a.M00 * oversampling));
        _xy = T.All((float)(a.M10 * oversampling));
        _yx = T.All((float)(a.M01 * oversampling));
        _yy = T.All((float)(a.M11 * oversampling));
        _zx = T.All((float)(a.M02 * oversampling));
        _zy = T.All((float)(a.M12 * oversampling));
        _centre = T.All((float)half);
        _size = T.AllWhole(size);
        _row = T.AllWhole(half + 1);
    }

    /// <summary>
    /// Offsets (in samples) of the lower corners, the fractions above them, and the sign bit for the points whose Hermitian partner is
    /// meant: their imaginary parts change sign.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Locate(T kx, T ky, int* offset, out T fx, out T fy, out T fz, out T flip) =>
        Locate(kx, ky, offset, out _, out fx, out fy, out fz, out flip);

    /// <summary>The same, with the number of the plane z of each lower corner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Locate(T kx, T ky, int* offset, out T plane, out T fx, out T fy, out T fz, out T flip)
    {
        T x = T.Fma(kx, _xx, ky * _xy);
        flip = T.SignIfNegative(x);
        x ^= flip;
        T y = _centre + (T.Fma(kx, _yx, ky * _yy) ^ flip);
        T z = _centre + (T.Fma(kx, _zx, ky * _zy) ^ flip);
        T ix = T.Truncate(x, out T wx), iy = T.Truncate(y, out T wy);
        plane = T.Truncate(z, out T wz);
        fx = x - wx;
        fy = y - wy;
        fz = z - wz;
        T.Offset(plane, _size, iy, _row, ix).Store((float*)offset);
    }
}
