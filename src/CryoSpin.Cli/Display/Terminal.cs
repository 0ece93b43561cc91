namespace CryoSpin.Cli.Display;

/// <summary>Where a verb writes: results to <see cref="Out"/>, progress and messages to <see cref="Error"/>.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    private readonly MessageWriter _error = MessageWriter.Over(error);

    /// <summary>Results, and nothing else, so that they can be piped.</summary>
    public TextWriter Out { get; } = MessageWriter.Over(output);

    /// <summary>Progress and messages.</summary>
    public TextWriter Error => _error;

    /// <summary>The same as a screen on which a line can be redrawn, where it is one; who writes there makes texts of files printable first.</summary>
    public ScreenWriter? Screen => _error.Inner as ScreenWriter;
}
