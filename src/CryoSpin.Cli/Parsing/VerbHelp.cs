using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;

namespace CryoSpin.Cli.Parsing;

/// <summary>Adds notes and examples to the library's help, and our own form of the version.</summary>
internal sealed class VerbHelp : SynchronousCommandLineAction
{
    private const int Width = 110;
    private readonly HelpAction _inner;

    private VerbHelp(HelpAction inner)
    {
        _inner = inner;
        _inner.MaxWidth = Width;
    }

    /// <summary>The program's version, with the first seven digits of the commit it was built from.</summary>
    public static string Version { get; } = ReadVersion();

    /// <summary>Puts help and version into the command tree.</summary>
    public static void Install(RootCommand root)
    {
        foreach (Option option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction action } help) help.Action = new VerbHelp(action);
            if (option is VersionOption version) version.Action = new VersionAction();
        }
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        TextWriter output = parseResult.InvocationConfiguration.Output;
        // The library names the assembly; users start the script.
        using StringWriter text = new() { NewLine = output.NewLine };
        parseResult.InvocationConfiguration.Output = text;
        int code = _inner.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        output.Write(text.ToString().Replace("  " + RootCommand.ExecutableName, "  cryospin", StringComparison.Ordinal));
        Command command = parseResult.CommandResult.Command;
        IReadOnlyList<string> notes = command is Verb verb
            ? verb.Notes
            : ["Run 'cryospin COMMAND --help' for the options of a command. The guide is in docs/guide."];
        IReadOnlyList<string> examples = command is Verb { Examples: var own }
            ? own
            : ["cryospin demo", "cryospin reconstruct particles.star -o result --max-shift 5"];
        foreach (string note in notes)
        {
            output.WriteLine(note);
            output.WriteLine();
        }
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (string example in examples) output.WriteLine("  " + example);
        output.WriteLine();
        return code;
    }

    private static string ReadVersion()
    {
        string full = typeof(VerbHelp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "unknown";
        int plus = full.IndexOf('+', StringComparison.Ordinal);
        return plus >= 0 && full.Length > plus + 8 ? full[..(plus + 8)] : full;
    }

    private sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine("cryospin " + Version);
            return ExitCode.Done;
        }
    }
}
