using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Npy;
using K4os.Compression.LZ4;

namespace CryoSpin.IO.CryoSparc;

/// <summary>
/// Reads cryoSPARC's stream form of a dataset: \x95CSDAT, the length of a JSON header and that header (length, dtype, compression,
/// compressed_fields), then column after column with its length in front, some compressed by LZ4, and at the end the texts, each closed by
/// NUL, which text columns point into. As cryosparc-tools (BSD-3) writes it.
/// </summary>
internal sealed class CsdatReader
{
    private readonly string _path;
    private readonly byte[] _bytes;
    private readonly ReadBudget _budget;
    private int _at = Magic.Length;

    private CsdatReader(string path, byte[] bytes) => (_path, _bytes, _budget) = (path, bytes, new ReadBudget(path, bytes.Length));

    public static ReadOnlySpan<byte> Magic => [0x95, (byte)'C', (byte)'S', (byte)'D', (byte)'A', (byte)'T'];

    /// <summary>Reads a dataset.</summary>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="bytes">The whole file, which begins with <see cref="Magic"/>.</param>
    /// <exception cref="InputException">The file is damaged or holds what is not known.</exception>
    public static RecordTable Read(string path, byte[] bytes) => new CsdatReader(path, bytes).Read();

    private RecordTable Read()
    {
        (int rows, List<NpyField> fields, HashSet<string> compressed) = ParseHeader(NextBlock());
        RecordTable table = new(_path, rows);
        List<(string Name, TypedArray Offsets)> texts = [];
        foreach (NpyField field in fields)
        {
            // An empty dataset has no columns after the header, only the texts.
            byte[] values = rows == 0 ? [] : Column(field, rows, NextBlock(), compressed.Contains(field.Name));
            TypedArray array = new(field.Element, [rows, .. field.Shape], values);
            table.Set(field.Name, array);
            if (field.BigEndian) texts.Add((field.Name, array));
        }
        ReadOnlySpan<byte> heap = _bytes.AsSpan(_at);
        foreach ((string name, TypedArray offsets) in texts) table.Set(name, new TypedArray(Texts(name, offsets, heap)));
        return table;
    }

    private ReadOnlySpan<byte> NextBlock()
    {
        if (_bytes.Length - _at < 4) throw CutOff();
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(_at));
        _at += 4;
        if (length > _bytes.Length - _at) throw CutOff();
        _at += (int)length;
        return _bytes.AsSpan(_at - (int)length, (int)length);
    }

    private (int Rows, List<NpyField> Fields, HashSet<string> Compressed) ParseHeader(ReadOnlySpan<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json.ToArray());
            JsonElement root = document.RootElement;
            int rows = root.GetProperty("length").GetInt32();
            if (rows < 0) throw new FormatException("the length is negative");
            string? compression = root.GetProperty("compression").GetString();
            bool listed = root.TryGetProperty("compressed_fields", out JsonElement names);
            HashSet<string> compressed = [.. listed ? names.EnumerateArray().Select(n => n.GetString()!) : []];
            if (compressed.Count > 0 && compression != "lz4")
            {
                throw new FormatException($"the compression '{compression}' is not known (lz4 is)");
            }
            List<NpyField> fields = [.. root.GetProperty("dtype").EnumerateArray().Select(ParseField)];
            if (fields.Select(f => f.Name).Distinct().Count() < fields.Count) throw new FormatException("a field appears twice");
            return (rows, fields, compressed);
        }
        catch (Exception e) when (
            e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or OverflowException)
        {
            throw new InputException(_path, $"the header of the CSDAT stream cannot be read: {e.Message}.", "Copy or export it again.", e);
        }
    }

    // BigEndian marks a column of texts: the stream itself is always little-endian.
    private static NpyField ParseField(JsonElement item)
    {
        JsonElement[] parts = [.. item.EnumerateArray()];
        if (parts.Length is not (2 or 3)) throw new FormatException("a field is not [name, type, shape]");
        string name = parts[0].GetString() ?? throw new FormatException("a field has no name");
        string code = parts[1].GetString() ?? throw new FormatException($"field '{name}' has no type");
        int[] shape = parts.Length < 3 ? [] : [.. parts[2].EnumerateArray().Select(a => a.GetInt32())];
        if (Array.Exists(shape, a => a < 0) || shape.Length > 8) throw new FormatException($"field '{name}' has a wrong shape");
        // Python texts stand in the stream as places in the table of texts.
        bool text = code.EndsWith('O');
        if (text && shape.Length > 0) throw new FormatException($"field '{name}' is an array of texts");
        NpyElement element = NpyElement.UInt64;
        bool bigEndian = false;
        if (!text) element = NpyElement.Parse(code, out bigEndian);
        if (bigEndian || element.Size == 0) throw new FormatException($"field '{name}' has the type '{code}'");
        return new NpyField(name, element, shape, text, shape.Aggregate(element.Size, (n, axis) => checked(n * axis)));
    }

    private byte[] Column(NpyField field, int rows, ReadOnlySpan<byte> block, bool compressed)
    {
        long expected = (long)rows * field.Bytes;
        _budget.Take(expected);
        if (compressed ? expected > Array.MaxLength : block.Length != expected) throw Damaged(field, Plural.Of(block.Length, "byte"), expected);
        if (!compressed) return block.ToArray();
        byte[] values = new byte[expected];
        int found = LZ4Codec.Decode(block, values);
        return found == expected ? values : throw Damaged(field, found < 0 ? "a broken or longer LZ4 block" : Plural.Of(found, "byte"), expected);
    }

    private InputException Damaged(NpyField field, string found, long expected) => new(
        $"{_path}, field {field.Name}", FormattableString.Invariant($"{found} where {expected} bytes are expected."),
        "The file is damaged: copy it again.");

    private string[] Texts(string field, TypedArray offsets, ReadOnlySpan<byte> heap)
    {
        string[] texts = new string[offsets.Count];
        Dictionary<long, string> known = [];
        for (int i = 0; i < texts.Length; i++)
        {
            long offset = offsets.GetInt64(i);
            if (known.TryGetValue(offset, out string? text))
            {
                texts[i] = text;
                continue;
            }
            if (offset < 0 || offset >= heap.Length)
            {
                throw new InputException(
                    FormattableString.Invariant($"{_path}, row {i + 1}, field {field}"), "its text is missing from the end of the file.",
                    "The file was cut off: copy it again.");
            }
            ReadOnlySpan<byte> rest = heap[(int)offset..];
            int end = rest.IndexOf((byte)0);
            if (end >= 0) rest = rest[..end];
            // Two offsets may lead into one text; thousands into a long one would make a file of kilobytes fill the memory.
            _budget.Take(sizeof(char) * (long)rest.Length);
            texts[i] = known[offset] = Encoding.UTF8.GetString(rest);
        }
        return texts;
    }

    private InputException CutOff() => new(_path, "the CSDAT stream ends too early.", "The file was cut off: copy it again.");
}
