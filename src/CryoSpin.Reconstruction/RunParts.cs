using CryoSpin.Compute;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reconstruction.Methods;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>What a run is made of, wherever its particles come from; starts the method that the options ask for.</summary>
/// <param name="Input">The particles.</param>
/// <param name="Options">What the method does.</param>
/// <param name="Settings">The parts of the default method.</param>
/// <param name="Resources">What the run may use.</param>
/// <param name="Memory">Where the particles are kept.</param>
/// <param name="Fingerprint">What checkpoints say that the run depends on.</param>
/// <param name="Observer">Receives progress, metrics and log lines.</param>
internal sealed record RunParts(
    ReconstructionInput Input, MethodOptions Options, MethodSettings Settings, RunResources Resources, MemoryPlan Memory,
    InputFingerprint Fingerprint, IRunObserver Observer)
{
    /// <summary>Called when all images have been read.</summary>
    public Action Loaded { get; init; } = () => { };

    /// <summary>Runs all, or what is left of it.</summary>
    /// <param name="resume">Whether to go on from the newest checkpoint, where there is one.</param>
    /// <param name="cancellation">Stops the run.</param>
    public ReconstructionOutcome Run(bool resume, CancellationToken cancellation)
    {
        using WorkerTeam team = new(Resources.Threads);
        if (Options.Preset == ReconstructionPreset.Paper)
        {
            if (resume) BeginAnew("The paper's preset");
            return PaperPreset.Run(Input, Options, Memory, Observer, team, cancellation);
        }
        if (MethodCatalogue.Create(Options) is { } method)
        {
            if (resume) BeginAnew(Options.Name);
            MethodReconstruction other = new(method, Input, Options, Memory, Observer, team) { Loaded = Loaded };
            return other.Run(cancellation);
        }
        RunCheckpoints checkpoints = new(Resources, Fingerprint, Observer, cancellation);
        RunState? from = resume ? checkpoints.Find(Input.Count, Input.BoxSize, Settings.Search) : null;
        if (resume) Observer.Resumed(from?.Course.Metrics ?? 0);
        DefaultReconstruction run = new(Input, Options, Settings, Memory, Observer, team, checkpoints) { Loaded = Loaded };
        return run.Run(from, cancellation);
    }

    private void BeginAnew(string method)
    {
        Observer.Log($"{method} writes no checkpoints: starting from the beginning.");
        Observer.Resumed(0);
    }
}
