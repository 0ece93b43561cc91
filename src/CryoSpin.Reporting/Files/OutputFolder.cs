using CryoSpin.Diagnostics;

namespace CryoSpin.Reporting.Files;

/// <summary>The output folder exists and was not to be replaced.</summary>
/// <param name="path">The folder.</param>
public sealed class OutputExistsException(string path)
    : CryoSpinException($"{path} exists. Name another output folder with -o, or add --overwrite to replace the results in it.");

/// <summary>
/// A folder for results. A new one is written in place. In an existing one, everything is first written into a subfolder and takes the
/// place of the old results only when it is complete; files that are not ours are never touched.
/// </summary>
public sealed class OutputFolder
{
    /// <summary>Name of the subfolder that holds results until they may replace older ones.</summary>
    public const string UnfinishedName = "unfinished";

    private readonly IReadOnlyCollection<string> _ownFiles;

    private OutputFolder(string path, string workingPath, IReadOnlyCollection<string> ownFiles)
    {
        Path = path;
        WorkingPath = workingPath;
        _ownFiles = ownFiles;
    }

    /// <summary>The folder as the user named it.</summary>
    public string Path { get; }

    /// <summary>Where files are to be written until <see cref="Complete"/>: the folder itself, or its subfolder when old results are replaced.</summary>
    public string WorkingPath { get; private set; }

    /// <summary>Makes the folder, or prepares to replace our own files in an existing one.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="overwrite">Whether it may exist.</param>
    /// <param name="ownFiles">Names of the files that will be written; with <paramref name="overwrite"/>, no other file is replaced or removed.</param>
    /// <exception cref="OutputExistsException">The folder exists and <paramref name="overwrite"/> is false.</exception>
    /// <exception cref="CryoSpinException">A file has this name, or the folder cannot be made.</exception>
    public static OutputFolder Open(string path, bool overwrite, IReadOnlyCollection<string> ownFiles)
    {
        if (File.Exists(path)) throw new CryoSpinException($"{path} is a file. Name a folder with -o.");
        bool exists = Directory.Exists(path);
        if (exists && !overwrite) throw new OutputExistsException(path);
        string working = exists ? System.IO.Path.Combine(path, UnfinishedName) : path;
        try
        {
            Directory.CreateDirectory(working);
            if (exists) DeleteOwn(working, ownFiles);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryoSpinException($"{path}: the folder cannot be made or written ({e.Message}). Name another one with -o.", e);
        }
        return new OutputFolder(path, working, ownFiles);
    }

    /// <summary>The path under which a file is to be written now.</summary>
    public string FileFor(string name) => System.IO.Path.Combine(WorkingPath, name);

    /// <summary>Puts the files in the place of the older ones. Older files of ours that have no successor are removed: they belong to another run.</summary>
    public void Complete()
    {
        if (WorkingPath == Path) return;
        foreach (string name in _ownFiles)
        {
            string made = FileFor(name), final = System.IO.Path.Combine(Path, name);
            if (File.Exists(made)) File.Move(made, final, overwrite: true);
            else File.Delete(final);
        }
        if (!Directory.EnumerateFileSystemEntries(WorkingPath).Any()) Directory.Delete(WorkingPath);
        WorkingPath = Path;
    }

    private static void DeleteOwn(string folder, IEnumerable<string> names)
    {
        foreach (string name in names) File.Delete(System.IO.Path.Combine(folder, name));
    }
}
