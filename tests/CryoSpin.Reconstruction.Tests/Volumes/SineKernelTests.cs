using System.Runtime.Intrinsics;
using CryoSpin.Reconstruction.Volumes.Kernels;

namespace CryoSpin.Reconstruction.Tests.Volumes;

public sealed class SineKernelTests
{
    [Fact]
    public void Sine_and_cosine_are_right_to_single_precision()
    {
        double worst = 0;
        for (int i = -60_000; i <= 60_000; i++)
        {
            float x = i * 0.0173f;
            SineKernel.SinCos(Vector256.Create(x), out Vector256<float> sin, out Vector256<float> cos);
            worst = Math.Max(worst, Math.Max(Math.Abs(sin[3] - Math.Sin(x)), Math.Abs(cos[5] - Math.Cos(x))));
        }
        Assert.True(worst < 3e-7, $"{worst}");
    }
}
