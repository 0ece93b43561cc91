namespace CryoSpin.Particles.CryoSparc;

/// <summary>
/// Finds cryoSPARC's image stacks: its paths start from the project folder, which is the folder of the dataset or one above it; a leading
/// &gt; stands for the dataset's own folder.
/// </summary>
/// <param name="datasetPath">The .cs or .csg.</param>
internal sealed class StackFinder(string datasetPath)
{
    // A project is at most some folders above a job's files; further up every look costs time on a slow file system.
    private const int Levels = 8;
    private readonly Dictionary<string, string> _found = new(StringComparer.Ordinal);

    /// <summary>The path as it can be opened from here, or as written, without a leading &gt;, where there is no such file.</summary>
    public string Find(string written)
    {
        if (_found.TryGetValue(written, out string? known)) return known;
        string name = written.TrimStart('>');
        return _found[written] = Candidates(name).FirstOrDefault(File.Exists) ?? name;
    }

    private IEnumerable<string> Candidates(string name)
    {
        string folder = Path.GetDirectoryName(datasetPath) ?? "";
        int above = Path.GetFullPath(folder.Length == 0 ? "." : folder).Count(c => c == Path.DirectorySeparatorChar);
        for (int level = 0; level <= Math.Min(Levels, above); level++)
        {
            yield return Path.Combine(folder, name);
            folder = Path.Combine(folder, "..");
        }
    }
}
