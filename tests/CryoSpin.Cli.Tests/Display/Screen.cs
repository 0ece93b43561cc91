using System.Globalization;
using System.Text;

namespace CryoSpin.Cli.Tests.Display;

/// <summary>
/// A terminal as far as the program uses one: text that wraps at the right edge, carriage return, line feed, and the escape that erases
/// what stands behind the cursor. Anything else that is no text is a failure.
/// </summary>
internal sealed class Screen(int columns) : StringWriter(CultureInfo.InvariantCulture)
{
    private readonly List<StringBuilder> _rows = [new()];
    private int _row, _column;

    /// <summary>Width; a row that was longer when it became less is broken, as terminals do it.</summary>
    public int Columns { get; private set; } = columns;

    /// <summary>How often text ran over the right edge.</summary>
    public int Wraps { get; private set; }

    /// <summary>What it shows.</summary>
    public string[] Rows => [.. _rows.Select(r => r.ToString().TrimEnd())];

    /// <summary>The row of the cursor.</summary>
    public string Current => Rows[_row];

    /// <summary>Makes it narrower: rows that are too long are broken, and the cursor stays at its letter.</summary>
    public void Narrow(int width)
    {
        Columns = width;
        for (int i = 0; i < _rows.Count; i++)
        {
            if (_rows[i].Length <= width) continue;
            _rows.Insert(i + 1, new StringBuilder(_rows[i].ToString(width, _rows[i].Length - width)));
            _rows[i].Length = width;
            if (_row > i) _row++;
        }
    }

    public override void Write(string? value)
    {
        for (int i = 0; i < value!.Length; i++)
        {
            if (value.AsSpan(i).StartsWith("\e[J", StringComparison.Ordinal))
            {
                _rows[_row].Length = Math.Min(_rows[_row].Length, _column);
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                i += 2;
                continue;
            }
            Put(value[i]);
        }
    }

    private void Put(char c)
    {
        if (c == '\r') _column = 0;
        else if (c == '\n') Down();
        else if (char.IsControl(c)) Assert.Fail($"The control character {(int)c} was written.");
        else
        {
            if (_column == Columns)
            {
                Wraps++;
                Down();
            }
            StringBuilder row = _rows[_row];
            while (row.Length <= _column) row.Append(' ');
            row[_column++] = c;
        }
    }

    private void Down()
    {
        _column = 0;
        if (++_row == _rows.Count) _rows.Add(new StringBuilder());
    }
}
