using System.Globalization;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Star;

namespace CryoSpin.Particles;

/// <summary>The images a particle table names: <c>000001@path</c>, counted from 1, or a bare path for a file of one image.</summary>
internal sealed class ImageNames
{
    public const string Column = "rlnImageName";
    private const int ProblemsShown = 10;

    private ImageNames(IReadOnlyList<string> stacks, int[] stackOf, int[] index) => (Stacks, StackOf, Index) = (stacks, stackOf, index);

    /// <summary>Each stack once, as written, in the order of first use.</summary>
    public IReadOnlyList<string> Stacks { get; }

    public int[] StackOf { get; }

    /// <summary>From 0.</summary>
    public int[] Index { get; }

    public static ImageNames Parse(StarTable particles)
    {
        int[] stackOf = new int[particles.RowCount], index = new int[particles.RowCount];
        List<string> stacks = [];
        Dictionary<string, int> known = new(StringComparer.Ordinal);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int i = 0; i < stackOf.Length; i++)
        {
            ReadOnlySpan<char> name = particles.GetSpan(Column, i);
            int at = name.IndexOf('@');
            int number = 1;
            ReadOnlySpan<char> stack = name[(at + 1)..];
            bool valid = at < 0 || int.TryParse(name[..at], NumberStyles.None, CultureInfo.InvariantCulture, out number);
            if (!valid || number < 1 || stack.IsEmpty)
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
                known.Add(stacks[s], s);
            }
            stackOf[i] = s;
        }
        return new ImageNames(stacks, stackOf, index);
    }

    /// <summary>
    /// Finds the stacks: as written (relative to the working directory, as RELION does), beside the star file, by file name beside it.
    /// </summary>
    /// <param name="starPath">The star file.</param>
    /// <param name="require">False to keep the names of stacks that are not found.</param>
    /// <exception cref="InputException">Stacks are missing; the message lists every path tried.</exception>
    public string[] Resolve(string starPath, bool require)
    {
        string folder = Path.GetDirectoryName(starPath) ?? "";
        string[] paths = new string[Stacks.Count];
        List<string> missing = [];
        for (int s = 0; s < paths.Length; s++)
        {
            string[] candidates = Candidates(Stacks[s], folder);
            string? found = Array.Find(candidates, File.Exists);
            paths[s] = found ?? Stacks[s];
            if (found is null) missing.Add($"{Stacks[s]} (tried {string.Join(", ", candidates.Select(Path.GetFullPath))})");
        }
        if (require && missing.Count > 0)
        {
            string more = missing.Count > ProblemsShown ? $" and {missing.Count - ProblemsShown} more" : "";
            throw new InputException(
                starPath,
                $"{missing.Count} of {paths.Length} image stacks were not found: {string.Join("; ", missing.Take(ProblemsShown))}{more}.",
                "Run in the folder that the paths start from, or put the stacks beside the star file.");
        }
        return paths;
    }

    private static string[] Candidates(string name, string folder) =>
        [.. new[] { name, Path.Combine(folder, name), Path.Combine(folder, Path.GetFileName(name.Replace('\\', '/'))) }.Distinct()];
}
