using System.Text;
using CryoSpin.Diagnostics;

namespace CryoSpin.Cli.Display;

/// <summary>
/// The one way to standard output and standard error. Control characters, which cells and names of an input may hold, are written out
/// (<see cref="Printable"/>). A stream that can take no more, on a full disk or closed, ends no work: what follows for it is dropped.
/// </summary>
/// <param name="inner">The stream.</param>
/// <param name="keepsControls">True for what draws on the screen itself and has made its texts printable.</param>
internal sealed class MessageWriter(TextWriter inner, bool keepsControls = false) : TextWriter(inner.FormatProvider)
{
    /// <summary>The stream itself.</summary>
    public TextWriter Inner => inner;

    /// <summary>Why the stream took no more; null while it takes all.</summary>
    public string? Failure { get; private set; }

    public override Encoding Encoding => inner.Encoding;

    /// <summary>The writer over a stream; the same one where it is over it already.</summary>
    public static MessageWriter Over(TextWriter stream) => stream as MessageWriter ?? new MessageWriter(stream);

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value) => Try(() => inner.Write(Safe(value)));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void WriteLine() => Try(inner.WriteLine);

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(Safe(value)));

    public override void WriteLine(ReadOnlySpan<char> buffer) => WriteLine(new string(buffer));

    public override Task WriteAsync(char value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    public override void Flush() => Try(inner.Flush);

    private string? Safe(string? text) => text is null || keepsControls ? text : Printable.Text(text);

    private void Try(Action write)
    {
        if (Failure is not null) return;
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Failure = e.Message;
        }
    }
}
