using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Star;

/// <summary>Reads STAR line by line: a row of a loop stands on one line, as RELION demands. Cells are slices of the text.</summary>
internal sealed class StarParser(string text, string source)
{
    private readonly StarFile _file = new(source);
    private readonly List<ReadOnlyMemory<char>> _cells = [];
    private string? _block;
    private StarTable? _table;
    private int _line;
    private InputException? _skipped;

    public StarFile Parse()
    {
        for (int start = 0; start < text.Length;)
        {
            int length = text.AsSpan(start).IndexOf('\n');
            int end = length < 0 ? text.Length : start + length;
            _line++;
            ParseLine(start, end);
            start = end + 1;
        }
        CloseBlock();
        if (_file.Tables.Count == 0)
        {
            throw text.Length == 0
                ? new InputException(source, "the file is empty.", "Copy or write it again.")
                : _skipped ?? Fault("the file has no data_ block.", "Is this a STAR file?");
        }
        if (_skipped is not null) _file.Warnings = [$"{_skipped.Where}: text before the first data_ block is skipped, as RELION does."];
        return _file;
    }

    private void ParseLine(int start, int end)
    {
        while (start < end && IsSpace(text[start])) start++;
        if (start == end || text[start] == '#') return;
        ReadOnlySpan<char> rest = text.AsSpan(start, end - start);
        if (_block is null && !IsBlockMark(rest, start, end)) Skip(start, end);
        else if (rest[0] == '_') ParseName(start, end);
        else if (IsLoopMark(rest)) OpenTable(isLoop: true);
        else if (IsBlockMark(rest, start, end)) OpenBlock(rest);
        else ParseRow(start, end);
    }

    // Kept for a file that turns out to have no block at all.
    private void Skip(int start, int end) => _skipped ??= IsLoopMark(text.AsSpan(start, end - start)) || text[start] == '_'
        ? Fault("a table starts before any data_ block.", "Put a line such as data_particles before it.")
        : Stray(start, end);

    private InputException Stray(int start, int end)
    {
        string shown = Printable(text[start..Math.Min(end, start + 40)].TrimEnd());
        return Fault($"'{shown}' stands outside of a loop.", "Is this a STAR file? Values need loop_ and column names above them.");
    }

    private void OpenBlock(ReadOnlySpan<char> line)
    {
        CloseBlock();
        int end = line.IndexOfAny(" \t\r");
        _block = line[5..(end < 0 ? line.Length : end)].ToString();
    }

    // A block without a name or value is kept, so that reading and writing keeps the list of blocks.
    private void CloseBlock()
    {
        if (_block is not null && _table is null) _file.Add(new StarTable(_block, isLoop: true, source));
        _table = null;
        _block = null;
    }

    private void OpenTable(bool isLoop)
    {
        _table = new StarTable(_block!, isLoop, source);
        _file.Add(_table);
    }

    private void ParseName(int start, int end)
    {
        int stop = start;
        while (stop < end && !IsSpace(text[stop])) stop++;
        string name = text[(start + 1)..stop];
        if (name.Length == 0) throw Fault("a column has no name.", "Write a name after the underscore.");
        bool inHeader = _table is { IsLoop: true, RowCount: 0 };
        if (inHeader)
        {
            if (!_table!.TryAddEmptyColumn(name)) throw Twice(name);
            return;
        }
        if (_table is null or { IsLoop: true }) OpenTable(isLoop: false);
        Tokenise(stop, end);
        if (_cells.Count != 1)
        {
            throw Fault($"_{name} has {_cells.Count} values on its line.", "Give one value; quote it where it has spaces.");
        }
        if (!_table!.TryAddItem(name, _cells[0], _line)) throw Twice(name);
    }

    private void ParseRow(int start, int end)
    {
        if (_table is not { IsLoop: true }) throw Stray(start, end);
        Tokenise(start, end);
        if (_cells.Count != _table.Columns.Count)
        {
            throw Fault(
                $"row {_table.RowCount + 1} of block data_{_block} has {Plural.Of(_cells.Count, "value")} for {Plural.Of(_table.Columns.Count, "column")}.",
                "Each row stands on one line; quote values that have spaces.");
        }
        _table.AddRow(_cells, _line);
    }

    private void Tokenise(int start, int end)
    {
        _cells.Clear();
        string s = text;
        for (int i = start; i < end;)
        {
            char c = s[i];
            if (IsSpace(c))
            {
                i++;
                continue;
            }
            if (c == '#') return;
            int stop = i + 1;
            if (c is '"' or '\'')
            {
                // As in CIF, a quote closes a value only where a space or the line's end follows: 'it's' is one value.
                while (stop < end && !(s[stop] == c && (stop + 1 == end || IsSpace(s[stop + 1])))) stop++;
                if (stop == end)
                {
                    throw Fault($"the quotation {s[i..Math.Min(end, i + 40)].TrimEnd()} is not closed.", "Close it on the same line.");
                }
                // A lone carriage return ends no line here, but would on the way back.
                if (s.AsSpan(i, stop - i).Contains('\r')) throw Fault("a carriage return stands in a quotation.", "Remove it.");
                _cells.Add(s.AsMemory(i + 1, stop - i - 1));
                i = stop + 1;
                continue;
            }
            while (stop < end && !IsSpace(s[stop])) stop++;
            _cells.Add(s.AsMemory(i, stop - i));
            i = stop;
        }
    }

    private static bool IsLoopMark(ReadOnlySpan<char> line) =>
        line.StartsWith("loop_", StringComparison.OrdinalIgnoreCase) && (line.Length == 5 || IsSpace(line[5]));

    // A particle's first value may be a file called data_1.mrc: in a loop of several columns only a lone word opens a block.
    private bool IsBlockMark(ReadOnlySpan<char> line, int start, int end)
    {
        if (!line.StartsWith("data_", StringComparison.OrdinalIgnoreCase)) return false;
        if (_table is not { IsLoop: true, Columns.Count: > 1 }) return true;
        Tokenise(start, end);
        return _cells.Count == 1;
    }

    // A binary file given by mistake must not send control characters to a terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\r';

    private InputException Twice(string name) => Fault($"_{name} appears twice in block data_{_block}.", "Remove one of them.");

    private InputException Fault(string what, string remedy) => new($"{source}, line {_line}", what, remedy);
}
