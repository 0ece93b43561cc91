using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

/// <summary>Adam's update of a stretch of parameters; bound by memory, so that wider vectors would not help.</summary>
internal static unsafe class AdamKernel
{
    /// <summary>Updates values and both moments in place.</summary>
    /// <param name="value">Parameters.</param>
    /// <param name="gradient">Their gradients.</param>
    /// <param name="first">Running means of the gradients.</param>
    /// <param name="second">Running means of their squares.</param>
    /// <param name="count">A multiple of 8.</param>
    /// <param name="terms">The step's numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update(float* value, float* gradient, float* first, float* second, int count, AdamTerms terms)
    {
        Vector256<float> b1 = Vector256.Create(AdamTerms.Beta1), c1 = Vector256.Create(1 - AdamTerms.Beta1);
        Vector256<float> b2 = Vector256.Create(AdamTerms.Beta2), c2 = Vector256.Create(1 - AdamTerms.Beta2);
        Vector256<float> rate = Vector256.Create(terms.Rate), scale = Vector256.Create(terms.SecondScale);
        Vector256<float> eps = Vector256.Create(AdamTerms.Epsilon);
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> g = Vector256.Load(gradient + i);
            Vector256<float> m = Vector256.FusedMultiplyAdd(g, c1, Vector256.Load(first + i) * b1);
            Vector256<float> v = Vector256.FusedMultiplyAdd(g * g, c2, Vector256.Load(second + i) * b2);
            m.Store(first + i);
            v.Store(second + i);
            (Vector256.Load(value + i) - (rate * m / ((Vector256.Sqrt(v) * scale) + eps))).Store(value + i);
        }
    }
}
