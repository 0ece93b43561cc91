using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Runs;
using static System.FormattableString;

namespace CryoSpin.Reconstruction;

/// <summary>Maps by weighted back-projection with poses that are already known.</summary>
/// <param name="Map">From all particles, filtered by the half-maps' agreement, masked by a sphere as wide as the box.</param>
/// <param name="Half1">Unfiltered, unmasked map of half-set 1.</param>
/// <param name="Half2">Unfiltered, unmasked map of half-set 2.</param>
/// <param name="Fsc">FSC of the half-maps under that mask.</param>
public sealed record PosedReconstruction(Volume Map, Volume Half1, Volume Half2, FscCurve Fsc)
{
    // Those that every map fills; an FSC that is low in all of them is not one of a noisy map but none.
    private const int LowestShells = 3;
    private const double LeastFsc = 0.143;

    /// <summary>Back-projects all particles; half-sets are the input's, or drawn with a fixed seed.</summary>
    /// <param name="source">Particles with poses.</param>
    /// <param name="threads">Worker threads.</param>
    /// <param name="observer">Receives progress.</param>
    /// <param name="preparation">How the images are prepared; null for the usual way.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InputException">A particle has no pose, they cannot be read, or they make no map.</exception>
    public static PosedReconstruction Run(
        ParticleSource source, int threads, IRunObserver observer, PreparationOptions? preparation = null,
        CancellationToken cancellation = default)
    {
        if (!source.Set.HasPoses)
        {
            throw new InputException(
                source.Set.Source, "the particles have no poses (rlnAngleRot, rlnAngleTilt, rlnAnglePsi).",
                "Give a star file with poses, or use reconstruct.");
        }
        if (Enumerable.Range(0, source.Set.Count).FirstOrDefault(i => source.Set.Pose(i) is null, -1) is >= 0 and var unposed)
        {
            throw new InputException(source.Set.Where(unposed), "the particle has no pose.", "Leave particles without a pose out.");
        }
        foreach (string warning in source.Warnings) observer.Log("warning: " + warning);
        using WorkerTeam team = new(threads);
        ReconstructionInput input = ReconstructionRun.InputOf(PreparedParticles.Open(source, preparation), observer);
        RunTracker track = new(input, observer);
        track.Start("loading", 0, 0.5);
        int[] halfSet = input.HalfSet ?? HalfSets.Draw(input.Count, new Random(1));
        (ParticleStore store, _) = new ImagePreparation(input).Load(halfSet, null, team, observer, track.Particles, cancellation);
        using ParticleStore loaded = store;
        Candidate[][] poses = [.. Enumerable.Range(0, input.Count).Select(i => (Candidate[])[Fit(source.Set.Pose(i)!.Value, input.PixelSizeAngstrom)])];
        CandidateTable table = new(poses, halfSet, PoseSpace.C1);
        track.Start("back-projection", 0.5, 1);
        MapTools tools = MapTools.For(store, team);
        double wholeBox = input.BoxSize * input.PixelSizeAngstrom;
        HalfMaps halves = tools.Solve(table, new VolumeMask(new SphericalMask(store.Box, store.PixelSizeAngstrom, wholeBox, team), null));
        cancellation.ThrowIfCancellationRequested();
        tools.Sums.Join();
        Volume map = AgreesOnNothing(halves.Fsc!, observer)
            ? tools.Solver.SolveJoinedUnfiltered(tools.Sums, 0, halves.Mask) : tools.Solver.SolveJoined(tools.Sums, 0, halves);
        if (!map.Voxels.AsSpan().ContainsAnyExcept(0f) || !TensorPrimitives.IsFiniteAll<float>(map.Voxels))
        {
            throw new InputException(
                source.Set.Source, "the particles make a map of zeros or of values that are no numbers.",
                "Look for what is wrong: cryospin validate.");
        }
        return new PosedReconstruction(map, halves.Unfiltered[0], halves.Unfiltered[1], halves.Fsc!);
    }

    private static bool AgreesOnNothing(FscCurve fsc, IRunObserver observer)
    {
        bool none = fsc.Values.Skip(1).Take(LowestShells).All(v => v < LeastFsc);
        if (none)
        {
            observer.Log(
                Invariant($"warning: The FSC of the half-maps is below {LeastFsc} from the first shell on, so that it cannot filter the map. ")
                + "The map is written unfiltered; nothing in it can be trusted.");
        }
        return none;
    }

    private static Candidate Fit(in Pose pose, double pixelSize) =>
        new(pose.Rotation, pose.OriginXAngstrom / pixelSize, pose.OriginYAngstrom / pixelSize, 0);
}
