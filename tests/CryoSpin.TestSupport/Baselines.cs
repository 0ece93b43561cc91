using System.Text.Json;
using Xunit;

namespace CryoSpin.TestSupport;

/// <summary>What benchmarks/baselines.json says of one kernel or loop.</summary>
/// <param name="AllocatedBytes">Most managed memory one call may allocate once it is warm.</param>
/// <param name="Counts">Figures that do not vary from run to run: operations, bytes, passes, poses.</param>
public sealed record Baseline(long AllocatedBytes, Dictionary<string, double> Counts);

/// <summary>The recorded allocations and counts, and how they are checked. Times are not tested: they vary.</summary>
public static class Baselines
{
    private static readonly Dictionary<string, Baseline> s_all = JsonSerializer.Deserialize<Dictionary<string, Baseline>>(
        File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "benchmarks", "baselines.json")),
        new JsonSerializerOptions(JsonSerializerDefaults.Web))!;

    /// <summary>Fails where one call allocates more than recorded on this thread, or counts differ from those recorded.</summary>
    /// <param name="name">Key in the file.</param>
    /// <param name="counts">All counts of the entry, as they are now.</param>
    /// <param name="call">One call; all of its work must run on the calling thread.</param>
    /// <param name="calls">How many are measured at once; five times.</param>
    public static void Check(string name, Dictionary<string, double> counts, Action call, int calls = 4)
    {
        Assert.True(s_all.TryGetValue(name, out Baseline? baseline), $"benchmarks/baselines.json has no entry '{name}'.");
        string Text(Dictionary<string, double> c) => string.Join(", ", c.OrderBy(p => p.Key).Select(p => $"{p.Key} {p.Value:R}"));
        Assert.Equal($"{name}: {Text(baseline.Counts)}", $"{name}: {Text(counts)}");
        for (int i = 0; i < 3; i++) call();
        // The least of several: shared pools now and then drop what they hold, and the next call allocates it anew.
        long each = long.MaxValue;
        for (int window = 0; window < 5; window++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < calls; i++) call();
            each = Math.Min(each, (GC.GetAllocatedBytesForCurrentThread() - before) / calls);
        }
        Assert.True(each <= baseline.AllocatedBytes, $"{name}: a call allocates {each} bytes, the baseline is {baseline.AllocatedBytes}.");
    }
}
