using System.Buffers;

namespace CryoSpin.IO.Star;

/// <summary>Writes tables as RELION 3.1 does. The version comment is what tells RELION that lengths are in angstrom.</summary>
internal static class StarFormatter
{
    // Numbers, and names of files in some folders.
    private const int UsualWidth = 64;

    private static readonly SearchValues<char> s_spaces = SearchValues.Create(" \t\r\n");

    public static void Write(TextWriter writer, StarTable table, bool align)
    {
        writer.Write("\n# version 30001\n\ndata_");
        writer.Write(table.Name);
        writer.Write("\n\n");
        if (table.IsLoop) WriteLoop(writer, table, align);
        else WriteList(writer, table, align);
        writer.Write("\n");
    }

    private static void WriteList(TextWriter writer, StarTable table, bool align)
    {
        int width = align && table.Columns.Count > 0
            ? Width(table.Columns.Max(c => c.Length), table.Columns.Sum(c => (long)c.Length), table.Columns.Count) + 2 : 0;
        for (int i = 0; i < table.Columns.Count; i++)
        {
            writer.Write('_');
            writer.Write(table.Columns[i].PadRight(width));
            writer.Write(' ');
            writer.Write(Quote(table.CellAt(i, 0)));
            writer.Write('\n');
        }
    }

    private static void WriteLoop(TextWriter writer, StarTable table, bool align)
    {
        if (table.Columns.Count == 0) return;
        writer.Write("loop_ \n");
        for (int i = 0; i < table.Columns.Count; i++) writer.Write($"_{table.Columns[i]} #{i + 1} \n");
        int[] widths = align ? [.. Enumerable.Range(0, table.Columns.Count).Select(c => Width(table, c))] : new int[table.Columns.Count];
        for (int row = 0; row < table.RowCount; row++)
        {
            for (int i = 0; i < widths.Length; i++)
            {
                ReadOnlySpan<char> cell = Quote(table.CellAt(i, row));
                for (int pad = widths[i] - cell.Length; pad > 0; pad--) writer.Write(' ');
                writer.Write(cell);
                writer.Write(' ');
            }
            writer.Write('\n');
        }
    }

    private static int Width(StarTable table, int column)
    {
        int widest = 0;
        long sum = 0;
        for (int row = 0; row < table.RowCount; row++)
        {
            int length = Quote(table.CellAt(column, row)).Length;
            widest = Math.Max(widest, length);
            sum += length;
        }
        return Width(widest, sum, table.RowCount);
    }

    // One cell of a million letters must not make every row as long: columns are aligned as far as that costs about what they hold.
    private static int Width(int widest, long sum, int cells) => (int)Math.Min(widest, UsualWidth + 2 * sum / Math.Max(1, cells));

    /// <summary>Whether a value can be written: it may have no line break, and not both kinds of quotes before spaces.</summary>
    public static bool CanHold(ReadOnlySpan<char> cell) =>
        !NeedsQuotes(cell) || (!cell.ContainsAny('\n', '\r') && !(Closes(cell, '"') && Closes(cell, '\'')));

    private static ReadOnlySpan<char> Quote(ReadOnlySpan<char> cell)
    {
        if (!NeedsQuotes(cell)) return cell;
        if (cell.ContainsAny('\n', '\r')) throw new ArgumentException($"A STAR value cannot hold a line break: {cell}");
        // A quote inside ends the value only before a space.
        char quote = Closes(cell, '"') ? '\'' : '"';
        if (Closes(cell, quote)) throw new ArgumentException($"A value cannot hold both kinds of quotes before spaces: {cell}");
        return $"{quote}{cell}{quote}";
    }

    private static bool NeedsQuotes(ReadOnlySpan<char> cell) =>
        cell.IsEmpty || cell.ContainsAny(s_spaces) || cell[0] is '"' or '\'' or '#' or '_'
        || cell.StartsWith("data_", StringComparison.OrdinalIgnoreCase) || cell.StartsWith("loop_", StringComparison.OrdinalIgnoreCase);

    private static bool Closes(ReadOnlySpan<char> cell, char quote)
    {
        for (int i = cell.IndexOf(quote); i >= 0 && i < cell.Length; i++)
        {
            if (cell[i] == quote && i + 1 < cell.Length && cell[i + 1] is ' ' or '\t') return true;
        }
        return false;
    }
}
