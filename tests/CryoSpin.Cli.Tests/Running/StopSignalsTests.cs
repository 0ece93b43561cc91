using System.Runtime.InteropServices;
using CryoSpin.Cli.Running;

namespace CryoSpin.Cli.Tests.Running;

public sealed class StopSignalsTests
{
    private readonly StringWriter _error = new();
    private readonly Clock _clock = new();

    [Fact]
    public void Two_signals_within_a_second_are_one_and_a_later_one_is_left_to_end_the_process()
    {
        using StopSignals signals = new(_error, _clock);
        Assert.False(signals.Token.IsCancellationRequested);
        Assert.True(signals.IsTaken(PosixSignal.SIGINT));
        Assert.True(signals.Token.IsCancellationRequested);
        _clock.Now = 0.9;
        Assert.True(signals.IsTaken(PosixSignal.SIGINT));
        Assert.True(signals.IsTaken(PosixSignal.SIGTERM));
        _clock.Now = 1.1;
        Assert.False(signals.IsTaken(PosixSignal.SIGINT));
        Assert.False(signals.IsTaken(PosixSignal.SIGTERM));
        Assert.Single(_error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_terminal_that_closes_stops_and_never_kills()
    {
        using StopSignals signals = new(_error, _clock);
        Assert.True(signals.IsTaken(PosixSignal.SIGTERM));
        _clock.Now = 5;
        Assert.True(signals.IsTaken(PosixSignal.SIGHUP));
        Assert.True(signals.IsTaken((PosixSignal)10));
    }

    private sealed class Clock : TimeProvider
    {
        public double Now { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(1000 * Now);
    }
}
