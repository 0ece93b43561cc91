using System.Text.Json.Nodes;
using CryoSpin.Cli.Comparing;
using CryoSpin.Diagnostics;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Comparing;

/// <summary>Comparisons of runs whose answer is known.</summary>
public sealed class CompareVerbTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public Task InitializeAsync() => Invocation.Of(
        "simulate", "phantom", "-o", _folder["sim"], "--particles", "60", "--box", "24", "--pixel-size", "8", "--snr", "2");

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Two_methods_and_two_seeds_are_run_scored_and_written()
    {
        TruthEngine engine = new();
        Invocation run = await Compare(engine);
        Assert.True(run.Code == ExitCode.Done, run.Error);
        Assert.Contains("Run 3 of 4: cryospin-amortized:heads=1, seed 1", run.Error);
        Assert.Equal([(7, 1), (7, 2), (1, 1), (1, 2)], engine.Runs.Select(o => (o.Method.Heads, o.Method.Seed)));
        Assert.All(engine.Runs, o => Assert.True(o.Output.Snapshots && o.Output.Watched.SequenceEqual([0, 20, 40]) && o.Method.MaxShiftPixels == 4));
        JsonNode record = Record();
        Assert.Equal(4, record["runs"]!.AsArray().Count);
        JsonNode third = record["runs"]![2]!;
        Assert.Equal(
            ("cryospin-amortized:heads=1", 1, "finished"), ((string)third["method"]!, (int)third["seed"]!, (string)third["status"]!));
        Assert.Equal(2, (double)third["meanRotationErrorDegrees"]!, 0.2);
        Assert.Equal((1.5, 12), ((double)third["seconds"]!, (int)third["parameters"]!));
        Assert.InRange((double)third["truthResolutionAngstrom"]!, 15.9, 20);
        JsonArray course = third["snapshots"]!.AsArray();
        Assert.Equal([42.0, 22, 2, 2], course.Select(s => Math.Round((double)s!["meanRotationErrorDegrees"]!)), new Near(4));
        Assert.All(course, s => Assert.InRange((double)s!["resolutionAngstrom"]!, 15.9, 60));
        Assert.Equal(4, File.ReadAllLines(_folder["cmp/runs.csv"]).Length - 1);
        Assert.Equal(4 * (TruthEngine.Epochs + 1), File.ReadAllLines(_folder["cmp/snapshots.csv"]).Length - 1);
        Assert.Contains("<svg", File.ReadAllText(_folder["cmp/figures/resolution-against-time.svg"]));
        string page = File.ReadAllText(_folder["cmp/report.html"]);
        Assert.All((string[])["cryospin-amortized:heads=1", "sim/particles.star"], text => Assert.Contains(text, page));
        Assert.True(File.Exists(_folder["cmp/runs/cryospin-amortized_heads=1-seed2/map.mrc"]));
    }

    [Fact]
    public async Task Heads_and_posteriors_are_scored_in_the_truths_frame()
    {
        await Compare(new TruthEngine { ErrorDegrees = 1 });
        string first = _folder["cmp/runs/cryospin-seed1"];
        JsonNode score = JsonNode.Parse(File.ReadAllText(Path.Combine(first, RunScore.FileName)))!;
        double[][] errors = [.. score["heads"]!["errorsDegrees"]!.AsArray().Select(h => h!.AsArray().Select(e => (double)e!).ToArray())];
        Assert.All(errors[0], e => Assert.InRange(e, 0.5, 2));
        Assert.Equal([2.0 / 3, 1.0 / 3], score["heads"]!["shares"]!.AsArray().Select(s => Math.Round((double)s!, 6)), new Near(1e-5));
        JsonArray posteriors = score["posteriors"]!.AsArray();
        Assert.Equal(3 * TruthEngine.Epochs, posteriors.Count);
        // At the last epoch the chosen candidate is the truth but for a degree, and the grid's best view is near both.
        foreach (JsonNode? view in posteriors.TakeLast(3))
        {
            double[] truth = Numbers(view!["truth"]!), candidate = Numbers(view["candidates"]![0]!);
            Assert.InRange(Angle(truth, candidate), 0, 2.5);
            double[] likelihoods = Numbers(view["logLikelihoods"]!);
            (double x, double y, double z) = CryoSpin.Reconstruction.PosePosterior.Views[Array.IndexOf(likelihoods, likelihoods.Max())];
            Assert.InRange(Angle(truth, [x, y, z]), 0, 12);
        }
        Assert.Empty(JsonNode.Parse(File.ReadAllText(_folder["cmp/runs/cryospin-seed2/score.json"]))!["posteriors"]!.AsArray());
    }

    [Fact]
    public async Task What_is_finished_is_not_repeated_and_methods_can_be_added()
    {
        TruthEngine first = new();
        await Compare(first, "--methods", "cryospin", "--seeds", "1");
        DateTime scored = File.GetLastWriteTimeUtc(_folder["cmp/runs/cryospin-seed1/score.json"]);
        TruthEngine second = new();
        Invocation again = await Compare(second, "--methods", "cryospin,cryospin-amortized", "--seeds", "1");
        Assert.Equal(ExitCode.Done, again.Code);
        Assert.Contains("finished already", again.Error);
        Assert.Equal("cryospin-amortized", Assert.Single(second.Runs).Method.Name);
        Assert.Equal(scored, File.GetLastWriteTimeUtc(_folder["cmp/runs/cryospin-seed1/score.json"]));
        Assert.Equal(2, (double)Record()["runs"]![0]!["meanRotationErrorDegrees"]!, 0.2);
    }

    [Fact]
    public async Task An_interrupted_comparison_goes_on_where_it_was()
    {
        TruthEngine first = new()
        {
            Before = (o, epoch) =>
            {
                if (o.Method.Seed != 2 || epoch != 2) return;
                File.WriteAllText(_folder["cmp/stop"], "");
                Thread.Sleep(1500);
            },
        };
        Invocation stopped = await Compare(first, "--methods", "cryospin");
        Assert.Equal((ExitCode.Failed, true), (stopped.Code, stopped.Error.Contains("stopped", StringComparison.Ordinal)));
        Assert.False(File.Exists(_folder["cmp/stop"]));
        Assert.Equal(RunStatus.Stopped, RunDirectory.ReadRun(_folder["cmp/runs/cryospin-seed2"])!.Status);
        TruthEngine second = new();
        Invocation resumed = await Compare(second, "--methods", "cryospin");
        Assert.True(resumed.Code == ExitCode.Done, resumed.Error);
        Assert.Equal((2, true), (Assert.Single(second.Runs).Method.Seed, second.Runs[0].Output.Resume));
        Assert.Equal(TruthEngine.Epochs, SnapshotFolder.ReadIndex(_folder["cmp/runs/cryospin-seed2/snapshots"]).Count);
        Assert.Equal(1, RunDirectory.ReadRun(_folder["cmp/runs/cryospin-seed2"])!.Resumptions);
    }

    [Fact]
    public async Task A_run_that_fails_is_recorded_and_the_others_go_on_and_it_is_tried_again()
    {
        TruthEngine engine = new()
        {
            Before = (o, _) =>
            {
                if (o.Method.Seed == 1) throw new CryoSpinException("no signal");
            },
        };
        Invocation run = await Compare(engine, "--methods", "cryospin");
        Assert.Equal((ExitCode.Failed, 2), (run.Code, engine.Runs.Count));
        JsonArray runs = Record()["runs"]!.AsArray();
        Assert.Equal(["failed", "finished"], runs.Select(r => (string)r!["status"]!));
        Assert.Contains("no signal", (string)runs[0]!["message"]!);
        Assert.Contains("no signal", run.Out);
        TruthEngine mended = new();
        Assert.Equal(ExitCode.Done, (await Compare(mended, "--methods", "cryospin")).Code);
        Assert.Equal(1, Assert.Single(mended.Runs).Method.Seed);
    }

    [Fact]
    public async Task Options_that_changed_are_refused_by_name()
    {
        await Compare(new TruthEngine(), "--methods", "cryospin", "--seeds", "1");
        TruthEngine engine = new();
        Invocation run = await Invocation.With(
            engine.Run, "compare", _folder["sim/particles.star"], "-o", _folder["cmp"], "--max-shift", "3", "--methods", "cryospin",
            "--seeds", "1");
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains("--max-shift was 4 px, now is 3 px", run.Error);
        Assert.Empty(engine.Runs);
        run = await Compare(engine, "--methods", "cryospin", "--seeds", "1", "--downsample", "20");
        Assert.Contains("--box was all up to 256; else the fewest that reach a Nyquist of 4 angstrom, 256 at most, now is 20 px", run.Error);
    }

    [Fact]
    public async Task A_variants_changes_reach_its_run()
    {
        TruthEngine engine = new();
        Assert.Equal(ExitCode.Done, (await Compare(engine, "--methods", "cryoai:copies=2+volume=grid", "--seeds", "1")).Code);
        ReconstructionOptions run = Assert.Single(engine.Runs);
        Assert.Equal(("cryoai", 2, VolumeKind.Grid), (run.Method.Name, run.Method.ImageCopies, run.Method.Volume));
        Assert.True(Directory.Exists(_folder["cmp/runs/cryoai_copies=2+volume=grid-seed1"]));
    }

    [Theory]
    [InlineData("--methods=cryospn", ExitCode.WrongUsage, "Did you mean 'cryospin'?")]
    [InlineData("--methods=nonesuch", ExitCode.WrongUsage, "Known are cryospin, cryospin-amortized")]
    [InlineData("--methods=cryospin:heads=0", ExitCode.WrongUsage, "1 to 64")]
    [InlineData("--methods=cryospin:encoder-steps=0", ExitCode.WrongUsage, "encoder-steps needs a whole number")]
    [InlineData("--methods=cryodrgn2:encoder-steps=9", ExitCode.WrongUsage, "no auto-encoding")]
    [InlineData("--methods=cryospin:volume=network", ExitCode.WrongUsage, "learns grid")]
    [InlineData("--methods=cryoai:copies=3", ExitCode.WrongUsage, "copies needs 2 or 4; found '3'")]
    [InlineData("--methods=cryospin:copies=2", ExitCode.WrongUsage, "compares no copies of images")]
    [InlineData("--methods=cryospin:size=3", ExitCode.WrongUsage, "NAME:heads=M")]
    [InlineData("--methods=cryospin:preset=paper", ExitCode.WrongUsage, "cryospin:preset=paper, seed 1: --snapshots: --preset paper keeps no snapshots")]
    [InlineData("--methods=cryospin-amortized:preset=paper", ExitCode.WrongUsage, "a setting of cryospin, not of cryospin-amortized")]
    [InlineData("--methods=cryospin,cryospin", ExitCode.WrongUsage, "twice")]
    [InlineData("--seeds=3..1", ExitCode.WrongUsage, "1..3")]
    [InlineData("--seeds=1,x", ExitCode.WrongUsage, "1..3")]
    [InlineData("--watch=0", ExitCode.WrongUsage, "numbers from 1")]
    [InlineData("--watch=61", ExitCode.Failed, "--watch names particle 61, but there are 60 particles")]
    [InlineData("--mask-diameter=1000", ExitCode.Failed, "does not suit a box")]
    [InlineData("--truth-map=nowhere.mrc", ExitCode.Failed, "nowhere.mrc")]
    public async Task A_mistake_is_told_before_anything_is_run(string option, int code, string expected)
    {
        TruthEngine engine = new();
        Invocation run = await Invocation.With(engine.Run, "compare", _folder["sim/particles.star"], "-o", _folder["cmp"], option);
        Assert.Equal(code, run.Code);
        Assert.Contains(expected, run.Error);
        Assert.Empty(engine.Runs);
        Assert.False(Directory.Exists(_folder["cmp"]));
    }

    [Fact]
    public async Task Without_truth_and_snapshots_the_results_alone_are_compared()
    {
        TruthEngine engine = new();
        Invocation run = await Invocation.With(
            engine.Run, "compare", _folder["sim/particles.star"], "-o", _folder["cmp"], "--methods", "cryospin", "--no-snapshots");
        Assert.True(run.Code == ExitCode.Done, run.Error);
        Assert.False(Assert.Single(engine.Runs).Output.Snapshots);
        JsonNode record = Record();
        Assert.Null(record["runs"]![0]!["meanRotationErrorDegrees"]);
        Assert.Contains(record["remarks"]!.AsArray(), r => ((string)r!).Contains("No snapshots", StringComparison.Ordinal));
    }

    private Task<Invocation> Compare(TruthEngine engine, params string[] options)
    {
        string[] which = options.Contains("--methods") ? [] : ["--methods", "cryospin,cryospin-amortized:heads=1"];
        string[] seeds = options.Contains("--seeds") ? [] : ["--seeds", "1..2"];
        return Invocation.With(engine.Run, [
            "compare", _folder["sim/particles.star"], "-o", _folder["cmp"], "--max-shift", "4", "--truth-poses", _folder["sim/truth.star"],
            "--truth-map", _folder["sim/truth.mrc"], .. which, .. seeds, .. options]);
    }

    private JsonNode Record() => JsonNode.Parse(File.ReadAllText(_folder["cmp/comparison.json"]))!;

    private static double[] Numbers(JsonNode node) => [.. node.AsArray().Select(v => (double)v!)];

    private static double Angle(double[] a, double[] b) => Math.Acos(Math.Clamp(a.Zip(b, (x, y) => x * y).Sum(), -1, 1)) * 180 / Math.PI;

    private sealed class Near(double tolerance) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(double value) => 0;
    }
}
