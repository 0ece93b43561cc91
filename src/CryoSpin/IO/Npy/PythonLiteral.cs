using System.Globalization;
using System.Text;

namespace CryoSpin.IO.Npy;

/// <summary>
/// Reads a Python literal as data: dictionaries, lists, tuples, texts, whole numbers, True, False and None. Nothing is evaluated; anything
/// else is a <see cref="FormatException"/>.
/// </summary>
/// <remarks>A dictionary becomes a Dictionary, a list a List, a tuple an array, a number a long.</remarks>
internal ref struct PythonLiteral
{
    // A header nests four deep; the limit keeps a hostile one from exhausting the stack.
    private const int Deepest = 16;
    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;

    private PythonLiteral(ReadOnlySpan<char> text) => _text = text;

    /// <summary>The value of the whole text; white space around it is allowed.</summary>
    /// <exception cref="FormatException">The text is no such literal.</exception>
    public static object? Parse(ReadOnlySpan<char> text)
    {
        PythonLiteral parser = new(text);
        object? value = parser.Value();
        return parser.Peek() == '\0' && parser._at == text.Length ? value : throw parser.Fault("something follows the value");
    }

    private object? Value()
    {
        if (++_depth > Deepest) throw Fault("the nesting is too deep");
        object? value = Peek() switch
        {
            '{' => Dictionary(),
            '[' => Items('[', ']', out _),
            '(' => Tuple(),
            '\'' or '"' => Text(),
            '-' or '+' or (>= '0' and <= '9') => Number(),
            _ => Word(),
        };
        _depth--;
        return value;
    }

    private Dictionary<string, object?> Dictionary()
    {
        Dictionary<string, object?> items = new(StringComparer.Ordinal);
        Expect('{');
        while (Peek() != '}')
        {
            string key = Value() as string ?? throw Fault("a key is not a text");
            Expect(':');
            if (!items.TryAdd(key, Value())) throw Fault($"the key '{key}' appears twice");
            if (Peek() != '}') Expect(',');
        }
        _at++;
        return items;
    }

    // One value in parentheses without a comma is that value.
    private object? Tuple()
    {
        List<object?> items = Items('(', ')', out bool comma);
        return items.Count == 1 && !comma ? items[0] : items.ToArray();
    }

    private List<object?> Items(char open, char close, out bool comma)
    {
        List<object?> items = [];
        comma = false;
        Expect(open);
        while (Peek() != close)
        {
            items.Add(Value());
            comma = Peek() == ',';
            if (comma) _at++;
            else if (Peek() != close) throw Fault($"a comma or '{close}' is missing");
        }
        _at++;
        return items;
    }

    private string Text()
    {
        char quote = _text[_at++];
        StringBuilder text = new();
        while (_at < _text.Length && _text[_at] != quote)
        {
            char c = _text[_at++];
            text.Append(c == '\\' ? Escape() : c);
        }
        if (_at == _text.Length) throw Fault("a text is not closed");
        _at++;
        return text.ToString();
    }

    private char Escape()
    {
        if (_at == _text.Length) throw Fault("a text is not closed");
        char c = _text[_at++];
        return c switch
        {
            '\\' or '\'' or '"' => c,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'x' => Hexadecimal(2),
            'u' => Hexadecimal(4),
            _ => throw Fault($"the escape \\{c} is not known"),
        };
    }

    private char Hexadecimal(int digits)
    {
        if (_at + digits > _text.Length
            || !ushort.TryParse(_text.Slice(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value))
        {
            throw Fault("an escape is cut off");
        }
        _at += digits;
        return (char)value;
    }

    private object Number()
    {
        int start = _at++;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        ReadOnlySpan<char> digits = _text[start.._at];
        // Python 2 wrote 5000L.
        if (_at < _text.Length && _text[_at] == 'L') _at++;
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw Fault($"'{digits}' is not a whole number");
    }

    private object? Word()
    {
        int start = _at;
        while (_at < _text.Length && char.IsAsciiLetter(_text[_at])) _at++;
        return _text[start.._at] switch
        {
            "True" => true,
            "False" => false,
            "None" => null,
            _ => throw Fault("a value is missing or not a literal"),
        };
    }

    private char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private void Expect(char c)
    {
        if (Peek() != c) throw Fault($"'{c}' is missing");
        _at++;
    }

    private readonly FormatException Fault(string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{what} at character {Math.Min(_at, _text.Length) + 1}"));
}
