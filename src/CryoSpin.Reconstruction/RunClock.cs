using System.Diagnostics;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>Wall-clock and processor time spent in each phase of a run.</summary>
internal sealed class RunClock
{
    private readonly List<PhaseTime> _done = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private TimeSpan _before;
    private TimeSpan _paused;
    private TimeSpan _pausedInPhase;
    private string? _phase;
    private long _phaseStarted;
    private TimeSpan _processorAtStart;
    private TimeSpan _processorPaused;

    /// <summary>Time since the run began.</summary>
    public TimeSpan Elapsed => _before + Stopwatch.GetElapsedTime(_started) - _paused;

    /// <summary>Time since the current phase began.</summary>
    public TimeSpan PhaseElapsed => Stopwatch.GetElapsedTime(_phaseStarted) - _pausedInPhase;

    private static TimeSpan Processor => Environment.CpuUsage.TotalTime;

    private PhaseTime? Current => _phase is null
        ? null
        : new PhaseTime(_phase, PhaseElapsed.TotalSeconds, (Processor - _processorAtStart - _processorPaused).TotalSeconds);

    /// <summary>Ends the current phase and begins another.</summary>
    public void Start(string phase)
    {
        Close();
        (_phase, _phaseStarted, _pausedInPhase) = (phase, Stopwatch.GetTimestamp(), TimeSpan.Zero);
        (_processorAtStart, _processorPaused) = (Processor, TimeSpan.Zero);
    }

    /// <summary>Does something that is not counted.</summary>
    public void Uncounted(Action action)
    {
        long from = Stopwatch.GetTimestamp();
        TimeSpan processorFrom = Processor;
        action();
        TimeSpan taken = Stopwatch.GetElapsedTime(from);
        _processorPaused += Processor - processorFrom;
        _paused += taken;
        _pausedInPhase += taken;
    }

    /// <summary>Ends the last phase; the times in order.</summary>
    public IReadOnlyList<PhaseTime> Stop()
    {
        Close();
        _phase = null;
        return _done;
    }

    /// <summary>The times so far, the current phase's included.</summary>
    public IReadOnlyList<PhaseTime> Times()
    {
        List<PhaseTime> times = [.. _done];
        Current?.AddTo(times);
        return times;
    }

    /// <summary>Goes on from the times of an interrupted run.</summary>
    public void Restore(TimeSpan elapsed, IReadOnlyList<PhaseTime> times)
    {
        _before = elapsed;
        List<PhaseTime> since = [.. _done];
        _done.Clear();
        _done.AddRange(times);
        foreach (PhaseTime time in since) time.AddTo(_done);
    }

    private void Close() => Current?.AddTo(_done);
}
