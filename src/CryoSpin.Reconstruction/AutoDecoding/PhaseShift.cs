using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>Shifts an image by its origin.</summary>
internal static class PhaseShift
{
    /// <summary>(re + i im) e^(-i theta), theta = 2 pi (kx x + ky y)/box, of the image in the buffers.</summary>
    public static unsafe void Apply(FitBuffers b, double x, double y, Span<float> real, Span<float> imaginary)
    {
        V ox = Vector256.Create((float)(2 * Math.PI * x / b.Box)), oy = Vector256.Create((float)(2 * Math.PI * y / b.Box));
        fixed (float* kxs = b.Disc.Kx, kys = b.Disc.Ky, re = b.DataReal, im = b.DataImaginary, outRe = real, outIm = imaginary)
        {
            for (int p = 0; p < b.Disc.PaddedCount; p += 8)
            {
                (V sin, V cos) = Vector256.SinCos(Vector256.FusedMultiplyAdd(Vector256.Load(kxs + p), ox, Vector256.Load(kys + p) * oy));
                V dr = Vector256.Load(re + p), di = Vector256.Load(im + p);
                Vector256.Store(Vector256.FusedMultiplyAdd(dr, cos, di * sin), outRe + p);
                Vector256.Store(di * cos - dr * sin, outIm + p);
            }
        }
    }
}
