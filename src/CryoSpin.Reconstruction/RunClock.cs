using System.Diagnostics;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>Seconds spent in each phase of a run.</summary>
internal sealed class RunClock
{
    private readonly List<PhaseTime> _done = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private string? _phase;
    private long _phaseStarted;

    /// <summary>Time since the run began.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Time since the current phase began.</summary>
    public TimeSpan PhaseElapsed => Stopwatch.GetElapsedTime(_phaseStarted);

    /// <summary>Ends the current phase and begins another.</summary>
    public void Start(string phase)
    {
        Close();
        (_phase, _phaseStarted) = (phase, Stopwatch.GetTimestamp());
    }

    /// <summary>Ends the last phase; the times in order.</summary>
    public IReadOnlyList<PhaseTime> Stop()
    {
        Close();
        _phase = null;
        return _done;
    }

    private void Close()
    {
        if (_phase is not null) _done.Add(new PhaseTime(_phase, Stopwatch.GetElapsedTime(_phaseStarted).TotalSeconds));
    }
}
