using System.Diagnostics;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>What a process without vector instructions says.</summary>
public class SlowProcessorTests
{
    [Fact]
    public void Work_of_minutes_is_known_as_such() => Assert.Equal(
        ["backproject", "compare", "demo", "evaluate", "preprocess", "reconstruct", "simulate"],
        CommandLine.CreateRoot().Subcommands.OfType<Verb>().Where(v => v.IsLong).Select(v => v.Name).Order());

    [Theory]
    [InlineData("reconstruct", "0", true)]
    [InlineData("reconstruct", "1", false)]
    [InlineData("inspect", "0", false)]
    public void A_process_without_vectors_says_so_first(string verb, string value, bool told)
    {
        string[] output = verb == "reconstruct" ? ["-o", "nowhere"] : [];
        ProcessStartInfo start = new("dotnet", [typeof(ShortRunProgram).Assembly.Location, verb, "missing.star", .. output])
        {
            RedirectStandardError = true,
        };
        start.Environment[SlowProcessor.Switch] = value;
        using Process process = Process.Start(start)!;
        string[] lines = process.StandardError.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.Equal(ExitCode.Failed, process.ExitCode);
        Assert.Contains("missing.star", lines[^1]);
        string expected = $"warning: This process has no vector instructions. All computing takes many times as long. "
            + $"The environment variable {SlowProcessor.Switch} is 0: unset it.";
        Assert.Equal(told ? [expected, lines[^1]] : [lines[^1]], lines);
    }
}
