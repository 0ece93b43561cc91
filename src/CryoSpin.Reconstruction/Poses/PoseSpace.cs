using CryoSpin.Geometry;

namespace CryoSpin.Reconstruction.Poses;

/// <summary>
/// The poses that images of one molecule can have: all rotations, of which those that differ by an element of its point group are one. Here
/// alone it is decided how far apart two poses are, whether they are the same, and which grids cover them.
/// </summary>
/// <param name="group">The point group. For a pose A and an element S, A and A S show the same image.</param>
internal sealed class PoseSpace(PointGroup group)
{
    /// <summary>Candidates that are nearer than this are one pose, degrees.</summary>
    public const double SamePoseDegrees = 3;

    // Radians. A pose on the border of the asymmetric unit belongs to it, in spite of rounding.
    private const double Border = 1e-9;

    /// <summary>The poses of a molecule without symmetry.</summary>
    public static PoseSpace C1 { get; } = new(PointGroup.C1);

    /// <summary>The point group.</summary>
    public PointGroup Group { get; } = group;

    /// <summary>The angle between two poses: the least over all that show the same images, degrees.</summary>
    public double AngleDegrees(in Rotation a, in Rotation b) => Group.Order == 1 ? a.AngleToDegrees(b) : Group.AngleDegrees(a, b);

    /// <summary>How alike two poses are: 1 + 2 cos of the angle between them. It needs no arc cosine, for comparisons in loops.</summary>
    public double Likeness(in Rotation a, in Rotation b)
    {
        if (Group.Order == 1) return Trace(a, b);
        double greatest = double.NegativeInfinity;
        foreach (Rotation s in Group.Elements) greatest = Math.Max(greatest, Trace(a, b * s));
        return greatest;
    }

    /// <summary>Whether two candidates are the same pose in front of the same map; where their origins differ is not asked.</summary>
    public bool AreSame(in Candidate a, in Candidate b) => a.Class == b.Class && AngleDegrees(a.Rotation, b.Rotation) < SamePoseDegrees;

    /// <summary>The best of candidates that are given best first; of those that have met (<see cref="AreSame"/>) only the better.</summary>
    /// <param name="candidates">The candidates.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="margin">How far their log likelihood may lie below the best one's, nats.</param>
    public Candidate[] Distinct(ReadOnlySpan<Candidate> candidates, int most, double margin = double.PositiveInfinity)
    {
        Span<Candidate> distinct = stackalloc Candidate[most];
        return distinct[..Distinct(candidates, distinct, margin)].ToArray();
    }

    /// <summary>The same into a span as long as the most that are wanted; the number of those found is returned.</summary>
    public int Distinct(ReadOnlySpan<Candidate> candidates, Span<Candidate> distinct, double margin)
    {
        int n = 0;
        foreach (Candidate candidate in candidates)
        {
            if (n == distinct.Length || candidate.LogLikelihood < candidates[0].LogLikelihood - margin) break;
            bool met = false;
            for (int j = 0; j < n && !met; j++) met = AreSame(candidate, distinct[j]);
            if (!met) distinct[n++] = candidate;
        }
        return n;
    }

    /// <summary>Takes all rotations near a pose out of a search for the best: their scores become minus infinity.</summary>
    /// <param name="grid">The rotations.</param>
    /// <param name="pose">The pose.</param>
    /// <param name="degrees">How near.</param>
    /// <param name="scores">Their scores.</param>
    public void LeaveOut(ReadOnlySpan<Rotation> grid, in Rotation pose, double degrees, Span<float> scores)
    {
        double limit = 1 + 2 * Math.Cos(degrees * Math.PI / 180);
        for (int r = 0; r < grid.Length; r++)
        {
            if (Likeness(grid[r], pose) > limit) scores[r] = float.NegativeInfinity;
        }
    }

    /// <summary>Of the poses that show the same images as a pose the one in the asymmetric unit: that of the least angle.</summary>
    public Rotation Reduced(in Rotation pose)
    {
        Rotation best = pose;
        foreach (Rotation s in Group.Elements)
        {
            Rotation copy = pose * s;
            if (Trace(copy, Rotation.Identity) > Trace(best, Rotation.Identity) + Border) best = copy;
        }
        return best;
    }

    /// <summary>A grid fine enough for a band (<see cref="ViewGrid.ForBand"/>), of the asymmetric unit alone, turned as a whole at random.</summary>
    public Rotation[] Grid(double bandShells, Random random) => Unit(ViewGrid.ForBand(bandShells, random));

    /// <summary>A HEALPix grid (<see cref="So3Grid.Healpix"/>) of the asymmetric unit alone.</summary>
    /// <param name="order">60 degrees / 2^order apart.</param>
    /// <param name="offset">A rotation of the map applied to it.</param>
    public Rotation[] Healpix(int order, in Rotation offset) => Unit(So3Grid.Healpix(order, offset));

    private Rotation[] Unit(Rotation[] grid) => Group.Order == 1 ? grid : [.. grid.Where(IsReduced)];

    private bool IsReduced(Rotation pose)
    {
        double own = Trace(pose, Rotation.Identity) + Border;
        return Group.Elements.All(s => Trace(pose * s, Rotation.Identity) <= own);
    }

    private static double Trace(in Rotation a, in Rotation b) =>
        a.M00 * b.M00 + a.M01 * b.M01 + a.M02 * b.M02 + a.M10 * b.M10 + a.M11 * b.M11 + a.M12 * b.M12 + a.M20 * b.M20 + a.M21 * b.M21 + a.M22 * b.M22;
}
