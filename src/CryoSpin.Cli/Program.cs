using CryoSpin.Cli;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Running;

using ScreenWriter error = ScreenWriter.ForStandardError();
using StopSignals signals = new StopSignals(error).Listen();
return await CommandLine.InvokeAsync(args, Console.Out, error, cancellation: signals.Token);
