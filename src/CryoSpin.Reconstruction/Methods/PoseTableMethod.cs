using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>
/// cryoDRGN-AI: hierarchical pose searches first, then the pose of each particle is a row of a table that stochastic gradient steps change
/// together with the volume (Levy et al., Nature Methods 2025).
/// </summary>
/// <remarks>docs/design/methods.md lists what differs from the publication, and why.</remarks>
internal sealed class PoseTableMethod : IPoseMethod
{
    /// <summary>The searches.</summary>
    public PoseSearchSchedule Schedule { get; init; } = new() { SearchesAfterGrowth = 0 };

    /// <summary>The gradient steps.</summary>
    public PoseTableSchedule Descent { get; init; } = new();

    /// <inheritdoc/>
    public MethodResult Run(MethodContext context, CancellationToken cancellation)
    {
        PoseSearchStage stage = new(context, Schedule);
        context.Track.Start("random poses", 0.01, 0.04);
        stage.Pretrain(cancellation);
        context.Track.Start("pose search", 0.04, 0.7);
        stage.Run(cancellation);
        context.Track.Start("pose table", 0.7, 0.98);
        PoseTableDescent descent = new(context, stage, Descent);
        for (int epoch = 1; epoch <= Descent.Epochs; epoch++)
        {
            EpochReport report = descent.Epoch(epoch, cancellation);
            context.Track.Epoch(report);
            context.Track.Snapshot(epoch, report.BandShells, () => stage.Model.Map, i => descent.Poses[i]);
        }
        Candidate[][] poses = [.. descent.Poses.Select(p => new[] { p })];
        return new MethodResult(poses, PoseSearchMethod.Parameters(stage, poses.Length));
    }
}
