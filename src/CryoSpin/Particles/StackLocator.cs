using CryoSpin.Diagnostics;

namespace CryoSpin.Particles;

/// <summary>
/// Finds image stacks on the disk. A name is tried as written (relative to the working directory, as RELION does), under the data folder,
/// beside the particle file, in each folder above it (RELION's names start from the project's root, its star files lie in job folders),
/// and then by its last part under the data folder and beside the particle file.
/// </summary>
internal sealed class StackLocator(string sourcePath, string? dataDirectory)
{
    private const int StacksShown = 5;
    private readonly string _folder = Path.GetDirectoryName(sourcePath) ?? "";

    /// <summary>True to try the particle file's folder before the working directory, as a list of stacks means its names.</summary>
    public bool OwnFolderFirst { get; init; }

    /// <summary>Finds all stacks.</summary>
    /// <param name="names">As written in the particle file.</param>
    /// <param name="require">False to keep the names of stacks that are not found.</param>
    /// <exception cref="InputException">Stacks, or the data folder, are missing; the message lists every path tried.</exception>
    public string[] Resolve(IReadOnlyList<string> names, bool require)
    {
        if (dataDirectory is not null && !Directory.Exists(dataDirectory))
        {
            throw new InputException(dataDirectory, "the data folder does not exist.", "Check the path.");
        }
        string[] paths = new string[names.Count];
        List<string> missing = [];
        for (int s = 0; s < paths.Length; s++)
        {
            string name = RelionStackName.File(names[s]);
            string[] candidates = Candidates(name);
            string? found = Array.Find(candidates, File.Exists);
            paths[s] = found ?? name;
            if (found is not null) continue;
            missing.Add(missing.Count < StacksShown
                ? $"{names[s]} (tried {string.Join(", ", candidates.Select(Path.GetFullPath).Distinct())})"
                : names[s]);
        }
        if (require && missing.Count > 0) throw Fault(missing, paths.Length);
        return paths;
    }

    private InputException Fault(List<string> missing, int count)
    {
        string more = missing.Count > StacksShown ? $" and {missing.Count - StacksShown} more" : "";
        // A byte that is no UTF-8 reads as U+FFFD, and no file can be opened by such a name.
        string remedy = missing.Exists(m => m.Contains('\uFFFD', StringComparison.Ordinal))
            ? "A name has bytes that are not UTF-8; rename the file and correct the column."
            : "Give the folder that the paths start from with --data-dir, or put the stacks beside the particle file.";
        return new InputException(
            sourcePath, $"{missing.Count} of {count} image stacks were not found: {string.Join("; ", missing.Take(StacksShown))}{more}.",
            remedy);
    }

    private string[] Candidates(string name)
    {
        if (name.Contains('\0', StringComparison.Ordinal))
        {
            string shown = name.Replace("\0", "\\0", StringComparison.Ordinal);
            throw new InputException(sourcePath, $"the stack's name '{shown}' has a null character.", "The file is damaged.");
        }
        if (name.Length == 0) throw new InputException(sourcePath, "a stack's name is empty.", "Give every image as number@stack.");
        string slashed = name.Replace('\\', '/'), last = Path.GetFileName(slashed);
        List<string> candidates = OwnFolderFirst ? [Path.Combine(_folder, name), name] : [name];
        if (dataDirectory is not null) candidates.Add(Path.Combine(dataDirectory, name));
        candidates.Add(Path.Combine(_folder, name));
        if (!Path.IsPathRooted(name))
        {
            for (string? up = Path.GetDirectoryName(Path.GetFullPath(sourcePath)); up is not null; up = Path.GetDirectoryName(up))
            {
                candidates.Add(Path.Combine(up, name));
            }
        }
        if (slashed != name) candidates.Add(Path.Combine(dataDirectory ?? _folder, slashed));
        if (last.Length > 0)
        {
            if (dataDirectory is not null) candidates.Add(Path.Combine(dataDirectory, last));
            candidates.Add(Path.Combine(_folder, last));
        }
        return [.. candidates.Distinct()];
    }
}
