using System.Globalization;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Cli.Tests.Verbs;

/// <summary>What real stacks have, as options of simulate: its files and its refusals.</summary>
public sealed class SimulateNuisanceTests : IDisposable
{
    private const string All =
        "--junk 0.4 --junk-kinds ice,noise --views mild --scale 0.2 --noise coloured --noise-level 0.1 --defocus-error 200 --gradient 1 "
        + "--neighbour 0.3 --hot-pixels 1";

    private static readonly string[] s_numbers =
    [
        "cryospinTruthContrast", "cryospinTruthNoiseLevel", "cryospinTruthDefocusError", "cryospinTruthGradient", "cryospinTruthNeighbours",
        "cryospinTruthHotPixels",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Truth_star_says_what_was_done_to_each_image_and_particles_star_does_not()
    {
        Assert.Equal(ExitCode.Done, (await Simulate("real", All)).Code);
        StarTable truth = StarFile.Read(_folder["real/truth.star"]).Get("particles"), given = StarFile.Read(_folder["real/particles.star"]).Get("particles");
        Assert.Equal(["ice", "noise", "particle"], truth.GetTexts("cryospinTruthKind").Distinct().Order());
        Assert.All(s_numbers, column => Assert.True(truth.GetDoubles(column).Distinct().Count() > 1, column));
        Assert.DoesNotContain(s_numbers.Append("cryospinTruthKind"), given.Has);
        Assert.Equal(["micrograph0001.mrc", "micrograph0002.mrc"], given.GetTexts("rlnMicrographName").Distinct());
        foreach (string column in (string[])["rlnDefocusU", "rlnDefocusV"])
        {
            double[] wrong = given.GetDoubles(column), right = truth.GetDoubles(column), errors = truth.GetDoubles("cryospinTruthDefocusError");
            for (int i = 0; i < wrong.Length; i++) Assert.Equal(errors[i], wrong[i] - right[i], 0.01);
        }
        ParticleSet set = ParticleSet.Load(_folder["real/truth.star"]);
        Assert.Equal((80, true, true), (set.Count, set.HasCtf, set.HasPoses));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes()
    {
        foreach ((string name, string seed) in ((string, string)[])[("a", "4"), ("b", "4"), ("c", "5")]) await Simulate(name, $"{All} --seed {seed}");
        foreach (string file in (string[])["particles.mrcs", "particles.star", "truth.star"])
        {
            Assert.Equal(File.ReadAllBytes(_folder[$"a/{file}"]), File.ReadAllBytes(_folder[$"b/{file}"]));
            Assert.NotEqual(File.ReadAllBytes(_folder[$"a/{file}"]), File.ReadAllBytes(_folder[$"c/{file}"]));
        }
    }

    [Fact]
    public async Task Without_the_options_nothing_is_added()
    {
        Assert.Equal(ExitCode.Done, (await Simulate("ideal", "")).Code);
        StarTable truth = StarFile.Read(_folder["ideal/truth.star"]).Get("particles");
        Assert.DoesNotContain(s_numbers.Append("cryospinTruthKind").Append("rlnMicrographName"), truth.Has);
        Assert.Equal(ExitCode.Done, (await Simulate("zeros", "--junk 0 --scale 0 --views uniform --hot-pixels 0")).Code);
        foreach (string file in (string[])["particles.mrcs", "particles.star", "truth.star"])
        {
            Assert.Equal(File.ReadAllBytes(_folder[$"ideal/{file}"]), File.ReadAllBytes(_folder[$"zeros/{file}"]));
        }
    }

    [Theory]
    [InlineData("--junk 1.5", "--junk needs a number from 0 to 1; found '1.5'")]
    [InlineData("--junk nan", "--junk needs")]
    [InlineData("--junk 0.1 --junk-kinds ice,snow", "found 'snow'")]
    [InlineData("--junk 0.1 --junk-kinds particle", "found 'particle'")]
    [InlineData("--junk-kinds ice", "give its share with --junk")]
    [InlineData("--views some", "some")]
    [InlineData("--scale -1", "--scale needs")]
    [InlineData("--noise-level 3", "--noise-level needs")]
    [InlineData("--defocus-error -5", "--defocus-error needs")]
    [InlineData("--gradient 101", "--gradient needs")]
    [InlineData("--neighbour 2", "--neighbour needs")]
    [InlineData("--hot-pixels -1", "--hot-pixels needs")]
    [InlineData("--noise blue", "blue")]
    public async Task What_cannot_be_is_refused(string options, string said)
    {
        Invocation run = await Simulate("wrong", options);
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains(said, run.Error);
        Assert.False(Directory.Exists(_folder["wrong"]));
    }

    [Fact]
    public async Task Help_lists_them_under_a_heading_of_their_own()
    {
        string help = (await Invocation.Of("simulate", "--help")).Out;
        int heading = help.IndexOf("What real stacks have:", StringComparison.Ordinal);
        Assert.InRange(heading, help.IndexOf("--seed", StringComparison.Ordinal), help.IndexOf("--junk", StringComparison.Ordinal));
    }

    private Task<Invocation> Simulate(string name, string options) => Invocation.Of(
        ["simulate", "phantom", "-o", _folder[name], "--particles", 80.ToString(CultureInfo.InvariantCulture), "--box", "20", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
}
