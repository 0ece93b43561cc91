using System.Diagnostics;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>A comparison whose runs are real processes with the real method, as short as can be.</summary>
public sealed class CompareProcessTests(SimulatedInput input) : IClassFixture<SimulatedInput>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_run_is_a_process_of_its_own_with_snapshots_of_every_stage()
    {
        (int code, string error, int process) = Run();
        Assert.True(code == ExitCode.Done, error);
        string folder = _folder["cmp/runs/cryospin-seed1"];
        RunRecord run = RunDirectory.ReadRun(folder)!;
        Assert.Equal(RunStatus.Finished, run.Status);
        Assert.NotEqual(process, run.ProcessId);
        Assert.True(run.PeakMemoryBytes > 0);
        IReadOnlyList<SnapshotEntry> entries = SnapshotFolder.ReadIndex(Path.Combine(folder, SnapshotFolder.Name));
        Assert.Equal(["search", "auto-encoding", "auto-decoding"], entries.Select(e => e.Phase).Distinct());
        Assert.Contains(entries, e => e.Heads is not null);
        Assert.Contains("mean rotation error", error);
        Assert.True(File.Exists(_folder["cmp/report.html"]));
        Assert.Contains("finished already", Run().Error);
    }

    private (int Code, string Error, int Process) Run()
    {
        ProcessStartInfo start = new("dotnet", [
            typeof(ShortRunProgram).Assembly.Location, "compare", input.Particles, "-o", _folder["cmp"], "--methods", "cryospin",
            "--max-shift", "2", "--threads", "2", "--truth-poses", input.TruthStar, "--truth-map", input.TruthMap])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error, process.Id);
    }
}
