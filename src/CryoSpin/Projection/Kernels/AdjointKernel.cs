using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CryoSpin.Geometry;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace CryoSpin.Projection.Kernels;

/// <summary>The transpose of <see cref="SliceKernel.Sample"/>: spreads a slice over the lattice samples it was read from.</summary>
internal static unsafe class AdjointKernel
{
    /// <summary>Adds one slice; entries in the padding are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Insert(
        FourierLattice lattice, FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> channel0, ReadOnlySpan<float> channel1)
    {
        SliceKernel.CheckDisc(lattice, disc, channel0.Length, channel1.Length);
        LatticePoints points = new(rotation, lattice.Oversampling, lattice.Half, lattice.Size);
        nint rowStep = 2 * lattice.Size, planeStep = rowStep * lattice.Size;
        int* at = stackalloc int[8], ahead = stackalloc int[8];
        int count = disc.Count, last = disc.PaddedCount - 8;
        bool prefetch = lattice.Values.Length > LatticePoints.PrefetchFromFloats;
        fixed (float* values = lattice.Values, kxs = disc.Kx, kys = disc.Ky, in0 = channel0, in1 = channel1)
        {
            for (int i = 0; i < count; i += 8)
            {
                if (prefetch)
                {
                    int j = Math.Min(i + LatticePoints.PrefetchPoints, last);
                    points.Prefetch(values, Vector256.Load(kxs + j), Vector256.Load(kys + j), ahead, rowStep, planeStep);
                }
                points.Locate(Vector256.Load(kxs + i), Vector256.Load(kys + i), at, out V fx, out V fy, out V fz);
                V v0 = Vector256.Load(in0 + i), v1 = Vector256.Load(in1 + i);
                if (i + 8 > count)
                {
                    // The padding repeats the origin; a transpose of the list's own entries leaves it out.
                    V inside = Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count - i)).AsSingle();
                    v0 &= inside;
                    v1 &= inside;
                }
                V high0 = v0 * fx, high1 = v1 * fx;
                LatticePoints.Transpose(v0 - high0, v1 - high1, high0, high1, out V s0, out V s1, out V s2, out V s3);
                Spread(values, at[0], at[4], rowStep, planeStep, s0, LatticePoints.Spread(fy, 0), LatticePoints.Spread(fz, 0));
                Spread(values, at[1], at[5], rowStep, planeStep, s1, LatticePoints.Spread(fy, 1), LatticePoints.Spread(fz, 1));
                Spread(values, at[2], at[6], rowStep, planeStep, s2, LatticePoints.Spread(fy, 2), LatticePoints.Spread(fz, 2));
                Spread(values, at[3], at[7], rowStep, planeStep, s3, LatticePoints.Spread(fy, 3), LatticePoints.Spread(fz, 3));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread(float* values, int first, int second, nint rowStep, nint planeStep, V pairs, V fy, V fz)
    {
        float* a = values + 2 * (nint)first, b = values + 2 * (nint)second;
        V high = pairs * fz, low = pairs - high;
        V lowHigh = low * fy, highHigh = high * fy;
        Add(a, b, low - lowHigh);
        Add(a + rowStep, b + rowStep, lowHigh);
        a += planeStep;
        b += planeStep;
        Add(a, b, high - highHigh);
        Add(a + rowStep, b + rowStep, highHigh);
    }

    /// <summary>Two points may share a sample, so the second is read after the first is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* a, float* b, V v)
    {
        Vector128.Store(Vector128.Load(a) + v.GetLower(), a);
        Vector128.Store(Vector128.Load(b) + v.GetUpper(), b);
    }
}
