using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Comparison;

/// <summary>All that a comparison of methods shows. What is absent is left out of the page.</summary>
public sealed record ComparisonInput
{
    /// <summary>CryoSpin's version.</summary>
    public required string Version { get; init; }

    /// <summary>The whole command line.</summary>
    public required string Command { get; init; }

    /// <summary>The particle file.</summary>
    public required string Dataset { get; init; }

    /// <summary>Number of particles.</summary>
    public required int ParticleCount { get; init; }

    /// <summary>Box of the images as reconstructed, pixels.</summary>
    public required int BoxSize { get; init; }

    /// <summary>Their pixel size.</summary>
    public required double PixelSizeAngstrom { get; init; }

    /// <summary>The true map, in the box of the results; null where it is not known.</summary>
    public Volume? TruthMap { get; init; }

    /// <summary>The runs in the order in which methods and seeds were named; those that failed or are missing too.</summary>
    public required IReadOnlyList<ComparedRun> Runs { get; init; }

    /// <summary>Posteriors of chosen particles through the epochs.</summary>
    public IReadOnlyList<PosteriorView> Posteriors { get; init; } = [];

    /// <summary>What the reader must know of these runs, one sentence each, e.g. that a method writes no map before its end.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>One run with its scores.</summary>
public sealed record ComparedRun
{
    /// <summary>Method and what was changed of it, as typed, e.g. <c>cryospin-amortized:heads=1</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Seed.</summary>
    public required int Seed { get; init; }

    /// <summary>How it ended.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Why it failed; null otherwise.</summary>
    public string? Message { get; init; }

    /// <summary>Folder of the run, relative to the comparison's.</summary>
    public required string Folder { get; init; }

    /// <summary>Mean error of the whole rotation, degrees; null without true poses.</summary>
    public double? MeanRotationErrorDegrees { get; init; }

    /// <summary>Median error of the whole rotation, degrees.</summary>
    public double? MedianRotationErrorDegrees { get; init; }

    /// <summary>Share of the images within 10 degrees, 0 to 1.</summary>
    public double? ShareWithin10Degrees { get; init; }

    /// <summary>Median error of the origins, angstrom.</summary>
    public double? MedianShiftErrorAngstrom { get; init; }

    /// <summary>FSC of the final map with the truth; null without one.</summary>
    public FscCurve? TruthFsc { get; init; }

    /// <summary>Resolution where the half-maps' masked FSC falls below 0.143, as the run itself says.</summary>
    public double? HalfMapResolutionAngstrom { get; init; }

    /// <summary>The final map, brought onto the truth where there is one.</summary>
    public Volume? Map { get; init; }

    /// <summary>Seconds from start to end.</summary>
    public double Seconds { get; init; }

    /// <summary>Processor time of all threads, seconds; null where it was not measured.</summary>
    public double? ProcessorSeconds { get; init; }

    /// <summary>Peak resident memory.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>Numbers fitted to the data.</summary>
    public long? Parameters { get; init; }

    /// <summary>Its snapshots with their scores, in order.</summary>
    public IReadOnlyList<ScoredSnapshot> Course { get; init; } = [];

    /// <summary>What its heads were worth at the end of auto-encoding; null for methods without.</summary>
    public HeadScores? Heads { get; init; }
}

/// <summary>The scores of map and poses in the middle of a run.</summary>
/// <param name="Phase">Phase.</param>
/// <param name="Epoch">Epoch of the phase.</param>
/// <param name="ImageVisits">Image visits since the start.</param>
/// <param name="ElapsedSeconds">Seconds since the start.</param>
/// <param name="ResolutionAngstrom">Where the FSC with the truth falls below 0.5; null without a true map.</param>
/// <param name="MeanRotationErrorDegrees">Over the particles that have a pose; null without true poses.</param>
/// <param name="MedianRotationErrorDegrees">The same.</param>
/// <param name="ShareWithin30Degrees">Share of those particles in the right mode: within 30 degrees of the truth.</param>
public readonly record struct ScoredSnapshot(
    string Phase, int Epoch, long ImageVisits, double ElapsedSeconds, double? ResolutionAngstrom, double? MeanRotationErrorDegrees,
    double? MedianRotationErrorDegrees, double? ShareWithin30Degrees);

/// <summary>What every head of an encoder is worth.</summary>
/// <param name="Views">True view directions (unit vectors, in the frame of the truth) of a sample of the particles.</param>
/// <param name="ErrorsDegrees">[head][particle of the sample]: error of the head's guess.</param>
/// <param name="Shares">Share of the images that each head won, 0 to 1.</param>
public sealed record HeadScores(
    IReadOnlyList<(double X, double Y, double Z)> Views, IReadOnlyList<double[]> ErrorsDegrees, IReadOnlyList<double> Shares);

/// <summary>The log posterior of one particle over view directions at one snapshot.</summary>
public sealed record PosteriorView
{
    /// <summary>Method as typed.</summary>
    public required string Method { get; init; }

    /// <summary>Seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Index of the particle, from 0.</summary>
    public required int Particle { get; init; }

    /// <summary>Phase of the snapshot.</summary>
    public required string Phase { get; init; }

    /// <summary>Its epoch.</summary>
    public required int Epoch { get; init; }

    /// <summary>View directions of the grid, unit vectors in the frame of the snapshot's map.</summary>
    public required IReadOnlyList<(double X, double Y, double Z)> Views { get; init; }

    /// <summary>Per view, the greatest log likelihood ratio over in-plane turns and shifts.</summary>
    public required IReadOnlyList<double> LogLikelihoods { get; init; }

    /// <summary>View directions of the candidates, the chosen one first.</summary>
    public IReadOnlyList<(double X, double Y, double Z)> Candidates { get; init; } = [];

    /// <summary>The true view direction in the same frame; null where it is not known.</summary>
    public (double X, double Y, double Z)? Truth { get; init; }
}
