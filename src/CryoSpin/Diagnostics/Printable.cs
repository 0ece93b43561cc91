using System.Globalization;
using System.Text;

namespace CryoSpin.Diagnostics;

/// <summary>
/// Texts of files and paths made safe to show. A control character can move a terminal's cursor, change its title or fill its clipboard,
/// and XML cannot hold most of them; a mark of writing direction can show a name backwards. Each is written as \u and four digits, as
/// JSON writes them. Line breaks and tabs stay.
/// </summary>
public static class Printable
{
    /// <summary>The text with its control characters written out; the same string where there are none.</summary>
    public static string Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int first = FirstUnsafe(text);
        if (first < 0) return text;
        StringBuilder safe = new(text.Length + 16);
        safe.Append(text, 0, first);
        for (int i = first; i < text.Length; i++)
        {
            if (IsSafe(text, i)) safe.Append(text[i]);
            else safe.Append("\\u").Append(((int)text[i]).ToString("x4", CultureInfo.InvariantCulture));
        }
        return safe.ToString();
    }

    private static int FirstUnsafe(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!IsSafe(text, i)) return i;
        }
        return -1;
    }

    private static bool IsSafe(string text, int at)
    {
        char c = text[at];
        if (c is >= ' ' and < '\x7f' or '\n' or '\t') return true;
        // A lone carriage return would let the rest of a line be written over its beginning.
        if (c == '\r') return at + 1 < text.Length && text[at + 1] == '\n';
        if (char.IsControl(c) || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' or '\u200e' or '\u200f') return false;
        if (char.IsHighSurrogate(c)) return at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
        if (char.IsLowSurrogate(c)) return at > 0 && char.IsHighSurrogate(text[at - 1]);
        return c is not ('\ufffe' or '\uffff' or '\u2028' or '\u2029');
    }
}
