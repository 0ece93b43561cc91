using CryoSpin.Cli.Parsing;

namespace CryoSpin.Cli.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_lists_every_command_and_succeeds()
    {
        Invocation run = await Invocation.Of("--help");
        Assert.Equal(ExitCode.Done, run.Code);
        foreach (System.CommandLine.Command command in CommandLine.CreateRoot().Subcommands) Assert.Contains("  " + command.Name, run.Out);
        Assert.Contains("cryospin [command]", run.Out);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Every_command_has_help_with_an_example_that_parses()
    {
        foreach (System.CommandLine.Command command in CommandLine.CreateRoot().Subcommands)
        {
            Invocation run = await Invocation.Of(command.Name, "--help");
            Assert.Equal(ExitCode.Done, run.Code);
            Assert.Contains("Example", run.Out);
            Verb verb = Assert.IsType<Verb>(command);
            Assert.NotEmpty(verb.Examples);
            foreach (string example in verb.Examples)
            {
                string[] words = example.Split(' ');
                Assert.Equal("cryospin", words[0]);
                Assert.Null(UsageError.Find(CommandLine.CreateRoot().Parse(words[1..])));
            }
        }
    }

    [Fact]
    public async Task Version_is_one_line_with_the_programs_name()
    {
        Invocation run = await Invocation.Of("--version");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Matches(@"^cryospin \d+\.\d+\.\d+(\+[0-9a-f]{7})?\r?\n$", run.Out);
    }

    [Theory]
    [InlineData("fsc a.mrc b.mrc --jsn", "'--jsn'. Did you mean '--json'?")]
    [InlineData("fsc a.mrc b.mrc --maks=m.mrc", "'--maks'. Did you mean '--mask'?")]
    [InlineData("inspect --jso", "'--jso'. Did you mean '--json'?")]
    [InlineData("inspect a.star --Json", "'--Json'. Did you mean '--json'?")]
    [InlineData("inspect a.star --quite-different", "'--quite-different'.")]
    [InlineData("inspct a.star --json", "'inspct'. Did you mean 'inspect'?")]
    [InlineData("--versoin", "'--versoin'. Did you mean '--version'?")]
    [InlineData("inspect", "argument missing")]
    [InlineData("inspect a.star b.star", "'b.star'")]
    [InlineData("fsc a.mrc b.mrc --mask", "--mask")]
    [InlineData("", "no command was given")]
    public async Task Wrong_usage_ends_with_2_and_names_what_was_probably_meant(string line, string expected)
    {
        Invocation run = await Invocation.Of(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains(expected, run.Error);
        Assert.Contains("--help'", run.Error);
        Assert.Empty(run.Out);
        if (!expected.EndsWith('?')) Assert.DoesNotContain("Did you mean", run.Error);
    }

    [Fact]
    public async Task A_file_whose_name_begins_with_a_dash_can_follow_two_dashes()
    {
        Invocation run = await Invocation.Of("inspect", "--", "-odd.star");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("-odd.star", run.Error);
    }

    [Fact]
    public async Task A_missing_input_ends_with_1_names_the_file_and_shows_no_stack_trace()
    {
        Invocation run = await Invocation.Of("inspect", "/nowhere/particles.star");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("/nowhere/particles.star", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }
}
