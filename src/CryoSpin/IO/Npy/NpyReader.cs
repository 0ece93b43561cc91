using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Npy;

/// <summary>
/// Reads .npy files (versions 1 to 3, both byte orders). Object arrays, which hold pickled programs, are refused; no code in a file is ever
/// run. Memory taken is that of the file's values.
/// </summary>
internal static class NpyReader
{
    /// <summary>Reads a structured array of one axis.</summary>
    /// <exception cref="InputException">The file cannot be read or is a plain array.</exception>
    public static RecordTable ReadTable(string path) => Guarded(path, ReadTable);

    /// <summary>Reads a plain array of any number of axes.</summary>
    /// <exception cref="InputException">The file cannot be read or is a structured array.</exception>
    public static TypedArray ReadArray(string path) => Guarded(path, ReadArray);

    private static RecordTable ReadTable(FileStream stream, string path)
    {
        NpyHeader header = NpyHeader.Read(stream, path);
        if (!header.IsStructured || header.Shape.Count != 1)
        {
            throw new InputException(path, "this is a plain array, not a table of records.", "Give a .cs file that cryoSPARC wrote.");
        }
        int rows = header.Shape[0], recordBytes = (int)header.RecordBytes;
        Check(stream, path, rows, recordBytes);
        byte[][] columns = [.. header.Fields.Select(f => new byte[f.Name.Length == 0 ? 0 : checked(rows * f.Bytes)])];
        int perChunk = Math.Max(1, (1 << 16) / Math.Max(1, recordBytes));
        byte[] chunk = new byte[Math.Min(perChunk, rows) * recordBytes];
        for (int first = 0; first < rows; first += perChunk)
        {
            int count = Math.Min(perChunk, rows - first), offset = 0;
            stream.ReadExactly(chunk, 0, count * recordBytes);
            for (int f = 0; f < columns.Length; f++)
            {
                int size = header.Fields[f].Bytes;
                for (int r = 0; r < count && columns[f].Length > 0; r++)
                {
                    chunk.AsSpan(r * recordBytes + offset, size).CopyTo(columns[f].AsSpan((first + r) * size));
                }
                offset += size;
            }
        }
        RecordTable table = new(path, rows);
        for (int f = 0; f < columns.Length; f++)
        {
            NpyField field = header.Fields[f];
            if (field.Name.Length == 0) continue;
            if (field.BigEndian) ByteOrder.Swap(columns[f], field.Element.SwapUnit);
            table.Set(field.Name, new TypedArray(field.Element, [rows, .. field.Shape], columns[f]));
        }
        return table;
    }

    private static TypedArray ReadArray(FileStream stream, string path)
    {
        NpyHeader header = NpyHeader.Read(stream, path);
        if (header.IsStructured) throw new InputException(path, "this is a table of records, not a plain array.", "Give a plain array.");
        NpyField field = header.Fields[0];
        long count = header.Shape.Aggregate(1L, (n, axis) => n > int.MaxValue ? n : n * axis);
        Check(stream, path, count, field.Bytes);
        byte[] bytes = new byte[count * field.Bytes];
        stream.ReadExactly(bytes);
        if (field.BigEndian) ByteOrder.Swap(bytes, field.Element.SwapUnit);
        if (header.FortranOrder) bytes = ByteOrder.ToRowMajor(bytes, header.Shape, field.Bytes);
        return new TypedArray(field.Element, header.Shape, bytes);
    }

    private static void Check(FileStream stream, string path, long count, long bytes)
    {
        long there = stream.Length - stream.Position;
        // Counted apart: values without a byte would let a short file claim any number of them, and the product could overflow.
        if (count > there || count * bytes > there)
        {
            throw new InputException(
                path, FormattableString.Invariant($"{Plural.Of(count, "value")} of {Plural.Of(bytes, "byte")} {Plural.Choose(count, "is", "are")} announced but {Plural.Of(there, "byte")} {Plural.Choose(there, "follows", "follow")} the header."),
                "The file was cut off: copy it again.");
        }
        if (count * bytes > Array.MaxLength)
        {
            throw new InputException(path, "the values take more than 2 GiB.", "Split the file.");
        }
    }

    private static T Guarded<T>(string path, Func<FileStream, string, T> read)
    {
        using FileStream stream = InputFile.Open(path);
        try
        {
            return read(stream, path);
        }
        catch (IOException e)
        {
            throw new InputException(path, $"the file cannot be read ({e.Message}).", "Copy it again.", e);
        }
    }
}
