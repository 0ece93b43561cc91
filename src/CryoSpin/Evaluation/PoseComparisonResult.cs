using CryoSpin.Geometry;

namespace CryoSpin.Evaluation;

/// <summary>
/// How far estimated poses are from true ones once the frame, which no data can tell, is removed: with P' the estimate (or its
/// <see cref="Rotation.FlipHand"/> where <see cref="Mirrored"/>), P' <see cref="GlobalRotation"/> is compared with the truth.
/// </summary>
/// <remarks>The estimated map V (mirrored where the poses are) and the true map W are then related by W(x) = V(GlobalRotation x).</remarks>
public sealed class PoseComparisonResult
{
    internal PoseComparisonResult(in Rotation globalRotation, bool mirrored, double[] rotationErrors, double[] viewErrors)
    {
        GlobalRotation = globalRotation;
        Mirrored = mirrored;
        RotationErrorsDegrees = rotationErrors;
        ViewErrorsDegrees = viewErrors;
        MedianDegrees = OrderStatistics.Median(rotationErrors);
        MeanDegrees = rotationErrors.Average();
        MedianViewDegrees = OrderStatistics.Median(viewErrors);
    }

    /// <summary>The rotation of the frame, multiplied from the right.</summary>
    public Rotation GlobalRotation { get; }

    /// <summary>True where the estimate has the other hand.</summary>
    public bool Mirrored { get; }

    /// <summary>The whole rotation's error of each particle, degrees, 0 to 180.</summary>
    public IReadOnlyList<double> RotationErrorsDegrees { get; }

    /// <summary>The angle between estimated and true view direction of each particle, degrees, 0 to 180.</summary>
    public IReadOnlyList<double> ViewErrorsDegrees { get; }

    /// <summary>Median of <see cref="RotationErrorsDegrees"/>; 132 for random poses.</summary>
    public double MedianDegrees { get; }

    /// <summary>Mean of <see cref="RotationErrorsDegrees"/>; 126.5 for random poses.</summary>
    public double MeanDegrees { get; }

    /// <summary>Median of <see cref="ViewErrorsDegrees"/>; 90 for random poses.</summary>
    public double MedianViewDegrees { get; }

    /// <summary>Share, 0 to 1, of particles less than 5 degrees wrong.</summary>
    public double ShareWithin5Degrees => ShareWithin(5);

    /// <summary>Share, 0 to 1, of particles less than 10 degrees wrong.</summary>
    public double ShareWithin10Degrees => ShareWithin(10);

    /// <summary>The origins' errors; null where only rotations were compared.</summary>
    public OriginErrors? Origins { get; internal init; }

    /// <summary>Share, 0 to 1, of particles whose rotation is less than <paramref name="degrees"/> wrong.</summary>
    public double ShareWithin(double degrees) => RotationErrorsDegrees.Count(e => e < degrees) / (double)RotationErrorsDegrees.Count;
}

/// <summary>
/// The errors of the particles' origins once a shift of the whole map, which no data can tell, is removed by least squares.
/// </summary>
public sealed class OriginErrors
{
    internal OriginErrors(double x, double y, double z, double[] errors)
    {
        MapShiftAngstrom = (x, y, z);
        ErrorsAngstrom = errors;
        MedianAngstrom = OrderStatistics.Median(errors);
        MeanAngstrom = errors.Average();
    }

    /// <summary>Where the estimated map's content stands relative to the true one's, in the estimated map's own axes.</summary>
    public (double X, double Y, double Z) MapShiftAngstrom { get; }

    /// <summary>The error of each particle's origin, angstrom.</summary>
    public IReadOnlyList<double> ErrorsAngstrom { get; }

    /// <summary>Their median.</summary>
    public double MedianAngstrom { get; }

    /// <summary>Their mean.</summary>
    public double MeanAngstrom { get; }
}
