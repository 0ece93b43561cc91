namespace CryoSpin.Imaging;

/// <summary>A cubic real-space map. Voxel (z, y, x) is <c>Voxels[(z * Size + y) * Size + x]</c>; the centre is index Size/2 (integer
/// division).</summary>
public sealed class Volume
{
    /// <summary>Wraps voxels without copying them.</summary>
    /// <param name="size">Edge in voxels.</param>
    /// <param name="pixelSizeAngstrom">Edge of one voxel.</param>
    /// <param name="voxels">Size^3 values, x fastest; kept, not copied.</param>
    public Volume(int size, double pixelSizeAngstrom, float[] voxels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (voxels.LongLength != (long)size * size * size)
        {
            throw new ArgumentException($"{voxels.LongLength} voxels do not fill a cube of edge {size}.", nameof(voxels));
        }
        Size = size;
        PixelSizeAngstrom = pixelSizeAngstrom;
        Voxels = voxels;
    }

    /// <summary>A map of zeros.</summary>
    public Volume(int size, double pixelSizeAngstrom)
        : this(size, pixelSizeAngstrom, new float[checked((long)size * size * size)])
    {
    }

    /// <summary>Edge in voxels.</summary>
    public int Size { get; }

    /// <summary>Edge of one voxel, angstrom.</summary>
    public double PixelSizeAngstrom { get; }

    /// <summary>The values, [z][y][x].</summary>
    public float[] Voxels { get; }

    /// <summary>The value at (z, y, x).</summary>
    public float this[int z, int y, int x]
    {
        get => Voxels[(((long)z * Size) + y) * Size + x];
        set => Voxels[(((long)z * Size) + y) * Size + x] = value;
    }
}
