using CryoSpin.Diagnostics;

namespace CryoSpin.Reporting.Files;

/// <summary>An output would take the place of a file that is read.</summary>
/// <param name="output">The output.</param>
/// <param name="input">The input, as it was named.</param>
public sealed class OutputOverInputException(string output, string input) : CryoSpinException(
    $"{output} {(output == input ? "is read" : $"is the same file as {input}, which is read")}: it must not be written over. "
    + "Nothing was written. Name another file or folder with -o.");

/// <summary>
/// The files that a verb reads. No output may be one of them, whatever the two are called: links, hard links and other spellings of a path
/// lead to one file. A verb asks before it writes anything, with or without --overwrite.
/// </summary>
public sealed class InputProtection
{
    private readonly Dictionary<FileIdentity, string> _byIdentity = [];
    private readonly Dictionary<string, string> _byPath = new(
        OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);

    /// <param name="inputs">The files that are read; null and what does not exist does no harm.</param>
    public InputProtection(params IEnumerable<string?> inputs)
    {
        foreach (string input in inputs.Where(i => !string.IsNullOrEmpty(i)).Select(i => i!))
        {
            _byPath.TryAdd(Path.GetFullPath(input), input);
            if (FileIdentity.Of(input) is { } identity) _byIdentity.TryAdd(identity, input);
        }
    }

    /// <summary>Refuses outputs that are inputs.</summary>
    /// <param name="outputs">The files that are to be written, replaced or removed; they need not exist.</param>
    /// <exception cref="OutputOverInputException">One of them is an input.</exception>
    public void Refuse(params IEnumerable<string> outputs)
    {
        foreach (string output in outputs)
        {
            if (InputAt(output) is { } input) throw new OutputOverInputException(output, input);
        }
    }

    /// <summary>The same for files in a folder, under their final names and under the names that they bear until all are complete.</summary>
    /// <param name="folder">The folder; it need not exist.</param>
    /// <param name="names">Names of files in it.</param>
    /// <exception cref="OutputOverInputException">One of them is an input.</exception>
    public void RefuseIn(string folder, params IEnumerable<string> names) =>
        Refuse(names.SelectMany(n => new[] { n, OutputFolder.UnfinishedPrefix + n }).Select(n => Path.Combine(folder, n)));

    /// <summary>The same for the folder of a run: results, snapshots and whatever else a run replaces or removes there.</summary>
    /// <exception cref="OutputOverInputException">One of them is an input.</exception>
    public void RefuseInRun(string folder)
    {
        RefuseIn(folder, [.. RunFiles.OfAnyRun, RunLock.Name]);
        string snapshots = Path.Combine(folder, SnapshotFolder.Name);
        if (Directory.Exists(snapshots)) Refuse(Directory.EnumerateFiles(snapshots));
    }

    private string? InputAt(string output)
    {
        if (_byPath.TryGetValue(Path.GetFullPath(output), out string? input)) return input;
        return FileIdentity.Of(output) is { } identity ? _byIdentity.GetValueOrDefault(identity) : null;
    }
}
