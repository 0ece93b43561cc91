using System.Diagnostics;
using CryoSpin.Cli.Display;
using CryoSpin.Diagnostics;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Running;

/// <summary>Sends what a run says to its folder and to the terminal, and keeps the time of each phase.</summary>
/// <param name="folder">The run's folder.</param>
/// <param name="view">The terminal.</param>
/// <param name="snapshots">Whether map and poses are kept at every epoch.</param>
internal sealed class RunObserver(RunDirectory folder, IProgressView view, bool snapshots = false) : IRunObserver
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
        view.Message(message);
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

    public bool WantsSnapshots => snapshots;

    public void Keep(RunSnapshot snapshot)
    {
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

    private void CloseLap()
    {
        double seconds = _clock.Elapsed.TotalSeconds;
        _clock.Restart();
        // What passes before the first report is reading and preparing.
        new PhaseTime(_phase ?? "preparation", seconds).AddTo(_times);
    }
}
