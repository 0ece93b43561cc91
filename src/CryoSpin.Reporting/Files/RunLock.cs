using CryoSpin.Diagnostics;

namespace CryoSpin.Reporting.Files;

/// <summary>
/// Keeps a second run out of a folder. The system holds the lock for the process and lets it go when the process ends, however it ends.
/// </summary>
public sealed class RunLock : IDisposable
{
    /// <summary>Name of the file in the run's folder.</summary>
    public const string Name = "run.lock";

    // How the systems say that another process has the lock.
    private const int Linux = 11;
    private const int MacOS = 35;
    private const int Windows = unchecked((int)0x80070020);
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Locks an existing folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="owner">Says who holds it where another run does.</param>
    /// <exception cref="CryoSpinException">Another run works in the folder, or it cannot be written.</exception>
    public static RunLock Acquire(string folder, Func<string> owner)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            return new RunLock(new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CryoSpinException($"{folder}: the folder cannot be written ({e.Message}). Name another one with -o.", e);
        }
        catch (IOException e) when (e.HResult is Linux or MacOS or Windows)
        {
            throw new CryoSpinException(
                $"{folder}: another run works in this folder{owner()}. Wait for its end, stop it, or name another folder.", e);
        }
        catch (IOException e)
        {
            throw new CryoSpinException($"{folder}: the folder cannot be written ({e.Message}). Name another one with -o.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
