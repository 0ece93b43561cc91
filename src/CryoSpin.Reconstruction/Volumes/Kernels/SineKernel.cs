using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;

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
    public static void Activate(float* z, float* bias, int rows, int width, float omega, float* cosine)
    {
        if (Vector256.IsHardwareAccelerated) Activate<Lanes8>(z, bias, rows, width, omega, cosine);
        else Activate<Lanes4>(z, bias, rows, width, omega, cosine);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate<T>(float* z, float* bias, int rows, int width, float omega, float* cosine)
        where T : unmanaged, ILanes<T>
    {
        T w = T.All(omega);
        for (int r = 0; r < rows; r++, z += width)
        {
            for (int c = 0; c < width; c += T.Count)
            {
                SinCos(w * (T.Load(z + c) + T.Load(bias + c)), out T sin, out T cos);
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
    public static void Backward(float* d, float* cosine, int rows, int width, float omega, float* biasGradient)
    {
        if (Vector256.IsHardwareAccelerated) Backward<Lanes8>(d, cosine, rows, width, omega, biasGradient);
        else Backward<Lanes4>(d, cosine, rows, width, omega, biasGradient);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Backward<T>(float* d, float* cosine, int rows, int width, float omega, float* biasGradient)
        where T : unmanaged, ILanes<T>
    {
        T w = T.All(omega);
        for (int c = 0; c < 16; c += 2 * T.Count)
        {
            T low = T.Zero, high = T.Zero;
            float* a = d + c, g = cosine + c;
            for (int r = 0; r < rows; r++, a += width, g += width)
            {
                T u = w * T.Load(g) * T.Load(a), v = w * T.Load(g + T.Count) * T.Load(a + T.Count);
                u.Store(a);
                v.Store(a + T.Count);
                low += u;
                high += v;
            }
            (T.Load(biasGradient + c) + low).Store(biasGradient + c);
            (T.Load(biasGradient + c + T.Count) + high).Store(biasGradient + c + T.Count);
        }
    }

    /// <summary>Sine and cosine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SinCos<T>(T x, out T sin, out T cos)
        where T : unmanaged, ILanes<T>
    {
        T k = T.Round(x * T.All(0.318309886f));
        T r = WithoutHalfTurns(x, k), q = r * r;
        T s = T.Fma(q, T.All(-2.5052108e-8f), T.All(2.7557319e-6f));
        s = T.Fma(q, s, T.All(-1.9841270e-4f));
        s = T.Fma(q, s, T.All(8.3333333e-3f));
        s = T.Fma(q, s, T.All(-0.16666667f));
        s = T.Fma(q * r, s, r);
        T c = T.Fma(q, T.All(2.0876757e-9f), T.All(-2.7557319e-7f));
        c = T.Fma(q, c, T.All(2.4801587e-5f));
        c = T.Fma(q, c, T.All(-1.3888889e-3f));
        c = T.Fma(q, c, T.All(4.1666667e-2f));
        c = T.Fma(q, c, T.All(-0.5f));
        c = T.Fma(q, c, T.All(1));
        // An odd number of half turns changes both signs.
        T flip = T.SignIfOdd(k);
        sin = s ^ flip;
        cos = c ^ flip;
    }

    /// <summary>x - k pi, with nothing lost in the difference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T WithoutHalfTurns<T>(T x, T k)
        where T : unmanaged, ILanes<T>
    {
        // pi in two parts where products are not rounded; elsewhere in three, of which the first two are short enough for exact products.
        return Vectors.AreFused
            ? T.Fma(k, T.All(8.7422777e-8f), T.Fma(k, T.All(-3.14159274f), x))
            : x - k * T.All(3.140625f) - k * T.All(9.67502594e-4f) - k * T.All(1.50995799e-7f);
    }
}
