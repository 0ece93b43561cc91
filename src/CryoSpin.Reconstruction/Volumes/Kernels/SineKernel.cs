using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CryoSpin.Reconstruction.Volumes.Kernels;

/// <summary>Sine layers' activation and its gradient on rows of a matrix.</summary>
/// <remarks>
/// Sine and cosine share one reduction to [-pi/2, pi/2] and are polynomials there, off by less than 3e-7 for arguments up to some
/// thousands: the layer's own single-precision product is off by more.
/// </remarks>
internal static unsafe class SineKernel
{
    /// <summary>In place: z becomes sin(omega (z + bias)); cosines are kept where wanted.</summary>
    /// <param name="z">[rows][width].</param>
    /// <param name="bias">[width].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Columns, a multiple of 8.</param>
    /// <param name="omega">Frequency of the layer.</param>
    /// <param name="cosine">[rows][width], or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Activate(float* z, float* bias, int rows, int width, float omega, float* cosine)
    {
        Vector256<float> w = Vector256.Create(omega);
        for (int r = 0; r < rows; r++, z += width)
        {
            for (int c = 0; c < width; c += 8)
            {
                SinCos(w * (Vector256.Load(z + c) + Vector256.Load(bias + c)), out Vector256<float> sin, out Vector256<float> cos);
                sin.Store(z + c);
                if (cosine is not null) cos.Store(cosine + c);
            }
            if (cosine is not null) cosine += width;
        }
    }

    /// <summary>In place on 16 columns: d becomes omega cos d, and its columns' sums are added to the bias's gradient.</summary>
    /// <param name="d">First of the columns of [rows][width].</param>
    /// <param name="cosine">The same of what <see cref="Activate"/> kept.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Floats between rows.</param>
    /// <param name="omega">Frequency of the layer.</param>
    /// <param name="biasGradient">The 16 columns' sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(float* d, float* cosine, int rows, int width, float omega, float* biasGradient)
    {
        Vector256<float> w = Vector256.Create(omega), low = Vector256<float>.Zero, high = Vector256<float>.Zero;
        for (int r = 0; r < rows; r++, d += width, cosine += width)
        {
            Vector256<float> a = w * Vector256.Load(cosine) * Vector256.Load(d), b = w * Vector256.Load(cosine + 8) * Vector256.Load(d + 8);
            a.Store(d);
            b.Store(d + 8);
            low += a;
            high += b;
        }
        (Vector256.Load(biasGradient) + low).Store(biasGradient);
        (Vector256.Load(biasGradient + 8) + high).Store(biasGradient + 8);
    }

    /// <summary>Sine and cosine of eight numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SinCos(Vector256<float> x, out Vector256<float> sin, out Vector256<float> cos)
    {
        Vector256<float> k = Vector256.Round(x * Vector256.Create(0.318309886f));
        // pi in two parts; fused products are not rounded, so that nothing is lost in the difference.
        Vector256<float> r = Vector256.FusedMultiplyAdd(k, Vector256.Create(-3.14159274f), x);
        r = Vector256.FusedMultiplyAdd(k, Vector256.Create(8.7422777e-8f), r);
        Vector256<float> q = r * r;
        Vector256<float> s = Vector256.FusedMultiplyAdd(q, Vector256.Create(-2.5052108e-8f), Vector256.Create(2.7557319e-6f));
        s = Vector256.FusedMultiplyAdd(q, s, Vector256.Create(-1.9841270e-4f));
        s = Vector256.FusedMultiplyAdd(q, s, Vector256.Create(8.3333333e-3f));
        s = Vector256.FusedMultiplyAdd(q, s, Vector256.Create(-0.16666667f));
        s = Vector256.FusedMultiplyAdd(q * r, s, r);
        Vector256<float> c = Vector256.FusedMultiplyAdd(q, Vector256.Create(2.0876757e-9f), Vector256.Create(-2.7557319e-7f));
        c = Vector256.FusedMultiplyAdd(q, c, Vector256.Create(2.4801587e-5f));
        c = Vector256.FusedMultiplyAdd(q, c, Vector256.Create(-1.3888889e-3f));
        c = Vector256.FusedMultiplyAdd(q, c, Vector256.Create(4.1666667e-2f));
        c = Vector256.FusedMultiplyAdd(q, c, Vector256.Create(-0.5f));
        c = Vector256.FusedMultiplyAdd(q, c, Vector256<float>.One);
        // An odd number of half turns changes both signs.
        Vector256<int> flip = Vector256.ShiftLeft(Vector256.ConvertToInt32(k), 31);
        sin = (s.AsInt32() ^ flip).AsSingle();
        cos = (c.AsInt32() ^ flip).AsSingle();
    }
}
