using System.Runtime.CompilerServices;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;

namespace CryoSpin.Projection.Kernels;

/// <summary>The transpose of <see cref="SliceKernel{T}.Sample"/>: spreads a slice over the lattice samples it was read from.</summary>
internal static unsafe class AdjointKernel<T>
    where T : unmanaged, IQuadLanes<T>
{
    /// <summary>Adds one slice; entries in the padding are ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Insert(
        FourierLattice lattice, FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> channel0, ReadOnlySpan<float> channel1)
    {
        SliceKernel<T>.CheckDisc(lattice, disc, channel0.Length, channel1.Length);
        LatticePoints<T> points = new(rotation, lattice.Oversampling, lattice.Half, lattice.Size);
        nint rowStep = 2 * lattice.Size, planeStep = rowStep * lattice.Size;
        int* at = stackalloc int[8], ahead = stackalloc int[8];
        int count = disc.Count, last = disc.PaddedCount - T.Count;
        bool prefetch = lattice.Values.Length > LatticePoints<T>.PrefetchFromFloats;
        fixed (float* values = lattice.Values, kxs = disc.Kx, kys = disc.Ky, in0 = channel0, in1 = channel1)
        {
            for (int i = 0; i < count; i += T.Count)
            {
                if (prefetch)
                {
                    int j = Math.Min(i + LatticePoints<T>.PrefetchPoints, last);
                    points.Prefetch(values, T.Load(kxs + j), T.Load(kys + j), ahead, rowStep, planeStep);
                }
                points.Locate(T.Load(kxs + i), T.Load(kys + i), at, out T fx, out T fy, out T fz);
                T v0 = T.Load(in0 + i), v1 = T.Load(in1 + i);
                if (i + T.Count > count)
                {
                    // The padding repeats the origin; a transpose of the list's own entries leaves it out.
                    v0 = T.First(v0, count - i);
                    v1 = T.First(v1, count - i);
                }
                T high0 = v0 * fx, high1 = v1 * fx;
                T.Transpose(v0 - high0, v1 - high1, high0, high1, out T s0, out T s1, out T s2, out T s3);
                Spread(values, at[0], at[4], rowStep, planeStep, s0, T.Spread(fy, 0), T.Spread(fz, 0));
                Spread(values, at[1], at[5], rowStep, planeStep, s1, T.Spread(fy, 1), T.Spread(fz, 1));
                Spread(values, at[2], at[6], rowStep, planeStep, s2, T.Spread(fy, 2), T.Spread(fz, 2));
                Spread(values, at[3], at[7], rowStep, planeStep, s3, T.Spread(fy, 3), T.Spread(fz, 3));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread(float* values, int first, int second, nint rowStep, nint planeStep, T pairs, T fy, T fz)
    {
        float* a = values + 2 * (nint)first, b = values + 2 * (nint)second;
        T high = pairs * fz, low = pairs - high;
        T lowHigh = low * fy, highHigh = high * fy;
        T.AddQuads(a, b, low - lowHigh);
        T.AddQuads(a + rowStep, b + rowStep, lowHigh);
        a += planeStep;
        b += planeStep;
        T.AddQuads(a, b, high - highHigh);
        T.AddQuads(a + rowStep, b + rowStep, highHigh);
    }
}
