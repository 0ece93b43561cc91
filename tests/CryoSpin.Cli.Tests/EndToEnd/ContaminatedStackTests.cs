using System.Globalization;
using CryoSpin.Geometry;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>Images that are not particles do not enter a run, and nothing of them is lost.</summary>
public sealed class ContaminatedStackTests : IClassFixture<SimulatedInput>, IDisposable
{
    private const int Box = 24, Count = 80;
    private static readonly int[] s_ice = [6, 29];
    private readonly TemporaryFolder _folder = new();

    public ContaminatedStackTests(SimulatedInput input)
    {
        using ParticleSource source = ParticleSource.Open(input.Particles);
        using MrcStackWriter stack = new(_folder["particles.mrcs"], Box, Box, 8);
        float[] pixels = new float[Box * Box];
        for (int i = 0; i < Count; i++)
        {
            source.ReadImage(i, pixels);
            for (int p = 0; p < pixels.Length && s_ice.Contains(i); p++) pixels[p] += IsInBlob(p % Box - Box / 2, p / Box - Box / 2) ? 60 : 0;
            stack.Append(pixels);
        }
        stack.Complete();
        StarFile file = StarFile.Read(input.Particles);
        file.Write(_folder["particles.star"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task They_are_left_out_and_listed_with_the_reason()
    {
        RunRecord run = await Reconstruct("--snapshots", "--watch", "7,9");
        Assert.Equal((Count, s_ice.Length), (run.ParticleCount, run.RejectedParticles));
        Assert.Equal([.. Enumerable.Range(0, Count).Except(s_ice)], Images("out/particles.star"));
        Assert.Equal(s_ice, Images("out/rejected.star"));
        StarTable rejected = StarFile.Read(_folder["out/rejected.star"]).Get("particles");
        Assert.All(rejected.GetTexts("cryospinRejectionReason"), r => Assert.Equal("image.lowFrequencyPower", r));
        Assert.All(rejected.GetDoubles("cryospinLowFrequencyPowerRatio"), r => Assert.True(r > 2));
        Assert.Equal(3 * 6, rejected.GetDouble("mineOwn", 0));
        Assert.Contains("2 of 80 images (2.5 %) are left out", File.ReadAllText(_folder["out/run.log"]));
        Assert.Contains("images rejected", File.ReadAllText(_folder["out/report.html"]));
        // Snapshots go on counting as the input does.
        string snapshots = _folder["out/snapshots"];
        RunSnapshot last = SnapshotFolder.Read(snapshots, SnapshotFolder.ReadIndex(snapshots)[^1]);
        Assert.Equal(s_ice, Enumerable.Range(0, Count).Where(i => last.Poses[i] is null));
        Assert.Equal([8], last.Watched.Select(w => w.Particle));
        Rotation watched = last.Watched[0].Candidates[0].Pose.Rotation, stored = last.Poses[8]!.Value.Rotation;
        Assert.InRange(watched.AngleToDegrees(stored), 0, 0.1);
    }

    [Fact]
    public async Task They_are_kept_when_asked()
    {
        RunRecord run = await Reconstruct("--keep-all");
        Assert.Equal(0, run.RejectedParticles);
        Assert.Equal(Count, Images("out/particles.star").Length);
        Assert.False(File.Exists(_folder["out/rejected.star"]));
    }

    private async Task<RunRecord> Reconstruct(params string[] options)
    {
        Invocation run = await Invocation.With(
            SimulatedInput.ShortRun, ["reconstruct", _folder["particles.star"], "-o", _folder["out"], "--max-shift", "2", .. options]);
        Assert.True(run.Code == ExitCode.Done, run.Error);
        return JsonFormat.ParseRun(File.ReadAllText(_folder["out/run.json"]));
    }

    // Within the particle's circle: the background stays what it was.
    private static bool IsInBlob(int x, int y) => (x - 2) * (x - 2) + y * y < 30;

    /// <summary>The images of a star file, from 0.</summary>
    private int[] Images(string name) =>
    [
        .. StarFile.Read(_folder[name]).Get("particles").GetTexts("rlnImageName")
            .Select(n => int.Parse(n.Split('@')[0], CultureInfo.InvariantCulture) - 1),
    ];
}
