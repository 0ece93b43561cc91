using System.Text.Json.Serialization;

namespace CryoSpin.Runs;

/// <summary>What a run may use of the machine. The bytes of the result do not depend on it.</summary>
public sealed record RunResources
{
    /// <summary>Worker threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Most memory the run may use, bytes; null: most of what is free.</summary>
    public long? MaxMemoryBytes { get; init; }

    /// <summary>Existing folder for the particles where memory cannot hold them; null: the results' folder, or the system's own for such files.</summary>
    public string? ScratchDirectory { get; init; }

    /// <summary>Minutes between two checkpoints within a stage; 0: whenever one can be written; null: no checkpoints at all.</summary>
    public double? CheckpointMinutes { get; init; } = 5;

    /// <summary>Folder of the checkpoints; null for none. The folder of the results in a run that has one.</summary>
    [JsonIgnore]
    public string? CheckpointDirectory { get; init; }
}
