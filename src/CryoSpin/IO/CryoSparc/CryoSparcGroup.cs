using CryoSpin.Diagnostics;

namespace CryoSpin.IO.CryoSparc;

/// <summary>
/// A result group (.csg): which .cs file holds which part of the particles. cryoSPARC writes it as YAML of one shape only, mappings of
/// single values, line by line; that shape is what is read here.
/// </summary>
/// <param name="Type">The group's type, e.g. particle; empty where it says none.</param>
/// <param name="Files">Part (blob, ctf, alignments3D, ...) and its file, a leading &gt; removed; relative to the group's folder.</param>
internal sealed record CryoSparcGroup(string Type, IReadOnlyList<(string Slot, string File)> Files)
{
    /// <summary>Reads a group.</summary>
    /// <exception cref="InputException">The file cannot be read or names no files.</exception>
    public static CryoSparcGroup Read(string path)
    {
        List<(string, string)> files = [];
        Stack<(int Indent, string Key)> open = new();
        string type = "";
        int number = 0;
        foreach (string raw in InputFile.ReadText(path).Split('\n'))
        {
            number++;
            string line = raw.TrimEnd();
            int indent = line.Length - line.TrimStart(' ').Length;
            ReadOnlySpan<char> text = line.AsSpan(indent);
            if (text.IsEmpty || text[0] is '#' or '-' || text is "{}") continue;
            int colon = text.IndexOf(':');
            if (colon <= 0)
            {
                // The rest of a long description may stand on lines of its own; it must be deeper than the key it belongs to.
                if (open.TryPeek(out (int Indent, string Key) last) && indent > last.Indent) continue;
                throw new InputException(
                    FormattableString.Invariant($"{path}, line {number}"), $"'{line.Trim()}' is not 'name: value'.",
                    "Is this a .csg file?");
            }
            while (open.TryPeek(out (int Indent, string Key) above) && above.Indent >= indent) open.Pop();
            string key = text[..colon].ToString(), value = Unquote(text[(colon + 1)..].Trim());
            string[] parents = [.. open.Select(o => o.Key).Reverse()];
            open.Push((indent, key));
            if (parents is ["results", string slot] && key == "metafile") files.Add((slot, value.TrimStart('>')));
            if (parents is ["group"] && key == "type") type = value;
        }
        return files.Count > 0
            ? new CryoSparcGroup(type, files)
            : throw new InputException(path, "the group names no files (results: ... metafile:).", "Give the .csg of a job's particles.");
    }

    private static string Unquote(ReadOnlySpan<char> value) =>
        value is ['\'', .., '\''] ? value[1..^1].ToString().Replace("''", "'")
        : value is ['"', .., '"'] ? value[1..^1].ToString()
        : value.ToString();
}
