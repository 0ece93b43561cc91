using System.CommandLine;
using CryoSpin.Cli.Display;

namespace CryoSpin.Cli.Parsing;

/// <summary>Options that the help shows together.</summary>
/// <param name="Text">The heading.</param>
/// <param name="Options">The options in order.</param>
internal sealed record OptionHeading(string Text, IReadOnlyList<Option> Options);

/// <summary>A command with examples and, where they help, notes after its options.</summary>
internal sealed class Verb(string name, string description) : Command(name, description)
{
    /// <summary>Whole command lines, shown at the end of the help.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Paragraphs shown after the options.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether it computes for minutes, so that a slow processor is worth a line at the start.</summary>
    public bool IsLong { get; init; }

    /// <summary>Headings under which the help shows options; those under none come last.</summary>
    public IReadOnlyList<OptionHeading> Headings { get; init; } = [];

    /// <summary>Adds arguments and options, in the order in which the help shows them.</summary>
    public Verb With(params Symbol[] symbols)
    {
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument) Add(argument);
            else Add((Option)symbol);
        }
        return this;
    }

    /// <summary>Sets what a verb does that never looks whether it is to stop: a request to stop ends it at once.</summary>
    public Verb Does(Func<ParseResult, Terminal, int> action)
    {
        // The work is left to itself and ends with the process.
        SetAction((parse, cancellation) => Task.Run(() => action(parse, TerminalOf(parse)), CancellationToken.None).WaitAsync(cancellation));
        return this;
    }

    /// <summary>Sets what the verb does; it returns an exit code.</summary>
    public Verb Does(Func<ParseResult, Terminal, CancellationToken, int> action)
    {
        SetAction((parse, cancellation) =>
        {
            Terminal terminal = TerminalOf(parse);
            if (IsLong && SlowProcessor.Notice is { } notice) terminal.Error.WriteLine(notice);
            return Task.FromResult(action(parse, terminal, cancellation));
        });
        return this;
    }

    private static Terminal TerminalOf(ParseResult parse) => new(parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error);
}
