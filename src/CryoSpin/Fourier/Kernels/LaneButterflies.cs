using System.Runtime.CompilerServices;

namespace CryoSpin.Fourier.Kernels;

/// <summary>
/// One Stockham pass each: x holds r blocks of m * s elements, y receives them combined and turned by the twiddles t
/// (per p below m: r - 1 complex factors). An element is 16 floats, see <see cref="LaneFft"/>.
/// </summary>
internal static unsafe class LaneButterflies<T>
    where T : unmanaged, IComplexLanes<T>
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    [MethodImpl(Hot)]
    public static void Radix2(float* x, float* y, float* t, int m, int s)
    {
        nint step = (nint)s * 16;
        nint far = step * m;
        for (int p = 0; p < m; p++, t += 2)
        {
            T w = T.Factor(t[0]), wi = T.FactorI(t[1]);
            float* from = x + step * p;
            float* to = y + step * 2 * p;
            for (int q = 0; q < s; q++, from += 16, to += 16)
            {
                T a = T.Load(from), b = T.Load(from + far);
                (a + b).Store(to);
                T.Turn(a - b, w, wi).Store(to + step);
            }
        }
    }

    [MethodImpl(Hot)]
    public static void Radix3(float* x, float* y, float* t, int m, int s)
    {
        nint step = (nint)s * 16;
        nint far = step * m;
        for (int p = 0; p < m; p++, t += 4)
        {
            T w1 = T.Factor(t[0]), w1i = T.FactorI(t[1]), w2 = T.Factor(t[2]), w2i = T.FactorI(t[3]);
            float* from = x + step * p;
            float* to = y + step * 3 * p;
            for (int q = 0; q < s; q++, from += 16, to += 16)
            {
                T a = T.Load(from), b = T.Load(from + far), c = T.Load(from + 2 * far);
                T sum = b + c, u = T.Fma(sum, -0.5f, a), v = T.MinusI(b - c) * 0.8660254037844386f;
                (a + sum).Store(to);
                T.Turn(u + v, w1, w1i).Store(to + step);
                T.Turn(u - v, w2, w2i).Store(to + 2 * step);
            }
        }
    }

    [MethodImpl(Hot)]
    public static void Radix4(float* x, float* y, float* t, int m, int s)
    {
        nint step = (nint)s * 16;
        nint far = step * m;
        for (int p = 0; p < m; p++, t += 6)
        {
            T w1 = T.Factor(t[0]), w1i = T.FactorI(t[1]), w2 = T.Factor(t[2]), w2i = T.FactorI(t[3]), w3 = T.Factor(t[4]), w3i = T.FactorI(t[5]);
            float* from = x + step * p;
            float* to = y + step * 4 * p;
            for (int q = 0; q < s; q++, from += 16, to += 16)
            {
                T a = T.Load(from), b = T.Load(from + far), c = T.Load(from + 2 * far), d = T.Load(from + 3 * far);
                T sum0 = a + c, difference0 = a - c, sum1 = b + d, difference1 = T.MinusI(b - d);
                (sum0 + sum1).Store(to);
                T.Turn(difference0 + difference1, w1, w1i).Store(to + step);
                T.Turn(sum0 - sum1, w2, w2i).Store(to + 2 * step);
                T.Turn(difference0 - difference1, w3, w3i).Store(to + 3 * step);
            }
        }
    }

    /// <summary>Two of radix 4 behind one of radix 2: a third fewer passes over the data than with radix 4 alone.</summary>
    [MethodImpl(Hot)]
    public static void Radix8(float* x, float* y, float* t, int m, int s)
    {
        const float Half = 0.7071067811865476f;
        nint step = (nint)s * 16;
        nint far = step * m;
        for (int p = 0; p < m; p++, t += 14)
        {
            T w1 = T.Factor(t[0]), w1i = T.FactorI(t[1]), w2 = T.Factor(t[2]), w2i = T.FactorI(t[3]), w3 = T.Factor(t[4]), w3i = T.FactorI(t[5]);
            T w4 = T.Factor(t[6]), w4i = T.FactorI(t[7]), w5 = T.Factor(t[8]), w5i = T.FactorI(t[9]);
            T w6 = T.Factor(t[10]), w6i = T.FactorI(t[11]), w7 = T.Factor(t[12]), w7i = T.FactorI(t[13]);
            float* from = x + step * p;
            float* to = y + step * 8 * p;
            for (int q = 0; q < s; q++, from += 16, to += 16)
            {
                float* upper = from + 4 * far;
                T a = T.Load(from), b = T.Load(upper), sum0 = a + b, difference0 = a - b;
                a = T.Load(from + 2 * far);
                b = T.Load(upper + 2 * far);
                T sum2 = a + b, difference2 = T.MinusI(a - b);
                a = T.Load(from + far);
                b = T.Load(upper + far);
                T sum1 = a + b, difference1 = a - b;
                a = T.Load(from + 3 * far);
                b = T.Load(upper + 3 * far);
                T sum3 = a + b, difference3 = a - b;

                T even = sum0 + sum2, odd = sum1 + sum3;
                (even + odd).Store(to);
                T.Turn(even - odd, w4, w4i).Store(to + 4 * step);
                even = sum0 - sum2;
                odd = T.MinusI(sum1 - sum3);
                T.Turn(even + odd, w2, w2i).Store(to + 2 * step);
                T.Turn(even - odd, w6, w6i).Store(to + 6 * step);

                // The eighth turns of difference1 and difference3, summed and subtracted, share their products.
                T u = difference1 - difference3, v = T.MinusI(difference1 + difference3), turned = v + u;
                even = difference0 + difference2;
                T.Turn(T.Fma(turned, Half, even), w1, w1i).Store(to + step);
                T.Turn(T.Fma(turned, -Half, even), w5, w5i).Store(to + 5 * step);
                turned = v - u;
                even = difference0 - difference2;
                T.Turn(T.Fma(turned, Half, even), w3, w3i).Store(to + 3 * step);
                T.Turn(T.Fma(turned, -Half, even), w7, w7i).Store(to + 7 * step);
            }
        }
    }

    [MethodImpl(Hot)]
    public static void Radix5(float* x, float* y, float* t, int m, int s)
    {
        // cos and sin of 2 pi j / 5, j = 1, 2.
        const float C1 = 0.30901699437494745f, C2 = -0.8090169943749475f, S1 = 0.9510565162951535f, S2 = 0.5877852522924731f;
        nint step = (nint)s * 16;
        nint far = step * m;
        for (int p = 0; p < m; p++, t += 8)
        {
            float* from = x + step * p;
            float* to = y + step * 5 * p;
            for (int q = 0; q < s; q++, from += 16, to += 16)
            {
                T a = T.Load(from);
                Pair(from + far, from + 4 * far, out T p1, out T m1);
                Pair(from + 2 * far, from + 3 * far, out T p2, out T m2);
                (a + p1 + p2).Store(to);
                T u = T.Fma(p2, C2, T.Fma(p1, C1, a)), v = T.MinusI(T.Fma(m2, S2, m1 * S1));
                Turned(u + v, t).Store(to + step);
                Turned(u - v, t + 6).Store(to + 4 * step);
                u = T.Fma(p2, C1, T.Fma(p1, C2, a));
                v = T.MinusI(T.Fma(m2, -S1, m1 * S2));
                Turned(u + v, t + 2).Store(to + 2 * step);
                Turned(u - v, t + 4).Store(to + 3 * step);
            }
        }
    }

    [MethodImpl(Hot)]
    public static void Radix7(float* x, float* y, float* t, int m, int s)
    {
        // cos and sin of 2 pi j / 7, j = 1, 2, 3.
        const float C1 = 0.6234898018587336f, C2 = -0.2225209339563144f, C3 = -0.9009688679024191f;
        const float S1 = 0.7818314824680298f, S2 = 0.9749279121818236f, S3 = 0.4338837391175582f;
        nint step = (nint)s * 16;
        nint far = step * m;
        for (int p = 0; p < m; p++, t += 12)
        {
            float* from = x + step * p;
            float* to = y + step * 7 * p;
            for (int q = 0; q < s; q++, from += 16, to += 16)
            {
                T a = T.Load(from);
                Pair(from + far, from + 6 * far, out T p1, out T m1);
                Pair(from + 2 * far, from + 5 * far, out T p2, out T m2);
                Pair(from + 3 * far, from + 4 * far, out T p3, out T m3);
                (a + p1 + p2 + p3).Store(to);
                T u = T.Fma(p3, C3, T.Fma(p2, C2, T.Fma(p1, C1, a))), v = T.MinusI(T.Fma(m3, S3, T.Fma(m2, S2, m1 * S1)));
                Turned(u + v, t).Store(to + step);
                Turned(u - v, t + 10).Store(to + 6 * step);
                u = T.Fma(p3, C1, T.Fma(p2, C3, T.Fma(p1, C2, a)));
                v = T.MinusI(T.Fma(m3, -S1, T.Fma(m2, -S3, m1 * S2)));
                Turned(u + v, t + 2).Store(to + 2 * step);
                Turned(u - v, t + 8).Store(to + 5 * step);
                u = T.Fma(p3, C2, T.Fma(p2, C1, T.Fma(p1, C3, a)));
                v = T.MinusI(T.Fma(m3, S2, T.Fma(m2, -S1, m1 * S3)));
                Turned(u + v, t + 4).Store(to + 3 * step);
                Turned(u - v, t + 6).Store(to + 4 * step);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(float* a, float* b, out T sum, out T difference)
    {
        T first = T.Load(a), second = T.Load(b);
        sum = first + second;
        difference = first - second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Turned(T a, float* t) => T.Turn(a, T.Factor(t[0]), T.FactorI(t[1]));
}
