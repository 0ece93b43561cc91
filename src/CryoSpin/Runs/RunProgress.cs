using CryoSpin.Imaging;

namespace CryoSpin.Runs;

/// <summary>Where a run stands; sent often.</summary>
/// <param name="Phase">Name of the phase, e.g. <c>auto-encoding</c>.</param>
/// <param name="Epoch">Current epoch or iteration of the phase, from 1.</param>
/// <param name="Epochs">Their (expected) number.</param>
/// <param name="FractionOfRun">0 to 1 over the whole run, as well as it is known.</param>
/// <param name="ImagesPerSecond">Rate in this phase.</param>
/// <param name="Loss">Mean loss per image: the phase's own objective (see the phase).</param>
/// <param name="ResolutionAngstrom">Current resolution: of the band in use, or where the half-sets' FSC falls below 0.143 once there are
/// half-sets.</param>
/// <param name="Remaining">Estimated time to the end of the run; null while unknown.</param>
public readonly record struct RunProgress(
    string Phase, int Epoch, int Epochs, double FractionOfRun, double ImagesPerSecond, double Loss, double ResolutionAngstrom, TimeSpan? Remaining);

/// <summary>One line of metrics.jsonl: the figures at the end of an epoch.</summary>
public sealed record MetricRecord
{
    /// <summary>Name of the phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Epoch or iteration of the phase, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Image visits since the start of the run.</summary>
    public long ImageVisits { get; init; }

    /// <summary>Seconds since the start of the run.</summary>
    public double ElapsedSeconds { get; init; }

    /// <summary>Images per second in this epoch.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>Mean loss per image.</summary>
    public double Loss { get; init; }

    /// <summary>Radius, in shells, of the frequencies in use.</summary>
    public double BandShells { get; init; }

    /// <summary>Current resolution, angstrom.</summary>
    public double ResolutionAngstrom { get; init; }

    /// <summary>Median change of rotation since the last epoch, degrees; null where it was not measured.</summary>
    public double? MedianPoseChangeDegrees { get; init; }

    /// <summary>Share of the images that changed their winning candidate (head or mode); null where it was not measured.</summary>
    public double? WinnerChangeShare { get; init; }

    /// <summary>Share of the images won by each head; null outside auto-encoding.</summary>
    public IReadOnlyList<double>? HeadShares { get; init; }
}

/// <summary>Receives what a run has to say. Called from the run's own thread.</summary>
public interface IRunObserver
{
    /// <summary>A short line for the log.</summary>
    void Log(string message);

    /// <summary>Where the run stands.</summary>
    void Report(in RunProgress progress);

    /// <summary>The figures of a finished epoch.</summary>
    void Record(MetricRecord metric);

    /// <summary>
    /// A resumed run goes on, or begins anew: of the figures recorded before, only the first so many are of what it goes on from.
    /// </summary>
    void Resumed(int metrics)
    {
    }

    /// <summary>Brings the figures recorded so far to the disk, where a power cut does not reach them.</summary>
    void Flush()
    {
    }

    /// <summary>Whether snapshots are wanted: making one costs a transform of the map and more.</summary>
    bool WantsSnapshots => false;

    /// <summary>Indices, from 0, of the particles whose candidates are wanted in the snapshots.</summary>
    IReadOnlyList<int> Watched => [];

    /// <summary>Takes the map that a run has when it is stopped.</summary>
    void Leave(Volume map)
    {
    }

    /// <summary>Keeps map and poses in the middle of the run.</summary>
    void Keep(RunSnapshot snapshot)
    {
    }
}
