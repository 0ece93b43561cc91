using CryoSpin.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace CryoSpin.IO;

/// <summary>
/// Files that are read at any place from any thread, of which only so many are open at once: the one that was not used for longest is
/// closed, and opened again when it is needed. A project has more stacks than a process may open files.
/// </summary>
internal sealed class OpenFiles : IDisposable
{
    private const int LeastOpen = 8, MostOpen = 512, UsualOpen = 128;

    // What the runtime, the results and the terminal need.
    private const int Reserve = 64;

    // EMFILE, of Linux and macOS alike.
    private const int TooManyOpen = 24;

    private readonly Lock _gate = new();
    private readonly LinkedList<(string Path, SafeFileHandle Handle)> _byUse = new();
    private readonly Dictionary<string, LinkedListNode<(string Path, SafeFileHandle Handle)>> _open = new(StringComparer.Ordinal);
    private SafeFileHandle? _unpacked;
    private long _unpackedBytes;
    private int _most;

    /// <param name="most">Files open at once; null for what the process's limit leaves room for.</param>
    public OpenFiles(int? most = null) => _most = most ?? Usual();

    /// <summary>Number of files that are open now, without the temporary one.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _open.Count;
        }
    }

    /// <summary>The file's handle, which stays open at least until the lease ends.</summary>
    /// <exception cref="InputException">The file cannot be opened.</exception>
    public Lease Rent(string path)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(path, out LinkedListNode<(string Path, SafeFileHandle Handle)>? node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
            }
            else
            {
                CloseBeyond(_most - 1);
                _open.Add(path, node = _byUse.AddFirst((path, Open(path))));
            }
            return new Lease(node.Value.Handle);
        }
    }

    /// <summary>Unpacks a gzip file behind those that were unpacked before; all share one temporary file.</summary>
    /// <param name="path">A gzip file.</param>
    /// <param name="most">Bytes wanted.</param>
    /// <returns>The temporary file, where the bytes begin in it, and how many they are.</returns>
    public (SafeFileHandle File, long Start, long Length) Unpack(string path, long most)
    {
        lock (_gate)
        {
            _unpacked ??= InputFile.CreateTemporary(path);
            long start = _unpackedBytes;
            _unpackedBytes += InputFile.Unpack(path, most, _unpacked, start);
            return (_unpacked, start, _unpackedBytes - start);
        }
    }

    /// <summary>Closes all; a lease that is still held keeps its own file open until it ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            CloseBeyond(0);
            _unpacked?.Dispose();
        }
    }

    private SafeFileHandle Open(string path)
    {
        while (true)
        {
            try
            {
                return InputFile.OpenHandle(path);
            }
            catch (InputException e) when (e.InnerException is IOException { HResult: TooManyOpen } && _open.Count > 0)
            {
                // Other parts of the program hold more than was thought.
                _most = Math.Max(1, _open.Count / 2);
                CloseBeyond(_most - 1);
            }
        }
    }

    private void CloseBeyond(int count)
    {
        while (_byUse.Count > count && _byUse.Last is { } last)
        {
            _byUse.RemoveLast();
            _open.Remove(last.Value.Path);
            last.Value.Handle.Dispose();
        }
    }

    private static int Usual()
    {
        const string label = "Max open files";
        try
        {
            if (!OperatingSystem.IsLinux()) return UsualOpen;
            string line = File.ReadLines("/proc/self/limits").First(l => l.StartsWith(label, StringComparison.Ordinal));
            string soft = line[label.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return int.TryParse(soft, out int limit) ? Math.Clamp((limit - Reserve) / 2, LeastOpen, MostOpen) : MostOpen;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return UsualOpen;
        }
    }

    /// <summary>A handle that is in use; closing it waits for the end of the lease.</summary>
    internal readonly struct Lease : IDisposable
    {
        public Lease(SafeFileHandle handle)
        {
            bool added = false;
            handle.DangerousAddRef(ref added);
            Handle = handle;
        }

        public SafeFileHandle Handle { get; }

        public void Dispose() => Handle.DangerousRelease();
    }
}
