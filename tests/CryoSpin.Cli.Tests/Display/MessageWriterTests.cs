using System.Globalization;
using CryoSpin.Cli.Display;

namespace CryoSpin.Cli.Tests.Display;

public sealed class MessageWriterTests
{
    [Fact]
    public void A_stream_that_takes_no_more_ends_no_work()
    {
        using FullWriter full = new(3);
        MessageWriter writer = new(full);
        for (int i = 0; i < 10; i++) writer.WriteLine("line");
        writer.Flush();
        Assert.Equal((3, "No space left on device"), (full.Lines, writer.Failure));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_command_goes_on_without_standard_error(int lines)
    {
        using TemporaryFolder folder = new();
        using FullWriter error = new(lines);
        using StringWriter output = new(CultureInfo.InvariantCulture);
        string[] args = ["simulate", "phantom", "-o", folder["sim"], "--particles", "30", "--box", "16"];
        Assert.Equal(ExitCode.Done, await CommandLine.InvokeAsync(args, output, error));
        Assert.True(File.Exists(folder["sim/truth.star"]));
    }

    [Fact]
    public async Task Output_that_is_lost_is_told_by_the_exit_code_once_the_work_is_done()
    {
        using TemporaryFolder folder = new();
        using FullWriter output = new(0);
        using StringWriter error = new(CultureInfo.InvariantCulture);
        string[] args = ["simulate", "phantom", "-o", folder["sim"], "--particles", "30", "--box", "16"];
        Assert.Equal(ExitCode.Failed, await CommandLine.InvokeAsync(args, output, error));
        Assert.Contains("standard output could not be written whole", error.ToString());
        Assert.True(File.Exists(folder["sim/truth.star"]));
    }

    [Theory]
    [InlineData("inspect", "data_particles\nloop_\n_rlnImageName\n_rlnImagePixelSize\n_evil\u001b[2J\n1@\u001b]52;c;ZXZpbA==\u0007a.mrcs 1 1\n")]
    [InlineData("validate", "data_particles\nloop_\n_rlnImageName\n_rlnImagePixelSize\n1@a.mrcs \u001b]0;pwned\u0007x\n")]
    [InlineData("inspect", "data_particles\nloop_\n_rlnImageName\n_rlnImagePixelSize\n1@a\u009b2Jb.mrcs 1\n")]
    [InlineData("inspect", "data_\u001b[31m\nloop_\n_a\n1\n")]
    public async Task No_control_character_of_a_file_reaches_the_terminal(string verb, string star)
    {
        using TemporaryFolder folder = new();
        string path = folder.WriteText("e\u001b[1m.star", star);
        Invocation run = await Invocation.Of(verb, path), json = await Invocation.Of(verb, path, "--json");
        Assert.DoesNotContain(run.Out + run.Error + json.Out + json.Error, c => char.IsControl(c) && c is not '\n');
        Assert.Contains("\\u001b", run.Out + run.Error);
        if (json.Code == ExitCode.Done) System.Text.Json.JsonDocument.Parse(json.Out).Dispose();
    }

    [Fact]
    public async Task Nor_one_of_a_pickle()
    {
        using TemporaryFolder folder = new();
        string star = folder.WriteText("p.star", "data_\nloop_\n_rlnImageName\n_rlnImagePixelSize\n1@a.mrcs 1\n");
        Invocation run = await Invocation.Of("convert", star, folder.WriteText("e.pkl", "c\u001b[31mevil\nx\n."), "-o", folder["o.star"]);
        Assert.Contains(@"\u001b[31mevil", run.Error);
        Assert.DoesNotContain('\u001b', run.Error);
    }

    private sealed class FullWriter(int room) : StringWriter(CultureInfo.InvariantCulture)
    {
        public int Lines { get; private set; }

        public override void WriteLine(string? value) => Take();

        public override void WriteLine() => Take();

        public override void Write(string? value) => Take();

        private void Take()
        {
            if (Lines == room) throw new IOException("No space left on device");
            Lines++;
        }
    }
}
