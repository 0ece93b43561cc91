using CryoSpin.Cli.Tests.Comparing;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Reporting;

public sealed class SnapshotFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_kept_is_read_again()
    {
        RunSnapshot first = Snapshot(1), last = Snapshot(3);
        SnapshotFolder folder = new(_folder["s"]);
        folder.Keep(first, metrics: 4);
        folder.Keep(last, metrics: 9);
        Assert.Equal(
            ["001-poses.npy", "001.mrc", "002-head-sample.npy", "002-heads.npy", "002-poses.npy", "002.mrc", "index.jsonl"], Names());
        IReadOnlyList<SnapshotEntry> entries = SnapshotFolder.ReadIndex(_folder["s"]);
        Assert.Equal([4, 9], entries.Select(e => e.Metrics));
        foreach ((RunSnapshot kept, SnapshotEntry entry) in ((RunSnapshot[])[first, last]).Zip(entries))
        {
            RunSnapshot read = SnapshotFolder.Read(_folder["s"], entry);
            Assert.Equal(
                (kept.Phase, kept.Epoch, kept.ImageVisits, kept.ElapsedSeconds, kept.BandShells),
                (read.Phase, read.Epoch, read.ImageVisits, read.ElapsedSeconds, read.BandShells));
            Assert.Equal(kept.Map.Voxels, read.Map.Voxels);
            Assert.Equal(kept.Map.PixelSizeAngstrom, read.Map.PixelSizeAngstrom, 4);
            Assert.Equal(kept.Poses.Count, read.Poses.Count);
            for (int i = 0; i < kept.Poses.Count; i++) AssertNear(kept.Poses[i], read.Poses[i]);
            Assert.Equal(kept.Watched.Select(w => w.Particle), read.Watched.Select(w => w.Particle));
            Assert.Equal([3.5, double.NaN], read.Watched[0].Candidates.Select(c => c.LogLikelihood));
            AssertNear(kept.Watched[0].Candidates[0].Pose, read.Watched[0].Candidates[0].Pose);
        }
        HeadGuesses heads = SnapshotFolder.Read(_folder["s"], entries[1]).Heads!;
        Assert.Equal([0, 3, 5], heads.Particles);
        Assert.Equal([0, 0, 1], heads.Winners);
        Assert.InRange(heads.Rotations[1][0].AngleToDegrees(last.Heads!.Rotations[1][0]), 0, 1e-4);
    }

    [Fact]
    public void A_resumed_run_keeps_what_was_made_before_its_checkpoint_and_replaces_what_comes_again()
    {
        SnapshotFolder folder = new(_folder["s"]);
        for (int epoch = 0; epoch < 3; epoch++) folder.Keep(Snapshot(epoch), metrics: epoch);
        _folder.WriteText("s/.003.mrc.abc.tmp", "half");
        _folder.WriteText("s/mine.txt", "mine");
        SnapshotFolder resumed = new(_folder["s"]);
        resumed.KeepUpTo(1);
        Assert.Equal([0, 1], resumed.Entries.Select(e => e.Epoch));
        Assert.Equal(["001-poses.npy", "001.mrc", "002-poses.npy", "002.mrc", "index.jsonl", "mine.txt"], Names());
        resumed.Keep(Snapshot(1), metrics: 1);
        resumed.Keep(Snapshot(2), metrics: 2);
        Assert.Equal([0, 1, 2], SnapshotFolder.ReadIndex(_folder["s"]).Select(e => e.Epoch));
        new SnapshotFolder(_folder["s"]).KeepUpTo(0);
        Assert.Empty(SnapshotFolder.ReadIndex(_folder["s"]));
        SnapshotFolder.Clear(_folder["s"]);
        Assert.Equal(["mine.txt"], Names());
    }

    [Fact]
    public void A_damaged_index_is_named()
    {
        Directory.CreateDirectory(_folder["s"]);
        _folder.WriteText("s/index.jsonl", "{ \"number\": 1\n");
        Assert.Contains("index.jsonl", Assert.Throws<InputException>(() => SnapshotFolder.ReadIndex(_folder["s"])).Message);
        Assert.Empty(SnapshotFolder.ReadIndex(_folder["nowhere"]));
    }

    [Fact]
    public async Task A_run_that_replaces_another_replaces_its_snapshots()
    {
        await Invocation.Of("simulate", "phantom", "-o", _folder["sim"], "--particles", "40", "--box", "16");
        string[] start = ["reconstruct", _folder["sim/particles.star"], "-o", _folder["out"], "--max-shift", "3"];
        TruthEngine engine = new();
        Assert.Equal(ExitCode.Done, (await Invocation.With(engine.Run, [.. start, "--snapshots", "--watch", "2"])).Code);
        string index = _folder["out/snapshots/index.jsonl"];
        Assert.Equal([1], SnapshotFolder.ReadIndex(_folder["out/snapshots"])[0].Watched.Select(w => w.Particle));
        DateTime before = File.GetLastWriteTimeUtc(index);
        TruthEngine failing = new() { Before = (_, epoch) => Assert.NotEqual(3, epoch) };
        Assert.NotEqual(ExitCode.Done, (await Invocation.With(failing.Run, [.. start, "--snapshots", "--overwrite"])).Code);
        Assert.Equal((before, 2), (File.GetLastWriteTimeUtc(index), SnapshotFolder.ReadIndex(_folder["out/unfinished-snapshots"]).Count));
        Assert.Equal(ExitCode.Done, (await Invocation.With(engine.Run, [.. start, "--snapshots", "--overwrite"])).Code);
        Assert.False(Directory.Exists(_folder["out/unfinished-snapshots"]));
        Assert.Empty(SnapshotFolder.ReadIndex(_folder["out/snapshots"])[0].Watched);
        Assert.Equal(ExitCode.Done, (await Invocation.With(engine.Run, [.. start, "--overwrite"])).Code);
        Assert.False(Directory.Exists(_folder["out/snapshots"]));
    }

    [Fact]
    public async Task Particles_that_are_not_there_cannot_be_watched()
    {
        await Invocation.Of("simulate", "phantom", "-o", _folder["sim"], "--particles", "40", "--box", "16");
        Invocation run = await Invocation.With(
            new TruthEngine().Run, "reconstruct", _folder["sim/particles.star"], "-o", _folder["out"], "--snapshots", "--watch", "7,41");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("--watch names particle 41, but there are 40 particles", run.Error);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    private static RunSnapshot Snapshot(int epoch)
    {
        Pose[] poses = [.. Enumerable.Range(0, 8).Select(i => new Pose(new EulerAngles(40 * i, 20 * i, 10 * i).ToRotation(), 1.5 * i, -i))];
        Volume map = new(16, 3.5, Maps.Blob(16, epoch, 0.1));
        return TruthEngine.Snapshot([2], epoch, map, poses);
    }

    private static void AssertNear(Pose? expected, Pose? actual)
    {
        Assert.Equal(expected is null, actual is null);
        if (expected is not { } e || actual is not { } a) return;
        Assert.InRange(e.Rotation.AngleToDegrees(a.Rotation), 0, 1e-4);
        Assert.Equal(e.OriginXAngstrom, a.OriginXAngstrom, 4);
        Assert.Equal(e.OriginYAngstrom, a.OriginYAngstrom, 4);
    }

    private string[] Names() => [.. Directory.GetFiles(_folder["s"]).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
