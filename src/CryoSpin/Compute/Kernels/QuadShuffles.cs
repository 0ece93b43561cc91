using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace CryoSpin.Compute.Kernels;

/// <summary>Exchanges between registers of four numbers; no portable vector operation takes its numbers from two registers.</summary>
internal static class QuadShuffles
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>[a0 b0 a1 b1] and [a2 b2 a3 b3].</summary>
    [MethodImpl(Inline)]
    public static void Zip(Vector128<float> a, Vector128<float> b, out Vector128<float> low, out Vector128<float> high)
    {
        if (Sse.IsSupported) (low, high) = (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        else if (AdvSimd.Arm64.IsSupported) (low, high) = (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
        else (low, high) = (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }

    /// <summary>[a0 a2 b0 b2] and [a1 a3 b1 b3].</summary>
    [MethodImpl(Inline)]
    public static void Unzip(Vector128<float> a, Vector128<float> b, out Vector128<float> even, out Vector128<float> odd)
    {
        if (Sse.IsSupported) (even, odd) = (Sse.Shuffle(a, b, 0x88), Sse.Shuffle(a, b, 0xDD));
        else if (AdvSimd.Arm64.IsSupported) (even, odd) = (AdvSimd.Arm64.UnzipEven(a, b), AdvSimd.Arm64.UnzipOdd(a, b));
        else (even, odd) = (Vector128.Create(a[0], a[2], b[0], b[2]), Vector128.Create(a[1], a[3], b[1], b[3]));
    }

    /// <summary>The 4 x 4 transpose; its own inverse.</summary>
    [MethodImpl(Inline)]
    public static void Transpose(
        Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d,
        out Vector128<float> first, out Vector128<float> second, out Vector128<float> third, out Vector128<float> fourth)
    {
        Zip(a, c, out Vector128<float> acLow, out Vector128<float> acHigh);
        Zip(b, d, out Vector128<float> bdLow, out Vector128<float> bdHigh);
        Zip(acLow, bdLow, out first, out second);
        Zip(acHigh, bdHigh, out third, out fourth);
    }

    /// <summary>The same of the lower and of the upper halves.</summary>
    [MethodImpl(Inline)]
    public static void Transpose(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d,
        out Vector256<float> first, out Vector256<float> second, out Vector256<float> third, out Vector256<float> fourth)
    {
        if (Avx.IsSupported)
        {
            Vector256<float> abLow = Avx.UnpackLow(a, b), abHigh = Avx.UnpackHigh(a, b);
            Vector256<float> cdLow = Avx.UnpackLow(c, d), cdHigh = Avx.UnpackHigh(c, d);
            (first, second) = (Avx.Shuffle(abLow, cdLow, 0x44), Avx.Shuffle(abLow, cdLow, 0xEE));
            (third, fourth) = (Avx.Shuffle(abHigh, cdHigh, 0x44), Avx.Shuffle(abHigh, cdHigh, 0xEE));
            return;
        }
        Transpose(
            a.GetLower(), b.GetLower(), c.GetLower(), d.GetLower(),
            out Vector128<float> w, out Vector128<float> x, out Vector128<float> y, out Vector128<float> z);
        Transpose(
            a.GetUpper(), b.GetUpper(), c.GetUpper(), d.GetUpper(),
            out Vector128<float> upperW, out Vector128<float> upperX, out Vector128<float> upperY, out Vector128<float> upperZ);
        (first, second) = (Vector256.Create(w, upperW), Vector256.Create(x, upperX));
        (third, fourth) = (Vector256.Create(y, upperY), Vector256.Create(z, upperZ));
    }
}
