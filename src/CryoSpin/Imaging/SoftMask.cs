using CryoSpin.Compute;

namespace CryoSpin.Imaging;

/// <summary>How a mask is made from a map, see <see cref="SoftMask.FromMap"/>.</summary>
public sealed record MaskOptions
{
    /// <summary>Low-pass before thresholding, angstrom; null for the coarser of 15 angstrom and 5 voxels.</summary>
    public double? LowPassAngstrom { get; init; }

    /// <summary>
    /// Threshold on the low-passed map; null takes the background's mean plus <see cref="Deviations"/> of its standard deviations, or
    /// a tenth of the peak, whichever is more.
    /// </summary>
    public float? Threshold { get; init; }

    /// <summary>Standard deviations above the background for the automatic threshold.</summary>
    public double Deviations { get; init; } = 4;

    /// <summary>How far the region is extended before the edge, voxels.</summary>
    public double ExtendVoxels { get; init; } = 3;

    /// <summary>Width of the soft edge, voxels.</summary>
    public double EdgeVoxels { get; init; } = 6;
}

/// <summary>A mask with values from 0 to 1 over a cubic box.</summary>
public sealed class SoftMask
{
    private SoftMask(int size, float[] values) => (Size, Values) = (size, values);

    /// <summary>Edge in voxels.</summary>
    public int Size { get; }

    /// <summary>[z][y][x], 0 to 1.</summary>
    public float[] Values { get; }

    /// <summary>The sum of the values over the number of voxels.</summary>
    public double Fraction => Values.Sum(v => (double)v) / Values.Length;

    /// <summary>A mask of given values.</summary>
    /// <param name="size">Edge of the box.</param>
    /// <param name="values">[z][y][x], 0 to 1; kept, not copied.</param>
    public static SoftMask Of(int size, float[] values)
    {
        if (values.Length != (long)size * size * size) throw new ArgumentException($"{values.Length} values are no box of {size} voxels.", nameof(values));
        return new SoftMask(size, values);
    }

    /// <summary>A ball about the box's centre: 1 up to the radius, falling to 0 over the edge.</summary>
    /// <param name="size">Edge of the box.</param>
    /// <param name="radiusVoxels">Radius of the part that is 1.</param>
    /// <param name="edgeVoxels">Width of the half cosine beyond it; 0 for a hard edge.</param>
    public static SoftMask Sphere(int size, double radiusVoxels, double edgeVoxels)
    {
        float[] values = new float[(long)size * size * size];
        for (int i = 0, z = 0; z < size; z++)
        {
            for (int y = 0; y < size; y++)
            {
                for (int x = 0; x < size; x++, i++)
                {
                    int c = size / 2;
                    double r = Math.Sqrt((double)(x - c) * (x - c) + (double)(y - c) * (y - c) + (double)(z - c) * (z - c));
                    values[i] = (float)RaisedCosine.Falling(r, radiusVoxels, edgeVoxels);
                }
            }
        }
        return new SoftMask(size, values);
    }

    /// <summary>A mask around what a map holds: low-pass, threshold, the largest connected region, extension, soft edge.</summary>
    /// <param name="map">The map, density positive; its edge a product of 2, 3, 5 and 7.</param>
    /// <param name="options">Numbers; null for the defaults.</param>
    /// <param name="team">Threads; null for the caller's.</param>
    /// <exception cref="Diagnostics.CryoSpinException">No voxel lies above the threshold.</exception>
    public static SoftMask FromMap(Volume map, MaskOptions? options = null, WorkerTeam? team = null)
    {
        options ??= new MaskOptions();
        Volume smooth = RadialFilter.GaussianLowPass(map, options.LowPassAngstrom ?? Math.Max(15, 5 * map.PixelSizeAngstrom), team);
        float threshold = options.Threshold ?? AutomaticThreshold(smooth, options.Deviations);
        return AroundLargestRegion(smooth, threshold, options.ExtendVoxels, options.EdgeVoxels, team);
    }

    /// <summary>A mask around the largest connected region of a map above a threshold, extended, with a soft edge.</summary>
    /// <param name="map">The map as it is.</param>
    /// <param name="threshold">In the map's units.</param>
    /// <param name="extendVoxels">How far the region is extended before the edge, voxels.</param>
    /// <param name="edgeVoxels">Width of the half cosine beyond, voxels.</param>
    /// <param name="team">Threads; null for the caller's.</param>
    /// <exception cref="Diagnostics.CryoSpinException">No voxel lies above the threshold.</exception>
    public static SoftMask AroundLargestRegion(Volume map, float threshold, double extendVoxels, double edgeVoxels, WorkerTeam? team = null)
    {
        bool[] region = ConnectedRegion.Largest(map, threshold);
        if (!Array.Exists(region, inside => inside))
        {
            throw new Diagnostics.CryoSpinException(
                $"No mask can be made: no voxel of the map exceeds the threshold of {threshold:g4}. "
                + "Give a lower threshold, or a sphere's radius.");
        }
        float[] distance = DistanceTransform.Squared(region, map.Size, team);
        float[] values = new float[distance.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)RaisedCosine.Falling(Math.Sqrt(distance[i]), extendVoxels, edgeVoxels);
        }
        return new SoftMask(map.Size, values);
    }

    /// <summary>The map times the mask.</summary>
    /// <param name="map">A map of the same edge.</param>
    /// <param name="fillWithBackground">
    /// Outside, put the mean of what is masked away instead of 0, so that the mask adds no step at the map's own background level.
    /// </param>
    public Volume Apply(Volume map, bool fillWithBackground = false)
    {
        if (map.Size != Size) throw new ArgumentException($"The mask's edge is {Size}, the map's {map.Size}.", nameof(map));
        Volume result = new(Size, map.PixelSizeAngstrom);
        float background = fillWithBackground ? Background(map) : 0;
        for (int i = 0; i < Values.Length; i++) result.Voxels[i] = background + Values[i] * (map.Voxels[i] - background);
        return result;
    }

    private float Background(Volume map)
    {
        double sum = 0, weight = 0;
        for (int i = 0; i < Values.Length; i++)
        {
            sum += (1 - Values[i]) * (double)map.Voxels[i];
            weight += 1 - Values[i];
        }
        return weight > 0 ? (float)(sum / weight) : 0;
    }

    /// <summary>Background is what lies outside the inscribed ball: no particle reaches there.</summary>
    private static float AutomaticThreshold(Volume map, double deviations)
    {
        int c = map.Size / 2;
        double sum = 0, squares = 0, peak = 0;
        long count = 0;
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            float v = map.Voxels[i];
            peak = Math.Max(peak, v);
            int x = i % map.Size - c, y = i / map.Size % map.Size - c, z = i / map.Size / map.Size - c;
            if ((long)x * x + (long)y * y + (long)z * z <= (long)c * c) continue;
            sum += v;
            squares += (double)v * v;
            count++;
        }
        double mean = sum / count;
        double deviation = Math.Sqrt(Math.Max(0, squares / count - mean * mean));
        return (float)Math.Max(mean + deviations * deviation, 0.1 * peak);
    }
}

/// <summary>Circular masks of square images.</summary>
internal sealed class CircularMask
{
    private readonly float[] _values;

    /// <summary>A disc about the box's centre: 1 up to the radius, falling to 0 over the edge as half a cosine.</summary>
    /// <param name="size">Edge of the images.</param>
    /// <param name="radiusPixels">Radius of the part that is 1.</param>
    /// <param name="edgePixels">Width of the edge beyond it; 0 for a hard edge.</param>
    public CircularMask(int size, double radiusPixels, double edgePixels)
    {
        Size = size;
        _values = new float[size * size];
        for (int i = 0; i < _values.Length; i++)
        {
            double x = i % size - size / 2, y = i / size - size / 2;
            _values[i] = (float)RaisedCosine.Falling(Math.Sqrt(x * x + y * y), radiusPixels, edgePixels);
        }
    }

    /// <summary>Edge of the images in pixels.</summary>
    public int Size { get; }

    /// <summary>[y][x], 0 to 1.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Multiplies an image in place; normalised images have background 0, so this puts background outside.</summary>
    /// <param name="image">[Size][Size].</param>
    public void Apply(Span<float> image) => System.Numerics.Tensors.TensorPrimitives.Multiply(image[.._values.Length], _values, image);
}
