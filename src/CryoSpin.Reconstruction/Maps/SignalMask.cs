using CryoSpin.Compute;
using CryoSpin.Runs;
using static System.FormattableString;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>
/// The mask of a run: a sphere of the user's diameter for good, else a sphere that narrows, and then the particle's shape within it, as half-maps
/// show where the particle ends.
/// </summary>
/// <param name="users">What the user asked for, ångström; null to measure.</param>
/// <param name="first">Diameter before anything is known of the particle, ångström.</param>
/// <param name="observer">Told of every change.</param>
internal sealed class SignalMask(double? users, double first, IRunObserver observer)
{
    // Half-set against half-set; the mask's edge lies outside of it.
    private const double SignalShare = 0.99;
    private const double LeastTightening = 0.98;
    private const double ResolutionThreshold = 0.143;

    /// <summary>Whether it is measured.</summary>
    public bool IsMeasured => users is null;

    /// <summary>Diameter in force, ångström.</summary>
    public double DiameterAngstrom { get; private set; } = users ?? first;

    /// <summary>Takes another diameter, unless the user gave one.</summary>
    public void Begin(double diameterAngstrom)
    {
        if (IsMeasured) DiameterAngstrom = diameterAngstrom;
    }

    /// <summary>The sphere in force, as a mask for a box.</summary>
    public VolumeMask Sphere(int box, double pixelSizeAngstrom, WorkerTeam team) =>
        new(new SphericalMask(box, pixelSizeAngstrom, DiameterAngstrom, team), null);

    /// <summary>Half-maps under a mask that is narrowed to the sphere which holds the power they share, where that is clearly smaller.</summary>
    /// <param name="maps">Half-maps, filtered.</param>
    public HalfMaps Tightened(HalfMaps maps)
    {
        if (!IsMeasured) return maps;
        double pixelSize = maps.Maps[0].PixelSizeAngstrom;
        double diameter = MapCentre.SignalDiameterVoxels(maps.Maps[0], maps.Maps[1], SignalShare) * pixelSize;
        if (diameter > LeastTightening * DiameterAngstrom) return maps;
        observer.Log($"Mask diameter {diameter:F0} Å instead of {DiameterAngstrom:F0} Å: that of the power which the half-maps share.");
        DiameterAngstrom = diameter;
        return maps.Under(maps.Mask.Within(diameter));
    }

    /// <summary>Half-maps under a mask of the shape that they show within the sphere, unless the user gave a sphere.</summary>
    /// <param name="maps">Half-maps of a solve.</param>
    public HalfMaps Shaped(HalfMaps maps)
    {
        if (!IsMeasured) return maps;
        bool first = maps.Mask.Shape is null;
        double resolution = maps.Fsc!.ResolutionAngstrom(ResolutionThreshold);
        if (!double.IsFinite(resolution) || maps.Mask.ShapedBy(maps.Unfiltered[0], maps.Unfiltered[1], resolution) is not { } shaped)
        {
            if (first) observer.Log("Mask: a sphere still, since the half-maps show no connected particle yet.");
            return maps;
        }
        if (first) observer.Log(Invariant($"Mask in the particle's shape: {100 * shaped.Mean:F0} % of the box instead of the sphere's {100 * maps.Mask.Mean:F0} %."));
        return maps.Under(shaped);
    }
}
