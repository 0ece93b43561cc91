namespace CryoSpin.Cli.Tests.Verbs;

public sealed class FolderInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FolderInputTests()
    {
        Directory.CreateDirectory(_folder["job"]);
        foreach (string name in (string[])["job.star", "run_it025_data.star", "run_class001.mrc", "note.txt"]) _folder.WriteText("job/" + name, "");
        Directory.CreateDirectory(_folder["empty"]);
        _folder.WriteText("particles.star", "data_\n");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("inspect", "job")]
    [InlineData("validate", "job")]
    [InlineData("reconstruct", "job", "-o", "out")]
    [InlineData("compare", "job", "-o", "out")]
    [InlineData("preprocess", "job", "-o", "out")]
    [InlineData("backproject", "job", "-o", "out.mrc")]
    [InlineData("convert", "job", "-o", "out.star")]
    public async Task A_folder_in_the_place_of_particles_is_said_to_be_one(params string[] words)
    {
        string[] args = [.. words.Select(w => w == "job" || w.StartsWith("out", StringComparison.Ordinal) ? _folder[w] : w)];
        Invocation run = await Invocation.Of(args);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains($"{_folder["job"]}: this is a folder, and a file is needed. Name a file in it, e.g. {_folder["job/run_it025_data.star"]}", run.Error);
        Assert.Contains("job.star", run.Error);
        Assert.False(Path.Exists(_folder["out"]));
    }

    [Theory]
    [InlineData("fsc", "job", "job")]
    [InlineData("simulate", "job", "-o", "out")]
    public async Task Where_a_map_is_wanted_a_map_in_it_is_named(params string[] words)
    {
        string[] args = [.. words.Select(w => w is "job" or "out" ? _folder[w] : w)];
        Invocation run = await Invocation.Of(args);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains($"this is a folder, and a file is needed. Name a file in it, e.g. {_folder["job/run_class001.mrc"]}.", run.Error);
    }

    [Fact]
    public async Task A_folder_that_offers_nothing_is_a_folder_too()
    {
        Invocation run = await Invocation.Of("inspect", _folder["empty"]);
        Assert.Contains("this is a folder, and a file is needed. Name a file.", run.Error);
    }

    [Theory]
    [InlineData("evaluate", "--truth-map", "x.mrc")]
    [InlineData("symmetrize", "--sym", "C2")]
    public async Task A_file_in_the_place_of_a_folder_is_said_to_be_one(string verb, params string[] options)
    {
        Invocation run = await Invocation.Of([verb, _folder["particles.star"], .. options]);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("this is a file, and a folder is needed", run.Error);
    }
}
