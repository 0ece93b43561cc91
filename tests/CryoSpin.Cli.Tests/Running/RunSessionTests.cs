using System.Globalization;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Running;
using CryoSpin.Cli.Tests.EndToEnd;
using CryoSpin.Diagnostics;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Running;

public sealed class RunSessionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _out = new(CultureInfo.InvariantCulture), _error = new(CultureInfo.InvariantCulture);

    public RunSessionTests()
    {
        _folder.WriteBlankStack("stack.mrcs", 4, 3);
        _folder.WriteText("particles.star", StarTexts.Particles(
            3, "_mineOwn", "1@stack.mrcs 1 10000 11000 20 a", "2@stack.mrcs 1 20000 21000 30 b", "3@stack.mrcs 1 15000 15000 40 c",
            "4@stack.mrcs 1 15000 15000 40 d"));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _out.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void A_finished_run_leaves_every_file()
    {
        RunRecord run = Execute(Succeed);
        Assert.Equal(RunStatus.Finished, run.Status);
        Assert.Equal(ResultFolder.OfStar.Order(), Directory.GetFiles(_folder["out"]).Select(Path.GetFileName).Order());
        RunRecord written = JsonFormat.ParseRun(File.ReadAllText(_folder["out/run.json"]));
        Assert.Equal((RunStatus.Finished, 6.5, 4, 8), (written.Status, written.ResolutionAngstrom, written.ParticleCount, written.BoxSize));
        Assert.Equal(["preparation", "searching"], written.PhaseTimes.Select(p => p.Phase));
        Assert.True(written.EndedUtc >= written.StartedUtc);
        Assert.Equal(0.25, JsonFormat.ParseMetric(File.ReadAllLines(_folder["out/metrics.jsonl"]).Single()).Loss);
        Assert.Contains("a message", File.ReadAllText(_folder["out/run.log"]));
    }

    [Fact]
    public void A_warning_of_the_run_stands_in_log_record_and_report()
    {
        Execute((o, s, observer, c) => Succeed(o, s, observer, c) with { Warnings = ["too near the edge"] });
        Assert.Equal(["too near the edge"], JsonFormat.ParseRun(File.ReadAllText(_folder["out/run.json"])).Warnings);
        Assert.Contains("Warning: too near the edge", File.ReadAllText(_folder["out/run.log"]));
        Assert.Contains("too near the edge", File.ReadAllText(_folder["out/report.html"]));
    }

    [Fact]
    public void The_particles_keep_their_columns_and_get_poses_and_half_sets()
    {
        Execute(Succeed);
        StarTable table = StarFile.Read(_folder["out/particles.star"]).Get("particles");
        Assert.Equal(["a", "b", "c", "d"], table.GetTexts("mineOwn"));
        Assert.Equal([1, 2, 1, 2], table.GetInt32s("rlnRandomSubset"));
        Assert.Equal(30, table.GetDouble("rlnAngleTilt", 0), 4);
        Assert.Equal(1.5, table.GetDouble("rlnOriginXAngst", 0), 4);
        string image = table.GetText("rlnImageName", 0).Split('@')[1];
        Assert.True(File.Exists(Path.Combine(_folder["out"], image)) || File.Exists(image), image);
    }

    [Fact]
    public void The_half_maps_are_what_the_run_found()
    {
        Execute(Succeed);
        Assert.Equal(1f, MrcVolumeIO.Read(_folder["out/run_half1_class001_unfil.mrc"]).Voxels[0]);
        Assert.Equal(2f, MrcVolumeIO.Read(_folder["out/run_half2_class001_unfil.mrc"]).Voxels[0]);
        Assert.Equal(3, MrcVolumeIO.Read(_folder["out/map.mrc"]).PixelSizeAngstrom, 4);
        Assert.Equal(0.25f, MrcVolumeIO.Read(_folder["out/mask.mrc"]).Voxels[0]);
        StarTable fsc = StarFile.Read(_folder["out/fsc.star"]).Get("fsc");
        Assert.Equal((5, 0.7, 0.6), (fsc.RowCount, fsc.GetDouble("rlnFourierShellCorrelationMaskedMaps", 2), fsc.GetDouble("rlnFourierShellCorrelationCorrected", 2)));
    }

    [Theory]
    [InlineData("a\u001bb.star", @"a\u001bb.star")]
    [InlineData("a\u0085\u202eb.star", @"a\u0085\u202eb.star")]
    public void A_control_character_in_a_path_stands_in_the_report_written_out(string name, string shown)
    {
        File.Copy(_folder["particles.star"], _folder[name]);
        new RunSession(new Terminal(_out, _error), Succeed).Execute(
            Options(overwrite: false) with { Particles = new ParticleOptions { Path = _folder[name] } }, $"cryospin reconstruct {name}", default);
        string page = File.ReadAllText(_folder["out/report.html"]);
        Assert.Contains(shown, page);
        Assert.DoesNotContain(page, c => c is '\u0085' or '\u202e' or '\u001b');
        Assert.DoesNotContain("\u001b", File.ReadAllText(_folder["out/run.log"]));
    }

    [Fact]
    public void A_stack_whose_path_no_star_file_can_hold_is_refused_before_the_run()
    {
        Directory.CreateDirectory(_folder["a\nb"]);
        File.Copy(_folder["stack.mrcs"], _folder["a\nb/stack.mrcs"]);
        File.Copy(_folder["particles.star"], _folder["a\nb/particles.star"]);
        InputException e = Assert.Throws<InputException>(() => new RunSession(new Terminal(_out, _error), Succeed).Execute(
            Options(overwrite: false) with { Particles = new ParticleOptions { Path = _folder["a\nb/particles.star"] } }, "cryospin", default));
        Assert.Contains("cannot stand in a STAR file", e.Message);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public void During_the_run_its_record_says_that_it_runs()
    {
        RunStatus? during = null;
        Execute((options, source, observer, cancellation) =>
        {
            during = JsonFormat.ParseRun(File.ReadAllText(_folder["out/run.json"])).Status;
            return Succeed(options, source, observer, cancellation);
        });
        Assert.Equal(RunStatus.Running, during);
    }

    [Fact]
    public void An_existing_folder_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(_folder["out"]);
        Assert.Throws<OutputExistsException>(() => Execute(Succeed));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["out"]));
    }

    [Fact]
    public void Overwriting_replaces_our_files_and_no_other()
    {
        Execute(Succeed);
        _folder.WriteText("out/notes.txt", "mine");
        File.WriteAllText(_folder["out/map.mrc"], "old");
        Execute(Succeed, overwrite: true);
        Assert.Equal("mine", File.ReadAllText(_folder["out/notes.txt"]));
        Assert.Equal(8, MrcVolumeIO.Read(_folder["out/map.mrc"]).Nx);
        Assert.Equal(
            [.. ResultFolder.OfStar.Append("notes.txt").Order()],
            Directory.GetFileSystemEntries(_folder["out"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_failure_while_overwriting_leaves_the_old_results()
    {
        Execute(Succeed);
        string before = File.ReadAllText(_folder["out/run.json"]);
        Assert.Throws<CryoSpinException>(() => Execute((_, _, _, _) => throw new CryoSpinException("no signal"), overwrite: true));
        Assert.Equal(before, File.ReadAllText(_folder["out/run.json"]));
        Assert.Equal(8, MrcVolumeIO.Read(_folder["out/map.mrc"]).Nx);
        Assert.Contains("no signal", File.ReadAllText(_folder["out/unfinished-run.log"]));
        Assert.Contains("unchanged", _error.ToString());
    }

    [Fact]
    public void A_failure_is_told_in_the_record()
    {
        Assert.Throws<CryoSpinException>(() => Execute((_, _, observer, _) =>
        {
            observer.Report(new RunProgress("searching", 2, 9, 0.1, 10, 1, 20, null));
            throw new CryoSpinException("no signal");
        }));
        RunRecord run = JsonFormat.ParseRun(File.ReadAllText(_folder["out/run.json"]));
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal("Failed during searching, epoch 2 of 9: no signal", run.Message);
        Assert.False(File.Exists(_folder["out/map.mrc"]));
    }

    [Fact]
    public void A_stop_is_told_with_the_place_of_the_log()
    {
        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() => Execute(
            (options, source, observer, cancellation) =>
            {
                stop.Cancel();
                cancellation.ThrowIfCancellationRequested();
                return Succeed(options, source, observer, cancellation);
            },
            cancellation: stop.Token));
        RunRecord run = JsonFormat.ParseRun(File.ReadAllText(_folder["out/run.json"]));
        Assert.Equal(RunStatus.Stopped, run.Status);
        Assert.Contains("Stopped by the user", _error.ToString());
        Assert.Contains("run.log", _error.ToString());
    }

    [Fact]
    public void A_wrong_input_makes_no_folder()
    {
        File.Delete(_folder["stack.mrcs"]);
        Assert.Throws<InputException>(() => Execute(Succeed));
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public void A_stop_file_ends_the_review_before_there_is_a_folder()
    {
        string file = _folder["abort"];
        RunSession session = new(new Terminal(_out, _error), Succeed)
        {
            FurtherStopFiles = [file],
            Review = (_, _, _, cancellation) =>
            {
                File.WriteAllText(file, "");
                cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
                cancellation.ThrowIfCancellationRequested();
                return [];
            },
        };
        Assert.ThrowsAny<OperationCanceledException>(() => session.Execute(Options(overwrite: false), "cryospin", default));
        Assert.False(Directory.Exists(_folder["out"]));
        Assert.False(File.Exists(file));
    }

    private RunRecord Execute(RunEngine engine, bool overwrite = false, CancellationToken cancellation = default) =>
        new RunSession(new Terminal(_out, _error), engine).Execute(
            Options(overwrite), "cryospin reconstruct particles.star -o out", cancellation);

    private ReconstructionOptions Options(bool overwrite) => new()
    {
        Particles = new ParticleOptions { Path = _folder["particles.star"] },
        Output = new OutputOptions { Folder = _folder["out"], Overwrite = overwrite },
    };

    private static RunResults Succeed(
        ReconstructionOptions options, CryoSpin.Particles.ParticleSource source, IRunObserver observer, CancellationToken cancellation)
    {
        observer.Log("a message");
        observer.Report(new RunProgress("searching", 1, 1, 0.5, 100, 0.25, 12, TimeSpan.FromSeconds(3)));
        observer.Record(
            new MetricRecord { Phase = "searching", Epoch = 1, Loss = 0.25, ImageVisits = 4, ElapsedSeconds = 1, ResolutionAngstrom = 12 });
        FscCurve curve = new(8, 3, [1, 0.9, 0.7, 0.3, 0.1]);
        Pose pose = new(new EulerAngles(10, 30, 50).ToRotation(), 1.5, -1.5);
        return new RunResults
        {
            Map = Constant(0.5f),
            Half1 = Constant(1),
            Half2 = Constant(2),
            Poses = [.. Enumerable.Repeat(pose, source.Set.Count)],
            HalfSets = [1, 2, 1, 2],
            MaskedFsc = curve,
            CorrectedFsc = curve with { Values = [1, 0.9, 0.6, 0.2, 0] },
            Mask = Constant(0.25f),
            UnmaskedFsc = curve,
            ResolutionAngstrom = 6.5,
            MaskDiameterAngstrom = 20,
        };
    }

    private static Volume Constant(float value)
    {
        Volume map = new(8, 3);
        Array.Fill(map.Voxels, value);
        return map;
    }
}
