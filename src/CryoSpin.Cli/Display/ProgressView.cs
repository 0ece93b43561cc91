using System.Diagnostics;
using CryoSpin.Diagnostics;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Display;

/// <summary>Shows how a run goes on.</summary>
internal interface IProgressView
{
    /// <summary>The latest state; may be called many times a second.</summary>
    void Show(in RunProgress progress);

    /// <summary>A line that stays.</summary>
    void Message(string line);
}

/// <summary>Chooses and runs the view that fits the terminal.</summary>
internal static class ProgressView
{
    /// <summary>Runs the work with a redrawn line where a person watches, and with one plain line every few seconds elsewhere.</summary>
    public static T Run<T>(Terminal terminal, Func<IProgressView, T> work)
    {
        if (terminal.Screen is not { Redraws: true } screen)
        {
            return work(new PlainProgressView(terminal.Error, PlainProgressView.UsualInterval));
        }
        try
        {
            return work(new LiveProgressView(screen, LiveProgressView.UsualInterval));
        }
        finally
        {
            screen.ClearStatus();
        }
    }
}

/// <summary>One line at the bottom of the terminal, redrawn in place.</summary>
internal sealed class LiveProgressView(ScreenWriter screen, TimeSpan interval) : IProgressView
{
    private readonly Stopwatch _sinceDrawing = new();
    private string _phase = "";

    /// <summary>Faster than an eye follows, and little to send over a slow connection.</summary>
    public static TimeSpan UsualInterval { get; } = TimeSpan.FromSeconds(0.2);

    public void Show(in RunProgress progress)
    {
        if (progress.Phase == _phase && _sinceDrawing.Elapsed < interval) return;
        _phase = progress.Phase;
        _sinceDrawing.Restart();
        RunProgress shown = progress;
        screen.ShowStatus(width => ProgressLine.Fitting(shown, width));
    }

    public void Message(string line) => screen.WriteFitted(Printable.Text(line));
}

/// <summary>One line every few seconds, and at once when a phase begins; for logs, pipes and schedulers.</summary>
internal sealed class PlainProgressView(TextWriter writer, TimeSpan interval) : IProgressView
{
    private readonly Stopwatch _sinceLine = new();
    private string _phase = "";

    /// <summary>Often enough to see that a run lives, seldom enough for a log.</summary>
    public static TimeSpan UsualInterval { get; } = TimeSpan.FromSeconds(5);

    public void Show(in RunProgress progress)
    {
        if (progress.Phase == _phase && _sinceLine.Elapsed < interval) return;
        _phase = progress.Phase;
        _sinceLine.Restart();
        writer.WriteLine(ProgressLine.Full(progress));
        writer.Flush();
    }

    public void Message(string line) => writer.WriteLine(line);
}
