using System.Runtime.CompilerServices;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Reconstruction.Encoder.Kernels;

/// <summary>Per-channel numbers of a batch normalisation, each an array of the layer's channels.</summary>
internal readonly unsafe struct NormalisationTerms(
    float* mean, float* inverseDeviation, float* scale, float* shift, float* meanGradient, float* meanProduct)
{
    public readonly float* Mean = mean;
    public readonly float* InverseDeviation = inverseDeviation;
    public readonly float* Scale = scale;
    public readonly float* Shift = shift;

    /// <summary>Mean over the batch of the gradient behind the normalisation.</summary>
    public readonly float* MeanGradient = meanGradient;

    /// <summary>Mean over the batch of that gradient times the normalised value.</summary>
    public readonly float* MeanProduct = meanProduct;
}

/// <summary>
/// Batch normalisation, ReLU and 2x2 maximum in one pass over a map, and their gradients, recomputed from the convolution's output
/// rather than stored. Channels lie in vector lanes; a call treats a few rows.
/// </summary>
/// <remarks>
/// With sc = scale / s.d. and sh = shift - mean sc, the activation is y = max(sc x + sh, 0). For a gradient d behind the ReLU,
/// dx = sc (d - mean(d) - xhat mean(d xhat)). Ioffe and Szegedy, ICML 2015. A 2x2 maximum passes its gradient to the first of equal
/// values, as PyTorch does.
/// </remarks>
internal static unsafe class ActivationKernels<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>Sum and sum of squares of x less a pivot, per channel, over a block of rows, one half of the sums after
    /// the other.</summary>
    [MethodImpl(Hot)]
    public static void Moments(float* x, nint row, int rows, int columns, int channels, float* pivot, float* sums)
    {
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            TLanes p = TLanes.Load(pivot + c), zero = TLanes.All(0f);
            TLanes s0 = zero, s1 = zero, q0 = zero, q1 = zero;
            for (int y = 0; y < rows; y++)
            {
                float* a = x + (y * row) + c;
                int i = 0;
                for (; i + 2 <= columns; i += 2, a += 2 * channels)
                {
                    TLanes u = TLanes.Load(a) - p, v = TLanes.Load(a + channels) - p;
                    s0 += u;
                    s1 += v;
                    q0 = TLanes.Fma(u, u, q0);
                    q1 = TLanes.Fma(v, v, q1);
                }
                if (i < columns)
                {
                    TLanes u = TLanes.Load(a) - p;
                    s0 += u;
                    q0 = TLanes.Fma(u, u, q0);
                }
            }
            (s0 + s1).Store(sums + c);
            (q0 + q1).Store(sums + channels + c);
        }
    }

    /// <summary>One row of y = max(sc x + sh, 0).</summary>
    [MethodImpl(Hot)]
    public static void Activate(float* x, int columns, int channels, in NormalisationTerms terms, float* y)
    {
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            Affine(terms, c, out TLanes scale, out TLanes shift);
            TLanes zero = TLanes.All(0f);
            float* a = x + c, o = y + c;
            for (int i = 0; i < columns; i++, a += channels, o += channels)
                TLanes.Max(TLanes.Fma(TLanes.Load(a), scale, shift), zero).Store(o);
        }
    }

    /// <summary>Two rows of x to one row of 2x2 maxima of max(sc x + sh, 0); <paramref name="columns"/> counts maxima.</summary>
    [MethodImpl(Hot)]
    public static void ActivateMaximum(float* x, nint row, int columns, int channels, in NormalisationTerms terms, float* y)
    {
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            Affine(terms, c, out TLanes scale, out TLanes shift);
            TLanes zero = TLanes.All(0f);
            float* a = x + c, o = y + c;
            for (int i = 0; i < columns; i++, a += 2 * channels, o += channels)
            {
                TLanes y0 = TLanes.Fma(TLanes.Load(a), scale, shift), y1 = TLanes.Fma(TLanes.Load(a + channels), scale, shift);
                TLanes y2 = TLanes.Fma(TLanes.Load(a + row), scale, shift), y3 = TLanes.Fma(TLanes.Load(a + row + channels), scale, shift);
                TLanes.Max(TLanes.Max(TLanes.Max(y0, y1), TLanes.Max(y2, y3)), zero).Store(o);
            }
        }
    }

    /// <summary>Adds one row's share of sum(d) and sum(d xhat) per channel, d being the gradient behind the ReLU.</summary>
    [MethodImpl(Hot)]
    public static void GradientSums(float* x, int columns, int channels, in NormalisationTerms terms, float* gradient, float* sums)
    {
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            Affine(terms, c, out TLanes scale, out TLanes shift);
            TLanes mean = TLanes.Load(terms.Mean + c), inverse = TLanes.Load(terms.InverseDeviation + c);
            TLanes s = TLanes.Load(sums + c), q = TLanes.All(0f);
            float* a = x + c, g = gradient + c;
            for (int i = 0; i < columns; i++, a += channels, g += channels)
            {
                TLanes v = TLanes.Load(a);
                TLanes d = TLanes.IfPositive(TLanes.Fma(v, scale, shift), TLanes.Load(g));
                s += d;
                q = TLanes.Fma(d, v - mean, q);
            }
            s.Store(sums + c);
            TLanes.Fma(q, inverse, TLanes.Load(sums + channels + c)).Store(sums + channels + c);
        }
    }

    /// <summary>The same where 2x2 maxima follow: two rows of x, one row of gradients.</summary>
    [MethodImpl(Hot)]
    public static void GradientSumsMaximum(
        float* x, nint row, int columns, int channels, in NormalisationTerms terms, float* gradient, float* sums)
    {
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            Affine(terms, c, out TLanes scale, out TLanes shift);
            TLanes mean = TLanes.Load(terms.Mean + c), inverse = TLanes.Load(terms.InverseDeviation + c);
            TLanes s = TLanes.Load(sums + c), q = TLanes.All(0f), zero = TLanes.All(0f);
            float* a = x + c, g = gradient + c;
            for (int i = 0; i < columns; i++, a += 2 * channels, g += channels)
            {
                TLanes x0 = TLanes.Load(a), x1 = TLanes.Load(a + channels), x2 = TLanes.Load(a + row), x3 = TLanes.Load(a + row + channels);
                TLanes y0 = TLanes.Fma(x0, scale, shift), y1 = TLanes.Fma(x1, scale, shift);
                TLanes y2 = TLanes.Fma(x2, scale, shift), y3 = TLanes.Fma(x3, scale, shift);
                TLanes top = TLanes.Max(TLanes.Max(y0, y1), TLanes.Max(y2, y3));
                TLanes d = TLanes.IfPositive(top, TLanes.Load(g));
                // Only the winner's x matters: pick it from the last to the first so that the first of equals wins.
                TLanes winner = TLanes.IfEqual(y0, top, x0, TLanes.IfEqual(y1, top, x1, TLanes.IfEqual(y2, top, x2, x3)));
                s += d;
                q = TLanes.Fma(d, winner - mean, q);
            }
            s.Store(sums + c);
            TLanes.Fma(q, inverse, TLanes.Load(sums + channels + c)).Store(sums + channels + c);
        }
    }

    /// <summary>One row of the gradient before the normalisation.</summary>
    [MethodImpl(Hot)]
    public static void Backward(float* x, int columns, int channels, in NormalisationTerms terms, float* gradient, float* result)
    {
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            BackwardTerms(terms, c, out TLanes scale, out TLanes shift, out TLanes slope, out TLanes offset);
            float* a = x + c, g = gradient + c, o = result + c;
            for (int i = 0; i < columns; i++, a += channels, g += channels, o += channels)
            {
                TLanes v = TLanes.Load(a);
                TLanes d = TLanes.IfPositive(TLanes.Fma(v, scale, shift), TLanes.Load(g));
                TLanes.Fma(scale, d, TLanes.Fma(v, slope, offset)).Store(o);
            }
        }
    }

    /// <summary>Two rows of the gradient before the normalisation where 2x2 maxima follow.</summary>
    [MethodImpl(Hot)]
    public static void BackwardMaximum(
        float* x, nint row, int columns, int channels, in NormalisationTerms terms, float* gradient, float* result, nint resultRow)
    {
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            BackwardTerms(terms, c, out TLanes scale, out TLanes shift, out TLanes slope, out TLanes offset);
            TLanes zero = TLanes.All(0f);
            float* a = x + c, g = gradient + c, o = result + c;
            for (int i = 0; i < columns; i++, a += 2 * channels, g += channels, o += 2 * channels)
            {
                TLanes x0 = TLanes.Load(a), x1 = TLanes.Load(a + channels), x2 = TLanes.Load(a + row), x3 = TLanes.Load(a + row + channels);
                TLanes y0 = TLanes.Fma(x0, scale, shift), y1 = TLanes.Fma(x1, scale, shift);
                TLanes y2 = TLanes.Fma(x2, scale, shift), y3 = TLanes.Fma(x3, scale, shift);
                TLanes top = TLanes.Max(TLanes.Max(y0, y1), TLanes.Max(y2, y3));
                TLanes d = scale * TLanes.IfPositive(top, TLanes.Load(g));
                TLanes d0 = TLanes.IfEqual(y0, top, d, zero);
                d = TLanes.IfEqual(y0, top, zero, d);
                TLanes d1 = TLanes.IfEqual(y1, top, d, zero);
                d = TLanes.IfEqual(y1, top, zero, d);
                TLanes d2 = TLanes.IfEqual(y2, top, d, zero);
                d = TLanes.IfEqual(y2, top, zero, d);
                (d0 + TLanes.Fma(x0, slope, offset)).Store(o);
                (d1 + TLanes.Fma(x1, slope, offset)).Store(o + channels);
                (d2 + TLanes.Fma(x2, slope, offset)).Store(o + resultRow);
                (d + TLanes.Fma(x3, slope, offset)).Store(o + resultRow + channels);
            }
        }
    }

    /// <summary>The gradient before the normalisation of pixels that no maximum covers: the last row or column of an odd map.</summary>
    [MethodImpl(Hot)]
    public static void BackwardUncovered(float* x, int columns, int channels, in NormalisationTerms terms, float* result)
    {
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            BackwardTerms(terms, c, out TLanes _, out TLanes _, out TLanes slope, out TLanes offset);
            for (int i = 0; i < columns; i++)
                TLanes.Fma(TLanes.Load(x + (i * channels) + c), slope, offset).Store(result + (i * channels) + c);
        }
    }

    /// <summary>One row of 2x2 maxima.</summary>
    [MethodImpl(Hot)]
    public static void PoolMaximum(float* x, nint row, int columns, int channels, float* y)
    {
        for (int i = 0; i < columns; i++, x += 2 * channels, y += channels)
        {
            for (int c = 0; c < channels; c += TLanes.Count)
            {
                float* a = x + c;
                TLanes.Max(
                    TLanes.Max(TLanes.Load(a), TLanes.Load(a + channels)),
                    TLanes.Max(TLanes.Load(a + row), TLanes.Load(a + row + channels))).Store(y + c);
            }
        }
    }

    /// <summary>One row of 2x2 means.</summary>
    [MethodImpl(Hot)]
    public static void PoolAverage(float* x, nint row, int columns, int channels, float* y)
    {
        TLanes quarter = TLanes.All(0.25f);
        for (int i = 0; i < columns; i++, x += 2 * channels, y += channels)
        {
            for (int c = 0; c < channels; c += TLanes.Count)
            {
                float* a = x + c;
                TLanes sum = TLanes.Load(a) + TLanes.Load(a + channels) + TLanes.Load(a + row) + TLanes.Load(a + row + channels);
                (sum * quarter).Store(y + c);
            }
        }
    }

    /// <summary>Passes one row of gradients to the first of the largest of four values.</summary>
    [MethodImpl(Hot)]
    public static void UnpoolMaximum(float* x, nint row, int columns, int channels, float* gradient, float* result, nint resultRow)
    {
        TLanes zero = TLanes.All(0f);
        for (int i = 0; i < columns; i++, x += 2 * channels, gradient += channels, result += 2 * channels)
        {
            for (int c = 0; c < channels; c += TLanes.Count)
            {
                float* a = x + c, o = result + c;
                TLanes x0 = TLanes.Load(a), x1 = TLanes.Load(a + channels), x2 = TLanes.Load(a + row), x3 = TLanes.Load(a + row + channels);
                TLanes top = TLanes.Max(TLanes.Max(x0, x1), TLanes.Max(x2, x3)), d = TLanes.Load(gradient + c);
                TLanes.IfEqual(x0, top, d, zero).Store(o);
                d = TLanes.IfEqual(x0, top, zero, d);
                TLanes.IfEqual(x1, top, d, zero).Store(o + channels);
                d = TLanes.IfEqual(x1, top, zero, d);
                TLanes.IfEqual(x2, top, d, zero).Store(o + resultRow);
                TLanes.IfEqual(x2, top, zero, d).Store(o + resultRow + channels);
            }
        }
    }

    /// <summary>Spreads one row of gradients evenly over 2x2 pixels.</summary>
    [MethodImpl(Hot)]
    public static void UnpoolAverage(int columns, int channels, float* gradient, float* result, nint resultRow)
    {
        TLanes quarter = TLanes.All(0.25f);
        for (int i = 0; i < columns; i++, gradient += channels, result += 2 * channels)
        {
            for (int c = 0; c < channels; c += TLanes.Count)
            {
                TLanes d = TLanes.Load(gradient + c) * quarter;
                float* o = result + c;
                d.Store(o);
                d.Store(o + channels);
                d.Store(o + resultRow);
                d.Store(o + resultRow + channels);
            }
        }
    }

    [MethodImpl(Inline)]
    private static void Affine(in NormalisationTerms terms, int c, out TLanes scale, out TLanes shift)
    {
        scale = TLanes.Load(terms.Scale + c) * TLanes.Load(terms.InverseDeviation + c);
        shift = TLanes.Load(terms.Shift + c) - (TLanes.Load(terms.Mean + c) * scale);
    }

    // dx = scale d + slope x + offset, the part that is linear in x gathered into two constants.
    [MethodImpl(Inline)]
    private static void BackwardTerms(
        in NormalisationTerms terms, int c, out TLanes scale, out TLanes shift, out TLanes slope, out TLanes offset)
    {
        Affine(terms, c, out scale, out shift);
        TLanes zero = TLanes.All(0f);
        slope = zero - (scale * TLanes.Load(terms.InverseDeviation + c) * TLanes.Load(terms.MeanProduct + c));
        offset = zero - (scale * TLanes.Load(terms.MeanGradient + c)) - (slope * TLanes.Load(terms.Mean + c));
    }
}
