using System.Globalization;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>
/// The largest shift in auto-decoding. Where many particles press against it, it was too small for the data and grows; else it stays as
/// the user gave it.
/// </summary>
/// <param name="userMaxShiftPixels">As the user gave it, pixels; 0, for particles that are known to be centred, never grows.</param>
/// <param name="box">Edge of the images, pixels.</param>
/// <param name="log">Is told of each growth.</param>
internal sealed class GrowingShiftLimit(double userMaxShiftPixels, int box, Action<string> log)
{
    private const double Factor = 2;
    private const double LargestShareOfBox = 0.25;

    /// <summary>How often it may grow.</summary>
    public const int MostTimes = 4;

    // Too small by a factor of 2 to 8 it was 10 to 17 %, right or too wide 0, with 40 % junk at most 3. docs/results/real-stacks.md.
    private const double LeastShare = 0.05;

    // Refinement stops a step short of the limit.
    private const double AtLimit = 0.05;
    private const int CentreSteps = 50;

    /// <summary>The limit in force, pixels.</summary>
    public double Of(DecodingState state) =>
        userMaxShiftPixels * Math.Max(1, Math.Min(Math.Pow(Factor, state.Widenings), LargestShareOfBox * box / userMaxShiftPixels));

    /// <summary>Grows where it should; true where it did.</summary>
    /// <param name="table">Poses after a pass under the limit.</param>
    /// <param name="state">Counts how often it has grown.</param>
    public bool Grow(CandidateTable table, DecodingState state)
    {
        double limit = Of(state), share = PressingShare(table, limit);
        if (share < LeastShare || state.Widenings >= MostTimes || limit >= LargestShareOfBox * box) return false;
        state.Widenings++;
        log(string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * share:F0} % of the particles lie at the largest shift. It grows from {limit:g4} to {Of(state):g4} pixels."));
        return true;
    }

    /// <summary>
    /// Share of the particles that were held back at the edge of what <see cref="PoseRefinementLimits.ShiftOf"/> allows. Those that are there
    /// only because the map stands beside the middle of its box do not count.
    /// </summary>
    /// <param name="table">Refined poses.</param>
    /// <param name="maxShiftPixels">The limit that they were refined under, pixels; at 0 nothing can be told.</param>
    public static double PressingShare(CandidateTable table, double maxShiftPixels)
    {
        if (maxShiftPixels <= 0) return 0;
        double edge = PoseRefinementLimits.ShiftOf(maxShiftPixels) - AtLimit;
        (double X, double Y, double Z) centre = Centre(table);
        int pressing = Enumerable.Range(0, table.Count).Select(table.Best)
            .Count(pose => Length(pose) >= edge && Length(MapCentre.Moved(pose, centre)) > maxShiftPixels);
        return (double)pressing / table.Count;
    }

    private static double Length(Candidate pose) => Math.Sqrt(pose.OriginX * pose.OriginX + pose.OriginY * pose.OriginY);

    /// <summary>
    /// Where the particle stands in the map's box, pixels: the point whose projections are nearest to all origins. Least squares, whose
    /// matrix is that of the identity less the mean of v v^T, v being the directions of view: solved by its series.
    /// </summary>
    private static (double X, double Y, double Z) Centre(CandidateTable table)
    {
        double[] mean = new double[3], centre = new double[3];
        double[,] views = new double[3, 3];
        for (int i = 0; i < table.Count; i++)
        {
            Candidate pose = table.Best(i);
            Rotation r = pose.Rotation;
            double[] back = [r.M00 * pose.OriginX + r.M10 * pose.OriginY, r.M01 * pose.OriginX + r.M11 * pose.OriginY, r.M02 * pose.OriginX + r.M12 * pose.OriginY];
            double[] view = [r.M20, r.M21, r.M22];
            for (int a = 0; a < 3; a++)
            {
                mean[a] += back[a] / table.Count;
                for (int b = 0; b < 3; b++) views[a, b] += view[a] * view[b] / table.Count;
            }
        }
        for (int step = 0; step < CentreSteps; step++)
        {
            centre = [.. Enumerable.Range(0, 3).Select(a => mean[a] + views[a, 0] * centre[0] + views[a, 1] * centre[1] + views[a, 2] * centre[2])];
        }
        return (centre[0], centre[1], centre[2]);
    }
}
