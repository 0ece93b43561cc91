using System.Runtime.Intrinsics;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Geometry;
using CryoSpin.Projection.Kernels;

namespace CryoSpin.Projection;

/// <summary>
/// Sums weighted slices into Fourier space: the adjoint of trilinear slicing. Holds the half space x &gt;= 0; a point on the other side is
/// inserted as its Hermitian partner. Not thread-safe: <see cref="SliceBatch"/> fills one sum with several workers.
/// </summary>
internal sealed class BackProjection
{
    /// <summary>Floats per sample: sums of real parts, imaginary parts and weights; one unused keeps samples 16 bytes long.</summary>
    internal const int Stride = 4;

    /// <summary>Makes an empty sum.</summary>
    /// <param name="radius">Largest radius of the slices, shells.</param>
    /// <param name="oversampling">Samples per shell.</param>
    public BackProjection(double radius, double oversampling)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(radius, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(oversampling, 1);
        Radius = radius;
        Oversampling = oversampling;
        Half = FourierLattice.HalfFor(radius, oversampling);
        Size = 2 * Half + 1;
        Sums = new float[LengthFor(radius, oversampling)];
    }

    /// <summary>Largest radius, shells.</summary>
    public double Radius { get; }

    /// <summary>Samples per shell.</summary>
    public double Oversampling { get; }

    /// <summary>Index of the origin in y and z; x runs from 0 to this.</summary>
    public int Half { get; }

    /// <summary>Samples in y and z.</summary>
    public int Size { get; }

    /// <summary>[z][y][x][re, im, weight, unused], as they stand; not a copy.</summary>
    public float[] Sums { get; }

    /// <summary>
    /// Adds one slice. For an image I with transfer function C and noise variance s2 per shell, pass C I / s2 as values and C^2 / s2
    /// as weights.
    /// </summary>
    /// <param name="disc">The frequencies, radius at most <see cref="Radius"/>.</param>
    /// <param name="rotation">Pose.</param>
    /// <param name="real">Real parts over the disc's padded list; what stands in the padding is ignored.</param>
    /// <param name="imaginary">Imaginary parts.</param>
    /// <param name="weight">Weights.</param>
    public void Insert(
        FrequencyDisc disc, in Rotation rotation, ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> weight)
    {
        if (disc.Radius > Radius) throw new ArgumentException("The disc reaches beyond the sum.", nameof(disc));
        if (Math.Min(real.Length, Math.Min(imaginary.Length, weight.Length)) < disc.PaddedCount)
        {
            throw new ArgumentException("A span is shorter than the disc's padded list.");
        }
        rotation.ThrowIfNotRotation();
        if (Vector256.IsHardwareAccelerated) InsertionKernel<Lanes8>.Insert(this, disc, rotation, real, imaginary, weight);
        else InsertionKernel<Lanes4>.Insert(this, disc, rotation, real, imaginary, weight);
    }

    /// <summary>this = factor * this, e.g. to forget old mini-batches.</summary>
    public void Scale(float factor, WorkerTeam team) =>
        team.ForBlocks(Size, (z, _) => System.Numerics.Tensors.TensorPrimitives.Multiply(Plane(z), factor, Plane(z)));

    /// <summary>Adds another sum of the same shape and clears it.</summary>
    public void Absorb(BackProjection other, WorkerTeam team)
    {
        if (other.Half != Half) throw new ArgumentException("The sums differ in shape.", nameof(other));
        team.ForBlocks(Size, (z, _) =>
        {
            System.Numerics.Tensors.TensorPrimitives.Add(Plane(z), other.Plane(z), Plane(z));
            other.Plane(z).Clear();
        });
    }

    /// <summary>Empties the sum.</summary>
    public void Clear() => Array.Clear(Sums);

    /// <summary>Mean weight per sample of each shell, 0 to the radius.</summary>
    public double[] MeanWeights()
    {
        int shells = (int)Math.Floor(Radius) + 1;
        double[] sum = new double[shells], count = new double[shells];
        for (int z = -Half; z <= Half; z++)
        {
            for (int y = -Half; y <= Half; y++)
            {
                long row = IndexOf(0, y, z);
                for (int x = 1; x <= Half; x++)
                {
                    int shell = (int)Math.Round(Math.Sqrt(x * x + y * y + (double)z * z) / Oversampling);
                    if (shell >= shells) break;
                    sum[shell] += Sums[row + Stride * x + 2];
                    count[shell]++;
                }
            }
        }
        for (int s = 0; s < shells; s++) sum[s] /= Math.Max(1, count[s]);
        return sum;
    }

    /// <summary>Floats of a sum of a radius.</summary>
    public static long LengthFor(double radius, double oversampling)
    {
        long half = FourierLattice.HalfFor(radius, oversampling), size = (2 * half) + 1;
        return size * size * (half + 1) * Stride;
    }

    /// <summary>Position in <see cref="Sums"/> of a sample; 0 &lt;= x &lt;= Half, the others signed.</summary>
    internal long IndexOf(int x, int y, int z) => Stride * ((((long)(z + Half) * Size) + y + Half) * (Half + 1) + x);

    private Span<float> Plane(int z)
    {
        int length = Size * (Half + 1) * Stride;
        return Sums.AsSpan(z * length, length);
    }
}
