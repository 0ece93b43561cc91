using System.Globalization;
using System.Text;
using CryoSpin.Reporting.Files;

namespace CryoSpin.Reporting.Comparison;

/// <summary>The figures of a comparison as text for other programs.</summary>
/// <remarks>CSV as RFC 4180 has it: lines end in CR LF, a field with a comma, a quote or a line end is quoted. Numbers have a decimal point
/// and all their digits; what is not known or not finite is an empty field (CSV) or null (JSON). Shares run from 0 to 1.</remarks>
public static class ComparisonTables
{
    private static readonly (string Name, Func<ComparedRun, object?> Value)[] RunColumns =
    [
        ("method", r => r.Method),
        ("seed", r => r.Seed),
        ("status", r => JsonFormat.Word(r.Status)),
        ("message", r => r.Message),
        ("folder", r => r.Folder),
        ("mean_rotation_error_degrees", r => r.MeanRotationErrorDegrees),
        ("median_rotation_error_degrees", r => r.MedianRotationErrorDegrees),
        ("share_within_10_degrees", r => r.ShareWithin10Degrees),
        ("median_shift_error_angstrom", r => r.MedianShiftErrorAngstrom),
        ("resolution_truth_fsc_0.5_angstrom", r => MethodSummary.TruthResolution(r)),
        ("resolution_half_maps_fsc_0.143_angstrom", r => r.HalfMapResolutionAngstrom),
        ("time_seconds", r => r.Seconds),
        ("processor_time_seconds", r => r.ProcessorSeconds),
        ("peak_memory_bytes", r => r.PeakMemoryBytes),
        ("parameters", r => r.Parameters),
    ];

    private static readonly (string Name, Func<ScoredSnapshot, object?> Value)[] SnapshotColumns =
    [
        ("phase", s => s.Phase),
        ("epoch", s => s.Epoch),
        ("image_visits", s => s.ImageVisits),
        ("time_seconds", s => s.ElapsedSeconds),
        ("resolution_truth_fsc_0.5_angstrom", s => s.ResolutionAngstrom),
        ("mean_rotation_error_degrees", s => s.MeanRotationErrorDegrees),
        ("median_rotation_error_degrees", s => s.MedianRotationErrorDegrees),
        ("share_within_30_degrees", s => s.ShareWithin30Degrees),
    ];

    /// <summary>runs.csv: a row per run.</summary>
    public static string RunsCsv(ComparisonInput input)
    {
        StringBuilder text = new();
        AppendLine(text, RunColumns.Select(c => c.Name));
        foreach (ComparedRun run in input.Runs) AppendLine(text, RunColumns.Select(c => c.Value(run)));
        return text.ToString();
    }

    /// <summary>snapshots.csv: a row per snapshot of every run.</summary>
    public static string SnapshotsCsv(ComparisonInput input)
    {
        StringBuilder text = new();
        AppendLine(text, ["method", "seed", .. SnapshotColumns.Select(c => c.Name)]);
        foreach (ComparedRun run in input.Runs)
        {
            foreach (ScoredSnapshot snapshot in run.Course)
            {
                AppendLine(text, [run.Method, run.Seed, .. SnapshotColumns.Select(c => c.Value(snapshot))]);
            }
        }
        return text.ToString();
    }

    /// <summary>comparison.json: the data set, the summary of every method, every run with its snapshots and its FSC; no maps.</summary>
    public static string Json(ComparisonInput input) => JsonFormat.Serialize(new ComparisonRecord(
        input.Version, input.Command, input.Dataset, input.ParticleCount, input.BoxSize, input.PixelSizeAngstrom, input.Remarks,
        [.. MethodSummary.Of(input.Runs).Select(MethodRecord.Of)], [.. input.Runs.Select(ComparedRunRecord.Of)]));

    private static void AppendLine(StringBuilder text, IEnumerable<object?> fields) =>
        text.AppendJoin(',', fields.Select(Field)).Append("\r\n");

    private static string Field(object? value)
    {
        string text = value switch
        {
            null => "",
            double d => double.IsFinite(d) ? d.ToString("R", CultureInfo.InvariantCulture) : "",
            IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
    }
}
