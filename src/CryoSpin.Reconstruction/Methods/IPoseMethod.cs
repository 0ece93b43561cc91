using CryoSpin.Compute;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>
/// One way to find poses and volume. Everything before it (reading, normalisation, noise, CTF) and after it (half-maps, final map, FSC,
/// files) is the same for all methods; so are slices and evaluation.
/// </summary>
internal interface IPoseMethod
{
    /// <summary>Finds them.</summary>
    /// <param name="context">Particles, options, workers, and where to report to.</param>
    /// <param name="cancellation">Stops the work within seconds.</param>
    MethodResult Run(MethodContext context, CancellationToken cancellation);

    /// <summary>Bytes of memory that it needs beyond what every method does (see <see cref="MemoryPlan"/>).</summary>
    /// <param name="options">What the user asked.</param>
    /// <param name="box">Box of the images, pixels.</param>
    long WorkBytes(MethodOptions options, int box) => 0;
}

/// <summary>What a method is given.</summary>
/// <param name="Input">The particles' sizes, optics and names.</param>
/// <param name="Options">What the user asked.</param>
/// <param name="Store">Their transforms, whitened; half-sets.</param>
/// <param name="SignalPower">Per shell, the variance of the map's transform as the data show it.</param>
/// <param name="Space">The poses that images can have.</param>
/// <param name="Random">Source of every random choice.</param>
/// <param name="Team">Workers. The result must not depend on their number.</param>
/// <param name="Track">Phases, epochs, snapshots.</param>
/// <param name="Observer">Log lines.</param>
internal sealed record MethodContext(
    ReconstructionInput Input, MethodOptions Options, ParticleStore Store, double[] SignalPower, PoseSpace Space, SavedRandom Random,
    WorkerTeam Team, RunTracker Track, IRunObserver Observer)
{
    private const double UsualMaskShare = 0.8;

    /// <summary>The spherical mask: the user's, else 0.8 of the box until it is measured.</summary>
    public SignalMask Mask { get; } =
        new(Options.MaskDiameterAngstrom, UsualMaskShare * Store.Box * Store.PixelSizeAngstrom, Observer);
}

/// <summary>What a method found.</summary>
/// <param name="Poses">Per particle at least one pose, best first.</param>
/// <param name="Parameters">Numbers that were fitted to the data: volume, encoder, tables of poses.</param>
internal sealed record MethodResult(Candidate[][] Poses, long Parameters);
