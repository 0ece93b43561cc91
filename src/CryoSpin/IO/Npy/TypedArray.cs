using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace CryoSpin.IO.Npy;

/// <summary>
/// An array as NumPy has it: little-endian values in C order, the last axis fastest. Texts may stand as strings instead of bytes.
/// </summary>
internal sealed class TypedArray
{
    private readonly byte[] _bytes;
    private readonly string[]? _texts;

    /// <param name="element">Type of the values.</param>
    /// <param name="shape">Lengths of the axes; empty for a single value.</param>
    /// <param name="bytes">The values.</param>
    public TypedArray(NpyElement element, IReadOnlyList<int> shape, byte[] bytes)
    {
        Element = element;
        Shape = shape;
        Count = shape.Aggregate(1, (n, axis) => checked(n * axis));
        if ((long)Count * element.Size != bytes.Length) throw new ArgumentException("The bytes do not fill the shape.", nameof(bytes));
        _bytes = bytes;
    }

    /// <param name="texts">One text per row. Each must be free of NUL characters at its end, which NumPy drops.</param>
    public TypedArray(string[] texts)
    {
        Element = new NpyElement('S', texts.Length == 0 ? 1 : Math.Max(1, texts.Max(Encoding.UTF8.GetByteCount)));
        Shape = [texts.Length];
        Count = texts.Length;
        _bytes = [];
        _texts = texts;
    }

    public NpyElement Element { get; }

    public IReadOnlyList<int> Shape { get; }

    /// <summary>Values in all.</summary>
    public int Count { get; }

    /// <summary>Length of the first axis; 1 for a single value.</summary>
    public int Rows => Shape.Count == 0 ? 1 : Shape[0];

    /// <summary>Values per row.</summary>
    public int Width => Shape.Skip(1).Aggregate(1, (n, axis) => n * axis);

    /// <summary>Bytes per row as NumPy stores it.</summary>
    public int RowBytes => Width * Element.Size;

    public static TypedArray Of(float[] values, params int[] shape) =>
        new(NpyElement.Float32, shape.Length == 0 ? [values.Length] : shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static TypedArray Of(uint[] values, params int[] shape) =>
        new(NpyElement.UInt32, shape.Length == 0 ? [values.Length] : shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static TypedArray Of(ulong[] values) =>
        new(NpyElement.UInt64, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>A value as a number; only where <see cref="NpyElement.IsNumber"/>.</summary>
    public double GetDouble(int index)
    {
        ReadOnlySpan<byte> b = Bytes(index);
        return (Element.Kind, Element.Size) switch
        {
            ('f', 4) => BinaryPrimitives.ReadSingleLittleEndian(b),
            ('f', 8) => BinaryPrimitives.ReadDoubleLittleEndian(b),
            ('f', 2) => (double)BinaryPrimitives.ReadHalfLittleEndian(b),
            ('u', 8) => BinaryPrimitives.ReadUInt64LittleEndian(b),
            _ => GetInt64(index),
        };
    }

    /// <summary>A value as a whole number; only where <see cref="NpyElement.IsWhole"/>.</summary>
    public long GetInt64(int index)
    {
        ReadOnlySpan<byte> b = Bytes(index);
        return (Element.Kind, Element.Size) switch
        {
            ('b', _) => b[0] == 0 ? 0 : 1,
            ('i', 1) => (sbyte)b[0],
            ('u', 1) => b[0],
            ('i', 2) => BinaryPrimitives.ReadInt16LittleEndian(b),
            ('u', 2) => BinaryPrimitives.ReadUInt16LittleEndian(b),
            ('i', 4) => BinaryPrimitives.ReadInt32LittleEndian(b),
            ('u', 4) => BinaryPrimitives.ReadUInt32LittleEndian(b),
            ('i' or 'u', 8) => BinaryPrimitives.ReadInt64LittleEndian(b),
            _ => throw new InvalidOperationException($"{Element.Code} is not a whole number."),
        };
    }

    /// <summary>A value as text: a float in the fewest digits that give it back.</summary>
    public string GetText(int index)
    {
        if (_texts is not null) return _texts[index];
        ReadOnlySpan<byte> b = Bytes(index);
        return (Element.Kind, Element.Size) switch
        {
            ('S', _) => Encoding.UTF8.GetString(b.TrimEnd((byte)0)),
            ('U', _) => Encoding.UTF32.GetString(b).TrimEnd('\0'),
            ('f', 4) => BinaryPrimitives.ReadSingleLittleEndian(b).ToString(CultureInfo.InvariantCulture),
            ('f', 2) => BinaryPrimitives.ReadHalfLittleEndian(b).ToString(CultureInfo.InvariantCulture),
            ('f', 8) => GetDouble(index).ToString(CultureInfo.InvariantCulture),
            ('u', 8) => BinaryPrimitives.ReadUInt64LittleEndian(b).ToString(CultureInfo.InvariantCulture),
            _ when Element.IsWhole => GetInt64(index).ToString(CultureInfo.InvariantCulture),
            _ => System.Convert.ToHexString(b),
        };
    }

    /// <summary>All values as numbers.</summary>
    public double[] ToDoubles()
    {
        double[] values = new double[Count];
        for (int i = 0; i < values.Length; i++) values[i] = GetDouble(i);
        return values;
    }

    /// <summary>All values as texts; a value that equals the one before it is the same string.</summary>
    public string[] ToTexts()
    {
        if (_texts is not null) return _texts;
        string[] texts = new string[Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = i > 0 && Bytes(i).SequenceEqual(Bytes(i - 1)) ? texts[i - 1] : GetText(i);
        }
        return texts;
    }

    /// <summary>The rows of these numbers, in that order.</summary>
    public TypedArray Take(IReadOnlyList<int> rows)
    {
        if (_texts is not null) return new TypedArray([.. rows.Select(r => _texts[r])]);
        int size = RowBytes;
        byte[] bytes = new byte[checked(rows.Count * size)];
        for (int i = 0; i < rows.Count; i++) _bytes.AsSpan(rows[i] * size, size).CopyTo(bytes.AsSpan(i * size));
        return new TypedArray(Element, [rows.Count, .. Shape.Skip(1)], bytes);
    }

    /// <summary>Writes one row as NumPy stores it.</summary>
    /// <param name="row">From 0.</param>
    /// <param name="target">Receives <see cref="RowBytes"/> bytes.</param>
    public void CopyRow(int row, Span<byte> target)
    {
        if (_texts is null)
        {
            _bytes.AsSpan(row * RowBytes, RowBytes).CopyTo(target);
            return;
        }
        target.Clear();
        Encoding.UTF8.GetBytes(_texts[row], target);
    }

    private ReadOnlySpan<byte> Bytes(int index) => _bytes.AsSpan(index * Element.Size, Element.Size);
}
