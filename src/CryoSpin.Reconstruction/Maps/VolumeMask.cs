using System.Numerics.Tensors;
using CryoSpin.Imaging;

namespace CryoSpin.Reconstruction.Maps;

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

    /// <summary>The same shape within a sphere of another diameter.</summary>
    public VolumeMask Within(double diameterAngstrom) => new(_sphere.WithDiameter(diameterAngstrom), Shape);

    /// <summary>The same sphere with a shape, of its box.</summary>
    public VolumeMask WithShape(SoftMask shape) => new(_sphere, shape);

    /// <summary>The same sphere with the shape that half-maps show within it; null where they show none.</summary>
    /// <param name="half1">Unfiltered, unmasked map of half-set 1.</param>
    /// <param name="half2">The same of half-set 2.</param>
    /// <param name="resolutionAngstrom">Their resolution.</param>
    public VolumeMask? ShapedBy(Volume half1, Volume half2, double resolutionAngstrom) =>
        _sphere.ShapeOf(half1, half2, resolutionAngstrom) is { } shape ? WithShape(shape) : null;

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
