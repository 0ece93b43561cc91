using System.Text.Json;
using System.Text.Json.Serialization;
using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.Reporting.Comparison;

namespace CryoSpin.Cli.Comparing;

/// <summary>A finished run's scores, kept in its folder so that they are computed once.</summary>
internal sealed record RunScore
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "score.json";

    /// <summary>Name of the final map brought onto the truth.</summary>
    public const string AlignedMap = "map_aligned.mrc";

    /// <summary>What the scores were made from: names, sizes and times of the files.</summary>
    public required string Key { get; init; }

    public double? MeanRotationErrorDegrees { get; init; }

    public double? MedianRotationErrorDegrees { get; init; }

    public double? ShareWithin10Degrees { get; init; }

    public double? MedianShiftErrorAngstrom { get; init; }

    /// <summary>FSC with the true map, per shell; null without one.</summary>
    public double[]? TruthFsc { get; init; }

    public IReadOnlyList<ScoredSnapshot> Course { get; init; } = [];

    public ScoredHeads? Heads { get; init; }

    public IReadOnlyList<ScoredPosterior> Posteriors { get; init; } = [];

    /// <summary>Reads the scores of a run; null where there are none of these files.</summary>
    public static RunScore? Read(string folder, string key)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        try
        {
            RunScore? score = JsonSerializer.Deserialize(File.ReadAllText(path), ScoreContext.Default.RunScore);
            return score?.Key == key ? score : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // Scores can be computed again.
            return null;
        }
    }

    /// <summary>Writes them.</summary>
    /// <exception cref="CryoSpinException">The folder cannot be written.</exception>
    public void Write(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, ScoreContext.Default.RunScore));
}

/// <summary><see cref="HeadScores"/> as a file has them.</summary>
internal sealed record ScoredHeads(double[][] Views, double[][] ErrorsDegrees, double[] Shares)
{
    public HeadScores ToScores() => new([.. Views.Select(v => (v[0], v[1], v[2]))], ErrorsDegrees, Shares);
}

/// <summary><see cref="PosteriorView"/> as a file has it; the views are those of the grid.</summary>
internal sealed record ScoredPosterior(
    int Particle, string Phase, int Epoch, double[] LogLikelihoods, double[][] Candidates, double[]? Truth);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RunScore))]
internal sealed partial class ScoreContext : JsonSerializerContext;
