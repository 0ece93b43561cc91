using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CryoSpin.Optics.Kernels;

/// <summary>turns = XX kx^2 + XY kx ky + YY ky^2 + Quartic (kx^2 + ky^2)^2 + Offset, in whole turns.</summary>
internal readonly record struct CtfPhase(double XX, double XY, double YY, double Quartic, double Offset);

/// <summary>factor * sin(2 pi turns(kx, ky)) * exp(exponent * k^2), eight frequencies at a time.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Evaluate(
        ReadOnlySpan<float> kx, ReadOnlySpan<float> ky, in CtfPhase phase, float factor, float exponent, Span<float> ctf)
    {
        int width = Vector256<float>.Count;
        int i = 0;
        CtfPhase p = phase;
        ref float x = ref MemoryMarshal.GetReference(kx);
        ref float y = ref MemoryMarshal.GetReference(ky);
        ref float o = ref MemoryMarshal.GetReference(ctf);
        for (; i <= kx.Length - width; i += width)
        {
            Eight(Vector256.LoadUnsafe(ref x, (nuint)i), Vector256.LoadUnsafe(ref y, (nuint)i), p, factor, exponent)
                .StoreUnsafe(ref o, (nuint)i);
        }
        if (i < kx.Length)
        {
            // The tail goes through the same code on a padded copy, so that a value does not depend on its place in the span.
            Span<float> pad = stackalloc float[2 * width];
            pad.Clear();
            kx[i..].CopyTo(pad);
            ky[i..].CopyTo(pad[width..]);
            Vector256<float> v = Eight(Vector256.Create<float>(pad), Vector256.Create<float>(pad[width..]), p, factor, exponent);
            for (int j = 0; i + j < kx.Length; j++) ctf[i + j] = v[j];
        }
    }

    // Inlined into the loop, so that the constants stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(Vector256<float> x, Vector256<float> y, in CtfPhase phase, float factor, float exponent)
    {
        Vector256<float> r;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<double> t = Turns(Vector512.WidenLower(x.ToVector512Unsafe()), Vector512.WidenLower(y.ToVector512Unsafe()), phase);
            r = Vector512.Narrow(t, t).GetLower();
        }
        else
        {
            (Vector256<double> xl, Vector256<double> xh) = Vector256.Widen(x);
            (Vector256<double> yl, Vector256<double> yh) = Vector256.Widen(y);
            r = Vector256.Narrow(Turns(xl, yl, phase), Turns(xh, yh, phase));
        }

        // sin(2 pi r) = sin(2 pi (+-1/2 - r)): fold [-1/2, 1/2] to [-1/4, 1/4]; the subtraction is exact there.
        Vector256<float> mirrored = Vector256.CopySign(Vector256.Create(0.5f), r) - r;
        r = Vector256.ConditionalSelect(Vector256.GreaterThan(Vector256.Abs(r), Vector256.Create(0.25f)), mirrored, r);
        Vector256<float> q = r * r;
        Vector256<float> p = Vector256.Create(S11);
        p = Vector256.MultiplyAddEstimate(p, q, Vector256.Create(S9));
        p = Vector256.MultiplyAddEstimate(p, q, Vector256.Create(S7));
        p = Vector256.MultiplyAddEstimate(p, q, Vector256.Create(S5));
        p = Vector256.MultiplyAddEstimate(p, q, Vector256.Create(S3));
        p = Vector256.MultiplyAddEstimate(p, q, Vector256.Create(S1));
        Vector256<float> value = p * (r * factor);
        return exponent == 0 ? value : value * Vector256.Exp((x * x + y * y) * exponent);
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
}
