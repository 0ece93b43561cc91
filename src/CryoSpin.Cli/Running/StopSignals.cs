using System.Runtime.InteropServices;

namespace CryoSpin.Cli.Running;

/// <summary>
/// Turns the signals that end a process into a request to stop: Ctrl-C (SIGINT), SIGTERM, a terminal that closes (SIGHUP), and those by
/// which schedulers announce the end of a job's time (SIGUSR1, SIGUSR2, SIGXCPU). A second Ctrl-C or SIGTERM ends the process at once,
/// unless it follows within a second: a launcher that passes on what the terminal has sent already must not kill the run.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan s_same = TimeSpan.FromSeconds(1);

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TextWriter _error;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private long? _first;

    /// <param name="error">Receives a line at the first signal.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public StopSignals(TextWriter error, TimeProvider? time = null) => (_error, _time) = (error, time ?? TimeProvider.System);

    /// <summary>Asks for the stop.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Begins to listen.</summary>
    public StopSignals Listen()
    {
        foreach (PosixSignal signal in Signals())
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context => context.Cancel = IsTaken(context.Signal)));
        }
        return this;
    }

    /// <summary>Deals with a signal.</summary>
    /// <returns>False where it shall do what it does by itself, which is to end the process.</returns>
    public bool IsTaken(PosixSignal signal)
    {
        lock (_gate)
        {
            bool insists = signal is PosixSignal.SIGINT or PosixSignal.SIGTERM;
            if (_first is { } first) return !insists || _time.GetElapsedTime(first) <= s_same;
            _first = _time.GetTimestamp();
        }
        _error.WriteLine("cryospin: stopping soon. Ctrl-C again leaves at once.");
        _stop.Cancel();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // After a signal they stay: the same one, passed on by a launcher, must not kill a process that is about to end by itself.
        if (_first is null) foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private static IEnumerable<PosixSignal> Signals()
    {
        PosixSignal[] everywhere = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        // Where .NET has no name for a signal it takes the system's number.
        if (OperatingSystem.IsLinux()) return [.. everywhere, (PosixSignal)10, (PosixSignal)12, (PosixSignal)24];
        if (OperatingSystem.IsMacOS()) return [.. everywhere, (PosixSignal)30, (PosixSignal)31, (PosixSignal)24];
        return everywhere;
    }
}
