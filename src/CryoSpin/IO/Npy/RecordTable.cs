using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Npy;

/// <summary>
/// A table of records: named columns of one length, each value a number, a text or a small array of numbers. What a structured NumPy
/// array, and cryoSPARC's dataset, hold. Names are compared exactly.
/// </summary>
internal sealed class RecordTable
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, TypedArray> _columns = new(StringComparer.Ordinal);

    /// <param name="source">The file, for messages.</param>
    /// <param name="rows">Number of records.</param>
    public RecordTable(string source, int rows) => (Source, RowCount) = (source, rows);

    /// <summary>The file, for messages.</summary>
    public string Source { get; }

    public int RowCount { get; }

    /// <summary>Names in file order.</summary>
    public IReadOnlyList<string> Columns => _names;

    public bool Has(string column) => _columns.ContainsKey(column);

    public TypedArray? Find(string column) => _columns.GetValueOrDefault(column);

    /// <summary>Where a record stands, for messages; counted from 1.</summary>
    public string Where(int row) => FormattableString.Invariant($"{Source}, row {row + 1}");

    /// <summary>Replaces a column in its place, or appends it.</summary>
    public void Set(string column, TypedArray values)
    {
        if (values.Rows != RowCount)
        {
            throw new ArgumentException($"{values.Rows} values for {RowCount} records of {column}.", nameof(values));
        }
        if (_columns.TryAdd(column, values)) _names.Add(column);
        else _columns[column] = values;
    }

    public bool Remove(string column) => _columns.Remove(column) && _names.Remove(column);

    /// <summary>The records of these numbers, in that order.</summary>
    public RecordTable Take(IReadOnlyList<int> rows)
    {
        RecordTable table = new(Source, rows.Count);
        foreach (string name in _names) table.Set(name, _columns[name].Take(rows));
        return table;
    }

    /// <summary>A column of numbers, <paramref name="width"/> to a record.</summary>
    /// <exception cref="InputException">It is absent, not of numbers, or of another width.</exception>
    public TypedArray Numbers(string column, int width = 1)
    {
        TypedArray values = Get(column);
        if (!values.Element.IsNumber) throw Fault(column, $"holds {values.Element.Code}, which are not numbers.");
        if (values.Width != width) throw Fault(column, $"has {values.Width} numbers to a record where {width} are expected.");
        return values;
    }

    /// <summary>The same as finite doubles, record after record.</summary>
    /// <exception cref="InputException">As above, or a number is not finite.</exception>
    public double[] Doubles(string column, int width = 1)
    {
        double[] values = Numbers(column, width).ToDoubles();
        int wrong = Array.FindIndex(values, v => !double.IsFinite(v));
        if (wrong >= 0)
        {
            throw new InputException(
                $"{Where(wrong / width)}, field {column}", FormattableString.Invariant($"{values[wrong]} is not a finite number."),
                "Leave this particle out or correct it.");
        }
        return values;
    }

    /// <summary>A column of texts.</summary>
    /// <exception cref="InputException">It is absent or not of texts.</exception>
    public string[] Texts(string column)
    {
        TypedArray values = Get(column);
        if (!values.Element.IsText || values.Width != 1) throw Fault(column, $"holds {values.Element.Code}, which are not texts.");
        return values.ToTexts();
    }

    private TypedArray Get(string column) =>
        Find(column) ?? throw new InputException(
            Source, $"there is no field {column}.",
            "Give the file that has it too (--passthrough FILE.cs), or export the particles again. The fields that are there: "
            + $"{string.Join(", ", _names.Take(60))}.");

    private InputException Fault(string column, string what) =>
        new(Source, $"field {column} {what}", "Was the file written by another program? Export it again.");
}
