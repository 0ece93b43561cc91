using System.Runtime.InteropServices;
using CryoSpin.Cli;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Running;

// A write beyond the session's limit (ulimit -f) then fails with a message, as on a full disk, instead of ending the process.
const PosixSignal FileTooLarge = (PosixSignal)25;
using PosixSignalRegistration? limit = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(FileTooLarge, s => s.Cancel = true);
using ScreenWriter error = ScreenWriter.ForStandardError();
using StopSignals signals = new StopSignals(error).Listen();
return await CommandLine.InvokeAsync(args, Console.Out, error, cancellation: signals.Token);
