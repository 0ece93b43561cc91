using System.CommandLine;
using System.CommandLine.Parsing;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Parsing;

/// <summary>Declared options as a verb has them: typed names on one side, the options of a run on the other.</summary>
internal sealed class RunOptionSet(IEnumerable<RunOption> declarations)
{
    private readonly (RunOption Declared, Option Typed)[] _all = [.. declarations.Select(d => (d, Make(d)))];

    /// <summary>The options, to be added to a verb.</summary>
    public Symbol[] Options => [.. _all.Select(o => o.Typed)];

    /// <summary>The options under the headings of their groups, for help.</summary>
    public IReadOnlyList<OptionHeading> Headings =>
        [.. _all.GroupBy(o => o.Declared.Group).Select(g => new OptionHeading(OptionCatalogue.Heading(g.Key), [.. g.Select(o => o.Typed)]))];

    /// <summary>The options that were typed.</summary>
    public IEnumerable<RunOption> Given(CommandResult result) => _all.Where(o => Result(result, o.Typed) is not null).Select(o => o.Declared);

    /// <summary>Whether an option was typed.</summary>
    public bool IsGiven(CommandResult result, string name) => Given(result).Any(o => o.Name == name);

    /// <summary>The word that was typed after an option; null where it was not typed.</summary>
    public string? Word(CommandResult result, string name) =>
        Result(result, _all.First(o => o.Declared.Name == name).Typed)?.Tokens is [{ Value: { } word }, ..] ? word : null;

    /// <summary>What is wrong with the values beside each other; null where nothing is. A value that is wrong by itself is told elsewhere.</summary>
    public string? Objection(CommandResult result) => OptionCatalogue.Objection(AddTo(OptionCatalogue.Defaults, result), Given(result));

    /// <summary>The options of a run with what was typed; what was not typed stays.</summary>
    public ReconstructionOptions AddTo(ReconstructionOptions options, CommandResult result) => _all.Aggregate(
        options,
        (changed, o) => Result(result, o.Typed) is { } given && !LacksWord(o.Declared, given) ? o.Declared.With(changed, Words(given), out _) : changed);

    private static Option Make(RunOption declared)
    {
        string[] aliases = [.. declared.Aliases];
        string help = HelpText.WithDefault(declared.Help, declared.DefaultText);
        Option option = declared.Kind.Arity switch
        {
            OptionArity.None => new Option<bool>(declared.Name, aliases) { Arity = ArgumentArity.Zero },
            OptionArity.Optional => new Option<string>(declared.Name, aliases) { Arity = ArgumentArity.ZeroOrOne },
            OptionArity.Many => new Option<string[]>(declared.Name, aliases) { Arity = ArgumentArity.OneOrMore },
            _ => new Option<string>(declared.Name, aliases) { Arity = ArgumentArity.ExactlyOne },
        };
        option.Description = help;
        option.HelpName = declared.Kind.Placeholder;
        option.Validators.Add(result =>
        {
            if (LacksWord(declared, result)) return;
            declared.With(OptionCatalogue.Defaults, Words(result), out string? mistake);
            if (mistake is not null) result.AddError(mistake + Suggestion(declared.Kind, result));
        });
        return option;
    }

    private static string Suggestion(OptionKind kind, OptionResult result) =>
        Words(result) is [{ } word, ..] && NearestName.Find(word, kind.Choices) is { } near ? $" Did you mean '{near}'?" : "";

    // The library tells that a value is missing.
    private static bool LacksWord(RunOption declared, OptionResult result) =>
        result.Tokens.Count == 0 && declared.Kind.Arity is (OptionArity.One or OptionArity.Many);

    private static string[] Words(OptionResult result) => [.. result.Tokens.Select(t => t.Value)];

    private static OptionResult? Result(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false } given ? given : null;
}
