using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.IO.Star;

namespace CryoSpin.Particles;

/// <summary>The images a particle table names: <c>000001@path</c>, counted from 1, or a bare path for a file of one image.</summary>
internal sealed class ImageNames
{
    public const string Column = "rlnImageName";

    private ImageNames(IReadOnlyList<string> stacks, int[] stackOf, int[] index, bool[] isBare) =>
        (Stacks, StackOf, Index, IsBare) = (stacks, stackOf, index, isBare);

    /// <summary>Each stack once, as written, in the order of first use.</summary>
    public IReadOnlyList<string> Stacks { get; }

    public int[] StackOf { get; }

    /// <summary>From 0.</summary>
    public int[] Index { get; }

    /// <summary>By stack: true where a row names the file alone, which then must hold one image.</summary>
    public bool[] IsBare { get; }

    /// <summary>Takes a name apart.</summary>
    /// <param name="name">A cell of the column.</param>
    /// <param name="number">From 1; 1 for a bare name.</param>
    /// <param name="stack">What stands behind the @.</param>
    /// <returns>False where it does not name an image.</returns>
    public static bool TryParse(ReadOnlySpan<char> name, out int number, out ReadOnlySpan<char> stack)
    {
        int at = name.IndexOf('@');
        number = 1;
        stack = name[(at + 1)..];
        bool valid = at < 0 || int.TryParse(name[..at], NumberStyles.None, CultureInfo.InvariantCulture, out number);
        return valid && number >= 1 && !stack.IsEmpty;
    }

    public static ImageNames Parse(StarTable particles)
    {
        int[] stackOf = new int[particles.RowCount], index = new int[particles.RowCount];
        List<string> stacks = [];
        List<bool> bare = [];
        Dictionary<string, int> known = new(StringComparer.Ordinal);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int i = 0; i < stackOf.Length; i++)
        {
            ReadOnlySpan<char> name = particles.GetSpan(Column, i);
            if (!TryParse(name, out int number, out ReadOnlySpan<char> stack))
            {
                throw new InputException(
                    $"{particles.Where(i)}, column _{Column}", $"'{name}' does not name an image.",
                    "Write 000001@stack.mrcs; images count from 1.");
            }
            index[i] = number - 1;
            if (!lookup.TryGetValue(stack, out int s))
            {
                s = stacks.Count;
                stacks.Add(stack.ToString());
                bare.Add(false);
                known.Add(stacks[s], s);
            }
            stackOf[i] = s;
            bare[s] |= stack.Length == name.Length;
        }
        return new ImageNames(stacks, stackOf, index, [.. bare]);
    }

    /// <summary>Says once that images are named more than once, with the first pair.</summary>
    /// <param name="particles">The table, for places.</param>
    /// <param name="paths">The stacks as found: two names may mean one file.</param>
    /// <param name="warnings">Receives the sentence.</param>
    public void WarnOfDuplicates(StarTable particles, IReadOnlyList<string> paths, List<string> warnings)
    {
        Dictionary<string, int> files = new(StringComparer.Ordinal);
        int[] fileOf = [.. paths.Select(RealPath.Of).Select(p => files.TryAdd(p, files.Count) ? files.Count - 1 : files[p])];
        Dictionary<(int File, int Index), int> seen = new(Index.Length);
        int repeated = 0;
        string first = "";
        for (int i = 0; i < Index.Length; i++)
        {
            if (seen.TryAdd((fileOf[StackOf[i]], Index[i]), i)) continue;
            if (repeated++ > 0) continue;
            int before = seen[(fileOf[StackOf[i]], Index[i])];
            first = $"{particles.GetText(Column, i)} at {particles.Where(before)} and {particles.Where(i)}";
        }
        if (repeated > 0) warnings.Add($"{particles.Source}: {Plural.Of(repeated, "image")} {Plural.Choose(repeated, "is", "are")} named more than once, e.g. {first}.");
    }
}
