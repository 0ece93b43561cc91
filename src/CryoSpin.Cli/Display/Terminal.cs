namespace CryoSpin.Cli.Display;

/// <summary>Where a verb writes: results to <see cref="Out"/>, progress and messages to <see cref="Error"/>.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    /// <summary>Results, and nothing else, so that they can be piped.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Progress and messages.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>True when a person is watching <see cref="Error"/> in a terminal that can redraw lines.</summary>
    public bool CanRedraw =>
        ReferenceEquals(Error, System.Console.Error) && !System.Console.IsErrorRedirected
        && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or null or "")
        && Environment.GetEnvironmentVariable("CI") is null or "";
}
