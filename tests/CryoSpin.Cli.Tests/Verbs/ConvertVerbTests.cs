using CryoSpin.Particles;

namespace CryoSpin.Cli.Tests.Verbs;

public sealed class ConvertVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Particles_go_from_relion_to_cryosparc_and_cryodrgn_and_back()
    {
        _folder.WriteBlankStack("a.mrcs", 2, 3);
        string star = Posed();
        Invocation there = await Invocation.Of(
            "convert", star, "-o", _folder["p.cs"], "--poses", _folder["pose.pkl"], "--ctf", _folder["ctf.pkl"]);
        Assert.Equal((ExitCode.Done, ""), (there.Code, there.Error));
        Assert.StartsWith("2 particles with poses and CTF: ", there.Out);

        Invocation sparc = await Invocation.Of("convert", _folder["p.cs"], "-o", _folder["sparc.star"]);
        Invocation drgn = await Invocation.Of(
            "convert", _folder["ctf.pkl"], _folder["a.mrcs"], _folder["pose.pkl"], "-o", _folder["drgn.star"]);
        Assert.Equal((ExitCode.Done, ExitCode.Done), (sparc.Code, drgn.Code));
        foreach (string name in new[] { "sparc.star", "drgn.star" })
        {
            ParticleSet set = ParticleSet.Load(_folder[name]);
            Assert.Equal((2, 3.0, 12.0), (set.Count, set.PixelSizeAngstrom, Math.Round(set.Pose(1)!.Value.OriginXAngstrom, 5)));
            Assert.Equal(11000, set.Ctf(1)!.Value.DefocusUAngstrom);
        }
        Invocation inspected = await Invocation.Of("inspect", _folder["p.cs"]);
        Assert.Contains("cryoSPARC particle file", inspected.Out);
    }

    [Fact]
    public async Task Images_need_not_be_there()
    {
        Invocation run = await Invocation.Of("convert", Posed(), "-o", _folder["p.cs"]);
        Assert.Equal((ExitCode.Done, true), (run.Code, File.Exists(_folder["p.cs"])));
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_when_asked()
    {
        string star = Posed(), output = _folder.WriteText("p.cs", "mine");
        Invocation refused = await Invocation.Of("convert", star, "-o", output);
        Assert.Equal((ExitCode.WrongUsage, "mine"), (refused.Code, File.ReadAllText(output)));
        Assert.Contains("--overwrite", refused.Error);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("convert", star, "-o", output, "--overwrite")).Code);
    }

    [Theory]
    [InlineData("needs -o OUT", "p.star")]
    [InlineData(".star or .cs", "p.star", "-o", "x.mrc")]
    [InlineData("named twice", "p.star", "-o", "p.star", "--overwrite")]
    [InlineData("named twice", "p.star", "--poses", "x.pkl", "--ctf", "x.pkl")]
    [InlineData("say nothing of the images", "pose.pkl", "-o", "x.star")]
    [InlineData("one particle file too many", "p.star", "q.star", "-o", "x.star")]
    public async Task What_cannot_be_meant_is_refused(string message, params string[] names)
    {
        Invocation run = await Invocation.Of(["convert", .. names.Select(n => n[0] == '-' ? n : _folder[n])]);
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains(message, run.Error);
    }

    [Fact]
    public async Task A_program_in_a_pickle_is_refused_by_name()
    {
        _folder.WriteBlankStack("a.mrcs", 2, 3);
        string evil = _folder.WriteText("evil.pkl", "cos\nsystem\n(Vtouch x\ntR.");
        Invocation run = await Invocation.Of("convert", _folder["a.mrcs"], evil, "-o", _folder["x.star"]);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("'os.system'", run.Error);
        Assert.Contains(evil, run.Error);
    }

    private string Posed()
    {
        string text = StarTexts.Particles(3, "_rlnAngleRot", "1@a.mrcs 1 10000 9000 10 30", "2@a.mrcs 1 11000 9000 10 60");
        text = text.Replace("_rlnAngleRot #6\n", "_rlnAngleRot #6\n_rlnAngleTilt #7\n_rlnAnglePsi #8\n_rlnOriginXAngst #9\n_rlnOriginYAngst #10\n")
            .Replace(" 10 30\n", " 10 30 20 10 0 0\n").Replace(" 10 60\n", " 10 60 20 10 12 -3\n");
        return _folder.WriteText("p.star", text);
    }
}
