using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>cryoDRGN2: hierarchical pose searches of all particles in turn with the volume (Zhong et al., ICCV 2021).</summary>
/// <remarks>docs/design/methods.md lists what differs from the publication, and why.</remarks>
internal sealed class PoseSearchMethod : IPoseMethod
{
    /// <summary>The schedule.</summary>
    public PoseSearchSchedule Schedule { get; init; } = new();

    /// <inheritdoc/>
    public MethodResult Run(MethodContext context, CancellationToken cancellation)
    {
        PoseSearchStage stage = new(context, Schedule);
        context.Track.Start("random poses", 0.01, 0.04);
        stage.Pretrain(cancellation);
        context.Track.Start("pose search", 0.04, 0.98);
        stage.Run(cancellation);
        Candidate[][] poses = [.. stage.Kept.Select(k => new[] { k![0] })];
        return new MethodResult(poses, Parameters(stage, poses.Length));
    }

    /// <summary>The volume, and five numbers of every particle.</summary>
    internal static long Parameters(PoseSearchStage stage, int particles) =>
        (long)stage.Model.Map.Voxels.Length + 5L * particles;
}
