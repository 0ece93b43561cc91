using System.Text;
using CryoSpin.Runs;
using CryoSpin.TestSupport;

namespace CryoSpin.Cli.Tests.Parsing;

/// <summary>The guide's list of options is made from their declarations. CRYOSPIN_APPROVE=1 writes it anew.</summary>
public sealed class OptionGuideTests
{
    private const string Approve = "CRYOSPIN_APPROVE";
    private const string Begin = "<!-- Made from the declarations of the options by OptionGuideTests. -->\n", End = "<!-- End of what is made. -->\n";

    private static string Guide => Path.Combine(SharedData.RepositoryRoot, "docs", "guide", "commands.md");

    [Fact]
    public void The_guide_lists_every_option_as_declared()
    {
        string text = File.ReadAllText(Guide).Replace("\r\n", "\n");
        int from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, to = text.IndexOf(End, StringComparison.Ordinal);
        Assert.InRange(from, Begin.Length, to);
        if (Environment.GetEnvironmentVariable(Approve) == "1") File.WriteAllText(Guide, text = text[..from] + List() + text[to..]);
        Assert.True(
            text[from..].StartsWith(List() + End, StringComparison.Ordinal),
            $"{Guide} does not list the options as they are declared. Run this test with {Approve}=1, and look at the difference.");
    }

    private static string List()
    {
        StringBuilder text = new("\n");
        foreach (IGrouping<OptionGroup, RunOption> group in OptionCatalogue.All.GroupBy(o => o.Group))
        {
            text.Append($"**{OptionCatalogue.Heading(group.Key)}**\n\n| option | values | if not given | meaning |\n|---|---|---|---|\n");
            foreach (RunOption option in group) text.Append($"| {Name(option)} | {Values(option)} | {option.DefaultText ?? "–"} | {Meaning(option)} |\n");
            text.Append('\n');
        }
        text.Append($"With `--resume` these can be given, and no others: {Names(o => o.MayChangeOnResume && o.Name != "--resume")}.\n\n");
        text.Append($"The bytes of the result depend on the images and on these options: {Names(o => o.Effect is OptionEffect.Result or OptionEffect.Input)}.\n\n");
        return text.ToString();
    }

    private static string Name(RunOption option)
    {
        string value = option.Kind.Placeholder.Length == 0 ? "" : " " + option.Kind.Placeholder.Replace("|", "\\|");
        IEnumerable<string> names = [.. option.Aliases.Where(a => a.Length == 2), option.Name + value];
        return string.Join(", ", names.Select(n => $"`{n}`"));
    }

    private static string Values(RunOption option) => option.Kind.Arity == OptionArity.None ? "–" : option.Kind.Expected;

    private static string Meaning(RunOption option) => option.Help + (option.Details is null ? "" : " " + option.Details);

    private static string Names(Func<RunOption, bool> which) => string.Join(", ", OptionCatalogue.All.Where(which).Select(o => $"`{o.Name}`"));
}
