using System.Globalization;
using System.Runtime.Intrinsics;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Benchmarks.Roofline;

/// <summary>Where data lie while a kernel works on them.</summary>
internal enum MemoryLevel
{
    L1,
    L2,
    L3,
    Memory,
}

/// <summary>Bytes per second of one level. A copy counts what it reads and what it writes; a triad three numbers per result.</summary>
internal sealed record LevelBandwidth(double Read, double Write, double Copy, double Triad);

/// <summary>What this machine does at most with a number of threads, measured.</summary>
/// <param name="Threads">Threads that worked at the same time; all figures are their sum.</param>
/// <param name="Fused">Single-precision operations per second in fused multiply-adds of the widest vectors (two each).</param>
/// <param name="Fused256">The same with 256-bit vectors.</param>
/// <param name="Mixed256">Additions and multiplications by 256-bit vectors, as many of each, none fused.</param>
/// <param name="Levels">By <see cref="MemoryLevel"/>.</param>
/// <param name="CacheBytes">Size of L1, L2 and L3 for one thread.</param>
internal sealed record Ceilings(
    int Threads, double Fused, double Fused256, double Mixed256, LevelBandwidth[] Levels, double[] CacheBytes)
{
    private const int Rounds = 100_000;

    /// <summary>Measures with a team; all its workers do the same at the same time.</summary>
    public static unsafe Ceilings Measure(WorkerTeam team, BestOf clock)
    {
        double[] caches = Caches();
        float[] sink = new float[team.Workers * 16];
        double Rate(Func<int, float> probe, int lanes, int operations) =>
            (double)team.Workers * Rounds * ArithmeticProbes.Chains * lanes * operations
            / clock.Seconds(() => team.ForBlocks(team.Workers, (_, w) => sink[16 * w] = probe(Rounds)));
        double narrow = Rate(ArithmeticProbes.Fused256, 8, 2);
        double wide = Vector512.IsHardwareAccelerated ? Rate(ArithmeticProbes.Fused512, 16, 2) : narrow;
        double mixed = Rate(ArithmeticProbes.Mixed256, 8, 1);
        LevelBandwidth[] levels =
        [
            .. new[] { caches[0] / 2, caches[1] / 2, caches[2] / (4 * team.Workers), 3 * 8 * caches[2] }.Select(b => Bandwidth(team, clock, b)),
        ];
        return new Ceilings(team.Workers, wide, narrow, mixed, levels, caches);
    }

    /// <summary>The better of two measurements of everything.</summary>
    public Ceilings Best(Ceilings other) => this with
    {
        Fused = Math.Max(Fused, other.Fused),
        Fused256 = Math.Max(Fused256, other.Fused256),
        Mixed256 = Math.Max(Mixed256, other.Mixed256),
        Levels =
        [
            .. Levels.Zip(other.Levels, (a, b) => new LevelBandwidth(
                Math.Max(a.Read, b.Read), Math.Max(a.Write, b.Write), Math.Max(a.Copy, b.Copy), Math.Max(a.Triad, b.Triad))),
        ],
    };

    /// <summary>The level that holds so many bytes per thread (the third level is shared).</summary>
    public MemoryLevel LevelOf(double workingSetBytes) =>
        workingSetBytes <= CacheBytes[0] ? MemoryLevel.L1
        : workingSetBytes <= CacheBytes[1] ? MemoryLevel.L2
        : workingSetBytes * Threads <= CacheBytes[2] ? MemoryLevel.L3 : MemoryLevel.Memory;

    private static unsafe LevelBandwidth Bandwidth(WorkerTeam team, BestOf clock, double bytes)
    {
        // Three arrays, so that the triad's working set is what was asked for; reads and writes go over all of it.
        nint part = Math.Max(64, (nint)(bytes / 12) / 64 * 64), all = 3 * part;
        bool past = bytes > 64e6;
        AlignedBuffer[] buffers = [.. Enumerable.Range(0, team.Workers).Select(_ => new AlignedBuffer(all))];
        nint[] at = [.. buffers.Select(b => (nint)b.Pointer)];
        int[] sink = new int[team.Workers * 16];
        // Long enough that starting the team does not count.
        int passes = (int)Math.Max(1, 20e6 / bytes);
        double Rate(double moved, Action<int> body) =>
            team.Workers * passes * moved * 4 / clock.Seconds(() => team.ForBlocks(team.Workers, (_, w) =>
            {
                for (int i = 0; i < passes; i++) body(w);
            }));
        LevelBandwidth result = new(
            Rate(all, w => sink[16 * w] = MemoryProbes.Read((float*)at[w], all)),
            Rate(all, w =>
            {
                if (past) MemoryProbes.WritePast((float*)at[w], all);
                else MemoryProbes.Write((float*)at[w], all);
            }),
            Rate(2 * part, w => MemoryProbes.Copy((float*)at[w], (float*)at[w] + part, part)),
            Rate(3 * part, w => MemoryProbes.Triad((float*)at[w], (float*)at[w] + part, (float*)at[w] + 2 * part, part)));
        foreach (AlignedBuffer b in buffers) b.Dispose();
        return result;
    }

    private static double[] Caches()
    {
        // Where the system does not say: a common small machine.
        double[] sizes = [32 << 10, 512 << 10, 16 << 20];
        const string folder = "/sys/devices/system/cpu/cpu0/cache";
        if (!Directory.Exists(folder)) return sizes;
        foreach (string index in Directory.GetDirectories(folder, "index*"))
        {
            if (File.ReadAllText(Path.Combine(index, "type")).Trim() == "Instruction") continue;
            int level = int.Parse(File.ReadAllText(Path.Combine(index, "level")), CultureInfo.InvariantCulture);
            string size = File.ReadAllText(Path.Combine(index, "size")).Trim();
            if (level is < 1 or > 3) continue;
            sizes[level - 1] = double.Parse(size.TrimEnd('K', 'M'), CultureInfo.InvariantCulture) * (size.EndsWith('M') ? 1 << 20 : 1 << 10);
        }
        return sizes;
    }
}
