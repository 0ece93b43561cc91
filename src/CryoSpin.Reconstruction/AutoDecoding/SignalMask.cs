using CryoSpin.Reconstruction.Data;
using CryoSpin.Runs;
using static System.FormattableString;

namespace CryoSpin.Reconstruction.AutoDecoding;

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

    /// <summary>Narrows the mask of both half-sets to the sphere that holds the power they share, where that is clearly smaller.</summary>
    /// <param name="volumes">Half-maps, filtered; their mask is replaced.</param>
    public void Tighten(HalfSetVolumes volumes)
    {
        if (!IsMeasured) return;
        double diameter = MapCentre.SignalDiameterVoxels(volumes.Maps[0], volumes.Maps[1], SignalShare) * volumes.Maps[0].PixelSizeAngstrom;
        if (diameter > LeastTightening * DiameterAngstrom) return;
        observer.Log($"Mask diameter {diameter:F0} Å instead of {DiameterAngstrom:F0} Å: that of the power which the half-maps share.");
        DiameterAngstrom = diameter;
        volumes.Narrow(diameter);
    }

    /// <summary>Gives the mask the shape that the half-maps of the last update show, unless the user gave a sphere.</summary>
    /// <param name="volumes">Half-maps; their mask is replaced.</param>
    public void Shape(HalfSetVolumes volumes)
    {
        if (!IsMeasured) return;
        bool first = volumes.Mask.Shape is null;
        double sphere = volumes.Mask.Mean;
        double resolution = volumes.Fsc.ResolutionAngstrom(ResolutionThreshold);
        if (!double.IsFinite(resolution) || !volumes.TakeShape(resolution))
        {
            if (first) observer.Log("Mask: a sphere still, since the half-maps show no connected particle yet.");
            return;
        }
        if (first) observer.Log(Invariant($"Mask in the particle's shape: {100 * volumes.Mask.Mean:F0} % of the box instead of the sphere's {100 * sphere:F0} %."));
    }
}
