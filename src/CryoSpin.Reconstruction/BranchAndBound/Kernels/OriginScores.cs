using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Reconstruction.BranchAndBound.Kernels;

/// <summary>Inner loops of the tree search. Lengths are multiples of eight.</summary>
internal static unsafe class OriginScores
{
    /// <summary>Power of a slice weighted by a squared transfer function: sum c^2 (re^2 + im^2).</summary>
    public static float WeightedPower(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> squaredCtf) =>
        Vector256.IsHardwareAccelerated
            ? WeightedPower<Lanes8>(real, imaginary, squaredCtf) : WeightedPower<Lanes4>(real, imaginary, squaredCtf);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float WeightedPower<T>(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> squaredCtf)
        where T : unmanaged, ILanes<T>
    {
        T sum = T.Zero;
        fixed (float* re = real, im = imaginary, c = squaredCtf)
        {
            for (int p = 0; p < squaredCtf.Length; p += T.Count)
            {
                T a = T.Load(re + p), b = T.Load(im + p);
                sum = T.Fma(T.Fma(a, a, b * b), T.Load(c + p), sum);
            }
        }
        return T.Sum(sum);
    }

    /// <summary>score[i] = 2 slice . rows[chosen[i]] - power; four rows at a time share what is loaded of the slice.</summary>
    /// <param name="slice">A slice.</param>
    /// <param name="rows">Rows of the slice's length, one after another.</param>
    /// <param name="chosen">Which rows.</param>
    /// <param name="power">What to subtract.</param>
    /// <param name="scores">Receives them.</param>
    public static void Score(ReadOnlySpan<float> slice, ReadOnlySpan<float> rows, ReadOnlySpan<int> chosen, float power, Span<float> scores)
    {
        if (Vector256.IsHardwareAccelerated) Score<Lanes8>(slice, rows, chosen, power, scores);
        else Score<Lanes4>(slice, rows, chosen, power, scores);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Score<T>(
        ReadOnlySpan<float> slice, ReadOnlySpan<float> rows, ReadOnlySpan<int> chosen, float power, Span<float> scores)
        where T : unmanaged, ILanes<T>
    {
        int length = slice.Length, i = 0;
        fixed (float* x = slice, from = rows)
        {
            for (; i + 4 <= chosen.Length; i += 4)
            {
                float* r0 = from + (nint)chosen[i] * length, r1 = from + (nint)chosen[i + 1] * length;
                float* r2 = from + (nint)chosen[i + 2] * length, r3 = from + (nint)chosen[i + 3] * length;
                T s0 = T.Zero, s1 = T.Zero, s2 = T.Zero, s3 = T.Zero;
                for (int p = 0; p < length; p += T.Count)
                {
                    T v = T.Load(x + p);
                    s0 = T.Fma(v, T.Load(r0 + p), s0);
                    s1 = T.Fma(v, T.Load(r1 + p), s1);
                    s2 = T.Fma(v, T.Load(r2 + p), s2);
                    s3 = T.Fma(v, T.Load(r3 + p), s3);
                }
                scores[i] = 2 * T.Sum(s0) - power;
                scores[i + 1] = 2 * T.Sum(s1) - power;
                scores[i + 2] = 2 * T.Sum(s2) - power;
                scores[i + 3] = 2 * T.Sum(s3) - power;
            }
            for (; i < chosen.Length; i++)
            {
                float* r = from + (nint)chosen[i] * length;
                // One sum for all, in the order of the four-row loop: a score must not depend on what stands beside it.
                T s = T.Zero;
                for (int p = 0; p < length; p += T.Count) s = T.Fma(T.Load(x + p), T.Load(r + p), s);
                scores[i] = 2 * T.Sum(s) - power;
            }
        }
    }

    /// <summary>(re + i im) (cos - i sin).</summary>
    public static void Turn(
        ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine,
        Span<float> turnedReal, Span<float> turnedImaginary)
    {
        if (Vector256.IsHardwareAccelerated) Turn<Lanes8>(real, imaginary, cosine, sine, turnedReal, turnedImaginary);
        else Turn<Lanes4>(real, imaginary, cosine, sine, turnedReal, turnedImaginary);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn<T>(
        ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine,
        Span<float> turnedReal, Span<float> turnedImaginary)
        where T : unmanaged, ILanes<T>
    {
        fixed (float* re = real, im = imaginary, c = cosine, s = sine, outRe = turnedReal, outIm = turnedImaginary)
        {
            for (int p = 0; p < cosine.Length; p += T.Count)
            {
                T a = T.Load(re + p), b = T.Load(im + p), cos = T.Load(c + p), sin = T.Load(s + p);
                T.Fma(a, cos, b * sin).Store(outRe + p);
                (b * cos - a * sin).Store(outIm + p);
            }
        }
    }
}
