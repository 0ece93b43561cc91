using System.Globalization;
using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Star;

/// <summary>
/// One table of a STAR file: a loop, or a list of single values (a table of one row). Cells keep their text; numbers are read on request.
/// Columns are named without the leading underscore; names are compared exactly. Rows are counted from 0 here and from 1 in messages.
/// </summary>
public sealed class StarTable
{
    private readonly List<string> _names = [];
    private readonly List<List<ReadOnlyMemory<char>>> _cells = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<int> _lines = [];
    private int[]? _rowNumbers;

    /// <summary>Makes an empty table.</summary>
    /// <param name="name">The block's name without <c>data_</c>; may be empty.</param>
    /// <param name="isLoop">False for a list of single values.</param>
    /// <param name="source">The file, for messages.</param>
    public StarTable(string name, bool isLoop = true, string source = "star file")
    {
        Name = name;
        IsLoop = isLoop;
        Source = source;
    }

    /// <summary>The block's name without <c>data_</c>.</summary>
    public string Name { get; }

    /// <summary>True for a loop, false for a list of single values.</summary>
    public bool IsLoop { get; }

    /// <summary>The file, for messages.</summary>
    public string Source { get; }

    /// <summary>Number of rows; every column has as many cells.</summary>
    public int RowCount { get; private set; }

    /// <summary>Column names in file order.</summary>
    public IReadOnlyList<string> Columns => _names;

    /// <summary>True when the table has the column.</summary>
    public bool Has(string column) => _index.ContainsKey(column);

    /// <summary>Refuses values that no STAR file can hold: found only when results are written, they would cost the run.</summary>
    /// <exception cref="InputException">There is one; tables read from STAR files have none.</exception>
    internal void CheckWritable()
    {
        for (int column = 0; column < _names.Count; column++)
        {
            for (int row = 0; row < RowCount; row++)
            {
                if (StarFormatter.CanHold(CellAt(column, row))) continue;
                throw new InputException(
                    $"{Where(row)}, column _{_names[column]}", $"the value '{CellAt(column, row)}' cannot stand in a STAR file, as which results are written.",
                    "Rename what has line breaks or two kinds of quotes in its name.");
            }
        }
    }

    /// <summary>The text of a cell, without quotes.</summary>
    public string GetText(string column, int row) => CellAt(column, row).ToString();

    /// <summary>The text of a cell, without a copy.</summary>
    public ReadOnlySpan<char> GetSpan(string column, int row) => CellAt(column, row).Span;

    /// <summary>A finite number.</summary>
    /// <exception cref="InputException">The column is absent or the text is not a finite number.</exception>
    public double GetDouble(string column, int row) => ParseDouble(CellAt(column, row).Span, column, row);

    /// <summary>A whole number; <c>3.0</c> is taken for 3.</summary>
    /// <exception cref="InputException">The column is absent or the text is not a whole number.</exception>
    public int GetInt32(string column, int row) => ParseInt32(CellAt(column, row).Span, column, row);

    /// <summary>A column as texts.</summary>
    public string[] GetTexts(string column) => Convert(column, static (_, text, _, _) => text.ToString());

    /// <summary>A column as finite numbers.</summary>
    /// <exception cref="InputException">The column is absent or a text is not a finite number.</exception>
    public double[] GetDoubles(string column) =>
        Convert(column, static (table, text, name, row) => table.ParseDouble(text.Span, name, row));

    /// <summary>A column as whole numbers.</summary>
    /// <exception cref="InputException">The column is absent or a text is not a whole number.</exception>
    public int[] GetInt32s(string column) => Convert(column, static (table, text, name, row) => table.ParseInt32(text.Span, name, row));

    /// <summary>Where a row stands, for messages: file, row from 1 and, for a table that was read, line.</summary>
    public string Where(int row)
    {
        int number = (_rowNumbers is null ? row : _rowNumbers[row]) + 1;
        return row < _lines.Count
            ? string.Create(CultureInfo.InvariantCulture, $"{Source}, row {number} (line {_lines[row]})")
            : string.Create(CultureInfo.InvariantCulture, $"{Source}, row {number}");
    }

    /// <summary>Replaces a column, or appends it on the right. The first column of an empty table sets the number of rows.</summary>
    /// <param name="column">Name without underscore.</param>
    /// <param name="values">One text per row.</param>
    public void SetColumn(string column, IReadOnlyList<string> values)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(column);
        if (_names.Count > 0 && values.Count != RowCount)
        {
            throw new ArgumentException($"{values.Count} values for {RowCount} rows of column {column}.", nameof(values));
        }
        if (!IsLoop && values.Count != 1) throw new ArgumentException("A list has one value per name.", nameof(values));
        List<ReadOnlyMemory<char>> cells = [.. values.Select(v => v.AsMemory())];
        RowCount = cells.Count;
        if (_index.TryGetValue(column, out int i)) _cells[i] = cells;
        else AddColumn(column, cells);
    }

    /// <summary>Replaces a column, or appends it, with numbers.</summary>
    /// <param name="column">Name without underscore.</param>
    /// <param name="values">One number per row.</param>
    /// <param name="format">.NET format; F6 is what RELION writes.</param>
    public void SetColumn(string column, IReadOnlyList<double> values, string format = "F6") =>
        SetColumn(column, [.. values.Select(v => v.ToString(format, CultureInfo.InvariantCulture))]);

    /// <summary>Replaces a column, or appends it, with whole numbers.</summary>
    /// <param name="column">Name without underscore.</param>
    /// <param name="values">One number per row.</param>
    public void SetColumn(string column, IReadOnlyList<int> values) =>
        SetColumn(column, [.. values.Select(v => v.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>Removes a column where it is present.</summary>
    public void RemoveColumn(string column)
    {
        if (!_index.TryGetValue(column, out int i)) return;
        _names.RemoveAt(i);
        _cells.RemoveAt(i);
        _index.Clear();
        for (int k = 0; k < _names.Count; k++) _index[_names[k]] = k;
    }

    /// <summary>A table with the same cells, which can be changed without changing this one.</summary>
    /// <param name="name">Name of the copy; this table's name where null.</param>
    public StarTable Copy(string? name = null)
    {
        StarTable copy = new(name ?? Name, IsLoop, Source) { RowCount = RowCount };
        for (int i = 0; i < _names.Count; i++) copy.AddColumn(_names[i], [.. _cells[i]]);
        copy._lines.AddRange(_lines);
        copy._rowNumbers = _rowNumbers;
        return copy;
    }

    /// <summary>A table of some of the rows, in the given order. Messages go on naming the rows as this table does.</summary>
    /// <param name="rows">From 0; each below <see cref="RowCount"/>.</param>
    internal StarTable Select(int[] rows)
    {
        StarTable part = new(Name, IsLoop, Source) { RowCount = rows.Length };
        for (int i = 0; i < _names.Count; i++) part.AddColumn(_names[i], [.. rows.Select(r => _cells[i][r])]);
        if (_lines.Count > 0) part._lines.AddRange(rows.Select(r => _lines[r]));
        part._rowNumbers = [.. rows.Select(r => _rowNumbers is null ? r : _rowNumbers[r])];
        return part;
    }

    /// <summary>Adds a column while the table is read; false when the name is there already.</summary>
    internal bool TryAddEmptyColumn(string name)
    {
        if (_index.ContainsKey(name)) return false;
        AddColumn(name, []);
        return true;
    }

    /// <summary>Adds a row while the table is read.</summary>
    internal void AddRow(List<ReadOnlyMemory<char>> cells, int line)
    {
        for (int i = 0; i < cells.Count; i++) _cells[i].Add(cells[i]);
        _lines.Add(line);
        RowCount++;
    }

    /// <summary>Adds a name and its value to a list while it is read; false when the name is there already.</summary>
    internal bool TryAddItem(string name, ReadOnlyMemory<char> value, int line)
    {
        if (_index.ContainsKey(name)) return false;
        AddColumn(name, [value]);
        if (_lines.Count == 0) _lines.Add(line);
        RowCount = 1;
        return true;
    }

    internal ReadOnlySpan<char> CellAt(int column, int row) => _cells[column][row].Span;

    private void AddColumn(string name, List<ReadOnlyMemory<char>> cells)
    {
        _index.Add(name, _names.Count);
        _names.Add(name);
        _cells.Add(cells);
    }

    private ReadOnlyMemory<char> CellAt(string column, int row)
    {
        List<ReadOnlyMemory<char>> cells = Find(column);
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, RowCount);
        return cells[row];
    }

    private List<ReadOnlyMemory<char>> Find(string column) =>
        _index.TryGetValue(column, out int i)
            ? _cells[i]
            : throw new InputException(
                Source, $"block data_{Name} has no column _{column}.", $"Add the column; the block has {string.Join(", ", _names)}.");

    private T[] Convert<T>(string column, Func<StarTable, ReadOnlyMemory<char>, string, int, T> convert)
    {
        List<ReadOnlyMemory<char>> cells = Find(column);
        T[] result = new T[cells.Count];
        for (int i = 0; i < result.Length; i++) result[i] = convert(this, cells[i], column, i);
        return result;
    }

    /// <summary>True where the cell is a number that <see cref="GetDouble"/> takes.</summary>
    internal bool HasDouble(string column, int row) => TryParse(CellAt(column, row).Span, out double _);

    /// <summary>True where the cell is a number that <see cref="GetInt32"/> takes.</summary>
    internal bool TryGetInt32(string column, int row, out int value) => TryParse(CellAt(column, row).Span, out value);

    private double ParseDouble(ReadOnlySpan<char> text, string column, int row) =>
        TryParse(text, out double value)
            ? value
            : throw new InputException($"{Where(row)}, column _{column}", $"'{text}' is not a finite number.", "Correct the value.");

    private int ParseInt32(ReadOnlySpan<char> text, string column, int row) =>
        TryParse(text, out int value)
            ? value
            : throw new InputException($"{Where(row)}, column _{column}", $"'{text}' is not a whole number.", "Correct the value.");

    private static bool TryParse(ReadOnlySpan<char> text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private static bool TryParse(ReadOnlySpan<char> text, out int value)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)) return true;
        bool whole = TryParse(text, out double d) && d == Math.Floor(d) && Math.Abs(d) <= int.MaxValue;
        value = whole ? (int)d : 0;
        return whole;
    }
}
