using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Optics.Kernels;

/// <summary>turns = XX kx^2 + XY kx ky + YY ky^2 + Quartic (kx^2 + ky^2)^2 + Offset, in whole turns.</summary>
internal readonly record struct CtfPhase(double XX, double XY, double YY, double Quartic, double Offset);

/// <summary>factor * sin(2 pi turns(kx, ky)) * exp(exponent * k^2), several frequencies at a time.</summary>
/// <remarks>
/// A phase of some thousand radians has no correct digits left for a 1e-6 result in single precision; so the quadratic form is
/// evaluated and reduced to the nearest turn in double precision, and only the remainder, at most half a turn, is narrowed.
/// </remarks>
internal static class CtfKernel
{
    // Taylor of sin(2 pi r), |r| <= 1/4: the first term left out, (pi/2)^13/13!, is 6e-8.
    private const float S1 = 6.283185307f;
    private const float S3 = -41.34170224f;
    private const float S5 = 81.60524927f;
    private const float S7 = -76.70585975f;
    private const float S9 = 42.05869394f;
    private const float S11 = -15.09464258f;

    public static void Evaluate(
        ReadOnlySpan<float> kx, ReadOnlySpan<float> ky, in CtfPhase phase, float factor, float exponent, Span<float> ctf)
    {
        if (Vector256.IsHardwareAccelerated) Evaluate<Lanes8>(kx, ky, phase, factor, exponent, ctf);
        else Evaluate<Lanes4>(kx, ky, phase, factor, exponent, ctf);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Evaluate<T>(
        ReadOnlySpan<float> kx, ReadOnlySpan<float> ky, in CtfPhase phase, float factor, float exponent, Span<float> ctf)
        where T : unmanaged, ILanes<T>
    {
        int i = 0;
        CtfPhase p = phase;
        fixed (float* x = kx, y = ky, to = ctf)
        {
            for (; i <= kx.Length - T.Count; i += T.Count) Value(T.Load(x + i), T.Load(y + i), p, factor, exponent).Store(to + i);
        }
        if (i == kx.Length) return;
        // The tail goes through the same code on a padded copy, so that a value does not depend on its place in the span.
        int rest = kx.Length - i;
        float* pad = stackalloc float[2 * T.Count];
        new Span<float>(pad, 2 * T.Count).Clear();
        kx[i..].CopyTo(new Span<float>(pad, rest));
        ky[i..].CopyTo(new Span<float>(pad + T.Count, rest));
        Value(T.Load(pad), T.Load(pad + T.Count), p, factor, exponent).Store(pad);
        new Span<float>(pad, rest).CopyTo(ctf[i..]);
    }

    // Inlined into the loop, so that the constants stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Value<T>(T x, T y, in CtfPhase phase, float factor, float exponent)
        where T : unmanaged, ILanes<T>
    {
        T r = T.Count == 8
            ? Unsafe.BitCast<Vector256<float>, T>(
                Remainder(Unsafe.BitCast<T, Vector256<float>>(x), Unsafe.BitCast<T, Vector256<float>>(y), phase))
            : Unsafe.BitCast<Vector128<float>, T>(
                Remainder(Unsafe.BitCast<T, Vector128<float>>(x), Unsafe.BitCast<T, Vector128<float>>(y), phase));

        // sin(2 pi r) = sin(2 pi (+-1/2 - r)): fold [-1/2, 1/2] to [-1/4, 1/4]; the subtraction is exact there.
        T mirrored = T.CopySign(T.All(0.5f), r) - r;
        r = T.IfGreater(r, T.All(0.25f), mirrored, r);
        T q = r * r;
        T p = T.Fma(T.All(S11), q, T.All(S9));
        p = T.Fma(p, q, T.All(S7));
        p = T.Fma(p, q, T.All(S5));
        p = T.Fma(p, q, T.All(S3));
        p = T.Fma(p, q, T.All(S1));
        T value = p * (r * T.All(factor));
        return exponent == 0 ? value : value * T.Exp((x * x + y * y) * T.All(exponent));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Remainder(Vector256<float> x, Vector256<float> y, in CtfPhase phase)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<double> t = Turns(Vector512.WidenLower(x.ToVector512Unsafe()), Vector512.WidenLower(y.ToVector512Unsafe()), phase);
            return Vector512.Narrow(t, t).GetLower();
        }
        (Vector256<double> xl, Vector256<double> xh) = Vector256.Widen(x);
        (Vector256<double> yl, Vector256<double> yh) = Vector256.Widen(y);
        return Vector256.Narrow(Turns(xl, yl, phase), Turns(xh, yh, phase));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Remainder(Vector128<float> x, Vector128<float> y, in CtfPhase phase)
    {
        (Vector128<double> xl, Vector128<double> xh) = Vector128.Widen(x);
        (Vector128<double> yl, Vector128<double> yh) = Vector128.Widen(y);
        return Vector128.Narrow(Turns(xl, yl, phase), Turns(xh, yh, phase));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Turns(Vector512<double> x, Vector512<double> y, in CtfPhase phase)
    {
        Vector512<double> yy = y * y, k2 = Vector512.MultiplyAddEstimate(x, x, yy);
        Vector512<double> t = Vector512.MultiplyAddEstimate(k2 * phase.Quartic, k2, Vector512.Create(phase.Offset));
        t = Vector512.MultiplyAddEstimate(yy, Vector512.Create(phase.YY), t);
        t = Vector512.MultiplyAddEstimate(x, Vector512.MultiplyAddEstimate(x, Vector512.Create(phase.XX), y * phase.XY), t);
        return t - Vector512.Round(t);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Turns(Vector256<double> x, Vector256<double> y, in CtfPhase phase)
    {
        Vector256<double> yy = y * y, k2 = Vector256.MultiplyAddEstimate(x, x, yy);
        Vector256<double> t = Vector256.MultiplyAddEstimate(k2 * phase.Quartic, k2, Vector256.Create(phase.Offset));
        t = Vector256.MultiplyAddEstimate(yy, Vector256.Create(phase.YY), t);
        t = Vector256.MultiplyAddEstimate(x, Vector256.MultiplyAddEstimate(x, Vector256.Create(phase.XX), y * phase.XY), t);
        return t - Vector256.Round(t);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Turns(Vector128<double> x, Vector128<double> y, in CtfPhase phase)
    {
        Vector128<double> yy = y * y, k2 = Vector128.MultiplyAddEstimate(x, x, yy);
        Vector128<double> t = Vector128.MultiplyAddEstimate(k2 * phase.Quartic, k2, Vector128.Create(phase.Offset));
        t = Vector128.MultiplyAddEstimate(yy, Vector128.Create(phase.YY), t);
        t = Vector128.MultiplyAddEstimate(x, Vector128.MultiplyAddEstimate(x, Vector128.Create(phase.XX), y * phase.XY), t);
        return t - Vector128.Round(t);
    }
}
