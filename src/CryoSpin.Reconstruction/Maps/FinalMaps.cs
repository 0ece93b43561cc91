using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>The end of every run: the map brought to the middle of the box, half-maps, FSC and the final map, from a table of poses.</summary>
internal static class FinalMaps
{
    // Of the random phases that the masked FSC is corrected by.
    private const int PhaseSeed = 1;

    /// <summary>Makes them.</summary>
    /// <param name="tools">What makes maps; its sums are filled anew and joined.</param>
    /// <param name="last">The last half-maps, which tell where the middle of the map is, and their mask.</param>
    /// <param name="table">The half-sets' poses; their origins are changed by the map's distance from the middle.</param>
    /// <param name="joint">The poses of all particles against one map, for the final map and the particles; null to take the half-sets'.</param>
    /// <param name="pixelSizeAngstrom">Pixel size of the poses' origins.</param>
    /// <param name="mask">The mask, which is measured a last time where <paramref name="measuresMask"/> says so.</param>
    /// <param name="measuresMask">Whether it is.</param>
    /// <param name="team">Workers.</param>
    /// <param name="track">Keeps the times; its last phase ends here.</param>
    /// <param name="cancellation">Stops it.</param>
    public static ReconstructionOutcome Make(
        MapTools tools, HalfMaps last, CandidateTable table, CandidateTable? joint, double pixelSizeAngstrom, SignalMask mask, bool measuresMask,
        WorkerTeam team, RunTracker track, CancellationToken cancellation)
    {
        Centre(last.Maps[0], table, joint);
        cancellation.ThrowIfCancellationRequested();
        HalfMaps solved = tools.Solve(table, last.Mask);
        if (measuresMask && mask.IsMeasured)
        {
            // About the middle of the box, where the maps stand only now.
            solved = tools.Solver.Solve(tools.Sums, 0, mask.Shaped(mask.Tightened(solved)).Mask);
        }
        Volume half1 = solved.Unfiltered[0], half2 = solved.Unfiltered[1];
        Volume? maskMap = solved.Mask.Shape is null ? null : solved.Mask.ToVolume(half1.Size, half1.PixelSizeAngstrom);
        FscCurve? corrected = maskMap is null ? null : MaskedFsc.Compute(half1, half2, maskMap.Voxels, new Random(PhaseSeed), team).Corrected;
        FscCurve masked = solved.Fsc!, unmasked = FourierShellCorrelation.Compute(half1, half2, team: team);
        cancellation.ThrowIfCancellationRequested();
        Volume map = joint is null ? Joined(tools, solved) : tools.SolveJoined(joint, solved);
        Pose[] poses = [.. Enumerable.Range(0, table.Count).Select(i => (joint ?? table).Best(i).InAngstrom(pixelSizeAngstrom))];
        return new ReconstructionOutcome(
            map, half1, half2, poses, table.HalfSet, masked, unmasked, (corrected ?? masked).ResolutionAngstrom(0.143),
            mask.DiameterAngstrom, track.Stop())
        {
            Mask = maskMap,
            CorrectedFsc = corrected,
        };
    }

    /// <summary>The map of both half-sets' sums as they stand.</summary>
    public static Volume Joined(MapTools tools, HalfMaps halves)
    {
        tools.Sums.Join();
        return tools.Solver.SolveJoined(tools.Sums, 0, halves);
    }

    /// <summary>Counts origins from the map's middle.</summary>
    private static void Centre(Volume map, params ReadOnlySpan<CandidateTable?> tables)
    {
        (double X, double Y, double Z) centre = MapCentre.OfMass(map);
        foreach (CandidateTable? table in tables)
        {
            if (table is not null) Move(table, centre);
        }
    }

    private static void Move(CandidateTable table, (double X, double Y, double Z) centre)
    {
        for (int i = 0; i < table.Count; i++) table.Set(i, [.. table[i].ToArray().Select(c => MapCentre.Moved(c, centre))]);
    }
}
