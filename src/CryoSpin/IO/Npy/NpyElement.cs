using System.Globalization;

namespace CryoSpin.IO.Npy;

/// <summary>The type of one value of a NumPy array, without its byte order: in memory everything is little-endian.</summary>
/// <param name="Kind">NumPy's letter: b truth, i and u whole numbers, f float, c complex, S bytes, U text in UTF-32, V raw.</param>
/// <param name="Size">Bytes per value.</param>
internal readonly record struct NpyElement(char Kind, int Size)
{
    public static NpyElement Float32 => new('f', 4);

    public static NpyElement Float64 => new('f', 8);

    public static NpyElement UInt32 => new('u', 4);

    public static NpyElement UInt64 => new('u', 8);

    /// <summary>Whether values can be read as numbers.</summary>
    public bool IsNumber => (Kind, Size) is ('b', 1) or ('i' or 'u', 1 or 2 or 4 or 8) or ('f', 2 or 4 or 8);

    public bool IsWhole => IsNumber && Kind != 'f';

    public bool IsText => Kind is 'S' or 'U';

    /// <summary>Bytes that turn round with the byte order: of a complex number each half by itself, of a text each character.</summary>
    public int SwapUnit => Kind switch
    {
        'S' or 'V' => 1,
        'U' => 4,
        'c' => Size / 2,
        _ => Size,
    };

    /// <summary>NumPy's text for it in little-endian form, e.g. &lt;f4 or |S12.</summary>
    public string Code =>
        string.Create(CultureInfo.InvariantCulture, $"{(SwapUnit > 1 ? '<' : '|')}{Kind}{(Kind == 'U' ? Size / 4 : Size)}");

    /// <summary>Reads NumPy's text for a type.</summary>
    /// <exception cref="FormatException">It is not a type that is plain data.</exception>
    public static NpyElement Parse(ReadOnlySpan<char> code, out bool bigEndian)
    {
        ReadOnlySpan<char> rest = code;
        bigEndian = rest is ['>', ..];
        if (rest is ['<' or '>' or '|' or '=', ..]) rest = rest[1..];
        if (rest is "?") return new NpyElement('b', 1);
        if (rest is ['O', ..]) throw new FormatException("it holds Python objects, which may be programs and are never read");
        // Datetimes bear their unit in brackets; they stay eight raw bytes.
        if (rest is ['M' or 'm', '8', ..]) return new NpyElement('V', 8);
        if (rest is not ['b' or 'i' or 'u' or 'f' or 'c' or 'S' or 'a' or 'U' or 'V', ..]
            || !int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int n) || n > 1 << 28)
        {
            throw new FormatException($"the type '{code}' is not known");
        }
        char kind = rest[0] == 'a' ? 'S' : rest[0];
        bool valid = kind switch
        {
            'b' => n == 1,
            'i' or 'u' => n is 1 or 2 or 4 or 8,
            'f' => n is 2 or 4 or 8 or 12 or 16,
            'c' => n is 8 or 16 or 24 or 32,
            _ => true,
        };
        return valid ? new NpyElement(kind, kind == 'U' ? 4 * n : n) : throw new FormatException($"the type '{code}' is not known");
    }
}
