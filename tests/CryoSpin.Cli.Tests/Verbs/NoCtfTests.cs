using CryoSpin.Cli.Tests.Comparing;
using CryoSpin.IO.Star;

namespace CryoSpin.Cli.Tests.Verbs;

/// <summary>Particles without CTFs give a map only where the user says that the images have none.</summary>
public sealed class NoCtfTests : IAsyncLifetime
{
    private const int Count = 30;
    private const string Backproject = "backproject", Reconstruct = "reconstruct", Compare = "compare";
    private static readonly string[] s_defocus = ["rlnDefocusU", "rlnDefocusV", "rlnDefocusAngle"];
    private readonly TemporaryFolder _folder = new();
    private readonly TruthEngine _engine = new();

    private string Truth => _folder["sim/truth.star"];

    public async Task InitializeAsync()
    {
        Invocation run = await Invocation.Of(
            "simulate", "phantom", "-o", _folder["sim"], "--particles", $"{Count}", "--box", "24", "--pixel-size", "8", "--snr", "5");
        Assert.Equal(ExitCode.Done, run.Code);
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData(Reconstruct)]
    [InlineData(Backproject)]
    [InlineData(Compare)]
    public async Task A_table_without_CTF_is_refused_before_anything_is_made(string verb)
    {
        Invocation run = await Run(verb, Without(s_defocus));
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("the particles have no CTF values: there are no columns _rlnDefocusU, _rlnDefocusV and _rlnDefocusAngle.", run.Error);
        Assert.Contains("say so with --no-ctf", run.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path, "out*"));
        Assert.Empty(_engine.Runs);
    }

    [Theory]
    [InlineData(Reconstruct)]
    [InlineData(Compare)]
    public async Task A_bare_stack_is_refused(string verb)
    {
        Invocation run = await Run(verb, _folder["sim/particles.mrcs"]);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("a stack of images holds none", run.Error);
        Assert.Equal(ExitCode.Done, (await Run(verb, _folder["sim/particles.mrcs"], "--no-ctf")).Code);
    }

    [Fact]
    public async Task With_the_option_CTF_values_are_ignored_with_a_line_and_written_again()
    {
        Invocation run = await Run(Reconstruct, Truth, "--no-ctf");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("are ignored, as --no-ctf asks", run.Error + File.ReadAllText(_folder["out/run.log"]));
        Assert.True(Assert.Single(_engine.Runs).Particles.NoCtf);
        StarTable before = StarFile.Read(Truth).Get("particles"), after = StarFile.Read(_folder["out/particles.star"]).Get("particles");
        Assert.All(s_defocus, column => Assert.Equal(before.GetDoubles(column), after.GetDoubles(column)));
        // Where there is nothing to ignore, there is no such line.
        Assert.DoesNotContain("are ignored", (await Run(Backproject, Without(s_defocus), "--no-ctf")).Error);
    }

    [Fact]
    public async Task Ignored_values_are_as_good_as_none()
    {
        byte[] with = await Map(Truth), ignored = await Map(Truth, "--no-ctf"), none = await Map(Without(s_defocus), "--no-ctf");
        Assert.Equal(ignored, none);
        Assert.NotEqual(with, ignored);
    }

    [Theory]
    [InlineData("rlnDefocusU rlnDefocusV", "0", "row 5", "a defocus of 0")]
    [InlineData("rlnDefocusU rlnDefocusV", "-999", "row 5", "_rlnDefocusU = -999")]
    [InlineData("rlnDefocusU", "None", "row 5", "None")]
    [InlineData("rlnDefocusAngle", "", "_rlnDefocusAngle", "--no-ctf")]
    public async Task A_CTF_of_some_rows_or_columns_alone_is_refused(string columns, string value, params string[] said)
    {
        string star = value.Length == 0 ? Without(columns) : Changed(columns.Split(' '), value);
        foreach (string verb in (string[])[Reconstruct, Backproject, Compare])
        {
            Invocation run = await Run(verb, star);
            Assert.Equal((verb, ExitCode.Failed), (verb, run.Code));
            Assert.All(said, part => Assert.Contains(part, run.Error));
            Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path, "out*"));
        }
        Assert.Equal(ExitCode.Failed, (await Invocation.Of("validate", star)).Code);
        Invocation asked = await Invocation.Of("validate", star, "--no-ctf");
        Assert.True(asked.Code == ExitCode.Done, asked.Out);
        Assert.Equal(ExitCode.Done, (await Run(Backproject, star, "--no-ctf")).Code);
    }

    [Fact]
    public async Task Validate_tells_what_reconstruct_refuses()
    {
        Invocation run = await Invocation.Of("validate", Without(s_defocus));
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("no CTF values", run.Out);
        Assert.Contains("--no-ctf", run.Out);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("validate", Without(s_defocus), "--no-ctf")).Code);
        Assert.Equal(ExitCode.Failed, (await Invocation.Of("validate", _folder["sim/particles.mrcs"], "--quick")).Code);
    }

    [Fact]
    public async Task Verbs_that_make_no_map_take_particles_without_CTF_as_before()
    {
        string star = Without(s_defocus);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("preprocess", star, "-o", _folder["copy"])).Code);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("inspect", star)).Code);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("convert", star, "-o", _folder["converted.star"])).Code);
    }

    private Task<Invocation> Run(string verb, string particles, params string[] options) => Invocation.With(
        _engine.Run, [verb, particles, "-o", _folder[verb == Backproject ? "out.mrc" : $"out{(verb == Compare ? "-cmp" : "")}"], .. options]);

    private async Task<byte[]> Map(string star, params string[] options)
    {
        Invocation run = await Run(Backproject, star, [.. options, "--threads", "1"]);
        Assert.True(run.Code == ExitCode.Done, run.Error);
        // The header has the time of writing.
        byte[] file = File.ReadAllBytes(_folder["out.mrc"]);
        return file[1024..];
    }

    private string Without(params string[] columns)
    {
        StarFile file = StarFile.Read(Truth);
        foreach (string column in columns) file.Get("particles").RemoveColumn(column);
        return Written(file);
    }

    private string Changed(string[] columns, string value)
    {
        StarFile file = StarFile.Read(Truth);
        StarTable table = file.Get("particles");
        foreach (string column in columns)
        {
            string[] texts = [.. table.GetTexts(column)];
            texts[4] = texts[11] = value;
            table.SetColumn(column, texts);
        }
        return Written(file);
    }

    private string Written(StarFile file)
    {
        string star = _folder["sim/changed.star"];
        file.Write(star);
        return star;
    }
}
