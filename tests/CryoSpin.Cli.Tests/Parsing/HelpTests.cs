using CryoSpin.Cli.Parsing;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Parsing;

public sealed class HelpTests
{
    [Fact]
    public async Task The_help_of_reconstruct_begins_with_the_five_options_that_matter_and_lists_all_in_groups()
    {
        Invocation help = await Invocation.Of("reconstruct", "--help");
        string[] lines = help.Out.Split('\n', StringSplitOptions.TrimEntries);
        int first = Array.IndexOf(lines, "Most used:");
        Assert.Equal(
            ["-o, --output", "--max-shift", "--mask-diameter", "--threads", "--resume"],
            lines[(first + 1)..].TakeWhile(l => l.Length > 0).Where(l => l.StartsWith('-')).Select(l => l.Split(" <")[0]));
        Assert.All(OptionCatalogue.All, o => Assert.Contains($" {o.Name}", help.Out));
        Assert.All(Enum.GetValues<OptionGroup>(), g => Assert.Contains($"\n{OptionCatalogue.Heading(g)}:\n", help.Out.Replace("\r", "")));
        Assert.Contains("[default: the particle's shape, measured].", string.Join(' ', help.Out.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains("[default: 7].", help.Out);
    }

    [Fact]
    public async Task No_line_of_any_help_is_wider_than_110_characters_but_an_example()
    {
        foreach (System.CommandLine.Command command in CommandLine.CreateRoot().Subcommands)
        {
            Invocation help = await Invocation.Of("help", command.Name);
            Assert.All(help.Out.Split('\n').Where(l => !l.StartsWith("  cryospin", StringComparison.Ordinal)), l => Assert.InRange(l.TrimEnd().Length, 0, 110));
            Assert.All(command.Options, o => Assert.Contains(o.Name, help.Out));
            Assert.All(command.Arguments, a => Assert.Contains($"<{a.Name}>", help.Out));
        }
    }

    [Fact]
    public async Task Help_and_a_commands_name_shows_what_the_command_shows_with_help()
    {
        Assert.Equal(await Invocation.Of("reconstruct", "--help"), await Invocation.Of("help", "reconstruct"));
        Assert.Equal(await Invocation.Of("--help"), await Invocation.Of("help"));
    }

    [Fact]
    public async Task Help_of_an_unknown_command_names_the_nearest()
    {
        Invocation run = await Invocation.Of("help", "reconstrct");
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains("there is no command 'reconstrct'. Did you mean 'reconstruct'?", run.Error);
        Assert.Contains("Run 'cryospin --help' to see what is possible.", run.Error);
    }

    [Fact]
    public async Task V_is_short_for_version() => Assert.Equal(await Invocation.Of("--version"), await Invocation.Of("-V"));

    [Theory]
    [InlineData("--i p.star", "Here the file stands without a name before it")]
    [InlineData("p.star --o out", "Here it is called '--output DIR'.")]
    [InlineData("p.star -o out --j 4", "Here it is called '--threads T'.")]
    [InlineData("p.star -o out --K 3", "all particles go into one map")]
    [InlineData("p.star -o out --sym C7", "'cryospin symmetrize DIR --sym GROUP'")]
    [InlineData("p.star -o out --angpix=1.2", "Here it is called '--pixel-size A'.")]
    [InlineData("p.star -o out --particle_diameter 180", "Here it is called '--mask-diameter A'.")]
    [InlineData("p.star -o out --ctf", "the CTF is taken into account")]
    [InlineData("p.star -o out --iter 25", "the run ends by itself")]
    [InlineData("p.star -o out --gpu 0", "'--threads T'")]
    [InlineData("p.star -o out --pool 3", "Leave it out")]
    [InlineData("p.star -o out --random_seed 3", "Here it is called '--seed K'.")]
    [InlineData("p.star -o out --abinit_K 3", "an option of cryoSPARC")]
    [InlineData("p.star -o out --Apix 3", "an option of cryoDRGN")]
    public async Task Options_of_other_programs_are_told_in_this_ones_words(string line, string expected)
    {
        Invocation run = await Invocation.Of(["reconstruct", .. line.Split(' ')]);
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains(expected, run.Error);
        Assert.DoesNotContain("Did you mean", run.Error);
    }

    [Fact]
    public async Task Every_unknown_option_is_named_at_once()
    {
        Invocation run = await Invocation.Of(["reconstruct", .. "--i p.star --o out --particle_diameter 180 --tresads 4 --i q.star".Split(' ')]);
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        string[] lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["'--i'", "'--o'", "'--particle_diameter'", "'--tresads'"], lines[..^1].Select(l => l.Split("no option ")[1].Split('.')[0]));
        Assert.Contains("--output", lines[1]);
        Assert.Contains("--mask-diameter", lines[2]);
        Assert.Contains("Did you mean '--threads'?", lines[3]);
        Assert.All(lines[..^1], line => Assert.StartsWith("cryospin: ", line));
    }

    [Theory]
    [InlineData("inspect p.star --j 4", "'--j'.")]
    [InlineData("inspect p.star --jsn", "Did you mean '--json'?")]
    [InlineData("inspect p.star --angpix 2", "Here it is called '--pixel-size A'.")]
    public async Task A_command_names_only_options_that_it_has(string line, string expected)
    {
        Invocation run = await Invocation.Of(line.Split(' '));
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains(expected, run.Error);
        Assert.DoesNotContain("'--threads", run.Error);
    }

    [Fact]
    public void Every_option_of_another_program_leads_to_one_that_reconstruct_has_or_to_advice()
    {
        System.CommandLine.Command reconstruct = CommandLine.CreateRoot().Subcommands.First(c => c.Name == "reconstruct");
        Assert.All(ForeignOptions.All, f => Assert.EndsWith(".", ForeignOptions.Answer("--" + f.Key, reconstruct)));
        Assert.All(ForeignOptions.All.Keys, name => Assert.DoesNotContain(reconstruct.Options, o => o.Name == "--" + name));
    }
}
