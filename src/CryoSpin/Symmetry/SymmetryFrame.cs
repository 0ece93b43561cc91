using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;

namespace CryoSpin.Symmetry;

/// <summary>How well a map agrees with itself turned by one element of a point group.</summary>
/// <param name="Element">The rotation, in the group's standard axes.</param>
/// <param name="AngleDegrees">Its angle, 0 to 180.</param>
/// <param name="Correlation">
/// The mean over all Fourier coefficients, up to the band's limit, of the Fourier shell correlation of the map with its turned copy; 1 for
/// a perfect symmetry.
/// </param>
public sealed record SymmetryCopy(Rotation Element, double AngleDegrees, double Correlation);

/// <summary>
/// Where a point group stands in a map: turned(x) = map(Rotation x + Centre), x in angstrom from the box's centre, has the group in
/// RELION's standard axes (<see cref="PointGroup"/>) about the box's centre.
/// </summary>
public sealed record SymmetryFrame
{
    /// <summary>The group.</summary>
    public required PointGroup Group { get; init; }

    /// <summary>From the standard axes to the map's.</summary>
    public required Rotation Rotation { get; init; }

    /// <summary>Where the group's centre lies in the map, angstrom from the box's centre. Along the axis of a Cn it is free, and 0.</summary>
    public required (double X, double Y, double Z) CentreAngstrom { get; init; }

    /// <summary>The elements but the identity, with the map's agreement.</summary>
    public required IReadOnlyList<SymmetryCopy> Copies { get; init; }

    /// <summary>The finest detail that was compared.</summary>
    public required double BandAngstrom { get; init; }

    /// <summary>The worst agreement of all elements; 1 for C1.</summary>
    public double LeastCorrelation => Copies.Count == 0 ? 1 : Copies.Min(c => c.Correlation);

    /// <summary>The mean agreement of all elements; 1 for C1.</summary>
    public double MeanCorrelation => Copies.Count == 0 ? 1 : Copies.Average(c => c.Correlation);

    /// <summary>The pose of the same image in the turned map: A' = A Rotation, origin' = origin - (A Centre).xy.</summary>
    public Pose Turn(in Pose pose)
    {
        (double x, double y, _) = pose.Rotation.Apply(CentreAngstrom.X, CentreAngstrom.Y, CentreAngstrom.Z);
        return new Pose((pose.Rotation * Rotation).Orthonormalised(), pose.OriginXAngstrom - x, pose.OriginYAngstrom - y);
    }

    /// <summary>The map in the standard axes, not averaged; cubic splines.</summary>
    public Volume Turn(Volume map, WorkerTeam? team = null) =>
        new(map.Size, map.PixelSizeAngstrom, Resample(new CubicSplineVolume(map), map.PixelSizeAngstrom, Rotation.Identity, team));

    /// <summary>The map in the standard axes, averaged over the group: each copy is interpolated once, from the map itself.</summary>
    public Volume Symmetrise(Volume map, WorkerTeam? team = null)
    {
        CubicSplineVolume spline = new(map);
        float[] mean = new float[map.Voxels.Length];
        foreach (Rotation element in Group.Elements)
        {
            float[] copy = Resample(spline, map.PixelSizeAngstrom, element, team);
            System.Numerics.Tensors.TensorPrimitives.Add<float>(mean, copy, mean);
        }
        System.Numerics.Tensors.TensorPrimitives.Multiply(mean, 1f / Group.Order, mean);
        return new Volume(map.Size, map.PixelSizeAngstrom, mean);
    }

    // The spline's own form is map(q (x - shift)): q = Rotation S and -q shift = Centre.
    private float[] Resample(CubicSplineVolume spline, double pixelSize, in Rotation element, WorkerTeam? team)
    {
        Rotation q = Rotation * element;
        (double x, double y, double z) = q.Transpose().Apply(CentreAngstrom.X, CentreAngstrom.Y, CentreAngstrom.Z);
        return spline.Resample(q, -x / pixelSize, -y / pixelSize, -z / pixelSize, team);
    }
}
