using System.Collections.Concurrent;
using CryoSpin.Diagnostics;

namespace CryoSpin.IO;

/// <summary>
/// Writes a file under a temporary name in the same folder and renames it when it is complete, so that a reader, or a run that is
/// interrupted, never meets half a file under the final name.
/// </summary>
public static class AtomicFile
{
    private static readonly ConcurrentDictionary<string, bool> s_unfinished = new();

    // A process that is asked to end in the middle of a file leaves nothing of it.
    static AtomicFile() => AppDomain.CurrentDomain.ProcessExit += (_, _) => DiscardAll();

    /// <summary>Writes a file.</summary>
    /// <param name="path">The final name; an existing file is replaced.</param>
    /// <param name="write">Writes the content; when it throws, the temporary file is removed and the old file stays.</param>
    /// <exception cref="CryoSpinException">The folder is absent or cannot be written, or the file would be too large for it.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        FileStream stream = Create(path);
        try
        {
            using (stream)
            {
                write(stream);
                // A name that survives a power cut must not stand for bytes that did not.
                stream.Flush(flushToDisk: true);
            }
            Publish(stream.Name, path);
        }
        catch (Exception e)
        {
            Discard(stream);
            // What .NET makes of the system's "file too large".
            if (e is ArgumentOutOfRangeException { ParamName: "value" })
            {
                throw new CryoSpinException($"{path}: the file system, or a limit of this session (ulimit -f), allows no file so large.", e);
            }
            throw;
        }
    }

    /// <summary>Opens the temporary file that stands for <paramref name="path"/> until <see cref="Publish"/>.</summary>
    internal static FileStream Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full) ?? full;
        string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            s_unfinished[temporary] = true;
            return stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryoSpinException(
                $"{path}: cannot be written ({e.Message}). Check that the folder {folder} exists and is writable.", e);
        }
    }

    /// <summary>Gives a finished and closed temporary file its final name.</summary>
    internal static void Publish(string temporary, string path)
    {
        try
        {
            File.Move(temporary, path, overwrite: true);
            s_unfinished.TryRemove(temporary, out _);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CryoSpinException(
                $"{path}: cannot be replaced ({e.Message}). Check that no folder has this name and that it is writable.", e);
        }
    }

    private static void DiscardAll()
    {
        foreach (string path in s_unfinished.Keys)
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process ends; there is nobody to tell.
            }
        }
    }

    /// <summary>Closes and removes an unfinished temporary file.</summary>
    internal static void Discard(FileStream stream)
    {
        stream.Dispose();
        File.Delete(stream.Name);
        s_unfinished.TryRemove(stream.Name, out _);
    }
}
