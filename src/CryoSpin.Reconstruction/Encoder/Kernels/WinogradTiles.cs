using System.Runtime.CompilerServices;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Reconstruction.Encoder.Kernels;

/// <summary>
/// The transforms of Winograd's minimal filtering F(4x4, 3x3), with interpolation points 0, +-1, +-2 and infinity:
/// Y = A^T [ (G g G^T) . (B^T d B) ] A. Lavin and Gray, CVPR 2016. Channels lie in vector lanes.
/// </summary>
/// <remarks>
/// 36 multiplications replace 144, at the price of some rounding: relative errors of 1e-6 instead of 3e-7, far below the noise of a
/// stochastic gradient. The intermediate 6 x 6 vectors live on the stack, aligned by hand and not cleared: with few channels, clearing
/// them costs a quarter of the time, and vectors across cache lines a third.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class WinogradTiles<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>B^T d B of one 6x6 window.</summary>
    /// <param name="source">Top left pixel of the window.</param>
    /// <param name="row">Floats between the window's rows.</param>
    /// <param name="channels">Channels, a multiple of 16, and floats between pixels.</param>
    /// <param name="target">First of the 36 results.</param>
    /// <param name="step">Floats between the results.</param>
    [MethodImpl(Hot)]
    public static void Input(float* source, nint row, int channels, float* target, nint step)
    {
        byte* bytes = stackalloc byte[(36 + 1) * 64];
        TLanes* t = Aligned(bytes);
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            float* s = source + c;
            for (int x = 0; x < 6; x++, s += channels)
            {
                InputLine(
                    TLanes.Load(s), TLanes.Load(s + row), TLanes.Load(s + (2 * row)), TLanes.Load(s + (3 * row)),
                    TLanes.Load(s + (4 * row)),
                    TLanes.Load(s + (5 * row)), out t[x], out t[6 + x], out t[12 + x], out t[18 + x], out t[24 + x], out t[30 + x]);
            }
            float* d = target + c;
            for (int y = 0; y < 36; y += 6, d += 6 * step)
            {
                InputLine(
                    t[y], t[y + 1], t[y + 2], t[y + 3], t[y + 4], t[y + 5],
                    out TLanes r0, out TLanes r1, out TLanes r2, out TLanes r3, out TLanes r4, out TLanes r5);
                r0.Store(d);
                r1.Store(d + step);
                r2.Store(d + (2 * step));
                r3.Store(d + (3 * step));
                r4.Store(d + (4 * step));
                r5.Store(d + (5 * step));
            }
        }
    }

    /// <summary>A dY A^T: the adjoint of <see cref="Output"/>, a 4x4 tile of gradients spread to 36 values.</summary>
    /// <inheritdoc cref="Input"/>
    [MethodImpl(Hot)]
    public static void Gradient(float* source, nint row, int channels, float* target, nint step)
    {
        byte* bytes = stackalloc byte[(24 + 1) * 64];
        TLanes* t = Aligned(bytes);
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            float* s = source + c;
            for (int x = 0; x < 4; x++, s += channels)
            {
                GradientLine(
                    TLanes.Load(s), TLanes.Load(s + row), TLanes.Load(s + (2 * row)), TLanes.Load(s + (3 * row)),
                    out t[x], out t[4 + x], out t[8 + x], out t[12 + x], out t[16 + x], out t[20 + x]);
            }
            float* d = target + c;
            for (int y = 0; y < 24; y += 4, d += 6 * step)
            {
                GradientLine(
                    t[y], t[y + 1], t[y + 2], t[y + 3],
                    out TLanes r0, out TLanes r1, out TLanes r2, out TLanes r3, out TLanes r4, out TLanes r5);
                r0.Store(d);
                r1.Store(d + step);
                r2.Store(d + (2 * step));
                r3.Store(d + (3 * step));
                r4.Store(d + (4 * step));
                r5.Store(d + (5 * step));
            }
        }
    }

    /// <summary>A^T m A: 36 products to a 4x4 tile.</summary>
    /// <param name="source">First of the 36 products.</param>
    /// <param name="step">Floats between the products.</param>
    /// <param name="channels">Channels, a multiple of 16, and floats between pixels of the tile.</param>
    /// <param name="target">Top left pixel of the tile.</param>
    /// <param name="row">Floats between the tile's rows.</param>
    [MethodImpl(Hot)]
    public static void Output(float* source, nint step, int channels, float* target, nint row)
    {
        byte* bytes = stackalloc byte[(24 + 1) * 64];
        TLanes* t = Aligned(bytes);
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            float* s = source + c;
            for (int x = 0; x < 6; x++, s += step)
            {
                OutputLine(
                    TLanes.Load(s), TLanes.Load(s + (6 * step)), TLanes.Load(s + (12 * step)), TLanes.Load(s + (18 * step)),
                    TLanes.Load(s + (24 * step)), TLanes.Load(s + (30 * step)), out t[x], out t[6 + x], out t[12 + x], out t[18 + x]);
            }
            float* d = target + c;
            for (int y = 0; y < 24; y += 6, d += row)
            {
                OutputLine(
                    t[y], t[y + 1], t[y + 2], t[y + 3], t[y + 4], t[y + 5], out TLanes r0, out TLanes r1, out TLanes r2, out TLanes r3);
                r0.Store(d);
                r1.Store(d + channels);
                r2.Store(d + (2 * channels));
                r3.Store(d + (3 * channels));
            }
        }
    }

    /// <summary>G g G^T for one vector of output channels.</summary>
    /// <param name="weights">First of the nine taps.</param>
    /// <param name="tap">Floats between taps; negative steps walk the filter backwards (turned by 180 degrees).</param>
    /// <param name="target">First of the 36 results.</param>
    /// <param name="step">Floats between the results.</param>
    [MethodImpl(Hot)]
    public static void Filter(float* weights, nint tap, float* target, nint step)
    {
        byte* bytes = stackalloc byte[(18 + 1) * 64];
        TLanes* t = Aligned(bytes);
        for (int x = 0; x < 3; x++)
        {
            float* w = weights + (x * tap);
            FilterLine(
                TLanes.Load(w), TLanes.Load(w + (3 * tap)), TLanes.Load(w + (6 * tap)),
                out t[x], out t[3 + x], out t[6 + x], out t[9 + x], out t[12 + x], out t[15 + x]);
        }
        for (int y = 0; y < 18; y += 3, target += 6 * step)
        {
            FilterLine(
                t[y], t[y + 1], t[y + 2], out TLanes r0, out TLanes r1, out TLanes r2, out TLanes r3, out TLanes r4, out TLanes r5);
            r0.Store(target);
            r1.Store(target + step);
            r2.Store(target + (2 * step));
            r3.Store(target + (3 * step));
            r4.Store(target + (4 * step));
            r5.Store(target + (5 * step));
        }
    }

    /// <summary>G^T u G: the adjoint of <see cref="Filter"/>, 36 sums to the gradient of nine taps.</summary>
    /// <param name="sums">First of the 36 sums.</param>
    /// <param name="step">Floats between the sums.</param>
    /// <param name="gradient">First of the nine taps.</param>
    /// <param name="tap">Floats between taps.</param>
    /// <param name="accumulate">Whether to add to the gradient or to overwrite it.</param>
    [MethodImpl(Hot)]
    public static void FilterGradient(float* sums, nint step, float* gradient, nint tap, bool accumulate)
    {
        byte* bytes = stackalloc byte[(18 + 1) * 64];
        TLanes* t = Aligned(bytes);
        for (int x = 0; x < 6; x++, sums += step)
        {
            FilterGradientLine(
                TLanes.Load(sums), TLanes.Load(sums + (6 * step)), TLanes.Load(sums + (12 * step)), TLanes.Load(sums + (18 * step)),
                TLanes.Load(sums + (24 * step)), TLanes.Load(sums + (30 * step)), out t[x], out t[6 + x], out t[12 + x]);
        }
        for (int y = 0; y < 18; y += 6, gradient += 3 * tap)
        {
            FilterGradientLine(t[y], t[y + 1], t[y + 2], t[y + 3], t[y + 4], t[y + 5], out TLanes r0, out TLanes r1, out TLanes r2);
            if (accumulate)
            {
                r0 += TLanes.Load(gradient);
                r1 += TLanes.Load(gradient + tap);
                r2 += TLanes.Load(gradient + (2 * tap));
            }
            r0.Store(gradient);
            r1.Store(gradient + tap);
            r2.Store(gradient + (2 * tap));
        }
    }

    [MethodImpl(Inline)]
    private static TLanes* Aligned(byte* bytes) => (TLanes*)(((nuint)bytes + 63) & ~(nuint)63);

    [MethodImpl(Inline)]
    private static void InputLine(
        TLanes d0, TLanes d1, TLanes d2, TLanes d3, TLanes d4, TLanes d5,
        out TLanes r0, out TLanes r1, out TLanes r2, out TLanes r3, out TLanes r4, out TLanes r5)
    {
        TLanes minusFour = TLanes.All(-4f), four = TLanes.All(4f), minusFive = TLanes.All(-5f), two = TLanes.All(2f);
        r0 = TLanes.Fma(minusFive, d2, TLanes.Fma(four, d0, d4));
        TLanes a = TLanes.Fma(minusFour, d2, d4), b = TLanes.Fma(minusFour, d1, d3);
        r1 = a + b;
        r2 = a - b;
        TLanes c = d4 - d2, e = (d3 - d1) * two;
        r3 = c + e;
        r4 = c - e;
        r5 = TLanes.Fma(minusFive, d3, TLanes.Fma(four, d1, d5));
    }

    [MethodImpl(Inline)]
    private static void GradientLine(
        TLanes y0, TLanes y1, TLanes y2, TLanes y3,
        out TLanes r0, out TLanes r1, out TLanes r2, out TLanes r3, out TLanes r4, out TLanes r5)
    {
        TLanes a = y0 + y2, b = y1 + y3;
        TLanes c = TLanes.Fma(TLanes.All(4f), y2, y0), d = TLanes.All(2f) * TLanes.Fma(TLanes.All(4f), y3, y1);
        r0 = y0;
        r1 = a + b;
        r2 = a - b;
        r3 = c + d;
        r4 = c - d;
        r5 = y3;
    }

    [MethodImpl(Inline)]
    private static void OutputLine(
        TLanes m0, TLanes m1, TLanes m2, TLanes m3, TLanes m4, TLanes m5, out TLanes r0, out TLanes r1, out TLanes r2, out TLanes r3)
    {
        TLanes a = m1 + m2, b = m1 - m2, c = m3 + m4, d = m3 - m4;
        r0 = m0 + a + c;
        r1 = TLanes.Fma(TLanes.All(2f), d, b);
        r2 = TLanes.Fma(TLanes.All(4f), c, a);
        r3 = TLanes.Fma(TLanes.All(8f), d, b) + m5;
    }

    [MethodImpl(Inline)]
    private static void FilterLine(
        TLanes g0, TLanes g1, TLanes g2, out TLanes r0, out TLanes r1, out TLanes r2, out TLanes r3, out TLanes r4, out TLanes r5)
    {
        TLanes a = (g0 + g2) * TLanes.All(-1f / 6f), b = g1 * TLanes.All(1f / 6f);
        TLanes c = TLanes.Fma(g0, TLanes.All(1f / 24f), g2 * TLanes.All(1f / 6f)), d = g1 * TLanes.All(1f / 12f);
        r0 = g0 * TLanes.All(0.25f);
        r1 = a - b;
        r2 = a + b;
        r3 = c + d;
        r4 = c - d;
        r5 = g2;
    }

    [MethodImpl(Inline)]
    private static void FilterGradientLine(
        TLanes u0, TLanes u1, TLanes u2, TLanes u3, TLanes u4, TLanes u5, out TLanes r0, out TLanes r1, out TLanes r2)
    {
        TLanes p = (u1 + u2) * TLanes.All(-1f / 6f), q = u3 + u4;
        r0 = TLanes.Fma(u0, TLanes.All(0.25f), TLanes.Fma(q, TLanes.All(1f / 24f), p));
        r1 = TLanes.Fma(u2 - u1, TLanes.All(1f / 6f), (u3 - u4) * TLanes.All(1f / 12f));
        r2 = TLanes.Fma(q, TLanes.All(1f / 6f), p) + u5;
    }
}
