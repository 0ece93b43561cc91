using System.Runtime.InteropServices;
using CryoSpin.Cli;

using CancellationTokenSource stop = new();
bool asked = false;

void Stop(PosixSignalContext signal)
{
    // The first Ctrl-C asks the run to stop cleanly; the second one ends the process the hard way.
    if (asked) return;
    asked = true;
    signal.Cancel = true;
    Console.Error.WriteLine();
    Console.Error.WriteLine("cryospin: stopping at the next safe point; press Ctrl-C again to leave at once.");
    stop.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await CommandLine.InvokeAsync(args, Console.Out, Console.Error, cancellation: stop.Token);
