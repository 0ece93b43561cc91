using CryoSpin.Particles;
using CryoSpin.Reconstruction;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Running;

/// <summary>The real engine behind reconstruct and demo.</summary>
internal static class ReconstructionEngine
{
    /// <inheritdoc cref="RunEngine"/>
    public static RunResults Run(ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation) =>
        ResultsOf(ReconstructionRun.Run(options, source, observer, cancellation));

    /// <summary>What the run's folder keeps of an outcome.</summary>
    public static RunResults ResultsOf(ReconstructionOutcome outcome) => new()
    {
        Map = outcome.Map,
        Half1 = outcome.Half1,
        Half2 = outcome.Half2,
        Poses = outcome.Poses,
        HalfSets = outcome.HalfSet,
        MaskedFsc = outcome.MaskedFsc,
        UnmaskedFsc = outcome.UnmaskedFsc,
        ResolutionAngstrom = outcome.ResolutionAngstrom,
        MaskDiameterAngstrom = outcome.MaskDiameterAngstrom,
        PhaseTimes = outcome.PhaseTimes,
    };
}
