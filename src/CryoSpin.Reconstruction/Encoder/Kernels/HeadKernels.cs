using System.Runtime.CompilerServices;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Reconstruction.Encoder.Kernels;

/// <summary>Two numbers for each of 16 columns.</summary>
internal unsafe struct HeadColumns
{
    public fixed float First[16];
    public fixed float Second[16];
}

/// <summary>
/// Bias, ReLU and then batch normalisation, in the order the published heads have them, on 16 columns of a row-major matrix
/// [image][unit] at a time, and their gradients.
/// </summary>
internal static unsafe class HeadKernels<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;
    private const int Columns = 16;

    /// <summary>r = max(z + bias, 0) in place.</summary>
    [MethodImpl(Hot)]
    public static void Rectify(float* z, nint row, int images, float* bias)
    {
        for (int c = 0; c < Columns; c += TLanes.Count)
        {
            TLanes b = TLanes.Load(bias + c), zero = TLanes.All(0f);
            float* p = z + c;
            for (int i = 0; i < images; i++, p += row) TLanes.Max(TLanes.Load(p) + b, zero).Store(p);
        }
    }

    /// <summary>The same, with each column's mean and (biased) variance, the latter in a second pass so that nothing cancels.</summary>
    [MethodImpl(Hot)]
    public static void RectifyAndMeasure(float* z, nint row, int images, float* bias, out HeadColumns moments)
    {
        Rectify(z, row, images, bias);
        moments = default;
        TLanes scale = TLanes.All(1f / images);
        fixed (float* mean = moments.First, variance = moments.Second)
        {
            for (int c = 0; c < Columns; c += TLanes.Count)
            {
                TLanes sum = TLanes.All(0f), squares = sum;
                float* p = z + c;
                for (int i = 0; i < images; i++, p += row) sum += TLanes.Load(p);
                TLanes m = sum * scale;
                p = z + c;
                for (int i = 0; i < images; i++, p += row)
                {
                    TLanes d = TLanes.Load(p) - m;
                    squares = TLanes.Fma(d, d, squares);
                }
                m.Store(mean + c);
                (squares * scale).Store(variance + c);
            }
        }
    }

    /// <summary>y = scale (r - mean) / s.d. + shift.</summary>
    [MethodImpl(Hot)]
    public static void Normalise(float* r, nint row, int images, in NormalisationTerms terms, int first, float* y)
    {
        for (int c = 0; c < Columns; c += TLanes.Count)
        {
            TLanes mean = TLanes.Load(terms.Mean + first + c), shift = TLanes.Load(terms.Shift + first + c);
            TLanes factor = TLanes.Load(terms.Scale + first + c) * TLanes.Load(terms.InverseDeviation + first + c);
            float* p = r + c, q = y + c;
            for (int i = 0; i < images; i++, p += row, q += row) TLanes.Fma(TLanes.Load(p) - mean, factor, shift).Store(q);
        }
    }

    /// <summary>Each column's sum of the gradient, and of the gradient times the normalised value.</summary>
    [MethodImpl(Hot)]
    public static void GradientSums(
        float* r, float* gradient, nint row, int images, in NormalisationTerms terms, int first, out HeadColumns sums)
    {
        sums = default;
        fixed (float* sum = sums.First, product = sums.Second)
        {
            for (int c = 0; c < Columns; c += TLanes.Count)
            {
                TLanes mean = TLanes.Load(terms.Mean + first + c), s = TLanes.All(0f), q = s;
                float* p = r + c, g = gradient + c;
                for (int i = 0; i < images; i++, p += row, g += row)
                {
                    TLanes d = TLanes.Load(g);
                    s += d;
                    q = TLanes.Fma(d, TLanes.Load(p) - mean, q);
                }
                s.Store(sum + c);
                (q * TLanes.Load(terms.InverseDeviation + first + c)).Store(product + c);
            }
        }
    }

    /// <summary>The gradient before the ReLU, in place, and its column sums, the gradient of the bias.</summary>
    [MethodImpl(Hot)]
    public static void Backward(
        float* r, float* gradient, nint row, int images, in NormalisationTerms terms, int first, float* biasGradient, bool accumulate)
    {
        for (int c = 0; c < Columns; c += TLanes.Count)
        {
            TLanes mean = TLanes.Load(terms.Mean + first + c), inverse = TLanes.Load(terms.InverseDeviation + first + c);
            TLanes factor = TLanes.Load(terms.Scale + first + c) * inverse;
            TLanes meanGradient = TLanes.Load(terms.MeanGradient + first + c), slope = inverse * TLanes.Load(terms.MeanProduct + first + c);
            TLanes sum = accumulate ? TLanes.Load(biasGradient + c) : TLanes.All(0f);
            float* p = r + c, g = gradient + c;
            for (int i = 0; i < images; i++, p += row, g += row)
            {
                TLanes v = TLanes.Load(p);
                TLanes d = TLanes.IfPositive(v, factor * (TLanes.Load(g) - meanGradient - ((v - mean) * slope)));
                sum += d;
                d.Store(g);
            }
            sum.Store(biasGradient + c);
        }
    }
}
