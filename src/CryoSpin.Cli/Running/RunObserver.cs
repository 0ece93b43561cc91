using System.Diagnostics;
using CryoSpin.Cli.Display;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Running;

/// <summary>Sends what a run says to its folder and to the terminal, and keeps the time of each phase.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="view">The terminal.</param>
/// <param name="output">Tells which snapshots are kept; null for none.</param>
internal sealed class RunObserver(RunDirectory folder, IProgressView view, OutputOptions? output = null) : IRunObserver
{
    private readonly List<PhaseTime> _times = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private string? _phase;

    /// <summary>The last progress, for the message of a run that was stopped.</summary>
    public RunProgress Last { get; private set; }

    /// <summary>Time per phase so far; a phase that comes back has one entry.</summary>
    public IReadOnlyList<PhaseTime> PhaseTimes
    {
        get
        {
            CloseLap();
            return _times.ToArray();
        }
    }

    public void Log(string message)
    {
        folder.Log(message);
        if (!IsOfAnEpoch(message)) view.Message(message);
    }

    public void Report(in RunProgress progress)
    {
        if (progress.Phase != _phase)
        {
            CloseLap();
            _phase = progress.Phase;
            folder.Log($"phase {progress.Phase}");
        }
        Last = progress;
        view.Show(progress);
    }

    /// <summary>A line for the terminal alone.</summary>
    public void Notify(string message) => view.Message(message);

    public void Record(MetricRecord metric) => folder.Record(metric);

    public void Resumed(int metrics)
    {
        folder.KeepMetrics(metrics);
        folder.KeepSnapshots(metrics);
    }

    public void Flush() => folder.Flush();

    public bool WantsSnapshots => output is { Snapshots: true };

    public IReadOnlyList<int> Watched => output?.Watched ?? [];

    /// <summary>The map that the run left when it was stopped, or that of the newest snapshot; null where there was neither.</summary>
    public Volume? NewestMap { get; private set; }

    public void Leave(Volume map) => NewestMap = map;

    public void Keep(RunSnapshot snapshot)
    {
        NewestMap = snapshot.Map;
        try
        {
            folder.Keep(snapshot);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryoSpinException)
        {
            // As with a checkpoint: a full disk is no reason to end the run.
            Log($"warning: A snapshot could not be written ({e.Message}).");
        }
    }

    /// <summary>
    /// Whether a line holds the figures of an epoch, e.g. "search 20/200: ...". They are for the log: the terminal shows them as progress.
    /// </summary>
    private bool IsOfAnEpoch(string message) =>
        _phase is { } phase && message.StartsWith(phase + " ", StringComparison.Ordinal) && message.Length > phase.Length + 1
        && char.IsAsciiDigit(message[phase.Length + 1]);

    private void CloseLap()
    {
        double seconds = _clock.Elapsed.TotalSeconds;
        _clock.Restart();
        // What passes before the first report is reading and preparing.
        new PhaseTime(_phase ?? "preparation", seconds).AddTo(_times);
    }
}
