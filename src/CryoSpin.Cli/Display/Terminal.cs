namespace CryoSpin.Cli.Display;

/// <summary>Where a verb writes: results to <see cref="Out"/>, progress and messages to <see cref="Error"/>.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    private readonly MessageWriter _error = MessageWriter.Over(error);

    /// <summary>Results, and nothing else, so that they can be piped.</summary>
    public TextWriter Out { get; } = MessageWriter.Over(output);

    /// <summary>Progress and messages.</summary>
    public TextWriter Error => _error;

    /// <summary>The same for what draws on the screen itself; whoever uses it makes texts of files printable first.</summary>
    public TextWriter Screen => new MessageWriter(_error.Inner, keepsControls: true);

    /// <summary>True when a person is watching <see cref="Error"/> in a terminal that can redraw lines.</summary>
    public bool CanRedraw =>
        ReferenceEquals(_error.Inner, System.Console.Error) && !System.Console.IsErrorRedirected
        && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or null or "")
        && Environment.GetEnvironmentVariable("CI") is null or "";
}
