using System.Text;

namespace CryoSpin.Cli.Display;

/// <summary>
/// Standard error. On a terminal its last line may be one that is redrawn in place; whatever else is written appears above it. Nobody can
/// be told of a failure to write here, and a run must not end because its terminal was closed or the disk under its log is full: such
/// text is dropped.
/// </summary>
/// <param name="inner">The stream.</param>
/// <param name="columns">Width of the terminal at the moment; null where the stream is no terminal, so that nothing is redrawn.</param>
internal sealed class ScreenWriter(TextWriter inner, Func<int>? columns) : TextWriter
{
    private const int UsualColumns = 80;
    private readonly Lock _gate = new();
    private Func<int, string>? _status;
    private int _shown;
    private bool _lineBegun;

    /// <summary>Standard error as this process has it.</summary>
    public static ScreenWriter ForStandardError() => new(Console.Error, IsWatched() ? ColumnsOfTerminal : null);

    /// <summary>Whether there is a terminal on which a line can be redrawn.</summary>
    public bool Redraws => columns is not null;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Shows a line that the next one replaces.</summary>
    /// <param name="status">Makes the line for a width; it must be no longer than that.</param>
    public void ShowStatus(Func<int, string> status)
    {
        lock (_gate)
        {
            _status = status;
            if (!_lineBegun) Guard(Redraw);
        }
    }

    /// <summary>Removes the line that is redrawn.</summary>
    public void ClearStatus()
    {
        lock (_gate)
        {
            _status = null;
            Guard(Erase);
        }
    }

    /// <summary>Writes a text in lines that fit the terminal, broken between words; as it is where there is no terminal.</summary>
    public void WriteFitted(string text) => WriteLine(columns is null ? text : string.Join('\n', Wrap(text, Width() - 1)));

    /// <inheritdoc/>
    public override void Write(char value) => Pass(value.ToString());

    /// <inheritdoc/>
    public override void Write(string? value) => Pass(value ?? "");

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Pass(new string(buffer, index, count));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Pass(value + CoreNewLineText);

    /// <inheritdoc/>
    public override void WriteLine() => Pass(CoreNewLineText);

    /// <inheritdoc/>
    public override void Flush()
    {
        lock (_gate) Guard(inner.Flush);
    }

    /// <summary>A text in lines of at most so many characters; a word that is longer stays whole, and so does an indented text, e.g. a command.</summary>
    internal static IEnumerable<string> Wrap(string text, int width)
    {
        foreach (string paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (paragraph.Length <= width || paragraph.StartsWith(' '))
            {
                yield return paragraph;
                continue;
            }
            StringBuilder line = new();
            foreach (string word in paragraph.Split(' '))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    yield return line.ToString();
                    line.Clear().Append(' ');
                }
                if (line.Length > 0) line.Append(' ');
                line.Append(word);
            }
            yield return line.ToString();
        }
    }

    private string CoreNewLineText => new(CoreNewLine);

    private void Pass(string text)
    {
        lock (_gate)
        {
            Guard(() =>
            {
                Erase();
                inner.Write(text);
                if (text.Length > 0) _lineBegun = text[^1] != '\n';
                if (!_lineBegun) Redraw();
                inner.Flush();
            });
        }
    }

    private void Redraw()
    {
        if (columns is null || _status is null) return;
        string text = _status(Width() - 1);
        // The cursor waits at the beginning: where the terminal becomes narrower it breaks the line, and all of it then stands behind the
        // cursor; and what a user types there is drawn over.
        inner.Write("\r" + text + Erasure(text.Length) + "\r");
        inner.Flush();
        _shown = text.Length;
    }

    private void Erase()
    {
        if (_shown == 0) return;
        inner.Write("\r" + Erasure(0) + "\r");
        _shown = 0;
    }

    /// <summary>Removes what stands behind the cursor. A console of Windows may not know the escape.</summary>
    private string Erasure(int column) => OperatingSystem.IsWindows() ? new string(' ', Math.Max(0, _shown - column)) : "\e[J";

    private int Width() => columns!() is > 0 and var width ? width : UsualColumns;

    private static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // See the class.
        }
    }

    private static bool IsWatched() =>
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or null or "")
        && Environment.GetEnvironmentVariable("CI") is null or "";

    private static int ColumnsOfTerminal()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return UsualColumns;
        }
    }
}
