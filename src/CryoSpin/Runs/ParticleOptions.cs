using System.Text.Json.Serialization;
using CryoSpin.Particles;

namespace CryoSpin.Runs;

/// <summary>Which particles a run takes, and from which files.</summary>
public sealed record ParticleOptions
{
    /// <summary>Path of the particles' star file, or of what takes its place.</summary>
    [JsonPropertyName("particlesPath")]
    public required string Path { get; init; }

    /// <summary>A folder in which image stacks are looked for too; null for none.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Particles to take, a count or a file of indices as typed; null for all.</summary>
    public string? Subset { get; init; }

    /// <summary>Pixel size that beats the files'; null to take theirs.</summary>
    public double? PixelSizeAngstrom { get; init; }

    /// <summary>Further .cs files of the same particles; empty to look for one where it is needed.</summary>
    public IReadOnlyList<string> Passthrough { get; init; } = [];

    /// <summary>True to take the images as free of any CTF, whatever the file says; false to refuse particles without CTFs.</summary>
    public bool NoCtf { get; init; }

    /// <summary>True to leave particles out whose images are unreadable, not finite or constant; false to stop at them.</summary>
    public bool SkipBad { get; init; }

    /// <summary>True to check no more than tables and stack headers before the run; a bad pixel then ends it while it loads.</summary>
    public bool QuickValidation { get; init; }

    /// <summary>How the file is read.</summary>
    public ParticleLoadOptions ToLoadOptions() => new(
        PixelSizeAngstrom, DataDirectory: DataDirectory, Subset: Subset is null ? null : ParticleSubset.Parse(Subset),
        Passthrough: Passthrough, IgnoreCtf: NoCtf);
}
