using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Geometry;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Projection.Kernels;

/// <summary>Where the points of a rotated plane fall in a lattice that holds only x &gt;= 0: eight points at a time.</summary>
internal readonly unsafe struct HalfSpacePoints
{
    private readonly V _xx, _xy, _yx, _yy, _zx, _zy, _centre;
    private readonly Vector256<int> _size, _row;

    public HalfSpacePoints(in Rotation a, double oversampling, int half, int size)
    {
        _xx = Vector256.Create((float)(a.M00 * oversampling));
        _xy = Vector256.Create((float)(a.M10 * oversampling));
        _yx = Vector256.Create((float)(a.M01 * oversampling));
        _yy = Vector256.Create((float)(a.M11 * oversampling));
        _zx = Vector256.Create((float)(a.M02 * oversampling));
        _zy = Vector256.Create((float)(a.M12 * oversampling));
        _centre = Vector256.Create((float)half);
        _size = Vector256.Create(size);
        _row = Vector256.Create(half + 1);
    }

    /// <summary>
    /// Offsets (in samples) of the lower corners, the fractions above them, and the sign bit for the points whose Hermitian partner is
    /// meant: their imaginary parts change sign.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Locate(V kx, V ky, int* offset, out V fx, out V fy, out V fz, out V flip) =>
        Locate(kx, ky, offset, out _, out fx, out fy, out fz, out flip);

    /// <summary>The same, with the number of the plane z of each lower corner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Locate(V kx, V ky, int* offset, out Vector256<int> plane, out V fx, out V fy, out V fz, out V flip)
    {
        V x = Vector256.FusedMultiplyAdd(kx, _xx, ky * _xy);
        flip = Vector256.LessThan(x, V.Zero) & Vector256.Create(-0f);
        x ^= flip;
        V y = _centre + (Vector256.FusedMultiplyAdd(kx, _yx, ky * _yy) ^ flip);
        V z = _centre + (Vector256.FusedMultiplyAdd(kx, _zx, ky * _zy) ^ flip);
        Vector256<int> ix = Vector256.ConvertToInt32Native(x), iy = Vector256.ConvertToInt32Native(y);
        plane = Vector256.ConvertToInt32Native(z);
        fx = x - Vector256.ConvertToSingle(ix);
        fy = y - Vector256.ConvertToSingle(iy);
        fz = z - Vector256.ConvertToSingle(plane);
        Vector256.Store((plane * _size + iy) * _row + ix, offset);
    }
}
