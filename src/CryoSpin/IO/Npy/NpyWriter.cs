using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Npy;

/// <summary>Writes .npy files as numpy.save does; a file appears under its name only when it is complete.</summary>
internal static class NpyWriter
{
    private const int Alignment = 64;

    // The longest path of most systems.
    private const int UsualTextBytes = 4096;
    private const int LargestPadding = 10;

    /// <summary>Writes a structured array.</summary>
    /// <exception cref="CryoSpinException">The file cannot be written.</exception>
    public static void Write(string path, RecordTable table)
    {
        TypedArray[] columns = [.. table.Columns.Select(c => table.Find(c)!)];
        for (int c = 0; c < columns.Length; c++) CheckWidth(path, table.Columns[c], columns[c]);
        StringBuilder description = new("[");
        for (int c = 0; c < columns.Length; c++)
        {
            string shape = columns[c].Shape.Count > 1 ? $", {Shape(columns[c].Shape.Skip(1))}" : "";
            string field = $"({Quote(table.Columns[c])}, '{columns[c].Element.Code}'{shape})";
            description.Append(c > 0 ? ", " : "").Append(field);
        }
        AtomicFile.Write(path, stream =>
        {
            WriteHeader(stream, description.Append(']').ToString(), [table.RowCount]);
            byte[] record = new byte[columns.Sum(c => c.RowBytes)];
            for (int row = 0; row < table.RowCount; row++)
            {
                int at = 0;
                foreach (TypedArray column in columns)
                {
                    column.CopyRow(row, record.AsSpan(at, column.RowBytes));
                    at += column.RowBytes;
                }
                stream.Write(record);
            }
        });
    }

    // Every text of a column takes the room of its longest: one of a million letters would make every row as long.
    private static void CheckWidth(string path, string name, TypedArray column)
    {
        if (!column.Element.IsText || column.Element.Size <= UsualTextBytes) return;
        long needed = (long)column.Rows * column.RowBytes, held = column.ToTexts().Sum(t => (long)Encoding.UTF8.GetByteCount(t));
        if (needed <= LargestPadding * held) return;
        throw new CryoSpinException(
            FormattableString.Invariant($"{path}: field {name} has a text of {column.Element.Size} bytes, whose room every one of the {column.Rows} rows would take. ")
            + "Shorten it, or write a .star file.");
    }

    /// <summary>Writes a plain array.</summary>
    /// <exception cref="CryoSpinException">The file cannot be written.</exception>
    public static void Write(string path, TypedArray array) => AtomicFile.Write(path, stream =>
    {
        WriteHeader(stream, $"'{array.Element.Code}'", array.Shape);
        byte[] row = new byte[array.RowBytes];
        for (int r = 0; r < array.Rows; r++)
        {
            array.CopyRow(r, row);
            stream.Write(row);
        }
    });

    // Version 1 where the header's length fits its two bytes and its characters are Latin-1, as numpy.save chooses.
    private static void WriteHeader(Stream stream, string description, IReadOnlyList<int> shape)
    {
        string text = $"{{'descr': {description}, 'fortran_order': False, 'shape': {Shape(shape)}, }}";
        bool latin = text.All(c => c < 256);
        byte[] bytes = (latin ? Encoding.Latin1 : Encoding.UTF8).GetBytes(text);
        int version = !latin ? 3 : bytes.Length + Alignment > ushort.MaxValue ? 2 : 1;
        int prefix = version == 1 ? 10 : 12;
        int total = (prefix + bytes.Length + Alignment) / Alignment * Alignment;
        byte[] header = new byte[total];
        header.AsSpan(prefix).Fill((byte)' ');
        NpyHeader.Magic.CopyTo(header);
        header[6] = (byte)version;
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(total - prefix));
        else BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), (uint)(total - prefix));
        bytes.CopyTo(header, prefix);
        header[^1] = (byte)'\n';
        stream.Write(header);
    }

    private static string Shape(IEnumerable<int> axes)
    {
        string[] texts = [.. axes.Select(a => a.ToString(CultureInfo.InvariantCulture))];
        return texts.Length == 1 ? $"({texts[0]},)" : $"({string.Join(", ", texts)})";
    }

    private static string Quote(string name) => $"'{name.Replace("\\", "\\\\").Replace("'", "\\'")}'";
}
