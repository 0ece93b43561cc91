using System.Diagnostics;
using System.Globalization;
using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.Reconstruction;
using CryoSpin.Runs;

namespace CryoSpin.Benchmarks.Ablations;

/// <summary>
/// Runs variants of the default method on a stack with known truth and prints one Markdown row per variant and seed:
/// <c>ablations FOLDER [--seeds 1,2,3] [--only a,b] [--max-shift PX] [--threads T]</c>; FOLDER holds particles.star, truth.star, truth.mrc.
/// </summary>
internal static class AblationProgram
{
    public static int Run(string[] args)
    {
        string folder = args[0];
        string Value(string name, string usual) => Array.IndexOf(args, name) is int i and >= 0 ? args[i + 1] : usual;
        int[] seeds = [.. Value("--seeds", "1,2,3").Split(',').Select(s => int.Parse(s, CultureInfo.InvariantCulture))];
        string only = Value("--only", "");
        double maxShift = double.Parse(Value("--max-shift", "5"), CultureInfo.InvariantCulture);
        int threads = int.Parse(Value("--threads", Environment.ProcessorCount.ToString()), CultureInfo.InvariantCulture);
        using ParticleSource source = ParticleSource.Open(Path.Combine(folder, "particles.star"));
        ParticleSet truth = ParticleSet.Load(Path.Combine(folder, "truth.star"));
        MrcVolume map = MrcVolumeIO.Read(Path.Combine(folder, "truth.mrc"));
        Volume truthMap = new(map.Nx, map.PixelSizeAngstrom, map.Voxels);
        Pose[] poses = [.. Enumerable.Range(0, truth.Count).Select(i => truth.Pose(i)!.Value)];
        Console.WriteLine("| variant | what | seed | median, degrees | mean | within 10 degrees | FSC 0.5, A | half-maps 0.143, A | seconds |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (Ablation a in Ablation.All.Where(a => only.Length == 0 || only.Split(',').Contains(a.Name)))
        {
            foreach (int seed in seeds) Console.WriteLine(Row(a, seed, maxShift, threads, source, poses, truthMap));
        }
        return 0;
    }

    private static string Row(Ablation a, int seed, double maxShift, int threads, ParticleSource source, Pose[] truth, Volume truthMap)
    {
        ReconstructionOptions options = ReconstructionOptions.Of(source.Set.Source, "") with
        {
            Method = new MethodOptions { Seed = seed, Heads = a.Heads, MaxShiftPixels = maxShift },
            Resources = new RunResources { Threads = threads, CheckpointMinutes = null },
        };
        long started = Stopwatch.GetTimestamp();
        using WorkerTeam team = new(threads);
        ReconstructionOutcome outcome = ReconstructionRun.Run(options, a.Settings, source, new Silence(), default);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        PoseComparisonResult c = PoseComparison.Compare(outcome.Poses, truth);
        AlignedMap aligned = MapAlignment.WithRotation(outcome.Map, truthMap, c.GlobalRotation, c.Mirrored, team);
        double fsc = FourierShellCorrelation.Compute(aligned.Map, truthMap, team: team).ResolutionAngstrom(0.5);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {a.Name} | {a.What} | {seed} | {c.MedianDegrees:F2} | {c.MeanDegrees:F1} | {c.ShareWithin10Degrees:P1} | {fsc:F2} | {outcome.ResolutionAngstrom:F2} | {seconds:F0} |");
    }

    private sealed class Silence : IRunObserver
    {
        public void Log(string message)
        {
        }

        public void Report(in RunProgress progress)
        {
        }

        public void Record(MetricRecord metric)
        {
        }
    }
}
