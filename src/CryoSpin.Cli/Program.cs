using System.Runtime.InteropServices;
using CryoSpin.Cli;
using CryoSpin.Cli.Display;

using CancellationTokenSource stop = new();
bool asked = false;
MessageWriter messages = new(Console.Error);

void Stop(PosixSignalContext signal)
{
    // The first Ctrl-C asks the run to stop cleanly; the second one ends the process the hard way.
    if (asked) return;
    asked = true;
    signal.Cancel = true;
    messages.WriteLine();
    messages.WriteLine("cryospin: stopping at the next safe point; press Ctrl-C again to leave at once.");
    stop.Cancel();
}

// A write beyond the session's limit (ulimit -f) then fails with a message, as on a full disk, instead of ending the process.
const PosixSignal FileTooLarge = (PosixSignal)25;
using PosixSignalRegistration? limit = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(FileTooLarge, s => s.Cancel = true);
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await CommandLine.InvokeAsync(args, Console.Out, messages, cancellation: stop.Token);
