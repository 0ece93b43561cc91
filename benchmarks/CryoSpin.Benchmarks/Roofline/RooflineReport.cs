using System.Globalization;
using System.Text;

namespace CryoSpin.Benchmarks.Roofline;

/// <summary>The results as Markdown.</summary>
internal static class RooflineReport
{
    private const string Begin = "<!-- measured: begin -->";
    private const string End = "<!-- measured: end -->";

    /// <summary>The processor's name.</summary>
    public static string Machine()
    {
        string? line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name")) : null;
        return $"{line?[(line.IndexOf(':') + 1)..].Trim() ?? "unnamed processor"}, {Environment.ProcessorCount} cores";
    }

    /// <summary>One table of ceilings, one of kernels per number of threads.</summary>
    public static string Markdown(IReadOnlyList<Ceilings> ceilings, IReadOnlyList<KernelResult> results)
    {
        StringBuilder s = new();
        s.AppendLine(CultureInfo.InvariantCulture, $"{Machine()}; {DateTime.UtcNow:yyyy-MM-dd}.").AppendLine();
        s.AppendLine("| ceiling | " + string.Join(" | ", ceilings.Select(c => Threads(c.Threads))) + " |");
        s.AppendLine("|---|" + string.Concat(ceilings.Select(_ => "---:|")));
        void Row(string name, Func<Ceilings, double> value, string unit) => s.AppendLine(
            $"| {name} | " + string.Join(" | ", ceilings.Select(c => string.Create(CultureInfo.InvariantCulture, $"{value(c) / 1e9:F0} {unit}"))) + " |");
        Row("fused multiply-add, widest vectors", c => c.Fused, "Gop/s");
        Row("the same, 256 bits", c => c.Fused256, "Gop/s");
        Row("additions and multiplications, 256 bits", c => c.Mixed256, "Gop/s");
        for (int level = 3; level >= 0; level--)
        {
            int l = level;
            string name = ((MemoryLevel)l).ToString();
            Row($"{name}: read", c => c.Levels[l].Read, "GB/s");
            Row($"{name}: write", c => c.Levels[l].Write, "GB/s");
            Row($"{name}: copy (256 bits)", c => c.Levels[l].Copy, "GB/s");
            Row($"{name}: triad", c => c.Levels[l].Triad, "GB/s");
        }
        foreach (IGrouping<int, KernelResult> group in results.GroupBy(r => r.Threads))
        {
            s.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{Threads(group.Key)}:").AppendLine();
            s.AppendLine("| kernel | size | time an item | op | bytes | op/byte | Gop/s | GB/s | level | limit | share | nearer limit | share | remark |");
            s.AppendLine("|---|---|---:|---:|---:|---:|---:|---:|---|---|---:|---|---:|---|");
            foreach (KernelResult r in group) s.AppendLine(Line(r));
        }
        return s.ToString();
    }

    /// <summary>Puts the text between the marks of a file, or makes the file.</summary>
    public static void Replace(string path, string text)
    {
        string whole = File.Exists(path) ? File.ReadAllText(path) : $"{Begin}\n{End}\n";
        int from = whole.IndexOf(Begin, StringComparison.Ordinal), to = whole.IndexOf(End, StringComparison.Ordinal);
        if (from < 0 || to < from) throw new ArgumentException($"{path} lacks the lines '{Begin}' and '{End}'.", nameof(path));
        File.WriteAllText(path, $"{whole[..(from + Begin.Length)]}\n\n{text}\n{whole[to..]}");
    }

    private static string Line(KernelResult r) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {r.Kernel} | {r.Size} | {Time(r.SecondsPerItem)} | {Count(r.Operations)} | {Count(r.Bytes)} | {r.Intensity:F1} | {r.Operations / r.SecondsPerItem / 1e9:F1} | {r.Bytes / r.SecondsPerItem / 1e9:F1} | {Level(r.Level)} | {r.Binding} | {r.Share:P0} | {r.Near} | {(r.ShareOfNear is { } n ? n.ToString("P0", CultureInfo.InvariantCulture) : "")} | {r.Remark} |");

    private static string Level(MemoryLevel level) => level == MemoryLevel.Memory ? "memory" : level.ToString();

    private static string Threads(int n) => n == 1 ? "1 thread" : $"{n} threads";

    private static string Time(double seconds) => seconds switch
    {
        < 1e-6 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e9:G3} ns"),
        < 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:G3} us"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:G3} ms"),
    };

    private static string Count(double n) => n switch
    {
        < 1e3 => n.ToString("F0", CultureInfo.InvariantCulture),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{n / 1e3:F1}k"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{n / 1e6:F1}M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{n / 1e9:F1}G"),
    };
}
