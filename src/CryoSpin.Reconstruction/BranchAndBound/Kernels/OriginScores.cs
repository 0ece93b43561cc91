using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Reconstruction.BranchAndBound.Kernels;

/// <summary>Inner loops of the tree search. Lengths are multiples of eight.</summary>
internal static unsafe class OriginScores
{
    /// <summary>Power of a slice weighted by a squared transfer function: sum c^2 (re^2 + im^2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float WeightedPower(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> squaredCtf)
    {
        V sum = V.Zero;
        fixed (float* re = real, im = imaginary, c = squaredCtf)
        {
            for (int p = 0; p < squaredCtf.Length; p += 8)
            {
                V a = Vector256.Load(re + p), b = Vector256.Load(im + p);
                sum = Vector256.FusedMultiplyAdd(Vector256.FusedMultiplyAdd(a, a, b * b), Vector256.Load(c + p), sum);
            }
        }
        return Vector256.Sum(sum);
    }

    /// <summary>score[i] = 2 slice . rows[chosen[i]] - power; four rows at a time share what is loaded of the slice.</summary>
    /// <param name="slice">A slice.</param>
    /// <param name="rows">Rows of the slice's length, one after another.</param>
    /// <param name="chosen">Which rows.</param>
    /// <param name="power">What to subtract.</param>
    /// <param name="scores">Receives them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Score(ReadOnlySpan<float> slice, ReadOnlySpan<float> rows, ReadOnlySpan<int> chosen, float power, Span<float> scores)
    {
        int length = slice.Length, i = 0;
        fixed (float* x = slice, from = rows)
        {
            for (; i + 4 <= chosen.Length; i += 4)
            {
                float* r0 = from + (nint)chosen[i] * length, r1 = from + (nint)chosen[i + 1] * length;
                float* r2 = from + (nint)chosen[i + 2] * length, r3 = from + (nint)chosen[i + 3] * length;
                V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
                for (int p = 0; p < length; p += 8)
                {
                    V v = Vector256.Load(x + p);
                    s0 = Vector256.FusedMultiplyAdd(v, Vector256.Load(r0 + p), s0);
                    s1 = Vector256.FusedMultiplyAdd(v, Vector256.Load(r1 + p), s1);
                    s2 = Vector256.FusedMultiplyAdd(v, Vector256.Load(r2 + p), s2);
                    s3 = Vector256.FusedMultiplyAdd(v, Vector256.Load(r3 + p), s3);
                }
                scores[i] = 2 * Vector256.Sum(s0) - power;
                scores[i + 1] = 2 * Vector256.Sum(s1) - power;
                scores[i + 2] = 2 * Vector256.Sum(s2) - power;
                scores[i + 3] = 2 * Vector256.Sum(s3) - power;
            }
            for (; i < chosen.Length; i++)
            {
                float* r = from + (nint)chosen[i] * length;
                // One sum for all, in the order of the four-row loop: a score must not depend on what stands beside it.
                V s = V.Zero;
                for (int p = 0; p < length; p += 8) s = Vector256.FusedMultiplyAdd(Vector256.Load(x + p), Vector256.Load(r + p), s);
                scores[i] = 2 * Vector256.Sum(s) - power;
            }
        }
    }

    /// <summary>(re + i im) (cos - i sin).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(
        ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine,
        Span<float> turnedReal, Span<float> turnedImaginary)
    {
        fixed (float* re = real, im = imaginary, c = cosine, s = sine, outRe = turnedReal, outIm = turnedImaginary)
        {
            for (int p = 0; p < cosine.Length; p += 8)
            {
                V a = Vector256.Load(re + p), b = Vector256.Load(im + p), cos = Vector256.Load(c + p), sin = Vector256.Load(s + p);
                Vector256.Store(Vector256.FusedMultiplyAdd(a, cos, b * sin), outRe + p);
                Vector256.Store(b * cos - a * sin, outIm + p);
            }
        }
    }
}
