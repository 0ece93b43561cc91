using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Likelihood;

/// <summary>Shifts an image by its origin.</summary>
internal static class PhaseShift
{
    /// <summary>(re + i im) e^(-i theta), theta = 2 pi (kx x + ky y)/box, of an image; the outputs may be its own parts.</summary>
    public static void Apply(ImageOnDisc image, double x, double y, Span<float> real, Span<float> imaginary) =>
        Apply(image.Disc, image.Box, image.Real, image.Imaginary, x, y, real, imaginary);

    /// <summary>(re + i im) e^(-i theta), theta = 2 pi (kx x + ky y)/box, over a disc; the outputs may be the inputs.</summary>
    public static void Apply(
        FrequencyDisc disc, int box, ReadOnlySpan<float> re, ReadOnlySpan<float> im, double x, double y, Span<float> real, Span<float> imaginary)
    {
        if (Vector256.IsHardwareAccelerated) Apply<Lanes8>(disc, box, re, im, x, y, real, imaginary);
        else Apply<Lanes4>(disc, box, re, im, x, y, real, imaginary);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Apply<T>(
        FrequencyDisc disc, int box, ReadOnlySpan<float> inRe, ReadOnlySpan<float> inIm, double x, double y, Span<float> real, Span<float> imaginary)
        where T : unmanaged, ILanes<T>
    {
        T ox = T.All((float)(x / box)), oy = T.All((float)(y / box));
        fixed (float* kxs = disc.Kx, kys = disc.Ky, re = inRe, im = inIm, outRe = real, outIm = imaginary)
        {
            for (int p = 0; p < disc.PaddedCount; p += T.Count)
            {
                SinCosOfTurns(T.Fma(T.Load(kxs + p), ox, T.Load(kys + p) * oy), out T sin, out T cos);
                T dr = T.Load(re + p), di = T.Load(im + p);
                T.Fma(dr, cos, di * sin).Store(outRe + p);
                (di * cos - dr * sin).Store(outIm + p);
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
    public static void SinCosOfTurns<T>(T turns, out T sin, out T cos)
        where T : unmanaged, ILanes<T>
    {
        T halves = T.Round(turns + turns);
        T r = T.Fma(halves, T.All(-0.5f), turns), q = r * r;
        T sign = T.SignIfOdd(halves);
        T s = T.All(39.53581371f);
        s = T.Fma(s, q, T.All(-76.54965682f));
        s = T.Fma(s, q, T.All(81.60099820f));
        s = T.Fma(s, q, T.All(-41.34165493f));
        s = T.Fma(s, q, T.All(6.28318516f));
        T c = T.All(-24.98183612f);
        c = T.Fma(c, q, T.All(60.14395234f));
        c = T.Fma(c, q, T.All(-85.45356820f));
        c = T.Fma(c, q, T.All(64.93934656f));
        c = T.Fma(c, q, T.All(-19.73920855f));
        c = T.Fma(c, q, T.All(1));
        sin = s * r ^ sign;
        cos = c ^ sign;
    }
}
