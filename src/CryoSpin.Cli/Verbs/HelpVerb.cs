using System.CommandLine;
using CryoSpin.Cli.Parsing;

namespace CryoSpin.Cli.Verbs;

/// <summary>help: the help of the program or of one of its commands.</summary>
internal static class HelpVerb
{
    /// <param name="root">The program, with all other verbs.</param>
    public static Command Create(RootCommand root)
    {
        Argument<string> name = new("COMMAND") { Description = "The command whose help is wanted.", Arity = ArgumentArity.ZeroOrOne };
        Verb verb = new("help", "Show the help of a command, as COMMAND --help does.") { Examples = ["cryospin help", "cryospin help reconstruct"] };
        verb.With(name);
        verb.Validators.Add(result =>
        {
            string? typed = result.GetValue(name);
            if (typed is not null && Find(root, typed) is null) result.AddError(UsageError.UnknownVerb(typed, root));
        });
        return verb.Does((parse, terminal, _) =>
        {
            HelpText.Write(parse.GetValue(name) is { } typed ? Find(root, typed)! : root, terminal.Out);
            return ExitCode.Done;
        });
    }

    private static Command? Find(RootCommand root, string name) => root.Subcommands.FirstOrDefault(c => c.Name == name);
}
