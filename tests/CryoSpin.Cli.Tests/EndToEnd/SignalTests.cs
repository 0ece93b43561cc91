using System.Diagnostics;
using CryoSpin.Cli.Running;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>Real processes that are sent signals.</summary>
public sealed class SignalTests(ResumeTests.UnbrokenRun unbroken) : IClassFixture<ResumeTests.UnbrokenRun>
{
    // Where the tests run in the background or under nohup, signals may be ignored, and the run would wait for ever.
    [UnixTheory]
    [InlineData("INT", "INT")]
    [InlineData("TERM")]
    [InlineData("HUP", "HUP")]
    [InlineData("USR1")]
    public void A_signal_leaves_the_map_so_far_a_record_and_the_command_that_goes_on(params string[] signals)
    {
        string folder = unbroken.NewFolder();
        using Process process = Start(
            "auto-decoding 1:", "env", ["--default-signal=INT,HUP,TERM,USR1", "dotnet", typeof(ShortRunProgram).Assembly.Location, .. unbroken.Start(folder)]);
        foreach (string signal in signals)
        {
            // Sent again while the run is still busy with the first.
            Send(process, signal);
            Thread.Sleep(100);
        }
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(ExitCode.Failed, process.ExitCode);
        Assert.Contains($"To go on:\n  cryospin reconstruct --resume {folder}\n", error);
        Assert.Single(error.Split('\n'), l => l.StartsWith("cryospin: stopping", StringComparison.Ordinal));
        Assert.Equal(RunStatus.Stopped, RunDirectory.ReadRun(folder)!.Status);
        Assert.Equal(24, MapFile.Read(Path.Combine(folder, RunFiles.UnfinishedMap)).Size);
        Process.Start("dotnet", [typeof(ShortRunProgram).Assembly.Location, "reconstruct", "--resume", folder]).WaitForExit();
        Assert.False(File.Exists(Path.Combine(folder, RunFiles.UnfinishedMap)));
        unbroken.VerifySame(folder);
    }

    [UnixFact]
    public void Under_nohup_a_terminal_that_closes_stops_nothing()
    {
        string folder = unbroken.NewFolder();
        using Process process = Start(
            "auto-decoding 1:", "bash", ["-c", "trap '' HUP; exec dotnet \"$@\"", "bash", typeof(ShortRunProgram).Assembly.Location, .. unbroken.Start(folder)]);
        Send(process, "HUP");
        Thread.Sleep(300);
        Assert.Equal(RunStatus.Running, RunDirectory.ReadRun(folder)!.Status);
        Send(process, "TERM");
        Assert.Contains("Stopped by the user", process.StandardError.ReadToEnd());
    }

    private static void Send(Process process, string signal) => Process.Start("kill", [$"-{signal}", process.Id.ToString()]).WaitForExit();

    private static Process Start(string waitAt, string program, string[] args)
    {
        ProcessStartInfo start = new(program, args) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment[ShortRunProgram.WaitVariable] = waitAt;
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        List<string> seen = [];
        while (process.StandardError.ReadLine() is { } line && line != ShortRunProgram.Halted) seen.Add(line);
        Assert.False(process.HasExited, string.Join('\n', seen));
        return process;
    }

    private sealed class UnixFactAttribute : FactAttribute
    {
        public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no such signals" : null;
    }

    private sealed class UnixTheoryAttribute : TheoryAttribute
    {
        public UnixTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows has no such signals" : null;
    }
}
