using System.Numerics.Tensors;
using CryoSpin.Imaging;

namespace CryoSpin.Reconstruction.Data;

/// <summary>What maps are multiplied with: a sphere, and within it, once that is known, the particle's shape.</summary>
internal sealed class VolumeMask
{
    private readonly SphericalMask _sphere;

    /// <param name="sphere">The sphere.</param>
    /// <param name="shape">The shape, of the sphere's box; null for the sphere alone.</param>
    public VolumeMask(SphericalMask sphere, SoftMask? shape)
    {
        (_sphere, Shape) = (sphere, shape);
        Mean = shape is null ? sphere.Mean : ToVolume(shape.Size, 1).Voxels.Sum(v => (double)v) / shape.Values.Length;
    }

    /// <summary>The shape; null for the sphere alone.</summary>
    public SoftMask? Shape { get; }

    /// <summary>Mean over the box, 0 to 1.</summary>
    public double Mean { get; }

    /// <summary>The same with another sphere.</summary>
    public VolumeMask Within(SphericalMask sphere) => new(sphere, Shape);

    /// <summary>The same with another shape.</summary>
    public VolumeMask Shaped(SoftMask shape) => new(_sphere, shape);

    /// <summary>Multiplies a map by the mask.</summary>
    public void Apply(Volume map)
    {
        _sphere.Apply(map);
        if (Shape is not null) TensorPrimitives.Multiply(map.Voxels, Shape.Values, map.Voxels);
    }

    /// <summary>The mask as a map, 0 to 1.</summary>
    /// <param name="box">Its box, voxels.</param>
    /// <param name="pixelSizeAngstrom">Its voxel size.</param>
    public Volume ToVolume(int box, double pixelSizeAngstrom)
    {
        Volume mask = new(box, pixelSizeAngstrom);
        Array.Fill(mask.Voxels, 1);
        Apply(mask);
        return mask;
    }
}
