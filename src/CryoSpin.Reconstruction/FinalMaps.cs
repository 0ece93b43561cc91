using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Data;

namespace CryoSpin.Reconstruction;

/// <summary>The end of every run: the map brought to the middle of the box, half-maps, FSC and the final map, from a table of poses.</summary>
internal static class FinalMaps
{
    // Of the random phases that the masked FSC is corrected by.
    private const int PhaseSeed = 1;

    /// <summary>Makes them.</summary>
    /// <param name="volumes">Made for the mask; its sums are filled anew and joined: it cannot be used afterwards.</param>
    /// <param name="table">The half-sets' poses; their origins are changed by the map's distance from the middle.</param>
    /// <param name="joint">The poses of all particles against one map, for the final map and the particles; null to take the half-sets'.</param>
    /// <param name="pixelSizeAngstrom">Pixel size of the poses' origins.</param>
    /// <param name="mask">The mask, which is measured a last time where <paramref name="measuresMask"/> says so.</param>
    /// <param name="measuresMask">Whether it is.</param>
    /// <param name="team">Workers.</param>
    /// <param name="track">Whose phases end.</param>
    /// <param name="cancellation">Stops it.</param>
    public static ReconstructionOutcome Make(
        HalfSetVolumes volumes, PoseTable table, PoseTable? joint, double pixelSizeAngstrom, SignalMask mask, bool measuresMask,
        WorkerTeam team, RunTracker track, CancellationToken cancellation)
    {
        Centre(volumes, table, joint);
        cancellation.ThrowIfCancellationRequested();
        volumes.Update(table);
        if (measuresMask && mask.IsMeasured)
        {
            // About the middle of the box, where the maps stand only now.
            mask.Tighten(volumes);
            mask.Shape(volumes);
            volumes.Solve();
        }
        Volume[] halves = volumes.Unfiltered;
        bool shaped = volumes.Mask.Shape is not null;
        Volume? maskMap = shaped ? volumes.Mask.ToVolume(halves[0].Size, halves[0].PixelSizeAngstrom) : null;
        FscCurve? corrected = maskMap is null ? null : MaskedFsc.Compute(halves[0], halves[1], maskMap.Voxels, new Random(PhaseSeed), team).Corrected;
        FscCurve masked = volumes.Fsc, unmasked = FourierShellCorrelation.Compute(halves[0], halves[1], team: team);
        cancellation.ThrowIfCancellationRequested();
        Volume map = joint is null ? volumes.Join() : volumes.Join(joint);
        Pose[] poses = [.. Enumerable.Range(0, table.Count).Select(i => (joint ?? table).Best(i).InAngstrom(pixelSizeAngstrom))];
        return new ReconstructionOutcome(
            map, halves[0], halves[1], poses, table.HalfSet, masked, unmasked, (corrected ?? masked).ResolutionAngstrom(0.143),
            mask.DiameterAngstrom, track.Stop())
        {
            Mask = maskMap,
            CorrectedFsc = corrected,
        };
    }

    /// <summary>Counts origins from the map's middle. The maps themselves stay as they are until the next update.</summary>
    private static void Centre(HalfSetVolumes volumes, params ReadOnlySpan<PoseTable?> tables)
    {
        (double X, double Y, double Z) centre = MapCentre.OfMass(volumes.Maps[0]);
        foreach (PoseTable? table in tables)
        {
            if (table is not null) Move(table, centre);
        }
    }

    private static void Move(PoseTable table, (double X, double Y, double Z) centre)
    {
        for (int i = 0; i < table.Count; i++) table.Candidates[i] = [.. table.Candidates[i].Select(c => MapCentre.Moved(c, centre))];
    }
}
