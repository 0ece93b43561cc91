using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Npy;

namespace CryoSpin.IO.Pickle;

/// <summary>
/// Reads Python pickles (protocols 0 to 5) as data. A pickle is a program for a small machine; this machine knows the instructions that
/// build numbers, texts, bytes, tuples, lists, dictionaries and NumPy arrays, and no others. A name of anything else is refused by name, so
/// nothing in a file can run. Format: Python's Lib/pickletools.py.
/// </summary>
/// <remarks>
/// Values come out as null, bool, long, double, string, byte[], object[] (tuple), List, a List of KeyValuePair (dictionary) and <see
/// cref="TypedArray"/>.
/// </remarks>
internal sealed class PickleReader
{
    // No pickle of poses has whole numbers that long; decimal texts of any length would take time that grows with its square.
    private const int LongestNumber = 20;
    private readonly byte[] _bytes;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private readonly ReadBudget _budget;
    private int _at;

    private PickleReader(byte[] bytes, string path) => (_bytes, _budget) = (bytes, new ReadBudget(path, bytes.Length));

    /// <summary>Reads the arrays of a file: one by itself, or those of a tuple or list in which nothing else but None stands.</summary>
    /// <exception cref="InputException">The file is damaged, or holds what is not plain data.</exception>
    public static IReadOnlyList<TypedArray> ReadArrays(string path) => Read(path, reader => ToArrays(reader.Run()));

    /// <summary>Reads the one object of a file.</summary>
    /// <exception cref="InputException">The file is damaged, or holds what is not plain data.</exception>
    public static object? Read(string path) => Read(path, reader => PickleNumpy.Resolve(reader.Run()));

    private static T Read<T>(string path, Func<PickleReader, T> read)
    {
        using FileStream stream = InputFile.Open(path);
        if (stream.Length > Array.MaxLength) throw new InputException(path, "the file is larger than 2 GiB.", "Split it.");
        PickleReader reader;
        try
        {
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            reader = new PickleReader(bytes, path);
        }
        catch (IOException e)
        {
            throw new InputException(path, $"the file cannot be read ({e.Message}).", "Copy it again.", e);
        }
        try
        {
            return read(reader);
        }
        catch (Exception e) when (e is FormatException or OverflowException or DecoderFallbackException)
        {
            throw new InputException(
                FormattableString.Invariant($"{path}, byte {reader._at}"), $"this pickle cannot be read: {e.Message}.",
                "Only numbers, texts, tuples, lists, dictionaries and NumPy arrays are read, such as cryoDRGN's pose.pkl and ctf.pkl.", e);
        }
    }

    private static TypedArray[] ToArrays(object? value)
    {
        IEnumerable<object?> items = value as object?[] ?? value as IEnumerable<object?> ?? [value];
        return
        [
            .. items.Where(v => v is not null).Select(
                v => PickleNumpy.Resolve(v) as TypedArray ?? throw new FormatException("it holds something else than NumPy arrays")),
        ];
    }

    private object? Run()
    {
        while (true)
        {
            byte code = Take(1)[0];
            if (code == '.') return Pop();
            if (!Constant(code) && !Container(code) && !Memo(code)) Construct(code);
        }
    }

    private bool Constant(byte code)
    {
        switch (code)
        {
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'K': Push((long)Take(1)[0]); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case 0x8a: Push(LongOf(Take(Take(1)[0]))); break;
            case 0x8b: Push(LongOf(Take(Length(4)))); break;
            case (byte)'I' or (byte)'L': Push(Whole(Line(), code)); break;
            case (byte)'F': Push(Real(Line())); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case 0x8c: Push(Utf8(Take(Length(1)))); break;
            case (byte)'X': Push(Utf8(Take(Length(4)))); break;
            case 0x8d: Push(Utf8(Take(Length(8)))); break;
            case (byte)'V': Push(RawUnicode(Line())); break;
            // The byte strings of Python 2 hold an array's values; as bytes they lose nothing.
            case (byte)'U' or (byte)'C': Push(Take(Length(1)).ToArray()); break;
            case (byte)'T' or (byte)'B': Push(Take(Length(4)).ToArray()); break;
            case 0x8e or 0x96: Push(Take(Length(8)).ToArray()); break;
            default: return false;
        }
        return true;
    }

    private bool Container(byte code)
    {
        switch (code)
        {
            case (byte)'(': Push(Mark.Instance); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case 0x85: Push(PopMany(1)); break;
            case 0x86: Push(PopMany(2)); break;
            case 0x87: Push(PopMany(3)); break;
            case (byte)'t': Push(PopToMark()); break;
            case (byte)']': Push(new List<object?>()); break;
            case (byte)'l': Push(new List<object?>(PopToMark())); break;
            case (byte)'a': AddTo(Pop(), Peek()); break;
            case (byte)'e':
                object?[] items = PopToMark();
                foreach (object? item in items) AddTo(item, Peek());
                break;
            case (byte)'}': Push(new List<KeyValuePair<string, object?>>()); break;
            case (byte)'d':
                object?[] pairs = PopToMark();
                Push(new List<KeyValuePair<string, object?>>());
                SetItems(pairs);
                break;
            case (byte)'s': SetItems(PopMany(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopToMark(); break;
            case (byte)'2': Push(Peek()); break;
            default: return false;
        }
        return true;
    }

    private bool Memo(byte code)
    {
        switch (code)
        {
            case (byte)'p': _memo[Whole(Line(), code)] = Peek(); break;
            case (byte)'q': _memo[Take(1)[0]] = Peek(); break;
            case (byte)'r': _memo[Length(4)] = Peek(); break;
            case 0x94: _memo[_memo.Count] = Peek(); break;
            case (byte)'g': Push(Recall(Whole(Line(), code))); break;
            case (byte)'h': Push(Recall(Take(1)[0])); break;
            case (byte)'j': Push(Recall(Length(4))); break;
            case 0x80:
                int protocol = Take(1)[0];
                if (protocol > 5) throw new FormatException($"protocol {protocol} is not known");
                break;
            // A frame only says how much may be read ahead.
            case 0x95: Take(8); break;
            default: return false;
        }
        return true;
    }

    private void Construct(byte code)
    {
        switch (code)
        {
            case (byte)'c':
                string module = Line(), name = Line();
                Push(PickleNumpy.Find(module, name));
                break;
            case 0x93:
                object?[] names = PopMany(2);
                Push(PickleNumpy.Find(names[0] as string ?? "?", names[1] as string ?? "?"));
                break;
            case (byte)'R':
                object?[] call = PopMany(2);
                if (call is not [PickleNumpy.Constructor what, object?[] arguments])
                {
                    throw new FormatException("a call of what is not a name");
                }
                _budget.Take(PickleNumpy.Copied(what, arguments));
                Push(PickleNumpy.Make(what, arguments));
                break;
            case (byte)'b':
                object? state = Pop();
                _budget.Take(PickleNumpy.Copied(state));
                PickleNumpy.SetState(Peek(), state);
                break;
            default:
                throw new FormatException(
                    string.Create(CultureInfo.InvariantCulture, $"the instruction 0x{code:x2} is not one that plain data needs"));
        }
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > _bytes.Length - _at) throw new FormatException("it ends too early");
        _at += (int)count;
        return _bytes.AsSpan(_at - (int)count, (int)count);
    }

    private long Length(int bytes)
    {
        ReadOnlySpan<byte> b = Take(bytes);
        ulong length = bytes switch
        {
            1 => b[0],
            4 => BinaryPrimitives.ReadUInt32LittleEndian(b),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(b),
        };
        return length <= int.MaxValue ? (long)length : throw new FormatException("a length is too large");
    }

    private string Line()
    {
        int length = _bytes.AsSpan(_at).IndexOf((byte)'\n');
        if (length < 0) throw new FormatException("it ends too early");
        string line = Encoding.Latin1.GetString(Take(length)).TrimEnd('\r');
        _at++;
        return line;
    }

    private static long Whole(string text, byte code)
    {
        // Protocol 0 writes True as I01.
        if (code == 'I' && text is "01" or "00") return text[1] - '0';
        ReadOnlySpan<char> digits = text.AsSpan().TrimEnd('L');
        return digits.Length <= LongestNumber
            && long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long n)
            ? n
            : throw new FormatException("a whole number is wrong or too large");
    }

    private static double Real(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new FormatException("a number is wrong");

    private static long LongOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8) throw new FormatException("a whole number is too large");
        long value = bytes is [.., >= 0x80] ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--) value = value << 8 | bytes[i];
        return value;
    }

    private static string Utf8(ReadOnlySpan<byte> bytes) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);

    // Protocol 0 escapes line breaks, backslashes and whatever is not Latin-1 as four hexadecimal digits.
    private static string RawUnicode(string line)
    {
        if (!line.Contains("\\u", StringComparison.Ordinal)) return line;
        StringBuilder text = new(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            if (i + 6 <= line.Length && line[i] == '\\' && line[i + 1] == 'u'
                && ushort.TryParse(line.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort c))
            {
                text.Append((char)c);
                i += 5;
            }
            else
            {
                text.Append(line[i]);
            }
        }
        return text.ToString();
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Pop()
    {
        object? top = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private object? Peek() => _stack.Count > 0 && _stack[^1] is not Mark ? _stack[^1] : throw new FormatException("a value is missing");

    private object?[] PopMany(int count)
    {
        object?[] values = new object?[count];
        for (int i = count - 1; i >= 0; i--) values[i] = Pop();
        return values;
    }

    private object?[] PopToMark()
    {
        int mark = _stack.FindLastIndex(v => v is Mark);
        if (mark < 0) throw new FormatException("a mark is missing");
        object?[] values = [.. _stack.Skip(mark + 1)];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return values;
    }

    private object? Recall(long index) =>
        _memo.TryGetValue(index, out object? value) ? value : throw new FormatException("a remembered value is missing");

    private static void AddTo(object? item, object? list)
    {
        if (list is not List<object?> target) throw new FormatException("something is appended to what is not a list");
        target.Add(item);
    }

    private void SetItems(object?[] pairs)
    {
        if (Peek() is not List<KeyValuePair<string, object?>> target || pairs.Length % 2 != 0)
        {
            throw new FormatException("a dictionary is broken");
        }
        for (int i = 0; i < pairs.Length; i += 2)
        {
            target.Add(new(pairs[i] as string ?? throw new FormatException("a key of a dictionary is not a text"), pairs[i + 1]));
        }
    }

    private sealed class Mark
    {
        public static Mark Instance { get; } = new();
    }
}
