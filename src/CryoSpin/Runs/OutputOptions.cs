using System.Text.Json.Serialization;

namespace CryoSpin.Runs;

/// <summary>Where the results of a run go, and what is kept of it.</summary>
public sealed record OutputOptions
{
    /// <summary>Folder for the results.</summary>
    [JsonPropertyName("outputDirectory")]
    public required string Folder { get; init; }

    /// <summary>Whether an existing output folder may be replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether map and poses are kept at every epoch.</summary>
    public bool Snapshots { get; init; }

    /// <summary>Indices, from 0, of particles whose candidates are kept in the snapshots.</summary>
    public IReadOnlyList<int> Watched { get; init; } = [];

    /// <summary>Whether the run goes on from the newest checkpoint in its output folder, where there is one.</summary>
    public bool Resume { get; init; }
}
