using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Geometry;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Projection.Kernels;

/// <summary>Trilinear insertion of a slice with weights into the half space x &gt;= 0.</summary>
internal static unsafe class InsertionKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Insert(
        BackProjection sum, FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> weight)
    {
        float os = (float)sum.Oversampling;
        float xx = (float)rotation.M00 * os, xy = (float)rotation.M10 * os;
        float yx = (float)rotation.M01 * os, yy = (float)rotation.M11 * os;
        float zx = (float)rotation.M02 * os, zy = (float)rotation.M12 * os;
        int half = sum.Half;
        nint rowStep = (nint)(half + 1) * BackProjection.Stride, planeStep = rowStep * sum.Size;
        fixed (float* sums = sum.Sums, kxs = disc.Kx, kys = disc.Ky, res = real, ims = imaginary, ws = weight)
        {
            for (int i = 0; i < disc.Count; i++)
            {
                if (ws[i] == 0 && res[i] == 0 && ims[i] == 0) continue;
                float kx = kxs[i], ky = kys[i], im = ims[i];
                float x = kx * xx + ky * xy, y = kx * yx + ky * yy, z = kx * zx + ky * zy;
                if (x < 0) (x, y, z, im) = (-x, -y, -z, -im);
                float py = y + half, pz = z + half;
                int ix = (int)x, iy = (int)py, iz = (int)pz;
                float fx = x - ix, fy = py - iy, fz = pz - iz;
                Vector128<float> value = Vector128.Create(res[i], im, ws[i], 0);
                // Both x neighbours stand side by side: one 256-bit read-add-write for each (y, z) neighbour.
                V both = Vector256.Create(value * (1 - fx), value * fx);
                float* p = sums + (nint)iz * planeStep + (nint)iy * rowStep + (nint)ix * BackProjection.Stride;
                V low = both * (1 - fz), high = both * fz;
                Add(p, low * (1 - fy));
                Add(p + rowStep, low * fy);
                p += planeStep;
                Add(p, high * (1 - fy));
                Add(p + rowStep, high * fy);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* p, V v) => Vector256.Store(Vector256.Load(p) + v, p);
}
