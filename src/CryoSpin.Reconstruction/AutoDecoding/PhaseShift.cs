using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>Shifts an image by its origin.</summary>
internal static class PhaseShift
{
    /// <summary>(re + i im) e^(-i theta), theta = 2 pi (kx x + ky y)/box, of the image in the buffers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Apply(FitBuffers b, double x, double y, Span<float> real, Span<float> imaginary)
    {
        V ox = Vector256.Create((float)(x / b.Box)), oy = Vector256.Create((float)(y / b.Box));
        fixed (float* kxs = b.Disc.Kx, kys = b.Disc.Ky, re = b.DataReal, im = b.DataImaginary, outRe = real, outIm = imaginary)
        {
            for (int p = 0; p < b.Disc.PaddedCount; p += 8)
            {
                SinCosOfTurns(Vector256.FusedMultiplyAdd(Vector256.Load(kxs + p), ox, Vector256.Load(kys + p) * oy), out V sin, out V cos);
                V dr = Vector256.Load(re + p), di = Vector256.Load(im + p);
                Vector256.Store(Vector256.FusedMultiplyAdd(dr, cos, di * sin), outRe + p);
                Vector256.Store(di * cos - dr * sin, outIm + p);
            }
        }
    }

    /// <summary>
    /// Sine and cosine of 2 pi times a number of turns, some hundred at most; off by at most 2e-7 for what is left after whole turns.
    /// </summary>
    /// <remarks>
    /// Turns need no division by pi: what exceeds the nearest half turn is at most a quarter, and odd half turns change both signs. The
    /// polynomials are least-squares fits at Chebyshev points of that quarter.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SinCosOfTurns(V turns, out V sin, out V cos)
    {
        V halves = Vector256.Round(turns + turns);
        V r = Vector256.FusedMultiplyAdd(halves, Vector256.Create(-0.5f), turns), q = r * r;
        V sign = Vector256.ShiftLeft(Vector256.ConvertToInt32Native(halves), 31).AsSingle();
        V s = Vector256.Create(39.53581371f);
        s = Vector256.FusedMultiplyAdd(s, q, Vector256.Create(-76.54965682f));
        s = Vector256.FusedMultiplyAdd(s, q, Vector256.Create(81.60099820f));
        s = Vector256.FusedMultiplyAdd(s, q, Vector256.Create(-41.34165493f));
        s = Vector256.FusedMultiplyAdd(s, q, Vector256.Create(6.28318516f));
        V c = Vector256.Create(-24.98183612f);
        c = Vector256.FusedMultiplyAdd(c, q, Vector256.Create(60.14395234f));
        c = Vector256.FusedMultiplyAdd(c, q, Vector256.Create(-85.45356820f));
        c = Vector256.FusedMultiplyAdd(c, q, Vector256.Create(64.93934656f));
        c = Vector256.FusedMultiplyAdd(c, q, Vector256.Create(-19.73920855f));
        c = Vector256.FusedMultiplyAdd(c, q, V.One);
        sin = s * r ^ sign;
        cos = c ^ sign;
    }
}
