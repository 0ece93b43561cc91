using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Fourier;
using CryoSpin.Imaging;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Paper;

/// <summary>Runs the published algorithm and gives its result the same form as the default method's.</summary>
internal static class PaperPreset
{
    /// <summary>
    /// Runs it with the published settings. Its map is the learned volume; the half-maps are back-projections with its poses. Those poses
    /// come
    /// from one volume, as published, so the halves are not independent and their FSC is optimistic.
    /// </summary>
    public static ReconstructionOutcome Run(
        ReconstructionInput input, MethodOptions options, MemoryPlan memory, IRunObserver observer, WorkerTeam team,
        CancellationToken cancellation)
    {
        PaperOptions settings = new() { Heads = options.Heads, Seed = options.Seed, MaxShiftPixels = options.MaxShiftPixels };
        PaperOutcome outcome = new PaperReconstruction(input, settings, observer, team).Run(cancellation);
        observer.Log("The published method refines all poses against one volume: the half-maps are not independent, and their FSC is optimistic.");
        RunTracker track = new(input, observer);
        track.Start("half-maps", 0.98, 1);
        double mask = options.MaskDiameterAngstrom ?? input.BoxSize * input.PixelSizeAngstrom;
        int[] halfSet = input.HalfSet ?? HalfSets.Draw(input.Count, new Random(options.Seed));
        (ParticleStore store, _) = new ImagePreparation(input).Load(halfSet, memory.ScratchFolder, team, observer, track.Particles, cancellation);
        using ParticleStore loaded = store;
        Candidate[][] poses = [.. outcome.Poses.Select(
            p => (Candidate[])[new Candidate(p.Rotation, p.OriginXAngstrom / input.PixelSizeAngstrom, p.OriginYAngstrom / input.PixelSizeAngstrom, 0)])];
        CandidateTable table = new(poses, halfSet, PoseSpace.C1);
        HalfMaps halves = MapTools.For(store, team).Solve(
            table, new VolumeMask(new SphericalMask(store.Box, store.PixelSizeAngstrom, mask, team), null));
        Volume half1 = halves.Unfiltered[0], half2 = halves.Unfiltered[1];
        return new ReconstructionOutcome(
            InInputBox(outcome.Map, input, team), half1, half2, outcome.Poses, table.HalfSet, halves.Fsc!,
            FourierShellCorrelation.Compute(half1, half2, team: team), halves.Fsc!.ResolutionAngstrom(0.143), mask, [.. outcome.PhaseTimes, .. track.Stop()]);
    }

    /// <summary>The method works in a box of at most 128; its map goes back to the box of the images and of the half-maps.</summary>
    private static Volume InInputBox(Volume map, ReconstructionInput input, WorkerTeam team)
    {
        if (map.Size == input.BoxSize) return map;
        Volume full = new(input.BoxSize, input.PixelSizeAngstrom);
        FourierCrop.ForVolumes(map.Size, input.BoxSize, team).Apply(map.Voxels, full.Voxels);
        return full;
    }
}
