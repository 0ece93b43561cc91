namespace CryoSpin.Cli.Display;

/// <summary>Where a verb writes: results to <see cref="Out"/>, progress and messages to <see cref="Error"/>.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    /// <summary>Results, and nothing else, so that they can be piped.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Progress and messages.</summary>
    public TextWriter Error { get; } = error;
}
