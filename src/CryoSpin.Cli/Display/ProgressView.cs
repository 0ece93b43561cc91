using System.Diagnostics;
using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;
using Spectre.Console;

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
    /// <summary>Runs the work with a redrawn bar where a person watches, and with one plain line every few seconds elsewhere.</summary>
    public static T Run<T>(Terminal terminal, Func<IProgressView, T> work)
    {
        if (!terminal.CanRedraw) return work(new PlainProgressView(terminal.Error, PlainProgressView.UsualInterval));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new ScreenOutput(terminal.Screen) });
        Progress progress = console.Progress().AutoClear(true).Columns(
            new SpinnerColumn(),
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn { Width = 24 },
            new PercentageColumn());
        return progress.Start(context => work(new LiveProgressView(console, context.AddTask("starting"))));
    }

    private sealed class LiveProgressView(IAnsiConsole console, ProgressTask task) : IProgressView
    {
        public void Show(in RunProgress progress)
        {
            string left = progress.Remaining is { } time ? "  " + Wording.Duration(time) + " left" : "";
            task.Description = Markup.Escape($"{progress.Phase}  {ProgressLine.Figures(progress)}{left}");
            task.Value = 100 * Math.Clamp(progress.FractionOfRun, 0, 1);
        }

        public void Message(string line) => console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{Printable.Text(line)}");
    }

    /// <summary>Standard error as a screen; the library would not know it behind a writer that outlives the terminal.</summary>
    private sealed class ScreenOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        private readonly AnsiConsoleOutput _screen = new(System.Console.Error);

        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => _screen.Width;

        public int Height => _screen.Height;

        public void SetEncoding(System.Text.Encoding encoding) => _screen.SetEncoding(encoding);
    }
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
