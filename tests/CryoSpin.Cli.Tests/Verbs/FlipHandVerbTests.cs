using CryoSpin.Geometry;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;

namespace CryoSpin.Cli.Tests.Verbs;

public sealed class FlipHandVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Map_half_maps_and_poses_of_a_folder_are_flipped_together_and_back()
    {
        string result = MakeResult();
        Invocation run = await Invocation.Of("flip-hand", result);
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        string flipped = _folder["result_flipped"];
        float[] before = Voxels(Path.Combine(result, "map.mrc")), after = Voxels(Path.Combine(flipped, "map.mrc"));
        Assert.NotEqual(before, after);
        Assert.Equal(before[5 * 64 + 3], after[3 * 64 + 3]);
        Assert.True(File.Exists(Path.Combine(flipped, "run_half2_class001_unfil.mrc")));
        Assert.All(Voxels(Path.Combine(flipped, "mask.mrc")), v => Assert.InRange(v, 0, 1));
        Assert.Equal("curve", File.ReadAllText(Path.Combine(flipped, "fsc.star")));
        Pose pose = Pose(Path.Combine(flipped, "particles.star"));
        Assert.True(pose.Rotation.AngleToDegrees(new EulerAngles(190, 20, 210).ToRotation()) < 1e-4);

        Assert.Equal(ExitCode.Done, (await Invocation.Of("flip-hand", flipped, "-o", _folder["back"])).Code);
        Assert.Equal(before, Voxels(_folder["back/map.mrc"]));
    }

    [Fact]
    public async Task A_lone_map_can_be_flipped_as_relion_does_and_is_not_overwritten_unasked()
    {
        string map = _folder.WriteMap("a.mrc", 8, 2, seed: 1, noise: 1);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("flip-hand", map, "--axis", "x", "-o", _folder["b.mrc"])).Code);
        Assert.Equal(Voxels(map)[3], Voxels(_folder["b.mrc"])[5]);
        Assert.Equal(ExitCode.WrongUsage, (await Invocation.Of("flip-hand", map, "-o", _folder["b.mrc"])).Code);
        Assert.Equal(ExitCode.WrongUsage, (await Invocation.Of("flip-hand", map, "--axis", "q")).Code);
    }

    [Fact]
    public async Task A_star_file_without_poses_is_refused()
    {
        string star = _folder.WriteText("p.star", StarTexts.Particles(1.5, null, "000001@stack.mrcs 1 9000 9000 0"));
        Invocation run = await Invocation.Of("flip-hand", star);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("no poses", run.Error);
    }

    [Fact]
    public async Task Symmetrize_refuses_a_map_without_the_symmetry_and_leaves_nothing()
    {
        Directory.CreateDirectory(_folder["result"]);
        _folder.WriteMap("result/map.mrc", 24, 4, seed: 1, noise: 2);
        Invocation run = await Invocation.Of("symmetrize", _folder["result"], "--sym", "C3", "-o", _folder["out"]);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("does not have the symmetry C3", run.Error);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    private string MakeResult()
    {
        string result = _folder["result"];
        Directory.CreateDirectory(result);
        foreach (string name in new[] { "map.mrc", "run_half1_class001_unfil.mrc", "run_half2_class001_unfil.mrc", "mask.mrc" })
        {
            _folder.WriteMap("result/" + name, 8, 2, seed: 1, noise: 1);
        }
        File.WriteAllText(Path.Combine(result, "fsc.star"), "curve");
        string star = StarTexts.Particles(2, "_rlnAngleRot\n_rlnAngleTilt\n_rlnAnglePsi", "000001@stack.mrcs 1 9000 9000 0 10 20 30");
        File.WriteAllText(Path.Combine(result, "particles.star"), star);
        return result;
    }

    private static float[] Voxels(string path) => MrcVolumeIO.Read(path).Voxels;

    private static Pose Pose(string path) => ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false)).Pose(0)!.Value;
}
