using CryoSpin.Cli.Parsing;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Html;
using CryoSpin.Symmetry;

namespace CryoSpin.Cli.Running;

/// <summary>The symmetry of a true map: views that differ by it show the same image, so that no method can tell them apart.</summary>
internal static class TruthSymmetry
{
    /// <summary>Name of the option.</summary>
    public const string Option = "--truth-symmetry";

    /// <summary>What it does.</summary>
    public const string Help =
        "Point group of the truth, e.g. C7: poses that differ by it count as the same. Its axes are found in the true map; without one "
        + "they are RELION's.";

    // Atomic models keep their symmetry to about a percent; a wrong group stays far below.
    private const double LeastCorrelation = 0.8;

    /// <summary>The group in the truth's own axes; null for none.</summary>
    /// <param name="name">As typed; null where the option was not given.</param>
    /// <param name="map">The true map; null where it is not known.</param>
    /// <param name="path">Its file, for the message.</param>
    /// <param name="team">Workers.</param>
    /// <exception cref="UsageException">There is no such group.</exception>
    /// <exception cref="InputException">The map does not have it.</exception>
    public static PointGroup? Of(string? name, Volume? map, string? path, WorkerTeam team)
    {
        if (name is null) return null;
        PointGroup group = Parsed(name);
        if (group.Order == 1 || map is null) return group;
        SymmetryFrame frame = new SymmetrySearch(map, 4 * map.PixelSizeAngstrom, team).Find(group);
        return frame.LeastCorrelation >= LeastCorrelation
            ? group.Turned(frame.Rotation)
            : throw new InputException(
                path ?? "the true map", $"the map does not have the symmetry {group}: its correlation with a turned copy is {Wording.Number(frame.LeastCorrelation)}.",
                $"Give the truth's own group to {Option}, or leave it out.");
    }

    private static PointGroup Parsed(string name)
    {
        try
        {
            return PointGroup.Parse(name);
        }
        catch (CryoSpinException e)
        {
            throw new UsageException($"{Option}: {e.Message}");
        }
    }
}
