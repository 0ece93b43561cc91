using System.Text.Json;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;

namespace CryoSpin.Cli.Tests.Verbs;

public sealed class EvaluateVerbTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public async Task InitializeAsync()
    {
        await Invocation.Of("simulate", "phantom", "-o", _folder["sim"], "--particles", "60", "--box", "32", "--pixel-size", "5");
        Directory.CreateDirectory(_folder["result"]);
        File.Copy(_folder["sim/truth.mrc"], _folder["result/map.mrc"]);
        File.Copy(_folder["sim/truth.star"], _folder["result/particles.star"]);
        File.Copy(_folder["sim/particles.mrcs"], _folder["result/particles.mrcs"]);
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task The_truth_itself_has_no_error()
    {
        JsonElement json = await Evaluate();
        Assert.Equal(60, json.GetProperty("particles").GetInt32());
        Assert.InRange(json.GetProperty("medianRotationErrorDegrees").GetDouble(), 0, 0.01);
        Assert.InRange(json.GetProperty("medianShiftErrorAngstrom").GetDouble(), 0, 0.01);
        Assert.Equal(1, json.GetProperty("within5Degrees").GetDouble());
        Assert.Equal(10, json.GetProperty("fsc05Angstrom").GetDouble(), 4);
        Assert.False(json.GetProperty("mirrored").GetBoolean());
    }

    [Fact]
    public async Task The_other_hand_and_a_shift_of_the_map_are_removed()
    {
        ParticleSet truth = ParticleSet.Load(_folder["sim/truth.star"]);
        // A map shifted by 2 pixels in x and mirrored is as good an answer: the images are the same.
        Pose[] poses = [.. Enumerable.Range(0, truth.Count).Select(i =>
        {
            Pose p = truth.Pose(i)!.Value;
            (double x, double y, _) = p.Rotation.Apply(10, 0, 0);
            return new Pose(p.Rotation.FlipHand(), p.OriginXAngstrom + x, p.OriginYAngstrom + y);
        })];
        truth.WriteStar(_folder["result/particles.star"], poses);
        MrcVolume map = MrcVolumeIO.Read(_folder["sim/truth.mrc"]);
        Volume shifted = new(32, 5);
        for (int i = 0; i < map.Voxels.Length; i++) shifted.Voxels[i / 32 * 32 + (i + 2) % 32] = map.Voxels[i];
        MrcWriter.WriteVolume(_folder["result/map.mrc"], MapAlignment.Mirror(shifted).Voxels, 32, 32, 32, 5);
        JsonElement json = await Evaluate();
        Assert.True(json.GetProperty("mirrored").GetBoolean());
        Assert.InRange(json.GetProperty("medianRotationErrorDegrees").GetDouble(), 0, 0.01);
        Assert.InRange(json.GetProperty("medianShiftErrorAngstrom").GetDouble(), 0, 0.01);
        Assert.Equal(10, json.GetProperty("fsc05Angstrom").GetDouble(), 4);
        Assert.Equal(10, Math.Abs(json.GetProperty("mapShiftAngstrom")[0].GetDouble()), 1);
    }

    [Fact]
    public async Task Copies_by_the_truths_symmetry_count_as_the_same()
    {
        // Four blobs around an axis that is not z, and poses that each take one of the copies.
        Rotation tilt = So3.Exp(new RotationVector(0.5, -0.3, 0.2));
        PointGroup group = PointGroup.Parse("C4");
        Volume map = new(32, 5);
        foreach (Rotation s in group.Elements)
        {
            (double x, double y, double z) = (tilt * s).Apply(8, 2, 3);
            for (int i = 0; i < map.Voxels.Length; i++)
            {
                double dx = i % 32 - 16 - x, dy = i / 32 % 32 - 16 - y, dz = i / 1024 - 16 - z;
                map.Voxels[i] += (float)Math.Exp(-(dx * dx + dy * dy + dz * dz) / 8);
            }
        }
        MrcWriter.WriteVolume(_folder["result/map.mrc"], map.Voxels, 32, 32, 32, 5);
        MrcWriter.WriteVolume(_folder["sim/truth.mrc"], map.Voxels, 32, 32, 32, 5);
        ParticleSet truth = ParticleSet.Load(_folder["sim/truth.star"]);
        Random random = new(3);
        truth.WriteStar(_folder["result/particles.star"], [.. Enumerable.Range(0, truth.Count).Select(i =>
        {
            Pose p = truth.Pose(i)!.Value;
            Rotation copy = tilt * group.Elements[random.Next(4)] * tilt.Transpose();
            return p with { Rotation = p.Rotation * copy };
        })]);
        Assert.InRange((await Evaluate()).GetProperty("meanRotationErrorDegrees").GetDouble(), 30, 180);
        JsonElement json = await Evaluate("--truth-symmetry", "c4");
        // As far as the axis is found in the map.
        Assert.InRange(json.GetProperty("meanRotationErrorDegrees").GetDouble(), 0, 0.5);
        // Blobs hold next to nothing at 10 angstrom, where turning the map leaves its own error.
        Assert.InRange(json.GetProperty("fsc05Angstrom").GetDouble(), 10, 16);
        Invocation wrong = await Run("--truth-symmetry", "C5");
        Assert.Equal(ExitCode.Failed, wrong.Code);
        Assert.Contains("does not have the symmetry C5", wrong.Error);
        Assert.Contains("'C0' is not a point group", (await Run("--truth-symmetry", "C0")).Error);
    }

    [Fact]
    public async Task Particles_are_paired_by_image_not_by_row()
    {
        string[] lines = File.ReadAllLines(_folder["sim/truth.star"]);
        int first = Array.FindIndex(lines, l => l.Contains('@'));
        string[] shuffled = [.. lines[..first], .. lines[first..].Where(l => l.Contains('@')).Reverse()];
        File.WriteAllLines(_folder["result/particles.star"], shuffled);
        Assert.InRange((await Evaluate()).GetProperty("medianRotationErrorDegrees").GetDouble(), 0, 0.01);
    }

    [Fact]
    public async Task Two_stacks_are_not_paired_with_one()
    {
        string[] lines = File.ReadAllLines(_folder["sim/truth.star"]);
        string[] again = [.. lines.Where(l => l.Contains('@')).Select(l => l.Replace("@particles", "@job2/particles", StringComparison.Ordinal))];
        File.WriteAllLines(_folder["result/particles.star"], [.. lines.Where(l => l.Trim().Length > 0), .. again]);
        Invocation run = await Run();
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("job2/particles.mrcs both are paired with 1@particles.mrcs", run.Error);
    }

    [Fact]
    public async Task Without_poses_the_map_alone_is_compared()
    {
        Invocation run = await Invocation.Of("evaluate", _folder["result"], "--truth-map", _folder["sim/truth.mrc"], "--json");
        JsonElement json = JsonDocument.Parse(run.Out).RootElement;
        Assert.False(json.TryGetProperty("medianRotationErrorDegrees", out _));
        Assert.Equal(10, json.GetProperty("fsc05Angstrom").GetDouble(), 1);
    }

    [Fact]
    public async Task A_missing_image_a_missing_pose_and_a_missing_truth_are_told()
    {
        string[] lines = File.ReadAllLines(_folder["sim/truth.star"]);
        File.WriteAllLines(_folder["sim/short.star"], lines.Where(l => !l.Contains("000007@")));
        Invocation missing = await Invocation.Of("evaluate", _folder["result"], "--truth-poses", _folder["sim/short.star"]);
        Assert.Equal(ExitCode.Failed, missing.Code);
        Assert.Contains("7@particles.mrcs", missing.Error);
        Invocation noPoses = await Invocation.Of("evaluate", _folder["result"], "--truth-poses", _folder["sim/particles.star"]);
        Assert.Equal(ExitCode.Failed, noPoses.Code);
        Assert.Contains("rlnAngleRot", noPoses.Error);
        Assert.Equal(ExitCode.WrongUsage, (await Invocation.Of("evaluate", _folder["result"])).Code);
        Assert.Equal(ExitCode.Failed, (await Invocation.Of("evaluate", _folder["nowhere"], "--truth-map", _folder["sim/truth.mrc"])).Code);
    }

    private Task<Invocation> Run(params string[] more) => Invocation.Of(
        ["evaluate", _folder["result"], "--truth-poses", _folder["sim/truth.star"], "--truth-map", _folder["sim/truth.mrc"], "--json", .. more]);

    private async Task<JsonElement> Evaluate(params string[] more)
    {
        Invocation run = await Run(more);
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        return JsonDocument.Parse(run.Out).RootElement;
    }
}
