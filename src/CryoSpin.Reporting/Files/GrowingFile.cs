using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CryoSpin.Reporting.Files;

/// <summary>
/// A text file to which lines are added. Where the disk is full they wait in memory for room: a log is no reason to end a run.
/// </summary>
internal sealed class GrowingFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly MemoryStream _waiting = new();
    private long _length;

    /// <param name="path">The file.</param>
    /// <param name="append">Whether what is in it stays.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public GrowingFile(string path, bool append)
    {
        // Others may read it while it grows.
        _file = File.OpenHandle(path, append ? FileMode.OpenOrCreate : FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        _length = RandomAccess.GetLength(_file);
    }

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        _waiting.Write(Encoding.UTF8.GetBytes(line + "\n"));
        Flush();
    }

    /// <summary>Brings what was written to the disk.</summary>
    public void FlushToDisk()
    {
        try
        {
            RandomAccess.FlushToDisk(_file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As with a full disk: a log is no reason to end a run.
        }
    }

    /// <summary>Tries once more to write what waits, and closes the file.</summary>
    public void Dispose()
    {
        Flush();
        _file.Dispose();
        _waiting.Dispose();
    }

    private void Flush()
    {
        try
        {
            RandomAccess.Write(_file, _waiting.GetBuffer().AsSpan(0, (int)_waiting.Length), _length);
        }
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            // The latter is what .NET makes of the system's "file too large".
            return;
        }
        _length += _waiting.Length;
        _waiting.SetLength(0);
    }
}
