using CryoSpin.Benchmarks.Ablations;
using CryoSpin.Benchmarks.Roofline;

if (args is ["ablations", ..]) return AblationProgram.Run(args[1..]);
if (args is ["roofline", ..]) return RooflineProgram.Run(args[1..]);
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
