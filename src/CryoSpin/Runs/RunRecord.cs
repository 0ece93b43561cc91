using System.Text.Json.Serialization;

namespace CryoSpin.Runs;

/// <summary>How a run ended.</summary>
public enum RunStatus
{
    /// <summary>It goes on, or was killed.</summary>
    Running,

    /// <summary>Complete.</summary>
    Finished,

    /// <summary>Stopped by the user.</summary>
    Stopped,

    /// <summary>Ended by an error.</summary>
    Failed,
}

/// <summary>Seconds spent in one phase.</summary>
/// <param name="Phase">Name of the phase.</param>
/// <param name="Seconds">Wall-clock time.</param>
/// <param name="ProcessorSeconds">Processor time of all threads, which other work on the machine blurs less; null where it was not
/// measured.</param>
public sealed record PhaseTime(string Phase, double Seconds, double? ProcessorSeconds = null)
{
    /// <summary>Adds this to the times of a run. A phase that comes back, as loading does in a resumed run, has one entry.</summary>
    public void AddTo(List<PhaseTime> times)
    {
        int i = times.FindIndex(t => t.Phase == Phase);
        if (i < 0) times.Add(this);
        else times[i] = this with { Seconds = times[i].Seconds + Seconds, ProcessorSeconds = times[i].ProcessorSeconds + ProcessorSeconds };
    }
}

/// <summary>Contents of run.json: what was asked, by which program, and how it went.</summary>
public sealed record RunRecord
{
    /// <summary>CryoSpin's version.</summary>
    public required string Version { get; init; }

    /// <summary>The whole command line.</summary>
    public required string Command { get; init; }

    /// <summary>The options in force, defaults included.</summary>
    public required ReconstructionOptions Options { get; init; }

    /// <summary>The folder that relative paths in <see cref="Options"/> start from.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Number of the process.</summary>
    public int ProcessId { get; init; }

    /// <summary>Name of the computer.</summary>
    public string MachineName { get; init; } = "";

    /// <summary>How often the run was resumed.</summary>
    public int Resumptions { get; init; }

    /// <summary>Start, UTC.</summary>
    public required DateTime StartedUtc { get; init; }

    /// <summary>End, UTC; null while running.</summary>
    public DateTime? EndedUtc { get; init; }

    /// <summary>How it ended.</summary>
    public RunStatus Status { get; init; } = RunStatus.Running;

    /// <summary>Why it failed or stopped; null otherwise.</summary>
    public string? Message { get; init; }

    /// <summary>Whether the map can be believed; null before the end, and where the method does not tell.</summary>
    public RunVerdict? Verdict { get; init; }

    /// <summary>What the user should know before using the results.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Number of particles.</summary>
    public int ParticleCount { get; init; }

    /// <summary>Particles left out because their images cannot be used; not in <see cref="ParticleCount"/>.</summary>
    public int SkippedParticles { get; init; }

    /// <summary>Number of these particles that the run did not use, because their images stand out from the others.</summary>
    public int RejectedParticles { get; init; }

    /// <summary>Box in pixels.</summary>
    public int BoxSize { get; init; }

    /// <summary>Pixel size, angstrom.</summary>
    public double PixelSizeAngstrom { get; init; }

    /// <summary>Resolution where the masked half-map FSC falls below 0.143, angstrom; null before the end.</summary>
    public double? ResolutionAngstrom { get; init; }

    /// <summary>Diameter of the mask in force, angstrom; null before it is known.</summary>
    public double? MaskDiameterAngstrom { get; init; }

    /// <summary>The largest shift in force at the end, pixels; null before the end, and where it is that of the options.</summary>
    public double? MaxShiftPixels { get; init; }

    /// <summary>Numbers that the run fitted to the data: volume, encoder and tables of poses; null before the end.</summary>
    public long? Parameters { get; init; }

    /// <summary>Times per phase, in order.</summary>
    public IReadOnlyList<PhaseTime> PhaseTimes { get; init; } = [];

    /// <summary>Processor time of all phases, seconds; null where it is not known of each.</summary>
    [JsonIgnore]
    public double? ProcessorSeconds =>
        PhaseTimes.Count == 0 ? null : PhaseTimes.Aggregate((double?)0, (sum, time) => sum + time.ProcessorSeconds);

    /// <summary>Peak resident memory, bytes.</summary>
    public long PeakMemoryBytes { get; init; }
}
