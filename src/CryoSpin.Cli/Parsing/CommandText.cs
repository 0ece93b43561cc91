using System.CommandLine;

namespace CryoSpin.Cli.Parsing;

/// <summary>The command line as it could be typed again.</summary>
internal static class CommandText
{
    /// <summary>The words of a parsed command line, quoted where a shell would split them.</summary>
    public static string Of(ParseResult parse) => string.Join(' ', parse.Tokens.Select(t => Quote(t.Value)).Prepend("cryospin"));

    /// <summary>A word, quoted where a shell would split or change it.</summary>
    public static string Quote(string word)
    {
        bool plain = word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_=+.,:/\\@%".Contains(c, StringComparison.Ordinal));
        return plain ? word : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }
}
