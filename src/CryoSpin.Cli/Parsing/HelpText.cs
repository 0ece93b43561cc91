using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;

namespace CryoSpin.Cli.Parsing;

/// <summary>The help of a command: what it does, its options under headings, notes and examples.</summary>
internal static class HelpText
{
    private const int GreatestWidth = 110;
    private const int LeastWidth = 60;

    // A longer name stands on a line of its own.
    private const int WidestName = 34;

    /// <summary>Writes it, as wide as the terminal, between 60 and 110 characters.</summary>
    public static void Write(Command command, TextWriter output)
    {
        int width = Console.IsOutputRedirected ? GreatestWidth : Math.Clamp(Console.WindowWidth - 1, LeastWidth, GreatestWidth);
        Paragraph(output, "", command.Description ?? "", width);
        output.WriteLine();
        output.WriteLine("Usage:");
        output.WriteLine("  " + Usage(command));
        output.WriteLine();
        foreach ((string heading, IReadOnlyList<(string Name, string Text)> rows) in Sections(command)) Section(output, heading, rows, width);
        foreach (string note in Notes(command))
        {
            Paragraph(output, "", note, width);
            output.WriteLine();
        }
        IReadOnlyList<string> examples = Examples(command);
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (string example in examples) output.WriteLine("  " + example);
        output.WriteLine();
    }

    /// <summary>A sentence with what holds where the option is not given.</summary>
    public static string WithDefault(string sentence, string? usual) => usual is null ? sentence : $"{sentence.TrimEnd('.')} [default: {usual}].";

    private static IReadOnlyList<string> Notes(Command command) => command is Verb verb
        ? verb.Notes
        : ["Run 'cryospin help COMMAND' for the options of a command. The guide is in docs/guide."];

    private static IReadOnlyList<string> Examples(Command command) => command is Verb verb
        ? verb.Examples
        : ["cryospin demo", "cryospin reconstruct particles.star -o result --max-shift 5"];

    private static string Usage(Command command)
    {
        if (command is RootCommand) return "cryospin [command] [options]";
        IEnumerable<string> arguments = command.Arguments.Select(
            a => (a.Arity.MinimumNumberOfValues == 0 ? $"[<{a.Name}>]" : $"<{a.Name}>") + (a.Arity.MaximumNumberOfValues > 1 ? "..." : ""));
        return string.Join(' ', ["cryospin", command.Name, .. arguments, "[options]"]);
    }

    private static IEnumerable<(string Heading, IReadOnlyList<(string, string)> Rows)> Sections(Command command)
    {
        yield return ("Commands", [.. command.Subcommands.Select(c => (c.Name, c.Description ?? ""))]);
        yield return ("Arguments", [.. command.Arguments.Select(a => ($"<{a.Name}>", a.Description ?? ""))]);
        IReadOnlyList<OptionHeading> headings = command is Verb verb ? verb.Headings : [];
        foreach (OptionHeading heading in headings) yield return (heading.Text, [.. heading.Options.Select(Row)]);
        IEnumerable<Option> own = command.Options.Except(headings.SelectMany(h => h.Options));
        IEnumerable<Option> inherited = command.Parents.OfType<Command>().SelectMany(p => p.Options.Where(o => o is HelpOption));
        yield return (headings.Count == 0 ? "Options" : "Other", [.. own.Concat(inherited).Where(o => !o.Hidden).Select(Row)]);
    }

    private static (string, string) Row(Option option)
    {
        // The library knows /h and /?, too.
        IEnumerable<string> aliases = option.Aliases.Where(a => a[0] == '-');
        IEnumerable<string> names = [.. aliases.Where(a => a.Length == 2), option.Name, .. aliases.Where(a => a.Length > 2)];
        string value = option.HelpName is { Length: > 0 } unit ? $" <{unit}>" : "";
        string? usual = option.HasDefaultValue && option.GetDefaultValue() is { } initial and not false
            ? string.Create(CultureInfo.InvariantCulture, $"{initial}") : null;
        return (string.Join(", ", names) + value + (option.Required ? " (required)" : ""), WithDefault(option.Description ?? "", usual));
    }

    private static void Section(TextWriter output, string heading, IReadOnlyList<(string Name, string Text)> rows, int width)
    {
        if (rows.Count == 0) return;
        output.WriteLine(heading + ":");
        int column = 2 + rows.Select(r => r.Name.Length).Where(n => n <= WidestName).DefaultIfEmpty(WidestName).Max() + 2;
        foreach ((string name, string text) in rows)
        {
            string first = ("  " + name).PadRight(column);
            if (first.Length > column)
            {
                output.WriteLine(first);
                first = new string(' ', column);
            }
            Paragraph(output, first, text, width);
        }
        output.WriteLine();
    }

    /// <summary>Writes words in lines that are no longer than asked; lines after the first begin below the first one's words.</summary>
    private static void Paragraph(TextWriter output, string first, string text, int width)
    {
        string line = first;
        bool empty = true;
        foreach (string word in text.Split(' '))
        {
            if (!empty && line.Length + 1 + word.Length > width)
            {
                output.WriteLine(line);
                line = new string(' ', first.Length);
                empty = true;
            }
            line += empty ? word : " " + word;
            empty = false;
        }
        output.WriteLine(line.TrimEnd());
    }
}
