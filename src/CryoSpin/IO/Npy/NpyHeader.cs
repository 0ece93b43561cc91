using System.Buffers.Binary;
using System.Text;
using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Npy;

/// <summary>One field of a record, or the only one of a plain array.</summary>
/// <param name="Name">Empty for a plain array, and for padding.</param>
/// <param name="Element">Type of its values.</param>
/// <param name="Shape">Of one record's value; empty for a single number.</param>
/// <param name="BigEndian">Byte order in the file.</param>
/// <param name="Bytes">Bytes per record.</param>
internal sealed record NpyField(string Name, NpyElement Element, IReadOnlyList<int> Shape, bool BigEndian, int Bytes);

/// <summary>
/// The header of a .npy file, versions 1 to 3. Format: NumPy Enhancement Proposal 1, https://numpy.org/neps/nep-0001-npy-format.html.
/// </summary>
/// <param name="Fields">The fields in file order.</param>
/// <param name="IsStructured">Whether values are records with named fields.</param>
/// <param name="Shape">Lengths of the axes.</param>
/// <param name="FortranOrder">Whether the first axis is fastest.</param>
internal sealed record NpyHeader(IReadOnlyList<NpyField> Fields, bool IsStructured, IReadOnlyList<int> Shape, bool FortranOrder)
{
    private const string Remedy = "Was the file copied whole? Is it an array that numpy.save wrote?";

    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Bytes of one value or record.</summary>
    public long RecordBytes => Fields.Sum(f => (long)f.Bytes);

    /// <summary>Reads it; the stream then stands at the first value.</summary>
    /// <exception cref="InputException">This is no .npy file or one that cannot be read.</exception>
    public static NpyHeader Read(Stream stream, string source)
    {
        Span<byte> start = stackalloc byte[12];
        if (stream.ReadAtLeast(start[..10], 10, throwOnEndOfStream: false) < 10 || !start[..6].SequenceEqual(Magic))
        {
            throw new InputException(source, "this is not a .npy file: it does not begin with \\x93NUMPY.", Remedy);
        }
        int version = start[6];
        if (version is < 1 or > 3)
        {
            throw new InputException(source, $"version {version} of .npy is not known.", "Versions 1 to 3 are read.");
        }
        long length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (version > 1)
        {
            if (stream.ReadAtLeast(start[10..], 2, throwOnEndOfStream: false) < 2) throw CutOff(source);
            length = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        }
        if (length > stream.Length - stream.Position) throw CutOff(source);
        byte[] text = new byte[length];
        stream.ReadExactly(text);
        try
        {
            return Parse((version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text));
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new InputException(source, $"the header cannot be read: {e.Message}.", Remedy, e);
        }
    }

    private static NpyHeader Parse(string text)
    {
        if (PythonLiteral.Parse(text) is not Dictionary<string, object?> items
            || !items.TryGetValue("descr", out object? description) || !items.TryGetValue("shape", out object? shape)
            || items.GetValueOrDefault("fortran_order") is not bool fortran)
        {
            throw new FormatException("it lacks descr, shape or fortran_order");
        }
        bool structured = description is List<object?>;
        List<NpyField> fields = structured ? ParseFields((List<object?>)description!) : [ParseField("", description, [])];
        if (fields.Sum(f => (long)f.Bytes) > int.MaxValue) throw new FormatException("a record is larger than 2 GiB");
        return new NpyHeader(fields, structured, ParseShape(shape), fortran);
    }

    private static List<NpyField> ParseFields(List<object?> description)
    {
        List<NpyField> fields = new(description.Count);
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (object? item in description)
        {
            if (item is not object?[] { Length: 2 or 3 } tuple) throw new FormatException("a field is not (name, type[, shape])");
            // A field may bear a title before its name.
            string? name = tuple[0] as string ?? (tuple[0] as object?[])?.LastOrDefault() as string;
            NpyField field = ParseField(
                name ?? throw new FormatException("a field has no name"), tuple[1], tuple.Length == 3 ? ParseShape(tuple[2]) : []);
            if (name.Length > 0 && !names.Add(name)) throw new FormatException($"the field '{name}' appears twice");
            fields.Add(field);
        }
        return fields.Count > 0 ? fields : throw new FormatException("there are no fields");
    }

    private static NpyField ParseField(string name, object? type, IReadOnlyList<int> shape)
    {
        string where = name.Length == 0 ? "" : $"field '{name}': ";
        if (type is not string code) throw new FormatException($"{where}records within records are not supported");
        try
        {
            NpyElement element = NpyElement.Parse(code, out bool bigEndian);
            if (element.Size == 0 && shape.Count > 0) throw new FormatException("an array of values without a byte");
            return new NpyField(name, element, shape, bigEndian, shape.Aggregate(element.Size, (n, axis) => checked(n * axis)));
        }
        catch (FormatException e)
        {
            throw new FormatException(where + e.Message, e);
        }
    }

    private static int[] ParseShape(object? shape)
    {
        object?[] axes = shape as object?[] ?? [shape];
        if (axes.Length > 8) throw new FormatException("there are more than 8 axes");
        return [.. axes.Select(a => a is long n and >= 0 and <= int.MaxValue ? (int)n : throw new FormatException("a length is wrong"))];
    }

    private static InputException CutOff(string source) => new(source, "the file ends within its header.", Remedy);
}
