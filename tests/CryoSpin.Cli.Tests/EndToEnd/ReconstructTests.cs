using System.Numerics.Tensors;
using System.Text.Json;
using System.Text.Json.Nodes;
using CryoSpin.Cli.Running;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>From the command line to the folder with the real method.</summary>
public sealed class ReconstructTests(SimulatedInput input) : IClassFixture<SimulatedInput>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_default_finds_the_molecule()
    {
        Invocation run = await Reconstruct(null, "out", "--seed", "1", "--threads", "2");
        Assert.Equal((ExitCode.Done, ""), (run.Code, Faults(run.Error)));
        RunRecord record = ResultFolder.Verify(_folder["out"], input.Particles);
        Assert.Contains("kept apart", File.ReadAllText(_folder["out/report.html"]));
        Assert.Equal(
            ["loading", "search", "auto-encoding", "proposals", "auto-decoding", "joint refinement", "final map"], record.PhaseTimes.Select(p => p.Phase));
        Invocation evaluation = await Invocation.Of(
            "evaluate", _folder["out"], "--truth-poses", input.TruthStar, "--truth-map", input.TruthMap, "--json");
        JsonElement figures = JsonDocument.Parse(evaluation.Out).RootElement;
        Assert.InRange(figures.GetProperty("medianRotationErrorDegrees").GetDouble(), 0, 4);
        Assert.InRange(figures.GetProperty("within10Degrees").GetDouble(), 0.95, 1);
        Assert.InRange(figures.GetProperty("fsc05Angstrom").GetDouble(), 16, 20);
    }

    [Fact]
    public async Task The_published_method_leaves_the_same_files()
    {
        Invocation run = await Invocation.Of(
            "reconstruct", input.FewParticles, "-o", _folder["out"], "--max-shift", "2", "--preset", "paper", "--heads", "2");
        Assert.Equal((ExitCode.Done, ""), (run.Code, Faults(run.Error)));
        Assert.Contains("the half-maps are not independent", File.ReadAllText(_folder["out/report.html"]));
        Assert.Equal(ReconstructionPreset.Paper, ResultFolder.Verify(_folder["out"], input.FewParticles, shaped: false).Options.Method.Preset);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_and_another_one_others()
    {
        foreach ((string name, string seed) in ((string, string)[])[("a", "4"), ("b", "4"), ("c", "5")])
        {
            Assert.Equal(ExitCode.Done, (await Reconstruct(SimulatedInput.ShortRun, name, "--seed", seed, "--threads", "2")).Code);
        }
        foreach (string file in (string[])[RunFiles.Map, RunFiles.Particles, RunFiles.Half1, RunFiles.FscStar])
        {
            byte[] first = File.ReadAllBytes(_folder[$"a/{file}"]);
            Assert.Equal(first, File.ReadAllBytes(_folder[$"b/{file}"]));
            Assert.NotEqual(first, File.ReadAllBytes(_folder[$"c/{file}"]));
        }
    }

    [Fact]
    public async Task The_bytes_do_not_depend_on_the_number_of_threads()
    {
        foreach (string threads in (string[])["1", "3"])
        {
            Assert.Equal(ExitCode.Done, (await Reconstruct(SimulatedInput.ShortRun, threads, "--seed", "4", "--threads", threads)).Code);
        }
        foreach (string file in (string[])[RunFiles.Map, RunFiles.Particles, RunFiles.Half1, RunFiles.Half2, RunFiles.FscStar])
        {
            Assert.Equal(File.ReadAllBytes(_folder[$"1/{file}"]), File.ReadAllBytes(_folder[$"3/{file}"]));
        }
        Assert.Equal(Figures("1"), Figures("3"));

        string[] Figures(string folder) => [.. File.ReadAllLines(_folder[$"{folder}/{RunFiles.Metrics}"]).Select(line =>
        {
            JsonObject figures = JsonNode.Parse(line)!.AsObject();
            Assert.True(figures.Remove("elapsedSeconds") && figures.Remove("imagesPerSecond"));
            return figures.ToJsonString();
        })];
    }

    [Fact]
    public async Task One_thread_is_enough_and_the_poses_make_the_map_again()
    {
        Invocation run = await Reconstruct(SimulatedInput.ShortRun, "out", "--threads", "1");
        Assert.Equal((ExitCode.Done, ""), (run.Code, Faults(run.Error)));
        Assert.Equal(1, ResultFolder.Verify(_folder["out"], input.Particles).Options.Resources.Threads);
        Invocation again = await Invocation.Of(
            "backproject", _folder["out/particles.star"], "-o", _folder["again.mrc"], "--threads", "1");
        Assert.Equal(ExitCode.Done, again.Code);
        // The half-maps are of the half-sets' own poses; those of the file, found jointly, are the map's.
        Volume made = MapFile.Read(_folder["again.mrc"]);
        TensorPrimitives.Multiply(made.Voxels, MapFile.Read(_folder[$"out/{RunFiles.Mask}"]).Voxels, made.Voxels);
        FscCurve fsc = FourierShellCorrelation.Compute(made, MapFile.Read(_folder[$"out/{RunFiles.Map}"]));
        Assert.All(Enumerable.Range(0, 12), s => Assert.InRange(fsc.Values[s], 0.9, 1.0001));
    }

    [Theory]
    [InlineData("loading")]
    [InlineData("search")]
    [InlineData("auto-encoding")]
    [InlineData("proposals")]
    [InlineData("auto-decoding")]
    [InlineData("final map")]
    public async Task A_stop_in_any_phase_leaves_a_record_and_no_half_files(string phase)
    {
        Invocation run = await Stop(phase, SimulatedInput.ShortRun, input.Particles);
        VerifyStopped(run, phase);
    }

    [Theory]
    [InlineData("auto-encoding")]
    [InlineData("auto-decoding")]
    [InlineData("half-maps")]
    public async Task The_published_method_stops_as_cleanly(string phase)
    {
        Invocation run = await Stop(phase, null, input.FewParticles, "--preset", "paper", "--heads", "1");
        VerifyStopped(run, phase);
    }

    [Fact]
    public async Task A_stop_while_replacing_leaves_the_earlier_results()
    {
        await Reconstruct(SimulatedInput.ShortRun, "out");
        Dictionary<string, byte[]> before = ResultFolder.OfStar.ToDictionary(n => n, n => File.ReadAllBytes(_folder[$"out/{n}"]));
        Invocation run = await Stop("auto-decoding", SimulatedInput.ShortRun, input.Particles, "--overwrite", "--seed", "2");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("unchanged", run.Error);
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(_folder[$"out/{file.Key}"])));
        Assert.Equal(
            ["unfinished-map_unfinished.mrc", "unfinished-metrics.jsonl", "unfinished-run.json", "unfinished-run.json.bak", "unfinished-run.log"],
            WithoutCheckpoints(ResultFolder.NamesIn(_folder["out"])).Except(RunFiles.Names));
    }

    [Fact]
    public async Task An_existing_folder_is_refused_and_replacing_it_spares_what_is_not_ours()
    {
        Directory.CreateDirectory(_folder["out"]);
        _folder.WriteText("out/notes.txt", "mine");
        _folder.WriteText("out/map.mrc", "old");
        Invocation refused = await Reconstruct(SimulatedInput.ShortRun, "out");
        Assert.Equal(ExitCode.WrongUsage, refused.Code);
        Assert.Contains("--overwrite", refused.Error);
        Assert.Equal("old", File.ReadAllText(_folder["out/map.mrc"]));
        Assert.Equal(["map.mrc", "notes.txt"], ResultFolder.NamesIn(_folder["out"]));

        Assert.Equal(ExitCode.Done, (await Reconstruct(SimulatedInput.ShortRun, "out", "--overwrite")).Code);
        Assert.Equal("mine", File.ReadAllText(_folder["out/notes.txt"]));
        File.Delete(_folder["out/notes.txt"]);
        ResultFolder.Verify(_folder["out"], input.Particles);
    }

    [Fact]
    public async Task Particles_without_optics_are_taken_as_they_are()
    {
        MrcVolume stack = MrcVolumeIO.Read(input.Stack);
        _folder.WriteText("plain.star", "data_\n\nloop_\n_rlnImageName\n_rlnPixelSize\n"
            + string.Concat(Enumerable.Range(1, stack.Nz).Select(i => $"{i}@{input.Stack} 8.0\n")));
        Invocation run = await Invocation.With(
            SimulatedInput.ShortRun, "reconstruct", _folder["plain.star"], "-o", _folder["out"], "--max-shift", "2", "--no-ctf");
        Assert.Equal((ExitCode.Done, ""), (run.Code, Faults(run.Error)));
        Assert.All(MrcVolumeIO.Read(_folder["out/map.mrc"]).Voxels, v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public async Task The_smallest_box_is_narrower_than_the_usual_band()
    {
        await Invocation.Of("simulate", "phantom", "-o", _folder["sim"], "--particles", "20", "--box", "16", "--pixel-size", "12");
        Invocation run = await Invocation.With(
            (options, source, observer, cancellation) => SimulatedInput.ShortRun(10, options, source, observer, cancellation),
            "reconstruct", _folder["sim/particles.star"], "-o", _folder["out"], "--max-shift", "4");
        Assert.Equal((ExitCode.Done, ""), (run.Code, Faults(run.Error)));
        ResultFolder.Verify(_folder["out"], _folder["sim/particles.star"]);
    }

    private Task<Invocation> Reconstruct(RunEngine? engine, string folder, params string[] options) =>
        Invocation.With(engine, ["reconstruct", input.Particles, "-o", _folder[folder], "--max-shift", "2", .. options]);

    private Task<Invocation> Stop(string line, RunEngine? engine, string particles, params string[] options) =>
        Invocation.Stopped(line, engine, ["reconstruct", particles, "-o", _folder["out"], "--max-shift", "2", .. options]);

    private void VerifyStopped(Invocation run, string phase)
    {
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Out));
        Assert.Contains("Stopped by the user during " + phase, run.Error);
        Assert.Contains(Path.Combine(_folder["out"], RunFiles.Log), run.Error);
        Assert.EndsWith("cryospin: stopped.\n", run.Error.ReplaceLineEndings("\n"));
        string[] names = ResultFolder.NamesIn(_folder["out"]), others = [.. WithoutCheckpoints(names)];
        bool hasMap = names.Contains(RunFiles.UnfinishedMap);
        Assert.Equal([.. hasMap ? (string[])[RunFiles.UnfinishedMap] : [], RunFiles.Metrics, RunFiles.Run, RunFiles.RunCopy, RunFiles.Log], others);
        Assert.Contains(hasMap ? $"The map so far is {Path.Combine(_folder["out"], RunFiles.UnfinishedMap)}." : "There is no map yet.", run.Error);
        if (hasMap) Assert.Equal(24 * 8, MapFile.Read(_folder[$"out/{RunFiles.UnfinishedMap}"]) is var m ? m.Size * m.PixelSizeAngstrom : 0, 3);
        Assert.Contains($"\n  cryospin reconstruct --resume {_folder["out"]}\n", run.Error.ReplaceLineEndings("\n"));
        RunRecord record = JsonFormat.ParseRun(File.ReadAllText(_folder["out/run.json"]));
        Assert.Equal(RunStatus.Stopped, record.Status);
        Assert.Contains(phase, record.Message);
        Assert.NotNull(record.EndedUtc);
        Assert.Contains(phase, record.PhaseTimes.Select(p => p.Phase));
        Assert.All(File.ReadAllLines(_folder["out/metrics.jsonl"]), line => JsonFormat.ParseMetric(line));
    }

    private static IEnumerable<string> WithoutCheckpoints(string[] names) =>
        names.Where(n => !n.StartsWith("checkpoint-", StringComparison.Ordinal));

    /// <summary>The lines that the program puts its name before: it does so only with what went wrong.</summary>
    private static string Faults(string error) =>
        string.Join('\n', error.Split('\n').Where(l => l.StartsWith("cryospin:", StringComparison.Ordinal)));
}
