using CryoSpin.Compute;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>A run of a method other than the default one: particles loaded, the method, and the final maps from its poses.</summary>
/// <remarks>Methods write no checkpoints: they are for comparison, and a resumed run begins anew.</remarks>
internal sealed class MethodReconstruction(
    IPoseMethod method, ReconstructionInput input, MethodOptions options, MemoryPlan memory, IRunObserver observer, WorkerTeam team)
{
    /// <summary>Called when all images have been read.</summary>
    public Action Loaded { get; init; } = () => { };

    /// <summary>Runs it.</summary>
    public ReconstructionOutcome Run(CancellationToken cancellation)
    {
        RunTracker track = new(input, observer, observer.Watched);
        track.Start("loading", 0, 0.01);
        SavedRandom random = new((ulong)options.Seed);
        int[] halfSet = input.HalfSet ?? HalfSets.Draw(input.Count, random);
        using LoadedParticles loaded = LoadedParticles.Load(
            input, halfSet, options.KeepAll, memory.ScratchFolder, team, observer, track.Particles, cancellation);
        ParticleStore store = loaded.Store;
        track.Use(loaded.Input);
        Loaded();
        MethodContext context = new(loaded.Input, options, store, loaded.SignalPower, PoseSpace.C1, random, team, track, observer);
        MethodResult result = Find(context, track, cancellation);
        observer.Log(
            $"{options.Name} finds all poses against one volume: the half-maps are not independent, and their FSC is optimistic.");
        track.Start("final map", 0.98, 1);
        CandidateTable table = new(result.Poses, store.HalfSet, context.Space);
        MapTools tools = MapTools.For(store, team);
        HalfMaps last = tools.Solve(table, context.Mask.Sphere(store.Box, store.PixelSizeAngstrom, team));
        // The same measure of the mask for all methods.
        return FinalMaps.Make(tools, last, table, null, input.PixelSizeAngstrom, context.Mask, measuresMask: true, team, track, cancellation) with
        {
            Parameters = result.Parameters,
            Rejected = loaded.Rejected,
        };
    }

    private MethodResult Find(MethodContext context, RunTracker track, CancellationToken cancellation)
    {
        try
        {
            return method.Run(context, cancellation);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            track.LeaveMap();
            throw;
        }
    }
}
