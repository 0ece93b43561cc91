namespace CryoSpin.Projection;

/// <summary>
/// Two-channel values on a cube of Fourier space, sampled <see cref="Oversampling"/> times per shell, origin in the middle.
/// The channels are real and imaginary part of a map's transform, or exponent and mantissa of the published decoder.
/// </summary>
internal sealed class FourierLattice
{
    /// <summary>Makes a lattice of zeros that holds every sample a slice of the given radius needs.</summary>
    /// <param name="radius">Radius of the slices, shells.</param>
    /// <param name="oversampling">Samples per shell, e.g. 2 for a map padded to twice its box.</param>
    public FourierLattice(double radius, double oversampling)
        : this(radius, oversampling, null)
    {
    }

    /// <summary>The same in an array that is used again.</summary>
    /// <param name="radius">Radius of the slices, shells.</param>
    /// <param name="oversampling">Samples per shell.</param>
    /// <param name="storage">At least <see cref="LengthFor"/> floats; may be longer. What stands in it is not cleared.</param>
    public FourierLattice(double radius, double oversampling, float[]? storage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(radius, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(oversampling, 1);
        Radius = radius;
        Oversampling = oversampling;
        Half = HalfFor(radius, oversampling);
        Size = 2 * Half + 1;
        long length = LengthFor(radius, oversampling);
        Values = storage ?? new float[length];
        if (Values.LongLength < length) throw new ArgumentException("The array is too short.", nameof(storage));
    }

    /// <summary>Radius of the slices it serves, shells.</summary>
    public double Radius { get; }

    /// <summary>Samples per shell.</summary>
    public double Oversampling { get; }

    /// <summary>Index of the origin on each axis.</summary>
    public int Half { get; }

    /// <summary>Edge in samples: 2 * Half + 1.</summary>
    public int Size { get; }

    /// <summary>[z][y][x][channel], x fastest of the axes.</summary>
    public float[] Values { get; }

    /// <summary>
    /// Samples from the origin to the rim. One more than the radius: trilinear interpolation at the rim reads its outer neighbour; a
    /// radius less than a thousandth short of a sample counts as that sample, because kernels locate points in single precision.
    /// </summary>
    internal static int HalfFor(double radius, double oversampling) => (int)Math.Floor(radius * oversampling + 1e-3) + 1;

    /// <summary>Floats of a lattice of a radius.</summary>
    public static long LengthFor(double radius, double oversampling)
    {
        long size = (2 * HalfFor(radius, oversampling)) + 1;
        return 2 * size * size * size;
    }

    /// <summary>Position in <see cref="Values"/> of channel 0 at signed lattice coordinates.</summary>
    public long IndexOf(int x, int y, int z) => 2L * ((((long)(z + Half) * Size) + y + Half) * Size + x + Half);
}
