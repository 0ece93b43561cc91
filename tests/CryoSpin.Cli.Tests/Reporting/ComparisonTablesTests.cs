using System.Text.Json;
using CryoSpin.Reporting.Comparison;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Reporting;

public sealed class ComparisonTablesTests
{
    private static readonly ComparisonInput Input = ComparisonSample.Full(8) with
    {
        Runs =
        [
            ComparisonSample.Bare("a,b", 1, RunStatus.Failed) with
            {
                Message = "said \"no\",\nand stopped",
                MeanRotationErrorDegrees = 1.5,
                MedianRotationErrorDegrees = double.NaN,
                ShareWithin10Degrees = 0.1,
                Seconds = 12.25,
                ProcessorSeconds = 20.5,
                Parameters = 12345678,
                Course = [new ScoredSnapshot("auto-encoding", 2, 4000, 3.5, double.PositiveInfinity, 7.25, null, 0.5)],
            },
        ],
    };

    [Fact]
    public void A_run_is_a_row_quoted_where_needed()
    {
        const string heading = "method,seed,status,message,folder,mean_rotation_error_degrees,median_rotation_error_degrees,"
            + "share_within_10_degrees,median_shift_error_angstrom,resolution_truth_fsc_0.5_angstrom,"
            + "resolution_half_maps_fsc_0.143_angstrom,time_seconds,processor_time_seconds,peak_memory_bytes,parameters\r\n";
        const string row = "\"a,b\",1,failed,\"said \"\"no\"\",\nand stopped\",\"runs/a,b-1\",1.5,,0.1,,,,12.25,20.5,0,12345678\r\n";
        Assert.Equal(heading + row, ComparisonTables.RunsCsv(Input));
    }

    [Fact]
    public void A_snapshot_is_a_row() => Assert.Equal(
        "method,seed,phase,epoch,image_visits,time_seconds,resolution_truth_fsc_0.5_angstrom,mean_rotation_error_degrees,"
            + "median_rotation_error_degrees,share_within_30_degrees\r\n\"a,b\",1,auto-encoding,2,4000,3.5,,7.25,,0.5\r\n",
        ComparisonTables.SnapshotsCsv(Input));

    [Fact]
    public void Tables_are_the_same_in_every_culture()
    {
        ComparisonInput full = ComparisonSample.Full(8);
        Func<ComparisonInput, string>[] writers = [ComparisonTables.RunsCsv, ComparisonTables.SnapshotsCsv, ComparisonTables.Json];
        Assert.All(writers, write => Assert.Equal(write(full), Pages.WithComma(() => write(full))));
    }

    [Fact]
    public void The_json_has_data_set_methods_runs_and_snapshots()
    {
        ComparisonInput full = ComparisonSample.Full(8);
        using JsonDocument json = JsonDocument.Parse(ComparisonTables.Json(full));
        JsonElement root = json.RootElement;
        Assert.Equal(2000, root.GetProperty("particleCount").GetInt32());
        JsonElement method = root.GetProperty("methods").EnumerateArray().First(m => m.GetProperty("method").GetString() == "cryoai");
        Assert.Equal((2, 1), (method.GetProperty("finished").GetInt32(), method.GetProperty("failed").GetInt32()));
        Assert.Equal(2, method.GetProperty("meanRotationErrorDegrees").GetProperty("count").GetInt32());
        JsonElement[] runs = [.. root.GetProperty("runs").EnumerateArray()];
        Assert.Equal(full.Runs.Count, runs.Length);
        Assert.Equal(full.Runs[0].Course.Count, runs[0].GetProperty("snapshots").GetArrayLength());
        Assert.Equal(full.Runs[0].MeanRotationErrorDegrees, runs[0].GetProperty("meanRotationErrorDegrees").GetDouble());
        JsonElement failed = runs.First(r => r.GetProperty("message").ValueKind == JsonValueKind.String);
        Assert.Equal("failed", failed.GetProperty("status").GetString());
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_null_in_the_json()
    {
        using JsonDocument json = JsonDocument.Parse(ComparisonTables.Json(Input));
        JsonElement run = json.RootElement.GetProperty("runs")[0];
        Assert.Equal(JsonValueKind.Null, run.GetProperty("medianRotationErrorDegrees").ValueKind);
        Assert.Equal(JsonValueKind.Null, run.GetProperty("snapshots")[0].GetProperty("resolutionAngstrom").ValueKind);
    }

    [Fact]
    public void The_run_in_the_middle_is_chosen_by_resolution_and_failed_ones_do_not_count()
    {
        ComparedRun[] runs =
        [
            .. new[] { 9.0, 5, 7, 30 }.Select(
                (r, i) => ComparisonSample.Bare("m", i + 1, RunStatus.Finished) with { HalfMapResolutionAngstrom = r }),
            ComparisonSample.Bare("m", 9, RunStatus.Failed) with { HalfMapResolutionAngstrom = 6 },
        ];
        MethodSummary summary = MethodSummary.Of(runs).Single();
        Assert.Equal(3, summary.Middle!.Seed);
        Assert.Equal((4, 1, 0), (summary.Finished.Count, summary.Failed, summary.Unfinished));
        Spread spread = summary.HalfMapResolutionAngstrom!;
        Assert.Equal((4, 12.75, 5, 30), (spread.Count, spread.Mean, spread.Minimum, spread.Maximum));
        Assert.Equal(Math.Sqrt((3.75 * 3.75 + 7.75 * 7.75 + 5.75 * 5.75 + 17.25 * 17.25) / 3), spread.Deviation, 12);
    }
}
