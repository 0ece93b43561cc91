using System.Diagnostics;
using CryoSpin.Reporting.Files;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>Real processes that are killed, or run out of room, and resumed.</summary>
public sealed class KilledRunTests(ResumeTests.UnbrokenRun unbroken) : IClassFixture<ResumeTests.UnbrokenRun>
{
    private static string ProgramPath => typeof(ShortRunProgram).Assembly.Location;

    [Fact]
    public void A_run_killed_in_every_stage_ends_with_the_same_bytes()
    {
        string folder = unbroken.NewFolder();
        Kill("search 20/", unbroken.Start(folder));
        string[] resume = ["reconstruct", "--resume", folder];
        // The first is where it was killed: that mini-batch is done again.
        foreach (string place in (string[])["search 20/", "search 24/", "loading", "auto-encoding", "proposals", "auto-decoding 1:", "auto-decoding 2:", "final map"])
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
        Assert.Contains("To go on:\n  cryospin reconstruct --resume", error);
        Assert.DoesNotContain(Directory.GetFiles(folder), f => f.EndsWith(".tmp", StringComparison.Ordinal));
        (code, error) = Run(resume);
        Assert.True(code == ExitCode.Done, error);
        unbroken.VerifySame(folder);
    }

    [TmpfsFact]
    public void A_full_disk_ends_the_run_and_harms_nothing_on_it_and_with_more_room_the_run_goes_on()
    {
        string disk = unbroken.NewFolder(), earlier = disk + "-earlier", finished = unbroken.NewFolder();
        Directory.CreateDirectory(disk);
        byte[] map = new byte[880 << 10];
        new Random(1).NextBytes(map);
        File.WriteAllBytes(earlier, map);
        // An earlier result and something else take all but 316 KiB: there is room for record and log, none for every checkpoint and the maps.
        const string script = """
            earlier=$1; finished=$2; shift 2
            cp "$earlier" "$0/map.mrc" && head -c 2900K /dev/zero > "$0/other" || exit 98
            dotnet "$@" --overwrite
            echo "first: exit code $?" >&2
            cmp "$earlier" "$0/map.mrc" && echo "first: the earlier map is whole" >&2
            cat /dev/zero > "$0/filler" 2> "$finished.log"
            echo "== now there is no room at all" >&2
            dotnet "${@/%"$0"/"$0/new"}"
            echo "second: exit code $?" >&2
            cmp "$earlier" "$0/map.mrc" && echo "second: the earlier map is whole" >&2
            [ -e "$0/new" ] || echo "second: no folder" >&2
            rm "$0/filler" "$0/other"
            dotnet "$1" reconstruct --resume "$0"
            echo "third: exit code $?" >&2
            cp -r "$0" "$finished"
            """;
        (int code, string error) = Run(PrivateTmpfs.Script(disk, 4096, script, [earlier, finished, ProgramPath, .. unbroken.Start(disk)]));
        Assert.True(code == 0, error);
        string[] parts = error.Split("== now there is no room at all");
        string[] expected =
        [
            "warning: A checkpoint could not be written (No space left on device", "are unchanged", "To go on:\n  cryospin reconstruct --resume",
            "cryospin: No space left on device", "first: exit code 1", "first: the earlier map is whole",
        ];
        Assert.All(expected, text => Assert.Contains(text, parts[0]));
        expected =
        [
            "the folder cannot be made or written (No space left on device", "second: exit code 1", "second: the earlier map is whole",
            "second: no folder", "third: exit code 0",
        ];
        Assert.All(expected, text => Assert.Contains(text, parts[1]));
        Assert.DoesNotContain("internal error", error);
        // Without room for anything not even the check of the images begins.
        Assert.StartsWith("cryospin: ", parts[1].TrimStart());
        Assert.Empty(Directory.GetFileSystemEntries(disk));
        unbroken.VerifySame(finished);
    }

    private static void Kill(string place, string[] args)
    {
        using Process process = Start(Program(args), place);
        List<string> seen = [];
        while (process.StandardError.ReadLine() is { } line && line != ShortRunProgram.Halted) seen.Add(line);
        Assert.False(process.HasExited, string.Join('\n', seen));
        process.Kill();
        process.WaitForExit();
    }

    private static (int Code, string Error) Run(string[] args, int? fileKibibytes = null) => Run(Program(args, fileKibibytes));

    private static (int Code, string Error) Run(ProcessStartInfo start)
    {
        using Process process = Start(start, "");
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }

    private static ProcessStartInfo Program(string[] args, int? fileKibibytes = null)
    {
        if (fileKibibytes is not { } limit) return new ProcessStartInfo("dotnet", [ProgramPath, .. args]);
        // The signal that comes with the limit would end the process; a full disk sends none.
        ProcessStartInfo start = new("bash", ["-c", $"trap '' XFSZ; ulimit -f {limit}; exec dotnet \"$@\"", "bash", ProgramPath, .. args]);
        // The runtime's own double mapping of code is a file larger than that.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return start;
    }

    private static Process Start(ProcessStartInfo start, string halt)
    {
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        start.Environment[ShortRunProgram.HaltVariable] = halt;
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }
}
