using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Fourier.Kernels;

/// <summary>
/// One Stockham pass each: x holds r blocks of m * s elements, y receives them combined and turned by the twiddles t
/// (per p below m: r - 1 complex factors). An element is 16 floats, see <see cref="LaneFft"/>.
/// </summary>
internal static unsafe class LaneButterflies
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Radix2(float* x, float* y, float* t, int m, int s)
    {
        nint step = (nint)s * 16;
        nint far = step * m;
        for (int p = 0; p < m; p++, t += 2)
        {
            V wr = All(t), wi = All(t + 1);
            float* a = x + step * p;
            float* o = y + step * 2 * p;
            for (int q = 0; q < s; q++, a += 16, o += 16)
            {
                V ar = Load(a), ai = Load(a + 8), br = Load(a + far), bi = Load(a + far + 8);
                Store(o, ar + br, ai + bi);
                StoreTurned(o + step, wr, wi, ar - br, ai - bi);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Radix3(float* x, float* y, float* t, int m, int s)
    {
        nint step = (nint)s * 16;
        nint far = step * m;
        V cos = Vector256.Create(-0.5f), sin = Vector256.Create(-0.8660254037844386f);
        for (int p = 0; p < m; p++, t += 4)
        {
            V w1r = All(t), w1i = All(t + 1), w2r = All(t + 2), w2i = All(t + 3);
            float* a = x + step * p;
            float* o = y + step * 3 * p;
            for (int q = 0; q < s; q++, a += 16, o += 16)
            {
                V ar = Load(a), ai = Load(a + 8), br = Load(a + far), bi = Load(a + far + 8);
                V cr = Load(a + 2 * far), ci = Load(a + 2 * far + 8);
                V pr = br + cr, pi = bi + ci, mr = (br - cr) * sin, mi = (bi - ci) * sin;
                V ur = Fma(pr, cos, ar), ui = Fma(pi, cos, ai);
                Store(o, ar + pr, ai + pi);
                StoreTurned(o + step, w1r, w1i, ur - mi, ui + mr);
                StoreTurned(o + 2 * step, w2r, w2i, ur + mi, ui - mr);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Radix4(float* x, float* y, float* t, int m, int s)
    {
        nint step = (nint)s * 16;
        nint far = step * m;
        for (int p = 0; p < m; p++, t += 6)
        {
            V w1r = All(t), w1i = All(t + 1), w2r = All(t + 2), w2i = All(t + 3), w3r = All(t + 4), w3i = All(t + 5);
            float* a = x + step * p;
            float* o = y + step * 4 * p;
            for (int q = 0; q < s; q++, a += 16, o += 16)
            {
                V ar = Load(a), ai = Load(a + 8), br = Load(a + far), bi = Load(a + far + 8);
                V cr = Load(a + 2 * far), ci = Load(a + 2 * far + 8), dr = Load(a + 3 * far), di = Load(a + 3 * far + 8);
                V pr = ar + cr, pi = ai + ci, mr = ar - cr, mi = ai - ci;
                V qr = br + dr, qi = bi + di, jr = br - dr, ji = bi - di;
                Store(o, pr + qr, pi + qi);
                StoreTurned(o + step, w1r, w1i, mr + ji, mi - jr);
                StoreTurned(o + 2 * step, w2r, w2i, pr - qr, pi - qi);
                StoreTurned(o + 3 * step, w3r, w3i, mr - ji, mi + jr);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Radix5(float* x, float* y, float* t, int m, int s)
    {
        nint step = (nint)s * 16;
        nint far = step * m;
        V c1 = Vector256.Create(0.30901699437494745f), c2 = Vector256.Create(-0.8090169943749475f);
        V s1 = Vector256.Create(0.9510565162951535f), s2 = Vector256.Create(0.5877852522924731f);
        for (int p = 0; p < m; p++, t += 8)
        {
            float* a = x + step * p;
            float* o = y + step * 5 * p;
            for (int q = 0; q < s; q++, a += 16, o += 16)
            {
                V ar = Load(a), ai = Load(a + 8);
                Pair(a + far, a + 4 * far, out V p1r, out V p1i, out V m1r, out V m1i);
                Pair(a + 2 * far, a + 3 * far, out V p2r, out V p2i, out V m2r, out V m2i);
                Store(o, ar + p1r + p2r, ai + p1i + p2i);
                V ur = Fma(p2r, c2, Fma(p1r, c1, ar)), ui = Fma(p2i, c2, Fma(p1i, c1, ai));
                V vr = Fma(m2r, s2, m1r * s1), vi = Fma(m2i, s2, m1i * s1);
                StoreTurned(o + step, All(t), All(t + 1), ur + vi, ui - vr);
                StoreTurned(o + 4 * step, All(t + 6), All(t + 7), ur - vi, ui + vr);
                ur = Fma(p2r, c1, Fma(p1r, c2, ar));
                ui = Fma(p2i, c1, Fma(p1i, c2, ai));
                vr = Fma(m2r, -s1, m1r * s2);
                vi = Fma(m2i, -s1, m1i * s2);
                StoreTurned(o + 2 * step, All(t + 2), All(t + 3), ur + vi, ui - vr);
                StoreTurned(o + 3 * step, All(t + 4), All(t + 5), ur - vi, ui + vr);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Radix7(float* x, float* y, float* t, int m, int s)
    {
        nint step = (nint)s * 16;
        nint far = step * m;
        // cos and sin of 2 pi j / 7, j = 1, 2, 3.
        float c1 = 0.6234898018587336f, c2 = -0.2225209339563144f, c3 = -0.9009688679024191f;
        float s1 = 0.7818314824680298f, s2 = 0.9749279121818236f, s3 = 0.4338837391175582f;
        for (int p = 0; p < m; p++, t += 12)
        {
            float* a = x + step * p;
            float* o = y + step * 7 * p;
            for (int q = 0; q < s; q++, a += 16, o += 16)
            {
                V ar = Load(a), ai = Load(a + 8);
                Pair(a + far, a + 6 * far, out V p1r, out V p1i, out V m1r, out V m1i);
                Pair(a + 2 * far, a + 5 * far, out V p2r, out V p2i, out V m2r, out V m2i);
                Pair(a + 3 * far, a + 4 * far, out V p3r, out V p3i, out V m3r, out V m3i);
                Store(o, ar + p1r + p2r + p3r, ai + p1i + p2i + p3i);
                V ur = Mix(ar, p1r, c1, p2r, c2, p3r, c3), ui = Mix(ai, p1i, c1, p2i, c2, p3i, c3);
                V vr = Mix(V.Zero, m1r, s1, m2r, s2, m3r, s3), vi = Mix(V.Zero, m1i, s1, m2i, s2, m3i, s3);
                StoreTurned(o + step, All(t), All(t + 1), ur + vi, ui - vr);
                StoreTurned(o + 6 * step, All(t + 10), All(t + 11), ur - vi, ui + vr);
                ur = Mix(ar, p1r, c2, p2r, c3, p3r, c1);
                ui = Mix(ai, p1i, c2, p2i, c3, p3i, c1);
                vr = Mix(V.Zero, m1r, s2, m2r, -s3, m3r, -s1);
                vi = Mix(V.Zero, m1i, s2, m2i, -s3, m3i, -s1);
                StoreTurned(o + 2 * step, All(t + 2), All(t + 3), ur + vi, ui - vr);
                StoreTurned(o + 5 * step, All(t + 8), All(t + 9), ur - vi, ui + vr);
                ur = Mix(ar, p1r, c3, p2r, c1, p3r, c2);
                ui = Mix(ai, p1i, c3, p2i, c1, p3i, c2);
                vr = Mix(V.Zero, m1r, s3, m2r, -s1, m3r, s2);
                vi = Mix(V.Zero, m1i, s3, m2i, -s1, m3i, s2);
                StoreTurned(o + 3 * step, All(t + 4), All(t + 5), ur + vi, ui - vr);
                StoreTurned(o + 4 * step, All(t + 6), All(t + 7), ur - vi, ui + vr);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(float* p) => Vector256.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V All(float* p) => Vector256.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Fma(V a, V b, V c) => Vector256.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Mix(V a, V x, float cx, V y, float cy, V z, float cz) =>
        Fma(z, Vector256.Create(cz), Fma(y, Vector256.Create(cy), Fma(x, Vector256.Create(cx), a)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(float* a, float* b, out V sumRe, out V sumIm, out V differenceRe, out V differenceIm)
    {
        V ar = Load(a), ai = Load(a + 8), br = Load(b), bi = Load(b + 8);
        sumRe = ar + br;
        sumIm = ai + bi;
        differenceRe = ar - br;
        differenceIm = ai - bi;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* p, V re, V im)
    {
        re.Store(p);
        im.Store(p + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreTurned(float* p, V wr, V wi, V re, V im)
    {
        Fma(re, wr, -(im * wi)).Store(p);
        Fma(re, wi, im * wr).Store(p + 8);
    }
}
