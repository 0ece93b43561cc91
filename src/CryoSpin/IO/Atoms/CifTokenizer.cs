using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Atoms;

/// <summary>What a CIF token is.</summary>
internal enum CifTokenKind
{
    End,
    Tag,
    Value,
    Loop,
    Other,
}

/// <summary>
/// Splits CIF 1.1 text (Hall, Allen and Brown, Acta Cryst. A47, 655-685, 1991) into tags, values (bare, quoted, or text between
/// semicolons at line starts), loop_ and other reserved words.
/// </summary>
internal ref struct CifTokenizer(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    /// <summary>The token last read, without quotes.</summary>
    public ReadOnlySpan<char> Text { get; private set; }

    /// <summary>What it is.</summary>
    public CifTokenKind Kind { get; private set; }

    /// <summary>Its line, from 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>Reads the next token; false at the end.</summary>
    /// <param name="source">The file, for messages.</param>
    public bool Read(AtomCollector source)
    {
        SkipSpaceAndComments();
        if (_at >= _text.Length)
        {
            Kind = CifTokenKind.End;
            return false;
        }
        char c = _text[_at];
        if (c == ';' && (_at == 0 || _text[_at - 1] == '\n')) ReadTextField(source);
        else if (c is '\'' or '"') ReadQuoted(c, source);
        else ReadBare();
        return true;
    }

    private void SkipSpaceAndComments()
    {
        for (; _at < _text.Length; _at++)
        {
            char c = _text[_at];
            if (c == '\n') Line++;
            else if (c == '#') SkipComment();
            else if (!char.IsWhiteSpace(c)) return;
        }
    }

    // Leaves the position before the line's end, which the caller counts.
    private void SkipComment()
    {
        int length = _text[_at..].IndexOf('\n');
        _at = length < 0 ? _text.Length : _at + length - 1;
    }

    private void ReadTextField(AtomCollector source)
    {
        int length = _text[(_at + 1)..].IndexOf("\n;");
        if (length < 0) throw Unclosed(source, ";");
        Text = _text.Slice(_at + 1, length);
        Kind = CifTokenKind.Value;
        Line += Text.Count('\n') + 1;
        _at += length + 3;
    }

    private void ReadQuoted(char quote, AtomCollector source)
    {
        int end = _at + 1;
        while (end < _text.Length && _text[end] != '\n' && !(_text[end] == quote && IsSpaceOrEnd(end + 1))) end++;
        if (end == _text.Length || _text[end] == '\n') throw Unclosed(source, quote.ToString());
        Text = _text[(_at + 1)..end];
        Kind = CifTokenKind.Value;
        _at = end + 1;
    }

    private void ReadBare()
    {
        int end = _at;
        while (end < _text.Length && !char.IsWhiteSpace(_text[end])) end++;
        Text = _text[_at..end];
        _at = end;
        Kind = Text[0] == '_' ? CifTokenKind.Tag
            : Text.Equals("loop_", StringComparison.OrdinalIgnoreCase) ? CifTokenKind.Loop
            : IsReserved(Text) ? CifTokenKind.Other
            : CifTokenKind.Value;
    }

    private readonly bool IsSpaceOrEnd(int at) => at >= _text.Length || char.IsWhiteSpace(_text[at]);

    private static bool IsReserved(ReadOnlySpan<char> word) =>
        word.StartsWith("data_", StringComparison.OrdinalIgnoreCase) || word.StartsWith("save_", StringComparison.OrdinalIgnoreCase)
        || word.Equals("stop_", StringComparison.OrdinalIgnoreCase) || word.Equals("global_", StringComparison.OrdinalIgnoreCase);

    private readonly InputException Unclosed(AtomCollector source, string mark) =>
        source.Fault(Line, $"a value that starts with {mark} is not closed.", "The file is damaged or truncated; download it again.");
}
