using System.Globalization;

namespace CryoSpin.Reconstruction.Poses;

/// <summary>Tells whether the largest shift that the user allowed was too small for the data.</summary>
internal static class ShiftLimit
{
    // Refined origins may leave the user's disc by a pixel. Beyond half of it come the map's own error, and particles that would go farther.
    private const double Beyond = 0.5;
    private const double LargestShare = 0.05;

    /// <summary>A warning where many particles press against the limit; null where they do not.</summary>
    /// <param name="table">Refined poses, whose origins were held within the limits of their refinement.</param>
    /// <param name="maxShiftPixels">The largest shift as the user gave it, pixels; at 0 nothing can be told.</param>
    public static string? Warning(CandidateTable table, double maxShiftPixels)
    {
        double share = Share(table, maxShiftPixels);
        if (share <= LargestShare) return null;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * share:F0} % of the particles lie at the limit that --max-shift sets ({maxShiftPixels:g4} pixels): they seem to be "
            + $"farther from their images' centres, and their poses may be wrong. Give a greater --max-shift, e.g. {2 * maxShiftPixels:g4}.");
    }

    /// <summary>Share of the particles, 0 to 1, that press against the limit; 0 where particles are said to be centred.</summary>
    /// <param name="table">Refined poses.</param>
    /// <param name="maxShiftPixels">The largest shift, pixels.</param>
    public static double Share(CandidateTable table, double maxShiftPixels)
    {
        if (maxShiftPixels <= 0) return 0;
        int pressing = 0;
        for (int i = 0; i < table.Count; i++)
        {
            Candidate pose = table.Best(i);
            if (Math.Sqrt(pose.OriginX * pose.OriginX + pose.OriginY * pose.OriginY) > maxShiftPixels + Beyond) pressing++;
        }
        return (double)pressing / table.Count;
    }
}
