using CryoSpin.Diagnostics;

namespace CryoSpin.Reporting.Files;

/// <summary>The output folder exists and was not to be replaced.</summary>
/// <param name="path">The folder.</param>
public sealed class OutputExistsException(string path)
    : CryoSpinException($"{path} exists. Name another output folder with -o, or add --overwrite to replace the results in it.");

/// <summary>
/// A folder for results. In a new one files get their names at once. In an existing one they bear a prefix, and take the place of the
/// older results only when all are complete; files that are not ours are never touched.
/// </summary>
/// <remarks>
/// A prefix and not a subfolder: image paths in a star file are relative to its folder and stay right when it is renamed.
/// </remarks>
public sealed class OutputFolder
{
    /// <summary>Stands before the names of files that are to replace older ones but may not yet.</summary>
    public const string UnfinishedPrefix = "unfinished-";

    private readonly IReadOnlyCollection<string> _ownFiles;

    private OutputFolder(string path, bool replaces, IReadOnlyCollection<string> ownFiles)
    {
        Path = path;
        Replaces = replaces;
        _ownFiles = ownFiles;
    }

    /// <summary>The folder as the user named it.</summary>
    public string Path { get; }

    /// <summary>True while older results stand beside the new files, until <see cref="Complete"/>.</summary>
    public bool Replaces { get; private set; }

    /// <summary>Makes the folder, or prepares to replace our own files in an existing one.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="overwrite">Whether it may exist.</param>
    /// <param name="ownFiles">
    /// Names of the files that will be written; with <paramref name="overwrite"/>, no other file is replaced or removed.
    /// </param>
    /// <exception cref="OutputExistsException">The folder exists and <paramref name="overwrite"/> is false.</exception>
    /// <exception cref="CryoSpinException">A file has this name, or the folder cannot be made.</exception>
    public static OutputFolder Open(string path, bool overwrite, IReadOnlyCollection<string> ownFiles)
    {
        if (File.Exists(path)) throw new CryoSpinException($"{path} is a file. Name a folder with -o.");
        bool exists = Directory.Exists(path);
        if (exists && !overwrite) throw new OutputExistsException(path);
        bool replaces = ownFiles.Any(name => File.Exists(System.IO.Path.Combine(path, name)));
        OutputFolder folder = new(path, replaces, ownFiles);
        try
        {
            Directory.CreateDirectory(path);
            if (replaces)
            {
                foreach (string name in ownFiles) File.Delete(folder.FileFor(name));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryoSpinException($"{path}: the folder cannot be made or written ({e.Message}). Name another one with -o.", e);
        }
        return folder;
    }

    /// <summary>Refuses a place where a folder cannot be made or written, and leaves nothing there: what follows may take long.</summary>
    /// <exception cref="CryoSpinException">A file has this name, or nothing can be written there.</exception>
    public static void CheckPlace(string path)
    {
        if (File.Exists(path)) throw new CryoSpinException($"{path} is a file. Name a folder with -o.");
        string nearest = System.IO.Path.GetFullPath(path);
        try
        {
            // The probe alone would not notice one on the way down.
            for (string? p = nearest; p is not null; p = System.IO.Path.GetDirectoryName(p))
            {
                if (File.Exists(p)) throw new IOException($"{p} is a file");
            }
            while (!Directory.Exists(nearest) && System.IO.Path.GetDirectoryName(nearest) is { } parent) nearest = parent;
            string probe = System.IO.Path.Combine(nearest, $".cryospin-{Guid.NewGuid():N}.tmp");
            using FileStream file = new(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose);
            // On a full disk a file can be made, but not filled.
            file.WriteByte(0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryoSpinException($"{path}: the folder cannot be made or written ({e.Message}). Name another one with -o.", e);
        }
    }

    /// <summary>Refuses a folder that is not there, or that belongs to somebody else and is closed: nothing in it can be seen.</summary>
    /// <exception cref="CryoSpinException">There is no such folder, or it may not be read.</exception>
    public static void CheckReadable(string path)
    {
        if (File.Exists(path)) throw new InputException(path, "this is a file, and a folder is needed.", "Name the output folder of a run.");
        try
        {
            // A folder that may be listed but not entered shows names whose files cannot be reached.
            string? any = Directory.EnumerateFileSystemEntries(path).FirstOrDefault();
            if (any is not null) File.GetAttributes(any);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CryoSpinException($"{path}: the folder cannot be read ({e.Message}). Ask its owner for permission, or copy what you need.", e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new CryoSpinException($"{path}: there is no such folder. Check the path.", e);
        }
        catch (IOException e)
        {
            throw new CryoSpinException($"{path}: the folder cannot be read ({e.Message}).", e);
        }
    }

    /// <summary>
    /// The folder of a run that was interrupted: its files bear the prefix where they were to replace older ones. Files that a killed
    /// writer left half done are removed.
    /// </summary>
    /// <exception cref="CryoSpinException">The folder cannot be read or written.</exception>
    internal static OutputFolder Reopen(string path, IReadOnlyCollection<string> ownFiles)
    {
        bool replaces = ownFiles.Any(name => File.Exists(System.IO.Path.Combine(path, UnfinishedPrefix + name)));
        OutputFolder folder = new(path, replaces, ownFiles);
        try
        {
            foreach (string name in ownFiles)
            {
                foreach (string half in Directory.GetFiles(path, $".{System.IO.Path.GetFileName(folder.FileFor(name))}.*.tmp")) File.Delete(half);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryoSpinException($"{path}: the folder cannot be read or written ({e.Message}).", e);
        }
        return folder;
    }

    /// <summary>Ends a <see cref="Complete"/> that was interrupted.</summary>
    internal void MoveTheRest()
    {
        if (!Replaces) return;
        foreach (string name in _ownFiles.Where(n => File.Exists(FileFor(n))))
        {
            File.Move(FileFor(name), System.IO.Path.Combine(Path, name), overwrite: true);
        }
        Replaces = false;
    }

    /// <summary>The path under which a file is to be written now.</summary>
    public string FileFor(string name) => System.IO.Path.Combine(Path, Replaces ? UnfinishedPrefix + name : name);

    /// <summary>
    /// Puts the files in the place of the older ones. Older files of ours that have no successor are removed: they belong to another run.
    /// </summary>
    public void Complete()
    {
        if (!Replaces) return;
        foreach (string name in _ownFiles)
        {
            string made = FileFor(name), final = System.IO.Path.Combine(Path, name);
            if (File.Exists(made)) File.Move(made, final, overwrite: true);
            else File.Delete(final);
        }
        Replaces = false;
    }

    /// <summary>Removes the folder where nothing lies in it, so that what made it can be started again after a failure.</summary>
    public void RemoveIfEmpty()
    {
        if (Directory.Exists(Path) && !Directory.EnumerateFileSystemEntries(Path).Any()) Directory.Delete(Path);
    }
}
