using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Reconstruction.Encoder.Kernels;

/// <summary>Adam's numbers for one step.</summary>
/// <param name="Rate">Learning rate over the first moment's bias correction.</param>
/// <param name="SecondScale">One over the root of the second moment's bias correction.</param>
internal readonly record struct AdamTerms(float Rate, float SecondScale)
{
    public const float Beta1 = 0.9f;
    public const float Beta2 = 0.999f;
    public const float Epsilon = 1e-8f;
}

/// <summary>Adam's update of a stretch of parameters; bound by memory, so that vectors wider than 256 bits would not help.</summary>
internal static unsafe class AdamKernel
{
    /// <summary>Updates values and both moments in place.</summary>
    /// <param name="value">Parameters.</param>
    /// <param name="gradient">Their gradients.</param>
    /// <param name="first">Running means of the gradients.</param>
    /// <param name="second">Running means of their squares.</param>
    /// <param name="count">A multiple of 8.</param>
    /// <param name="terms">The step's numbers.</param>
    public static void Update(float* value, float* gradient, float* first, float* second, int count, AdamTerms terms)
    {
        if (Vector256.IsHardwareAccelerated) Update<Lanes8>(value, gradient, first, second, count, terms);
        else Update<Lanes4>(value, gradient, first, second, count, terms);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<T>(float* value, float* gradient, float* first, float* second, int count, AdamTerms terms)
        where T : unmanaged, ILanes<T>
    {
        T b1 = T.All(AdamTerms.Beta1), c1 = T.All(1 - AdamTerms.Beta1);
        T b2 = T.All(AdamTerms.Beta2), c2 = T.All(1 - AdamTerms.Beta2);
        T rate = T.All(terms.Rate), scale = T.All(terms.SecondScale);
        T eps = T.All(AdamTerms.Epsilon);
        for (int i = 0; i < count; i += T.Count)
        {
            T g = T.Load(gradient + i);
            T m = T.Fma(g, c1, T.Load(first + i) * b1);
            T v = T.Fma(g * g, c2, T.Load(second + i) * b2);
            m.Store(first + i);
            v.Store(second + i);
            (T.Load(value + i) - (rate * m / ((T.Sqrt(v) * scale) + eps))).Store(value + i);
        }
    }
}
