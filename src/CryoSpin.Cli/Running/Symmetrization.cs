using System.Globalization;
using CryoSpin.Cli.Display;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Files;
using CryoSpin.Reporting.Html;
using CryoSpin.Symmetry;

namespace CryoSpin.Cli.Running;

/// <summary>Finds a point group in a result and turns the result onto it.</summary>
internal sealed class Symmetrization(Terminal terminal, WorkerTeam team)
{
    /// <summary>Below this the map does not have the group, whatever its noise.</summary>
    public const double Refused = 0.5;

    /// <summary>Below this the group is doubtful.</summary>
    public const double Doubtful = 0.9;

    private const double TrustedFsc = 0.5;

    // Largest first: a map that has O also has T, D4, ...; the first one that fits is the whole group.
    private static readonly string[] s_tried = ["I", "O", "D7", "D6", "T", "D5", "D4", "C7", "D3", "C6", "C5", "D2", "C4", "C3", "C2"];

    /// <summary>The finest detail to compare: where the half-maps still agree; without them, four voxels.</summary>
    /// <exception cref="CryoSpinException">The half-maps agree on nothing.</exception>
    public double TrustedAngstrom(ResultTransform result)
    {
        double usual = 4 * result.Maps[RunFiles.Map].PixelSizeAngstrom;
        if (!result.Maps.TryGetValue(RunFiles.Half1, out Volume? a) || !result.Maps.TryGetValue(RunFiles.Half2, out Volume? b)
            || a.Size != b.Size)
        {
            return usual;
        }
        double trusted = FourierShellCorrelation.Compute(a, b, default, team).ResolutionAngstrom(TrustedFsc);
        return double.IsFinite(trusted)
            ? Math.Max(usual / 2, trusted)
            : throw new CryoSpinException(
                $"{result.Folder}: the half-maps do not agree from the first shell of their FSC on. The map shows nothing whose symmetry "
                + "could be told.");
    }

    /// <summary>The group asked for, or with <c>auto</c> the largest that fits.</summary>
    /// <exception cref="CryoSpinException">The map does not have it.</exception>
    public SymmetryFrame Find(Volume map, string name, double finestAngstrom)
    {
        SymmetrySearch search = new(map, finestAngstrom, team);
        if (!name.Equals("auto", StringComparison.OrdinalIgnoreCase)) return Checked(search.Find(PointGroup.Parse(name)));
        foreach (string tried in s_tried)
        {
            SymmetryFrame frame = search.Find(PointGroup.Parse(tried));
            terminal.Error.WriteLine($"{tried,-3} least correlation {Number(frame.LeastCorrelation)}");
            if (frame.LeastCorrelation >= Doubtful) return frame;
        }
        throw new CryoSpinException(
            $"None of {string.Join(", ", s_tried)} fits the map: the correlation with a symmetry copy stays below {Number(Doubtful)}. "
            + "The map is asymmetric, or too noisy; give --sym GROUP to see one group's figures.");
    }

    /// <summary>The figures of a frame.</summary>
    public static FactSheet ToFacts(SymmetryFrame frame)
    {
        EulerAngles angles = EulerAngles.FromRotation(frame.Rotation);
        (double x, double y, double z) = frame.CentreAngstrom;
        double[] rotation = [angles.RotDegrees, angles.TiltDegrees, angles.PsiDegrees];
        double[] centre = [x, y, z];
        return new FactSheet()
            .Add("group", "group", frame.Group.Name)
            .Add("leastCorrelation", "least correlation", frame.LeastCorrelation, Number(frame.LeastCorrelation))
            .Add("meanCorrelation", "mean correlation", frame.MeanCorrelation, Number(frame.MeanCorrelation))
            .Add("bandAngstrom", "compared to", frame.BandAngstrom, Wording.Angstrom(frame.BandAngstrom))
            .Add("rotationDegrees", "rot, tilt, psi", rotation, string.Join(", ", rotation.Select(Number)))
            .Add("centreAngstrom", "centre (Å)", centre, string.Join(", ", centre.Select(Number)))
            .Add("copies", "copy", frame.Copies.Select(Copy).ToArray());
    }

    private static FactSheet Copy(SymmetryCopy copy)
    {
        RotationVector w = So3.Log(copy.Element);
        double length = Math.Sqrt(w.X * w.X + w.Y * w.Y + w.Z * w.Z);
        double[] axis = [w.X / length, w.Y / length, w.Z / length];
        string text = $"{Number(copy.Correlation)}  {Wording.Number(copy.AngleDegrees, 1)}° about ({string.Join(", ", axis.Select(Number))})";
        return new FactSheet()
            .Add("angleDegrees", null, copy.AngleDegrees)
            .Add("axis", null, axis)
            .Add("correlation", "correlation", copy.Correlation, text);
    }

    private SymmetryFrame Checked(SymmetryFrame frame)
    {
        string group = frame.Group.Name;
        if (frame.LeastCorrelation < Refused)
        {
            throw new CryoSpinException(
                $"The map does not have the symmetry {group}: in the best orientation found, its correlation with a symmetry copy is "
                + $"{Number(frame.LeastCorrelation)} at least and {Number(frame.MeanCorrelation)} in the mean, up to "
                + $"{Wording.Angstrom(frame.BandAngstrom)}; {Number(Refused)} is the least that is accepted. Try another group, or --sym auto.");
        }
        if (frame.LeastCorrelation < Doubtful)
        {
            terminal.Error.WriteLine(
                $"warning: the symmetry {group} is doubtful: the correlation with a symmetry copy is {Number(frame.LeastCorrelation)} "
                + $"where {Number(Doubtful)} or more is usual. Is it a pseudo-symmetry?");
        }
        return frame;
    }

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
