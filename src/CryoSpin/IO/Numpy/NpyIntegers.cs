using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Numpy;

/// <summary>
/// Reads a one-dimensional NumPy array of integers (.npy format 1 to 3, see numpy.lib.format), e.g. a list of indices.
/// </summary>
internal static partial class NpyIntegers
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">The file is absent, is not .npy, is too short, or holds something else.</exception>
    public static long[] Read(string path)
    {
        using FileStream file = InputFile.Open(path);
        try
        {
            (string header, long start) = ReadHeader(file, path);
            (int size, bool signed, bool big) = TypeOf(header, path);
            long count = CountOf(header, path);
            long available = file.Length - start;
            if (count > available / size)
            {
                throw new InputException(
                    path, $"the file has {available} bytes of values but its header promises {count} values of {size} bytes.",
                    "It is truncated or damaged; write it again.");
            }
            byte[] bytes = new byte[count * size];
            file.ReadExactly(bytes);
            long[] values = new long[count];
            for (int i = 0; i < values.Length; i++) values[i] = Value(bytes.AsSpan(i * size, size), signed, big);
            return values;
        }
        catch (IOException e)
        {
            throw new InputException(path, $"the file cannot be read ({e.Message}).", "It is truncated or damaged; write it again.", e);
        }
    }

    private static (string Header, long Start) ReadHeader(FileStream file, string path)
    {
        Span<byte> start = stackalloc byte[12];
        int n = file.ReadAtLeast(start[..10], 10, throwOnEndOfStream: false);
        if (n < 10 || start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
        {
            throw new InputException(path, "this is not a NumPy file.", "Write it with numpy.save.");
        }
        int prefix = 10;
        uint length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (start[6] > 1)
        {
            file.ReadExactly(start[10..12]);
            prefix = 12;
            length = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        }
        if (length > file.Length - prefix)
        {
            throw new InputException(path, $"the header has {length} bytes, more than the file.", "The file is damaged; write it again.");
        }
        byte[] text = new byte[length];
        file.ReadExactly(text);
        return (Encoding.Latin1.GetString(text), prefix + (long)length);
    }

    private static (int Size, bool Signed, bool Big) TypeOf(string header, string path)
    {
        Match type = Descr().Match(header);
        return type.Success
            ? (type.Groups[3].Value[0] - '0', type.Groups[2].Value == "i", type.Groups[1].Value == ">")
            : throw new InputException(
                path, "the values are not integers.", "Save indices, e.g. numpy.save(name, i.astype('i8')); of a mask: numpy.flatnonzero.");
    }

    private static long CountOf(string header, string path)
    {
        Match shape = Shape().Match(header);
        return shape.Success && long.TryParse(shape.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count
            : throw new InputException(path, "the array does not have one dimension.", "Save a one-dimensional array.");
    }

    private static long Value(ReadOnlySpan<byte> bytes, bool signed, bool big)
    {
        ulong value = 0;
        for (int k = 0; k < bytes.Length; k++) value = (value << 8) | bytes[big ? k : bytes.Length - 1 - k];
        int shift = 64 - (8 * bytes.Length);
        // Values above the signed range cannot be indices; as negative numbers they are refused.
        return signed ? (long)(value << shift) >> shift : (long)value;
    }

    [GeneratedRegex("""['"]descr['"]:\s*['"]([<>|=])([iu])([1248])['"]""", RegexOptions.None, 1000)]
    private static partial Regex Descr();

    [GeneratedRegex("""['"]shape['"]:\s*\(\s*([0-9]+)\s*,?\s*\)""", RegexOptions.None, 1000)]
    private static partial Regex Shape();
}
