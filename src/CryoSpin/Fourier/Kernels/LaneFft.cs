using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Fourier.Kernels;

/// <summary>
/// Eight complex transforms of one length at once, one per SIMD lane. Element k of all eight is 16 floats: eight real parts, then
/// eight imaginary parts. Stockham's autosort form: no bit reversal, every pass streams from one buffer to the other.
/// </summary>
/// <remarks>
/// Lanes instead of vectors along the transform: no shuffles inside the butterflies, any radix costs the same bookkeeping, and rows
/// or columns of an image always come in dozens. Immutable, so one plan serves any number of threads.
/// </remarks>
internal sealed unsafe class LaneFft
{
    /// <summary>Floats one element of the eight transforms takes.</summary>
    public const int Element = 16;

    private readonly int[] _radices;
    private readonly float[] _twiddles;

    /// <summary>Makes the plan; throws ArgumentException for a size with a prime factor above 7.</summary>
    public LaneFft(int length)
    {
        FourierSizes.ThrowUnlessGood(length);
        Length = length;
        _radices = Factor(length);
        // Pinned once here, so that the passes can walk it by pointer without fixing it on every call.
        _twiddles = GC.AllocateArray<float>(TwiddleCount(length, _radices), pinned: true);
        int at = 0;
        int n = length;
        foreach (int r in _radices)
        {
            int m = n / r;
            for (int p = 0; p < m; p++)
            {
                for (int j = 1; j < r; j++)
                {
                    (double sin, double cos) = Math.SinCos(-2 * Math.PI * p * j / n);
                    _twiddles[at++] = (float)cos;
                    _twiddles[at++] = (float)sin;
                }
            }
            n = m;
        }
    }

    /// <summary>Elements per transform.</summary>
    public int Length { get; }

    /// <summary>Passes of one transform.</summary>
    public int Passes => _radices.Length;

    /// <summary>Floats in each of the two buffers.</summary>
    public int BufferLength => Length * Element;

    /// <summary>
    /// Forward transforms, unnormalised, exp(-i). Swap real and imaginary parts before and after for the inverse.
    /// </summary>
    /// <param name="x">The input, [Length][16]; overwritten.</param>
    /// <param name="y">A second buffer of the same size.</param>
    /// <returns>The buffer (one of the two) that holds the result.</returns>
    public float* Run(float* x, float* y) =>
        Vector512.IsHardwareAccelerated ? Run<WideLanes>(x, y)
        : Vector256.IsHardwareAccelerated ? Run<SplitLanes<Lanes8>>(x, y)
        : Run<SplitLanes<Lanes4>>(x, y);

    /// <summary>The same with a choice of registers.</summary>
    internal float* Run<T>(float* x, float* y)
        where T : unmanaged, IComplexLanes<T>
    {
        // Half of the transforms after the other half, where a register holds four numbers.
        if (T.Count < Element / 2) RunPasses<T>(x + T.Count, y + T.Count);
        return RunPasses<T>(x, y);
    }

    private float* RunPasses<T>(float* x, float* y)
        where T : unmanaged, IComplexLanes<T>
    {
        float* t = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_twiddles));
        int n = Length;
        int s = 1;
        foreach (int r in _radices)
        {
            int m = n / r;
            switch (r)
            {
                case 8: LaneButterflies<T>.Radix8(x, y, t, m, s); break;
                case 4: LaneButterflies<T>.Radix4(x, y, t, m, s); break;
                case 2: LaneButterflies<T>.Radix2(x, y, t, m, s); break;
                case 3: LaneButterflies<T>.Radix3(x, y, t, m, s); break;
                case 5: LaneButterflies<T>.Radix5(x, y, t, m, s); break;
                default: LaneButterflies<T>.Radix7(x, y, t, m, s); break;
            }
            t += 2 * (r - 1) * m;
            float* swap = x;
            x = y;
            y = swap;
            n = m;
            s *= r;
        }
        return x;
    }

    private static int[] Factor(int n)
    {
        List<int> radices = [];
        // As few passes as can be: eights, but rather two fours than an eight and a two.
        for (; n % 8 == 0 && n % 32 != 16; n /= 8) radices.Add(8);
        foreach (int r in (ReadOnlySpan<int>)[4, 2, 3, 5, 7])
        {
            for (; n % r == 0; n /= r) radices.Add(r);
        }
        return [.. radices];
    }

    private static int TwiddleCount(int n, int[] radices)
    {
        int count = 0;
        foreach (int r in radices)
        {
            n /= r;
            count += 2 * (r - 1) * n;
        }
        return count;
    }
}
