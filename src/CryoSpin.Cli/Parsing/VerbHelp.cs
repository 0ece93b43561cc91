using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;

namespace CryoSpin.Cli.Parsing;

/// <summary>Puts our own form of help and version into the library's command tree.</summary>
internal sealed class VerbHelp : SynchronousCommandLineAction
{
    /// <summary>The program's version, with the first seven digits of the commit it was built from.</summary>
    public static string Version { get; } = ReadVersion();

    /// <summary>Puts help and version into the command tree.</summary>
    public static void Install(RootCommand root)
    {
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Action = new VerbHelp();
                help.Description = "Show this help.";
            }
            if (option is VersionOption version)
            {
                version.Action = new VersionAction();
                version.Aliases.Add("-V");
                version.Description = "Show the version.";
            }
        }
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        HelpText.Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return ExitCode.Done;
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
