using System.Globalization;
using CryoSpin.Cli.Comparing;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Running;
using CryoSpin.Imaging;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>
/// The command line with the short schedule, as a program of its own that a test can kill. It halts for good where an environment variable
/// says: when a phase of that name begins, or a line of the log begins so.
/// </summary>
internal static class ShortRunProgram
{
    /// <summary>Name of the variable.</summary>
    public const string HaltVariable = "CRYOSPIN_TEST_HALT";

    /// <summary>Name of a variable that does the same until the run is asked to stop.</summary>
    public const string WaitVariable = "CRYOSPIN_TEST_WAIT";

    /// <summary>What it writes to standard error when it halts.</summary>
    public const string Halted = "halted here";

    public static Task<int> Main(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        ScreenWriter error = ScreenWriter.ForStandardError();
        return CommandLine.InvokeAsync(args, Console.Out, error, Engine, new StopSignals(error).Listen().Token, ChildProcess.Run);
    }

    private static RunResults Engine(
        ReconstructionOptions options, ParticleSource source, IRunObserver observer, CancellationToken cancellation) =>
        SimulatedInput.ShortRun(options, source, new WatchedObserver(observer, line => Halt(line, cancellation)), cancellation);

    private static void Halt(string line, CancellationToken cancellation)
    {
        if (IsMeant(HaltVariable, line))
        {
            Console.Error.WriteLine(Halted);
            Thread.Sleep(Timeout.Infinite);
        }
        if (cancellation.IsCancellationRequested || !IsMeant(WaitVariable, line)) return;
        Console.Error.WriteLine(Halted);
        cancellation.WaitHandle.WaitOne();
    }

    private static bool IsMeant(string variable, string line) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } at && line.StartsWith(at, StringComparison.Ordinal);
}

/// <summary>Passes everything on and tells each line of the log and the name of each phase, as it is reported.</summary>
internal sealed class WatchedObserver(IRunObserver inner, Action<string> seen) : IRunObserver
{
    public void Log(string message)
    {
        inner.Log(message);
        seen(message);
    }

    public void Report(in RunProgress progress)
    {
        inner.Report(progress);
        seen(progress.Phase);
    }

    public void Record(MetricRecord metric) => inner.Record(metric);

    public void Resumed(int metrics) => inner.Resumed(metrics);

    public void Flush() => inner.Flush();

    public bool WantsSnapshots => inner.WantsSnapshots;

    public IReadOnlyList<int> Watched => inner.Watched;

    public void Keep(RunSnapshot snapshot) => inner.Keep(snapshot);

    public void Leave(Volume map) => inner.Leave(map);
}
