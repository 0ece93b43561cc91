using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Reconstruction;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Running;

/// <summary>The real engine behind reconstruct and demo.</summary>
internal static class ReconstructionEngine
{
    /// <inheritdoc cref="RunEngine"/>
    public static RunResults Run(
        ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation)
    {
        if (options.Resources.MaxMemoryBytes is not null) LimitHeap(ReconstructionRun.Plan(options, source.Set).HeapLimitBytes);
        try
        {
            return ResultsOf(ReconstructionRun.Run(options, source, observer, cancellation));
        }
        catch (OutOfMemoryException e)
        {
            throw new CryoSpinException(
                options.Resources.MaxMemoryBytes is { } limit
                    ? $"The {ByteSize.Text(limit)} that --max-memory allows were not enough. Allow more, or scale the images down."
                    : "The machine's memory was not enough. Give --max-memory SIZE to keep particles on disk, or scale the images down.", e);
        }
    }

    private const string NoResolution =
        "The half-maps do not agree from the first shell of their FSC on: the map has no resolution, and nothing in it can be trusted.";

    /// <summary>What the run's folder keeps of an outcome.</summary>
    public static RunResults ResultsOf(ReconstructionOutcome outcome) => new()
    {
        Map = outcome.Map,
        Half1 = outcome.Half1,
        Half2 = outcome.Half2,
        Poses = outcome.Poses,
        HalfSets = outcome.HalfSet,
        MaskedFsc = outcome.MaskedFsc,
        CorrectedFsc = outcome.CorrectedFsc,
        Mask = outcome.Mask,
        UnmaskedFsc = outcome.UnmaskedFsc,
        ResolutionAngstrom = outcome.ResolutionAngstrom,
        MaskDiameterAngstrom = outcome.MaskDiameterAngstrom,
        PhaseTimes = outcome.PhaseTimes,
        Parameters = outcome.Parameters,
        Warnings = double.IsFinite(outcome.ResolutionAngstrom) ? outcome.Warnings : [.. outcome.Warnings, NoResolution],
        Rejected = outcome.Rejected,
        Verdict = outcome.Verdict,
        ParticleProbability = outcome.ParticleProbability,
        MaxShiftPixels = outcome.MaxShiftPixels,
    };

    /// <summary>Makes the collector keep the heap within a limit, by collecting sooner, for the rest of the process.</summary>
    private static void LimitHeap(long bytes)
    {
        AppContext.SetData("GCHeapHardLimit", (ulong)Math.Max(bytes, 64L << 20));
        GC.RefreshMemoryLimit();
    }
}
