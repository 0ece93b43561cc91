using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CryoSpin.Benchmarks.Roofline;

/// <summary>Loops that only move data: streams for the bandwidth of each level, and the gathers of the slice kernels.</summary>
internal static unsafe class MemoryProbes
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    /// <summary>Reads all floats (a multiple of 64).</summary>
    [MethodImpl(Hot)]
    public static int Read(float* p, nint count)
    {
        Vector512<int> a = default, b = default, c = default, d = default;
        for (float* end = p + count; p < end; p += 64)
        {
            a ^= Vector512.Load(p).AsInt32();
            b ^= Vector512.Load(p + 16).AsInt32();
            c ^= Vector512.Load(p + 32).AsInt32();
            d ^= Vector512.Load(p + 48).AsInt32();
        }
        return (a ^ b ^ (c ^ d))[0];
    }

    /// <summary>Writes all floats, past the caches.</summary>
    [MethodImpl(Hot)]
    public static void WritePast(float* p, nint count)
    {
        Vector512<float> v = Vector512<float>.One;
        for (float* end = p + count; p < end; p += 64)
        {
            v.StoreAlignedNonTemporal(p);
            v.StoreAlignedNonTemporal(p + 16);
            v.StoreAlignedNonTemporal(p + 32);
            v.StoreAlignedNonTemporal(p + 48);
        }
    }

    /// <summary>Writes all floats.</summary>
    [MethodImpl(Hot)]
    public static void Write(float* p, nint count)
    {
        Vector512<float> v = Vector512<float>.One;
        for (float* end = p + count; p < end; p += 64)
        {
            v.Store(p);
            v.Store(p + 16);
            v.Store(p + 32);
            v.Store(p + 48);
        }
    }

    /// <summary>Copies by 256-bit vectors, as most kernels move data.</summary>
    [MethodImpl(Hot)]
    public static void Copy(float* from, float* to, nint count)
    {
        for (float* end = from + count; from < end; from += 64, to += 64)
        {
            Vector256<float> a = Vector256.Load(from), b = Vector256.Load(from + 8), c = Vector256.Load(from + 16), d = Vector256.Load(from + 24);
            a.Store(to);
            b.Store(to + 8);
            c.Store(to + 16);
            d.Store(to + 24);
            a = Vector256.Load(from + 32);
            b = Vector256.Load(from + 40);
            c = Vector256.Load(from + 48);
            d = Vector256.Load(from + 56);
            a.Store(to + 32);
            b.Store(to + 40);
            c.Store(to + 48);
            d.Store(to + 56);
        }
    }

    /// <summary>a = b + 3 c.</summary>
    [MethodImpl(Hot)]
    public static void Triad(float* a, float* b, float* c, nint count)
    {
        Vector512<float> three = Vector512.Create(3f);
        for (nint i = 0; i < count; i += 32)
        {
            Vector512.FusedMultiplyAdd(Vector512.Load(c + i), three, Vector512.Load(b + i)).Store(a + i);
            Vector512.FusedMultiplyAdd(Vector512.Load(c + i + 16), three, Vector512.Load(b + i + 16)).Store(a + i + 16);
        }
    }

    /// <summary>The four loads of each point of a slice, with the kernel's prefetch where it prefetches, and nothing else.</summary>
    [MethodImpl(Hot)]
    public static int Gather(float* values, int* offsets, int count, nint row, nint plane, bool prefetch)
    {
        const int Ahead = 24;
        Vector128<int> a = default, b = default, c = default, d = default;
        for (int i = 0; i < count; i++)
        {
            if (prefetch && Sse.IsSupported && i + Ahead < count)
            {
                float* q = values + offsets[i + Ahead];
                Sse.Prefetch0(q);
                Sse.Prefetch0(q + row);
                Sse.Prefetch0(q + plane);
                Sse.Prefetch0(q + plane + row);
            }
            float* p = values + offsets[i];
            a ^= Vector128.Load(p).AsInt32();
            b ^= Vector128.Load(p + row).AsInt32();
            p += plane;
            c ^= Vector128.Load(p).AsInt32();
            d ^= Vector128.Load(p + row).AsInt32();
        }
        return (a ^ b ^ (c ^ d))[0];
    }

    /// <summary>Loads, adds to and stores what the transpose of a slice does: four times four floats a point.</summary>
    [MethodImpl(Hot)]
    public static void Update128(float* values, int* offsets, int count, nint row, nint plane, bool prefetch)
    {
        Vector128<float> v = Vector128.Create(1e-3f);
        for (int i = 0; i < count; i++)
        {
            if (prefetch) Ask(values, offsets, i, count, row, plane);
            float* p = values + offsets[i];
            (Vector128.Load(p) + v).Store(p);
            (Vector128.Load(p + row) + v).Store(p + row);
            p += plane;
            (Vector128.Load(p) + v).Store(p);
            (Vector128.Load(p + row) + v).Store(p + row);
        }
    }

    /// <summary>The same by eight floats: the back-projection.</summary>
    [MethodImpl(Hot)]
    public static void Update256(float* values, int* offsets, int count, nint row, nint plane, bool prefetch)
    {
        Vector256<float> v = Vector256.Create(1e-3f);
        for (int i = 0; i < count; i++)
        {
            if (prefetch) Ask(values, offsets, i, count, row, plane);
            float* p = values + offsets[i];
            (Vector256.Load(p) + v).Store(p);
            (Vector256.Load(p + row) + v).Store(p + row);
            p += plane;
            (Vector256.Load(p) + v).Store(p);
            (Vector256.Load(p + row) + v).Store(p + row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ask(float* values, int* offsets, int i, int count, nint row, nint plane)
    {
        if (!Sse.IsSupported || i + 24 >= count) return;
        float* q = values + offsets[i + 24];
        Sse.Prefetch0(q);
        Sse.Prefetch0(q + row);
        Sse.Prefetch0(q + plane);
        Sse.Prefetch0(q + plane + row);
    }
}
