using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CryoSpin.Reporting.Comparison;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Files;

/// <summary>
/// Reads and writes run.json and the lines of metrics.jsonl. Names are camelCase; a number that is not finite is written as null.
/// </summary>
public static class JsonFormat
{
    // The texts stand in files, not in pages: paths and plus signs may stay readable.
    private static readonly IndentedContext Indented =
        new(new JsonSerializerOptions(IndentedContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>run.json, indented.</summary>
    public static string Serialize(RunRecord run) => JsonSerializer.Serialize(run, Indented.RunRecord) + "\n";

    /// <summary>One line of metrics.jsonl, without its end.</summary>
    public static string Serialize(MetricRecord metric) => JsonSerializer.Serialize(metric, LineContext.Default.MetricRecord);

    /// <summary>One line of a snapshot folder's index, without its end.</summary>
    public static string Serialize(SnapshotEntry entry) => JsonSerializer.Serialize(entry, LineContext.Default.SnapshotEntry);

    /// <summary>comparison.json, indented.</summary>
    internal static string Serialize(ComparisonRecord comparison) => JsonSerializer.Serialize(comparison, Indented.ComparisonRecord) + "\n";

    /// <summary>A status as the files have it, e.g. <c>finished</c>.</summary>
    internal static string Word(RunStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    /// <summary>Reads run.json.</summary>
    /// <exception cref="JsonException">The text is not a run's record.</exception>
    public static RunRecord ParseRun(string json) =>
        JsonSerializer.Deserialize(json, Indented.RunRecord) ?? throw new JsonException("The text holds no run.");

    /// <summary>Reads one line of metrics.jsonl.</summary>
    /// <exception cref="JsonException">The text is not a metric's record.</exception>
    public static MetricRecord ParseMetric(string line) =>
        JsonSerializer.Deserialize(line, LineContext.Default.MetricRecord) ?? throw new JsonException("The line holds no metric.");

    /// <summary>Reads one line of a snapshot folder's index.</summary>
    /// <exception cref="JsonException">The text is not a snapshot's entry.</exception>
    public static SnapshotEntry ParseSnapshot(string line) =>
        JsonSerializer.Deserialize(line, LineContext.Default.SnapshotEntry) ?? throw new JsonException("The line holds no snapshot.");
}

/// <summary>Writes NaN and infinities, which JSON does not know, as null, and reads null as NaN.</summary>
internal sealed class FiniteNumberConverter : JsonConverter<double>
{
    public override bool HandleNull => true;

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteNullValue();
    }
}

/// <summary>Enumerations as words: <c>finished</c>, not 1.</summary>
internal sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase) where T : struct, Enum;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    Converters = [typeof(FiniteNumberConverter), typeof(CamelCaseEnum<RunStatus>), typeof(CamelCaseEnum<VerdictState>), typeof(CamelCaseEnum<ReconstructionPreset>),
        typeof(CamelCaseEnum<VolumeKind>), typeof(FlatOptionsConverter)])]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(ParticleOptions))]
[JsonSerializable(typeof(ImageOptions))]
[JsonSerializable(typeof(MethodOptions))]
[JsonSerializable(typeof(RunResources))]
[JsonSerializable(typeof(OutputOptions))]
[JsonSerializable(typeof(ComparisonRecord))]
internal sealed partial class IndentedContext : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(FiniteNumberConverter)])]
[JsonSerializable(typeof(MetricRecord))]
[JsonSerializable(typeof(SnapshotEntry))]
internal sealed partial class LineContext : JsonSerializerContext;
