using CryoSpin.IO;

namespace CryoSpin.Particles;

/// <summary>
/// The places where a stack's name may lead: the data folder, the particle file's, the working folder (RELION's names start there), and
/// those above the particle file. A name without a folder, or one that begins with ./ or ../, means the particle file's folder before the
/// data folder. A particle file that is a link also lies where the link leads.
/// </summary>
internal sealed class StackPlaces
{
    // Deeper than any project's inner folders: a name of a thousand parts would be looked for at a thousand places in every folder.
    private const int MostPartsGuessed = 32;

    // No system opens a longer path.
    private static readonly int s_longestPath = OperatingSystem.IsWindows() ? 32_767 : 4096;

    private readonly string? _data;
    private readonly bool _ownFirst;
    private readonly string[] _own;
    private readonly string[] _above;
    private readonly Dictionary<string, string?> _folders = new(StringComparer.Ordinal);

    /// <summary>True to leave the working folder out: for names that must hold wherever they are read.</summary>
    public bool WithoutWorkingFolder { get; init; }

    /// <param name="sourcePath">The particle file; need not exist.</param>
    /// <param name="dataDirectory">A further folder; null for none.</param>
    /// <param name="ownFirst">True where every name means the particle file's folder first.</param>
    public StackPlaces(string sourcePath, string? dataDirectory, bool ownFirst)
    {
        (_data, _ownFirst) = (dataDirectory, ownFirst);
        string folder = Path.GetDirectoryName(sourcePath) ?? "", real = Path.GetDirectoryName(RealPath.Of(sourcePath)) ?? "/";
        _own = [folder, real];
        _above = [.. Above(Path.GetFullPath(folder.Length == 0 ? "." : folder)).Concat(Above(real)).Distinct()];
    }

    /// <summary>The files that a whole name leads to, by rank; more than one where the name alone does not tell.</summary>
    public List<string> Find(string name) => Existing(Candidates(name, near: true)) is { Count: > 0 } near
        ? near
        : Existing(Candidates(name, near: false));

    /// <summary>What two paths to one file have in common: the path without links.</summary>
    public string Identity(string path)
    {
        string real = Path.Combine(RealFolder(path) ?? "", Path.GetFileName(path));
        return RealPath.IsLink(real) ? RealPath.Of(real) : real;
    }

    /// <summary>Every path at which a whole name, and then its last part, is looked for: for messages.</summary>
    public IEnumerable<string> All(string name) =>
        Candidates(name, near: true).Concat(Candidates(name, near: false)).Concat(OfEnd(Parts(name)[^1..])).Distinct();

    /// <summary>
    /// The files that the longest possible end of a name leads to: a project that was moved keeps its inner folders, and a stack that was
    /// copied its file name. None where no end leads anywhere.
    /// </summary>
    public List<string> Guess(string name)
    {
        string[] parts = Parts(name);
        for (int from = Math.Max(0, parts.Length - MostPartsGuessed); from < parts.Length; from++)
        {
            List<string> found = Existing(OfEnd(parts[from..]));
            if (found.Count > 0) return found;
        }
        return [];
    }

    private static IEnumerable<string> Above(string folder)
    {
        for (string? up = Path.GetDirectoryName(folder); up is not null; up = Path.GetDirectoryName(up)) yield return up;
    }

    // Windows' separators count where the name as written leads nowhere.
    private static string Slashed(string name) => name.Replace('\\', '/');

    /// <summary>The names that a path is made of, without a drive or what climbs at its beginning.</summary>
    private static string[] Parts(string name)
    {
        string[] parts = Slashed(name).Split('/', StringSplitOptions.RemoveEmptyEntries);
        int first = 0;
        while (first < parts.Length - 1 && (parts[first] is "." or ".." || parts[first].EndsWith(':'))) first++;
        return parts.Length == 0 ? [name] : parts[first..];
    }

    private IEnumerable<string> Candidates(string name, bool near)
    {
        if (name.Length > s_longestPath) yield break;
        string slashed = Slashed(name);
        string[] forms = slashed == name ? [name] : [name, slashed];
        foreach (string form in forms)
        {
            if (Path.IsPathRooted(form))
            {
                if (near) yield return form;
                continue;
            }
            foreach (string folder in Folders(form, near)) yield return Path.Combine(folder, form);
        }
    }

    // A bare name is common: what lies far above is asked only where nothing nearer answers.
    private IEnumerable<string> Folders(string name, bool near)
    {
        bool bare = !name.Contains('/', StringComparison.Ordinal);
        bool dotted = name.StartsWith("./", StringComparison.Ordinal) || name.StartsWith("../", StringComparison.Ordinal);
        string[] data = _data is null ? [] : [_data], working = WithoutWorkingFolder ? [] : [""];
        if (!near) return bare ? _above : [];
        IEnumerable<string> first = dotted || bare || _ownFirst ? _own.Concat(data) : data.Concat(_own);
        return [.. first, .. working, .. bare ? [] : _above];
    }

    // Only below a folder that has the end's first part is the rest put together: a long name would be copied a hundred times.
    private IEnumerable<string> OfEnd(string[] parts)
    {
        IEnumerable<string> near = _data is null ? _own : [_data, .. _own];
        IEnumerable<string> folders = parts.Length == 1
            ? near
            : near.Concat(_above).Where(folder => Real(Path.Combine(folder, parts[0])) is not null);
        return folders.Select(folder => Path.Combine([folder, .. parts]));
    }

    private List<string> Existing(IEnumerable<string> candidates)
    {
        List<string> found = [];
        HashSet<string> real = new(StringComparer.Ordinal);
        foreach (string path in candidates)
        {
            if (RealFolder(path) is not null && File.Exists(path) && real.Add(Identity(path))) found.Add(path);
        }
        return found;
    }

    // A table names thousands of stacks in a few folders, and a folder need be asked only once.
    private string? RealFolder(string path) => Real(Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".");

    private string? Real(string folder)
    {
        if (!_folders.TryGetValue(folder, out string? real))
        {
            _folders.Add(folder, real = Directory.Exists(folder) ? RealPath.Of(folder) : null);
        }
        return real;
    }
}
