using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;

namespace CryoSpin.Cli.Parsing;

/// <summary>Turns a faulty command line into one message that says what is wrong and what was probably meant.</summary>
internal static class UsageError
{
    /// <summary>The message for the first mistake, or for all options that are unknown; null when the command line is sound.</summary>
    public static string? Find(ParseResult parse)
    {
        if (AsksForHelpOrVersion(parse)) return null;
        Command command = parse.CommandResult.Command;
        bool verbFirst = parse.Tokens.Count > 0 && !LooksLikeOption(parse.Tokens[0].Value);
        string? mistake = (verbFirst ? UnknownVerb(parse, command) : null)
            ?? UnknownOptions(parse, command)
            ?? UnknownVerb(parse, command)
            ?? (parse.Errors.Count > 0 ? Sentence(parse.Errors[0].Message) : null);
        if (mistake is null) return null;
        string help = command is RootCommand or { Name: "help" } ? "cryospin --help" : $"cryospin {command.Name} --help";
        return $"cryospin: {mistake}{Environment.NewLine}Run '{help}' to see what is possible.";
    }

    private static bool AsksForHelpOrVersion(ParseResult parse) =>
        parse.Tokens.Any(t => t is { Type: TokenType.Option, Value: "--help" or "-h" or "-?" or "/h" or "/?" or "--version" or "-V" });

    // The library hands an unknown option to a positional argument where one is free, so the tokens are looked at directly.
    private static string? UnknownOptions(ParseResult parse, Command command)
    {
        string[] names =
        [
            .. parse.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash)
                .Where(t => t.Type == TokenType.Argument && LooksLikeOption(t.Value)).Select(t => t.Value.Split('=')[0]).Distinct(),
        ];
        // A command line of another program has many: whoever brings one sees at once what each is called here.
        return names.Length == 0 ? null : string.Join(Environment.NewLine + "cryospin: ", names.Select(name => UnknownOption(name, command)));
    }

    private static string UnknownOption(string name, Command command)
    {
        IEnumerable<string> known =
            Options(command).SelectMany(o => o.Aliases.Prepend(o.Name)).Where(n => n.StartsWith("--", StringComparison.Ordinal));
        string where = command is RootCommand ? "cryospin" : $"'{command.Name}'";
        return $"{where} has no option '{name}'." + (ForeignOptions.Answer(name, command) is { } answer ? " " + answer : Suggestion(name, known));
    }

    private static string? UnknownVerb(ParseResult parse, Command command)
    {
        if (command is not RootCommand) return null;
        string? word = parse.Tokens.FirstOrDefault(t => t.Type == TokenType.Argument)?.Value;
        return word is null ? "no command was given." : UnknownVerb(word, command);
    }

    /// <summary>That there is no such command, and which was probably meant.</summary>
    public static string UnknownVerb(string word, Command root) =>
        $"there is no command '{word}'." + Suggestion(word, root.Subcommands.Select(c => c.Name));

    private static string Suggestion(string typed, IEnumerable<string> known) =>
        NearestName.Find(typed, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    private static IEnumerable<Option> Options(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(p => p.Options.Where(o => o.Recursive || o is HelpOption)));

    private static bool LooksLikeOption(string value) =>
        value.Length > 1 && value[0] == '-'
        && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static string Sentence(string message)
    {
        string text = message.Trim();
        return text.EndsWith('.') ? text : text + ".";
    }
}
