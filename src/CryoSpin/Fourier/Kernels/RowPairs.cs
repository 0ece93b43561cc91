using System.Runtime.CompilerServices;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Fourier.Kernels;

/// <summary>
/// Eight pairs of real rows in eight lanes: a pair is one complex row while it is transformed, and two spectra before or after. A block
/// holds eight columns of them, 64 floats each for the even rows' real and imaginary parts and the odd rows' real and imaginary parts.
/// </summary>
internal static unsafe class RowPairs<T>
    where T : unmanaged, ILanes<T>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>Frequencies k and -k of complex rows become frequency k of both real rows, a column of a block.</summary>
    [MethodImpl(Inline)]
    public static void Separate(float* a, float* b, float* to)
    {
        T half = T.All(0.5f);
        for (int lane = 0; lane < 8; lane += T.Count, a += T.Count, b += T.Count, to += T.Count)
        {
            T ar = T.Load(a), ai = T.Load(a + 8), br = T.Load(b), bi = T.Load(b + 8);
            ((ar + br) * half).Store(to);
            ((ai - bi) * half).Store(to + 64);
            ((ai + bi) * half).Store(to + 128);
            ((br - ar) * half).Store(to + 192);
        }
    }

    /// <summary>The reverse, times a factor; imaginary parts first.</summary>
    [MethodImpl(Inline)]
    public static void Join(float* from, T factor, float* a, float* b)
    {
        for (int lane = 0; lane < 8; lane += T.Count, from += T.Count, a += T.Count, b += T.Count)
        {
            T er = T.Load(from) * factor, ei = T.Load(from + 64) * factor;
            T or = T.Load(from + 128) * factor, oi = T.Load(from + 192) * factor;
            (ei + or).Store(a);
            (er - oi).Store(a + 8);
            (or - ei).Store(b);
            (er + oi).Store(b + 8);
        }
    }

    /// <summary>Eight numbers.</summary>
    [MethodImpl(Inline)]
    public static void Copy(float* from, float* to)
    {
        for (int lane = 0; lane < 8; lane += T.Count) T.Load(from + lane).Store(to + lane);
    }

    /// <summary>Eight numbers times a factor.</summary>
    [MethodImpl(Inline)]
    public static void Scale(float* from, T factor, float* to)
    {
        for (int lane = 0; lane < 8; lane += T.Count) (T.Load(from + lane) * factor).Store(to + lane);
    }
}
