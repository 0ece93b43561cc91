using CryoSpin.Benchmarks.Ablations;

if (args is ["ablations", ..]) return AblationProgram.Run(args[1..]);
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
