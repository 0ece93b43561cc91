using System.Diagnostics;
using CryoSpin.Reporting.Files;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>Real processes that are killed, or run out of room, and resumed.</summary>
public sealed class KilledRunTests(ResumeTests.UnbrokenRun unbroken) : IClassFixture<ResumeTests.UnbrokenRun>
{
    [Fact]
    public void A_run_killed_in_every_stage_ends_with_the_same_bytes()
    {
        string folder = unbroken.NewFolder();
        Kill("search 20/", unbroken.Start(folder));
        string[] resume = ["reconstruct", "--resume", folder];
        foreach (string place in (string[])["loading", "auto-encoding", "proposals", "auto-decoding 1:", "auto-decoding 2:", "final map"])
        {
            Kill(place, resume);
            Assert.False(File.Exists(Path.Combine(folder, RunFiles.Map)));
        }
        (int code, string error) = Run(resume);
        Assert.True(code == ExitCode.Done, error);
        Assert.Contains("Going on from the end of auto-decoding", error);
        unbroken.VerifySame(folder);
    }

    [Fact]
    public async Task A_run_that_finds_no_room_for_its_results_keeps_its_checkpoint()
    {
        if (OperatingSystem.IsWindows()) return;
        string folder = unbroken.NewFolder();
        await Invocation.Stopped("auto-decoding 1:", SimulatedInput.ShortRun, unbroken.Start(folder));
        string[] resume = ["reconstruct", "--resume", folder];
        // No file may become larger than 40 KiB: neither checkpoints nor maps.
        (int code, string error) = Run(resume, fileKibibytes: 40);
        Assert.True(code == ExitCode.Failed, error);
        Assert.Contains("warning: A checkpoint could not be written", error);
        Assert.Contains("To go on: cryospin reconstruct --resume", error);
        Assert.DoesNotContain(Directory.GetFiles(folder), f => f.EndsWith(".tmp", StringComparison.Ordinal));
        (code, error) = Run(resume);
        Assert.True(code == ExitCode.Done, error);
        unbroken.VerifySame(folder);
    }

    private static void Kill(string place, string[] args)
    {
        using Process process = Start(args, place, null);
        List<string> seen = [];
        while (process.StandardError.ReadLine() is { } line && line != ShortRunProgram.Halted) seen.Add(line);
        Assert.False(process.HasExited, string.Join('\n', seen));
        process.Kill();
        process.WaitForExit();
    }

    private static (int Code, string Error) Run(string[] args, int? fileKibibytes = null)
    {
        using Process process = Start(args, "", fileKibibytes);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }

    private static Process Start(string[] args, string halt, int? fileKibibytes)
    {
        string program = typeof(ShortRunProgram).Assembly.Location;
        ProcessStartInfo start = new("dotnet", [program, .. args]) { RedirectStandardError = true, RedirectStandardOutput = true };
        if (fileKibibytes is { } limit)
        {
            // The signal that comes with the limit would end the process; a full disk sends none.
            start = new ProcessStartInfo("bash", ["-c", $"trap '' XFSZ; ulimit -f {limit}; exec dotnet \"$@\"", "bash", program, .. args])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            // The runtime's own double mapping of code is a file larger than that.
            start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        }
        start.Environment[ShortRunProgram.HaltVariable] = halt;
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }
}
