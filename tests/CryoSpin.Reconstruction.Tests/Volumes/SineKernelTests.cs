using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Volumes.Kernels;

namespace CryoSpin.Reconstruction.Tests.Volumes;

[Trait("Category", "Kernel")]
public sealed class SineKernelTests
{
    [Fact]
    public void Sine_and_cosine_are_right_to_single_precision()
    {
        double worst = 0;
        for (int i = -60_000; i <= 60_000; i++)
        {
            float x = i * 0.0173f;
            SineKernel.SinCos(Lanes4.All(x), out Lanes4 sin, out Lanes4 cos);
            SineKernel.SinCos(Lanes8.All(x), out Lanes8 wideSin, out Lanes8 wideCos);
            worst = Math.Max(worst, Math.Max(Math.Abs(Lanes4.Sum(sin) / 4 - Math.Sin(x)), Math.Abs(Lanes4.Sum(cos) / 4 - Math.Cos(x))));
            Assert.Equal(Lanes4.Sum(sin) / 4, Lanes8.Sum(wideSin) / 8);
            Assert.Equal(Lanes4.Sum(cos) / 4, Lanes8.Sum(wideCos) / 8);
        }
        Assert.True(worst < 3e-7, $"{worst}");
    }
}
