using System.Text.Json.Nodes;
using CryoSpin.Cli.Running;
using CryoSpin.IO.Mrc;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>A run that was interrupted, however it was, ends with the bytes of an unbroken one.</summary>
public sealed class ResumeTests(ResumeTests.UnbrokenRun unbroken) : IClassFixture<ResumeTests.UnbrokenRun>, IDisposable
{
    private readonly string _out = unbroken.NewFolder();

    public void Dispose()
    {
        if (Directory.Exists(_out)) Directory.Delete(_out, recursive: true);
    }

    [Theory]
    [InlineData("loading", "starting from the beginning")]
    [InlineData("search", "starting from the beginning")]
    [InlineData("search 20/", "Going on from mini-batch 21 of the search")]
    [InlineData("auto-encoding", "Going on from the end of the search")]
    [InlineData("proposals", "Going on from the proposals")]
    [InlineData("auto-decoding", "Going on from")]
    [InlineData("auto-decoding 1:", "Going on from pass 2 of auto-decoding")]
    [InlineData("final map", "Going on from the end of auto-decoding")]
    public async Task A_stop_anywhere_changes_no_byte(string line, string expected)
    {
        Invocation stopped = await Invocation.Stopped(line, SimulatedInput.ShortRun, Start());
        Assert.Equal(ExitCode.Failed, stopped.Code);
        Invocation resumed = await Resume();
        Assert.Equal((ExitCode.Done, true), (resumed.Code, resumed.Error.Contains(expected, StringComparison.Ordinal)));
        Verify();
        Assert.Equal(1, JsonFormat.ParseRun(File.ReadAllText(Path.Combine(_out, RunFiles.Run))).Resumptions);
    }

    // Five minutes between checkpoints: it is the stop that writes this one.
    [Fact]
    public async Task A_stop_in_the_search_leaves_the_map_so_far_and_goes_on_from_there()
    {
        Invocation stopped = await Invocation.Stopped("search 20/", SimulatedInput.ShortRun, [.. Start()[..^1], "5"]);
        Assert.Equal(ExitCode.Failed, stopped.Code);
        Assert.Contains("To go on:\n  cryospin reconstruct --resume", stopped.Error);
        Assert.Equal("checkpoint-0001.bin", Path.GetFileName(Assert.Single(Directory.GetFiles(_out, "checkpoint-*"))));
        Assert.Contains(MrcVolumeIO.Read(Path.Combine(_out, RunFiles.UnfinishedMap)).Voxels, v => v != 0);
        Invocation resumed = await Resume();
        Assert.Contains("Going on from mini-batch 21 of the search", resumed.Error);
        Verify();
    }

    [Theory]
    [InlineData("cryosparc", "stochastic gradient 1/")]
    [InlineData("cryodrgn2", "pose search 1/")]
    [InlineData("cryoai", "auto-encoding 1/")]
    public async Task Every_method_leaves_the_map_of_its_last_epoch_when_it_is_stopped(string method, string line)
    {
        Invocation stopped = await Invocation.Stopped(line, SimulatedInput.ShortRun, [.. Start(), "--method", method]);
        Assert.Equal(ExitCode.Failed, stopped.Code);
        Assert.Contains($"The map so far is {Path.Combine(_out, RunFiles.UnfinishedMap)}", stopped.Error);
        Assert.Contains(MrcVolumeIO.Read(Path.Combine(_out, RunFiles.UnfinishedMap)).Voxels, v => v != 0);
    }

    [Fact]
    public async Task A_run_that_was_to_replace_results_still_does()
    {
        await Invocation.With(SimulatedInput.ShortRun, [.. Start(), "--seed", "5"]);
        byte[] before = File.ReadAllBytes(Path.Combine(_out, RunFiles.Map));
        await Invocation.Stopped("auto-decoding 1:", SimulatedInput.ShortRun, [.. Start(), "--overwrite"]);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(_out, RunFiles.Map)));
        Assert.Equal(ExitCode.Done, (await Resume()).Code);
        Verify();
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_passed_over_and_what_a_killed_writer_left_is_removed()
    {
        await Invocation.Stopped("auto-decoding 1:", SimulatedInput.ShortRun, Start());
        string newest = Directory.GetFiles(_out, "checkpoint-*.bin").Order().Last();
        using (FileStream file = File.OpenWrite(newest)) file.SetLength(file.Length / 2);
        File.WriteAllText(Path.Combine(_out, ".checkpoint-0099.bin.abcd.tmp"), "half");
        File.WriteAllText(Path.Combine(_out, ".map.mrc.abcd.tmp"), "half");
        Invocation resumed = await Resume();
        Assert.Equal(ExitCode.Done, resumed.Code);
        Assert.Contains($"warning: {newest} cannot be used", resumed.Error);
        Verify();
    }

    [Fact]
    public async Task What_was_not_written_for_want_of_room_is_written_when_there_is_some()
    {
        // A folder in the place of a file is as good as a full disk, and works for every user.
        IReadOnlyList<string> obstacles = [Path.Combine(_out, "checkpoint-0003.bin"), Path.Combine(_out, RunFiles.Half1)];
        Invocation failed = await Invocation.With(
            (options, source, observer, cancellation) =>
            {
                foreach (string path in obstacles) Directory.CreateDirectory(Path.Combine(path, "x"));
                return SimulatedInput.ShortRun(options, source, observer, cancellation);
            }, Start());
        Assert.Equal(ExitCode.Failed, failed.Code);
        Assert.Contains("warning: A checkpoint could not be written", failed.Error);
        Assert.Contains(RunFiles.Half1 + ": cannot be replaced", failed.Error);
        Assert.Contains("cryospin reconstruct --resume", failed.Error);
        foreach (string path in obstacles) Directory.Delete(path, recursive: true);
        Assert.Equal(ExitCode.Done, (await Resume()).Code);
        Verify();
    }

    [Fact]
    public async Task A_run_goes_on_where_its_project_was_moved()
    {
        using TemporaryFolder place = new();
        string before = place["before"], after = place["after"];
        Directory.CreateDirectory(before);
        foreach (string file in new[] { unbroken.Input.Particles, unbroken.Input.Stack })
        {
            File.Copy(file, Path.Combine(before, Path.GetFileName(file)));
        }
        string chosen = Path.Combine(before, "rows.txt");
        File.WriteAllLines(chosen, Enumerable.Range(0, 80).Select(i => $"{i}"));
        string[] start = unbroken.Start(Path.Combine(before, "out"));
        start[1] = Path.Combine(before, Path.GetFileName(start[1]));
        await Invocation.Stopped("auto-decoding 1:", SimulatedInput.ShortRun, [.. start, "--subset", chosen]);
        Directory.Move(before, after);
        string folder = Path.Combine(after, "out");
        Invocation resumed = await Invocation.With(SimulatedInput.ShortRun, "reconstruct", "--resume", folder);
        Assert.True(resumed.Code == ExitCode.Done, resumed.Error);
        Assert.Contains("Going on from pass 2 of auto-decoding", resumed.Error);
        unbroken.VerifySame(folder, Path.Combine(after, "particles.star"));

        // The results alone, moved to another depth of the project: what reads them finds the images, or needs none.
        string deeper = Path.Combine(after, "old/runs/out");
        Directory.CreateDirectory(Path.GetDirectoryName(deeper)!);
        Directory.Move(folder, deeper);
        string flipped = Path.Combine(after, "flipped");
        foreach (string[] args in new string[][]
        {
            ["evaluate", deeper, "--truth-poses", unbroken.Input.TruthStar, "--truth-map", unbroken.Input.TruthMap],
            ["flip-hand", deeper, "-o", flipped],
            ["backproject", Path.Combine(deeper, RunFiles.Particles), "-o", Path.Combine(after, "a.mrc")],
            ["backproject", Path.Combine(flipped, RunFiles.Particles), "-o", Path.Combine(after, "b.mrc")],
        })
        {
            Invocation run = await Invocation.Of(args);
            Assert.True(run.Code == ExitCode.Done, run.Error);
        }
    }

    [Fact]
    public async Task Changed_input_is_refused_by_name_and_leaves_all_as_it_was()
    {
        await Invocation.Stopped("proposals", SimulatedInput.ShortRun, Start());
        string record = File.ReadAllText(Path.Combine(_out, RunFiles.Run));
        DateTime written = File.GetLastWriteTimeUtc(unbroken.Input.Stack);
        File.SetLastWriteTimeUtc(unbroken.Input.Stack, written.AddSeconds(1));
        Invocation refused = await Resume();
        File.SetLastWriteTimeUtc(unbroken.Input.Stack, written);
        Assert.Equal(ExitCode.Failed, refused.Code);
        Assert.DoesNotContain("To go on", refused.Error);
        Assert.Equal(record, File.ReadAllText(Path.Combine(_out, RunFiles.Run)));
        Assert.Contains("its input has changed: the stack " + Path.GetFileName(unbroken.Input.Stack), refused.Error);
        string star = File.ReadAllText(unbroken.Input.Particles);
        File.WriteAllText(unbroken.Input.Particles, star + "\n");
        refused = await Resume();
        File.WriteAllText(unbroken.Input.Particles, star);
        Assert.Contains("its input has changed: the particle file", refused.Error);
        Assert.Equal(ExitCode.Done, (await Resume()).Code);
        Verify();
    }

    [Fact]
    public async Task A_stack_that_changes_while_it_is_read_ends_the_run()
    {
        DateTime written = File.GetLastWriteTimeUtc(unbroken.Input.Stack);
        Invocation run = await Invocation.With(
            (options, source, observer, cancellation) => SimulatedInput.ShortRun(
                options, source, new WatchedObserver(observer, line =>
                {
                    if (line == "loading") File.SetLastWriteTimeUtc(unbroken.Input.Stack, written.AddSeconds(1));
                }), cancellation), Start());
        File.SetLastWriteTimeUtc(unbroken.Input.Stack, written);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains($"the stack {Path.GetFileName(unbroken.Input.Stack)} changed while the images were read", run.Error);
        Assert.Equal(ExitCode.Done, (await Resume()).Code);
        Verify();
    }

    [Fact]
    public async Task Two_runs_do_not_meet_in_one_folder()
    {
        List<Invocation> others = [];
        Invocation run = await Invocation.With(
            (options, source, observer, cancellation) =>
            {
                others.Add(Resume().GetAwaiter().GetResult());
                others.Add(Invocation.With(SimulatedInput.ShortRun, [.. Start(), "--overwrite"]).GetAwaiter().GetResult());
                return SimulatedInput.ShortRun(options, source, observer, cancellation);
            }, Start());
        Assert.Equal(2, others.Count);
        Assert.All(others, other => Assert.Equal(ExitCode.Failed, other.Code));
        Assert.All(others, other => Assert.Contains($"another run works in this folder (process {Environment.ProcessId} on ", other.Error));
        Assert.Equal(ExitCode.Done, run.Code);
        Verify();
    }

    // What a power cut can leave: the checkpoint is on the disk, the end of a file that was not flushed is not, or is zeros.
    [Theory]
    [InlineData(RunFiles.Metrics, false)]
    [InlineData(RunFiles.Metrics, true)]
    [InlineData(RunFiles.Run, false)]
    [InlineData(RunFiles.Run, true)]
    [InlineData("snapshots/index.jsonl", false)]
    [InlineData("snapshots/index.jsonl", true)]
    public async Task A_file_that_a_power_cut_has_torn_or_filled_with_zeros_is_no_obstacle(string name, bool zeros)
    {
        await Invocation.Stopped("auto-decoding 1:", SimulatedInput.ShortRun, [.. Start(), "--snapshots"]);
        string path = Path.Combine(_out, name);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, zeros ? new byte[bytes.Length] : bytes[..^5]);
        Invocation resumed = await Resume();
        Assert.Equal((ExitCode.Done, true), (resumed.Code, resumed.Error.Contains("Going on from pass 2", StringComparison.Ordinal)));
        foreach (string made in (string[])[RunFiles.Map, RunFiles.Half1, RunFiles.Particles])
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(unbroken.Folder, made)), File.ReadAllBytes(Path.Combine(_out, made)));
        }
        Assert.All(File.ReadAllLines(Path.Combine(_out, RunFiles.Metrics)), line => JsonFormat.ParseMetric(line));
        Assert.False(File.Exists(Path.Combine(_out, RunFiles.RunCopy)));
    }

    [Fact]
    public async Task Other_images_of_equal_size_and_time_are_noticed()
    {
        await Invocation.Stopped("auto-decoding 1:", SimulatedInput.ShortRun, Start());
        string stack = unbroken.Input.Stack;
        byte[] before = File.ReadAllBytes(stack);
        DateTime time = File.GetLastWriteTimeUtc(stack);
        try
        {
            // The first two images change places.
            const int Image = 24 * 24 * sizeof(float);
            byte[] other = [.. before[..1024], .. before[(1024 + Image)..(1024 + 2 * Image)], .. before[1024..(1024 + Image)], .. before[(1024 + 2 * Image)..]];
            File.WriteAllBytes(stack, other);
            File.SetLastWriteTimeUtc(stack, time);
            Invocation resumed = await Resume();
            Assert.Equal(ExitCode.Failed, resumed.Code);
            Assert.Contains("its input has changed", resumed.Error);
        }
        finally
        {
            File.WriteAllBytes(stack, before);
            File.SetLastWriteTimeUtc(stack, time);
        }
    }

    [Fact]
    public async Task A_finished_run_is_left_alone()
    {
        Invocation run = await Invocation.With(SimulatedInput.ShortRun, "reconstruct", "--resume", unbroken.Folder);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("nothing to resume", run.Error);
        Assert.Contains(Path.Combine(unbroken.Folder, RunFiles.Map), run.Out);
    }

    [Fact]
    public async Task A_folder_without_a_run_is_refused()
    {
        Invocation run = await Resume();
        Assert.Equal((ExitCode.Failed, true), (run.Code, run.Error.Contains("there is no such folder")));
        Assert.False(Directory.Exists(_out));
    }

    [Theory]
    [InlineData("--seed 2", "--seed cannot stand with --resume")]
    [InlineData("--output x", "--output cannot stand with --resume")]
    [InlineData("particles.star", "leave PARTICLES.star out")]
    public async Task A_resumed_run_keeps_its_options(string more, string expected)
    {
        Invocation run = await Invocation.With(SimulatedInput.ShortRun, ["reconstruct", "--resume", _out, .. more.Split(' ')]);
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains(expected, run.Error);
    }

    private string[] Start() => unbroken.Start(_out);

    private Task<Invocation> Resume() => Invocation.With(SimulatedInput.ShortRun, "reconstruct", "--resume", _out);

    private void Verify() => unbroken.VerifySame(_out);

    /// <summary>The particles, and the result of a run that nobody disturbed.</summary>
    public sealed class UnbrokenRun : IAsyncLifetime
    {
        private int _folders;

        /// <summary>The particles.</summary>
        public SimulatedInput Input { get; } = new();

        /// <summary>The result.</summary>
        public string Folder => Path.Combine(Path.GetDirectoryName(Input.Particles)!, "unbroken");

        /// <summary>A name for a folder beside it: the same depth, so that relative paths are the same.</summary>
        public string NewFolder() => Path.Combine(Path.GetDirectoryName(Input.Particles)!, $"out{Interlocked.Increment(ref _folders)}");

        /// <summary>The command line of a run.</summary>
        public string[] Start(string folder) =>
            ["reconstruct", Input.Particles, "-o", folder, "--max-shift", "2", "--threads", "2", "--checkpoint-minutes", "0"];

        /// <summary>Compares every file whose content does not depend on the time.</summary>
        public void VerifySame(string folder, string? particles = null)
        {
            foreach (string name in (string[])[RunFiles.Map, RunFiles.Half1, RunFiles.Half2, RunFiles.Particles, RunFiles.FscStar, RunFiles.FscXml])
            {
                Assert.True(File.ReadAllBytes(Path.Combine(Folder, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(folder, name))), name);
            }
            Assert.Equal(Metrics(Folder), Metrics(folder));
            ResultFolder.Verify(folder, particles ?? Input.Particles);
        }

        public async Task InitializeAsync()
        {
            await Input.InitializeAsync();
            Invocation run = await Invocation.With(SimulatedInput.ShortRun, [.. Start(Folder)[..^1], "1000"]);
            Assert.Equal(ExitCode.Done, run.Code);
        }

        public Task DisposeAsync() => Input.DisposeAsync();

        private static List<string> Metrics(string folder)
        {
            List<string> lines = [];
            foreach (string line in File.ReadLines(Path.Combine(folder, RunFiles.Metrics)))
            {
                JsonObject metric = JsonNode.Parse(line)!.AsObject();
                metric.Remove("elapsedSeconds");
                metric.Remove("imagesPerSecond");
                lines.Add(metric.ToJsonString());
            }
            return lines;
        }
    }
}
