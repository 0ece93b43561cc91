using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CryoSpin.Compute;

namespace CryoSpin.Benchmarks.Roofline;

/// <summary>
/// Measures the machine's ceilings and every kernel against them:
/// <c>roofline [--only TEXT] [--threads 1,2] [--repeats N] [--least-ms MS] [--markdown FILE] [--json FILE]</c>.
/// </summary>
internal static class RooflineProgram
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public static int Run(string[] args)
    {
        string? Value(string name) => Array.IndexOf(args, name) is int i and >= 0 && i + 1 < args.Length ? args[i + 1] : null;
        int Number(string name, int usual) => Value(name) is { } v ? int.Parse(v, CultureInfo.InvariantCulture) : usual;
        string only = Value("--only") ?? "";
        int cores = Environment.ProcessorCount;
        int[] threads = Value("--threads") is { } list
            ? [.. list.Split(',').Select(s => int.Parse(s, CultureInfo.InvariantCulture))] : cores == 1 ? [1] : [1, cores];
        BestOf clock = new(Number("--repeats", 12), Number("--least-ms", 8) / 1000.0);
        List<Ceilings> ceilings = [];
        List<KernelResult> results = [];
        foreach (int t in threads)
        {
            using WorkerTeam team = new(t);
            // Before and after: the ceilings must not be those of a moment in which something else ran.
            Ceilings before = Ceilings.Measure(team, clock);
            List<KernelResult> mine = [.. SliceCases.All.Concat(TransformCases.All).Concat(EncoderCases.All)
                .Select(make => Measure(make, team, before, clock, only)).OfType<KernelResult>()];
            Ceilings best = before.Best(Ceilings.Measure(team, clock));
            ceilings.Add(best);
            results.AddRange(mine.Select(r => r.Against(before, best)));
        }
        string text = RooflineReport.Markdown(ceilings, results);
        Console.Write(text);
        if (Value("--markdown") is { } markdown) RooflineReport.Replace(markdown, text);
        if (Value("--json") is { } json)
        {
            File.WriteAllText(json, JsonSerializer.Serialize(new { Machine = RooflineReport.Machine(), ceilings, results }, Json));
        }
        return 0;
    }

    private static KernelResult? Measure(Func<WorkerTeam, KernelCase> make, WorkerTeam team, Ceilings ceilings, BestOf clock, string only)
    {
        KernelCase c = make(team);
        try
        {
            if (!$"{c.Kernel} {c.Size}".Contains(only, StringComparison.OrdinalIgnoreCase)) return null;
            Console.Error.Write($"\r{team.Workers} threads: {c.Kernel} {c.Size}".PadRight(78));
            return KernelResult.Measure(c, ceilings, clock);
        }
        finally
        {
            c.Release();
        }
    }
}
