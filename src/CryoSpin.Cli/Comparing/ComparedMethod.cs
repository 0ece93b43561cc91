using System.Globalization;
using CryoSpin.Cli.Parsing;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Comparing;

/// <summary>A method of a comparison, or a variant of one: NAME, NAME:heads=1, NAME:encoder-steps=800, NAME:volume=grid, NAME:copies=2; changes joined by a plus.</summary>
/// <param name="Typed">As typed.</param>
/// <param name="Method">The method.</param>
/// <param name="Heads">Heads of the encoder; null for the usual number.</param>
/// <param name="EncoderSteps">Most steps of auto-encoding; null for the usual number.</param>
/// <param name="Volume">The volume; null for the method's usual one.</param>
/// <param name="ImageCopies">Copies of each image that its symmetric loss compares; null for the usual number.</param>
internal sealed record ComparedMethod(
    string Typed, ReconstructionMethod Method, int? Heads = null, int? EncoderSteps = null, VolumeKind? Volume = null, int? ImageCopies = null)
{
    private const int MostHeads = 64;
    private const int MostSteps = 1_000_000;
    private const int MostSeeds = 1000;

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

    /// <summary>Puts the method into a run's options.</summary>
    public ReconstructionOptions AddTo(ReconstructionOptions options) =>
        options with
        {
            Method = Method.Name,
            Heads = Heads ?? options.Heads,
            EncoderSteps = EncoderSteps,
            Volume = Volume,
            ImageCopies = ImageCopies,
        };

    private static ComparedMethod Parse(string typed)
    {
        string[] parts = typed.Split(':', 2);
        IEnumerable<string> known = ReconstructionMethod.All.Select(m => m.Name);
        if (ReconstructionMethod.Find(parts[0]) is not { } method)
        {
            string nearest = NearestName.Find(parts[0], known) is { } near ? $" Did you mean '{near}'?" : "";
            throw new UsageException($"There is no method '{parts[0]}'.{nearest} Known are {string.Join(", ", known)}.");
        }
        ComparedMethod result = new(typed, method);
        if (parts.Length == 1) return result;
        foreach (string change in parts[1].Split('+'))
        {
            string[] pair = change.Split('=', 2);
            result = pair[0] switch
            {
                "heads" when pair.Length == 2 => result.WithHeads(pair[1]),
                "encoder-steps" when pair.Length == 2 => result.WithEncoderSteps(pair[1]),
                "volume" when pair.Length == 2 => result.WithVolume(pair[1]),
                "copies" when pair.Length == 2 => result.WithImageCopies(pair[1]),
                _ => throw new UsageException(
                    $"'{typed}': a variant is NAME:heads=M, NAME:encoder-steps=N, NAME:volume=KIND or NAME:copies=C, several joined by '+'; "
                        + $"found '{change}'."),
            };
        }
        return result;
    }

    private ComparedMethod WithHeads(string value)
    {
        if (!Method.HasHeads) throw new UsageException($"'{Typed}': the method {Method.Name} has no choice of heads.");
        return TryNumber(value, out int heads) && heads is >= 1 and <= MostHeads
            ? this with { Heads = heads }
            : throw new UsageException($"'{Typed}': heads needs a whole number, 1 to {MostHeads}.");
    }

    private ComparedMethod WithEncoderSteps(string value)
    {
        if (!Method.HasHeads) throw new UsageException($"'{Typed}': the method {Method.Name} has no auto-encoding.");
        return TryNumber(value, out int steps) && steps is >= 1 and <= MostSteps
            ? this with { EncoderSteps = steps }
            : throw new UsageException($"'{Typed}': encoder-steps needs a whole number, 1 to {MostSteps}.");
    }

    private ComparedMethod WithVolume(string value)
    {
        string[] known = [.. Method.Volumes.Select(v => v.ToString().ToLowerInvariant())];
        return known.Contains(value)
            ? this with { Volume = Enum.Parse<VolumeKind>(value, ignoreCase: true) }
            : throw new UsageException($"'{Typed}': the method {Method.Name} learns {string.Join(" or ", known)}.");
    }

    private ComparedMethod WithImageCopies(string value) => TryNumber(value, out int copies) && Method.ImageCopies.Contains(copies)
        ? this with { ImageCopies = copies }
        : throw new UsageException($"'{Typed}': the method {Method.Name} {MethodInput.CopiesOf(Method)}.");

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
