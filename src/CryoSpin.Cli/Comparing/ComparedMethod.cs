using System.Globalization;
using CryoSpin.Cli.Parsing;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Comparing;

/// <summary>A method of a comparison, or a variant of one: NAME, or NAME:heads=1 and the like; changes joined by a plus.</summary>
/// <param name="Typed">As typed.</param>
/// <param name="Method">The method.</param>
/// <param name="Changes">Options of its own, with the words of their values.</param>
internal sealed record ComparedMethod(string Typed, ReconstructionMethod Method, IReadOnlyList<(RunOption Option, string Word)> Changes)
{
    private const int MostSeeds = 1000;

    private static readonly RunOption[] s_variants = [.. OptionCatalogue.All.Where(o => o.Comparison == ComparisonRole.Variant)];

    /// <summary>How variants are typed, for help and messages.</summary>
    public static string Variants { get; } = string.Join(", ", s_variants.Select(o => $"NAME:{o.Name[2..]}={o.Kind.Placeholder}"));

    /// <summary>Reads a list with commas; null stands for all methods.</summary>
    /// <exception cref="UsageException">A method is unknown or named twice, or has no such variant.</exception>
    public static IReadOnlyList<ComparedMethod> ParseList(string? list)
    {
        string[] words = list is null
            ? [.. ReconstructionMethod.All.Select(m => m.Name)]
            : list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) throw new UsageException("--methods names none.");
        if (words.GroupBy(w => w).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new UsageException($"--methods names '{twice.Key}' twice.");
        }
        return [.. words.Select(Parse)];
    }

    /// <summary>Reads a list of seeds: 1..3 or 1,2,5.</summary>
    /// <exception cref="UsageException">It is not such a list.</exception>
    public static IReadOnlyList<int> ParseSeeds(string list)
    {
        List<int> seeds = [];
        foreach (string part in list.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] ends = part.Split("..");
            bool numbers = TryNumber(ends[0], out int first) & TryNumber(ends[^1], out int last);
            if (!numbers || ends.Length > 2 || last < first || last - first >= MostSeeds)
            {
                throw new UsageException($"--seeds needs whole numbers, e.g. 1..3 or 1,2,5; found '{list}'.");
            }
            seeds.AddRange(Enumerable.Range(first, last - first + 1));
        }
        return seeds.Distinct().Count() == seeds.Count ? seeds : throw new UsageException($"--seeds names a seed twice: '{list}'.");
    }

    /// <summary>Name of the folder of a run.</summary>
    public string FolderOf(int seed) => string.Create(CultureInfo.InvariantCulture, $"{Typed.Replace(':', '_')}-seed{seed}");

    /// <summary>The options of a run of the method.</summary>
    /// <param name="common">What all runs have in common.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="folder">Its folder.</param>
    public ReconstructionOptions AddTo(ReconstructionOptions common, int seed, string folder)
    {
        ReconstructionOptions options = common with
        {
            Method = common.Method with { Name = Method.Name, Seed = seed },
            Output = common.Output with { Folder = folder },
        };
        return Changes.Aggregate(options, (changed, c) => c.Option.With(changed, [c.Word], out _));
    }

    private static ComparedMethod Parse(string typed)
    {
        string[] parts = typed.Split(':', 2);
        IEnumerable<string> known = ReconstructionMethod.All.Select(m => m.Name);
        if (ReconstructionMethod.Find(parts[0]) is not { } method)
        {
            string nearest = NearestName.Find(parts[0], known) is { } near ? $" Did you mean '{near}'?" : "";
            throw new UsageException($"There is no method '{parts[0]}'.{nearest} Known are {string.Join(", ", known)}.");
        }
        (RunOption, string)[] changes = parts.Length == 1 ? [] : [.. parts[1].Split('+').Select(change => Change(typed, change))];
        ComparedMethod result = new(typed, method, changes);
        string? objection = OptionCatalogue.Objection(result.AddTo(OptionCatalogue.Defaults, 1, ""), changes.Select(c => c.Item1));
        return objection is null ? result : throw new UsageException($"'{typed}': {objection}");
    }

    private static (RunOption Option, string Word) Change(string typed, string change)
    {
        if (change.Split('=', 2) is not [var name, var word] || s_variants.FirstOrDefault(o => o.Name == "--" + name) is not { } option)
        {
            throw new UsageException($"'{typed}': a variant is {Variants}, several joined by '+'; found '{change}'.");
        }
        option.With(OptionCatalogue.Defaults, [word], out string? mistake);
        return mistake is null ? (option, word) : throw new UsageException($"'{typed}': {mistake[2..]}");
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
