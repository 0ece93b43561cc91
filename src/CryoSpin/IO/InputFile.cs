using System.Text;
using CryoSpin.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace CryoSpin.IO;

/// <summary>Opens input files so that every failure becomes a message that names the file and says what to do.</summary>
internal static class InputFile
{
    /// <summary>Longest text held in memory, in characters: .NET strings end near 2^30.</summary>
    private const long LongestText = 1_000_000_000;

    /// <summary>Tables and coordinates shrink to a tenth or so; a text that grows by more than this is made to fill the memory.</summary>
    private const int LargestTextExpansion = 100;

    private const int SmallText = 1 << 20;

    /// <summary>Opens for reading; other processes may read too.</summary>
    public static FileStream Open(string path, FileOptions options = FileOptions.None) =>
        Guard(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, options));

    /// <summary>Opens for reading at any place from any thread.</summary>
    public static SafeFileHandle OpenHandle(string path) =>
        Guard(path, () => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess));

    /// <summary>The whole text of a file, unpacked where it is gzip or bzip2; bytes that are not UTF-8 become U+FFFD.</summary>
    public static string ReadText(string path)
    {
        using FileStream file = Open(path);
        bool packed = PackedFile.IsOne(file);
        if (!packed && file.Length > LongestText) throw TooLong(path, file.Length);
        try
        {
            using Stream stream = packed ? PackedFile.Unpack(file) : file;
            int part = (int)Math.Clamp(file.Length, 256, 1 << 16);
            using StreamReader reader = new(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, part);
            long most = packed ? Math.Min(LongestText, Math.Max(SmallText, file.Length * LargestTextExpansion)) : LongestText;
            StringBuilder text = new((int)Math.Min(file.Length, LongestText));
            char[] buffer = new char[part];
            for (int n = reader.Read(buffer); n > 0; n = reader.Read(buffer))
            {
                text.Append(buffer, 0, n);
                if (text.Length > most) throw TooLong(path, text.Length);
            }
            return text.ToString();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new InputException(path, $"the file cannot be read ({e.Message}).", "Copy or download it again.", e);
        }
    }

    /// <summary>Unpacks a gzip or bzip2 file into a temporary file of its own for reading at any place.</summary>
    /// <param name="path">A gzip or bzip2 file.</param>
    /// <param name="most">Bytes wanted; unpacking stops there.</param>
    /// <exception cref="InputException">The file cannot be read.</exception>
    /// <exception cref="CryoSpinException">The temporary file cannot be written.</exception>
    public static SafeFileHandle Unpack(string path, long most)
    {
        SafeFileHandle target = CreateTemporary(path);
        try
        {
            Unpack(path, most, target, 0);
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    /// <summary>Unpacks a gzip or bzip2 file into a temporary file from a place on; returns the number of bytes.</summary>
    public static long Unpack(string path, long most, SafeFileHandle target, long start)
    {
        using FileStream file = Open(path, FileOptions.SequentialScan);
        using Stream stream = PackedFile.Unpack(file);
        byte[] buffer = new byte[1 << 16];
        for (long done = 0; done < most;)
        {
            int n = ReadPart(path, stream, buffer.AsSpan(0, (int)Math.Min(buffer.Length, most - done)));
            if (n == 0) return done;
            try
            {
                RandomAccess.Write(target, buffer.AsSpan(0, n), start + done);
            }
            catch (IOException e)
            {
                throw NoRoom(path, e);
            }
            done += n;
        }
        return most;
    }

    /// <summary>
    /// A temporary file that has no name any more on Unix, and is removed when it is closed elsewhere, so that it never outlives the process.
    /// </summary>
    /// <param name="path">The file that is to be unpacked, for the message.</param>
    /// <exception cref="CryoSpinException">It cannot be made.</exception>
    public static SafeFileHandle CreateTemporary(string path)
    {
        string name = Path.Combine(Path.GetTempPath(), $"cryospin-{Path.GetRandomFileName()}");
        bool unix = !OperatingSystem.IsWindows();
        try
        {
            SafeFileHandle handle = File.OpenHandle(
                name, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
                FileOptions.RandomAccess | (unix ? FileOptions.None : FileOptions.DeleteOnClose));
            if (unix) File.Delete(name);
            return handle;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NoRoom(path, e);
        }
    }

    private static int ReadPart(string path, Stream stream, Span<byte> buffer)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new InputException(path, $"the file cannot be unpacked ({e.Message}).", "It is truncated or damaged; copy it again.", e);
        }
    }

    private static CryoSpinException NoRoom(string path, Exception e) => new(
        $"{path}: cannot be unpacked to {Path.GetTempPath()} ({e.Message}). Unpack it with gunzip or bunzip2, or name another folder in TMPDIR.",
        e);

    private static T Guard<T>(string path, Func<T> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FolderInput.Refuse(path);
        try
        {
            RefuseEmpty(path);
            return open();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException(path, "the file does not exist.", "Check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, $"the file cannot be opened ({e.Message}).", "Check that it is a file that you may read.", e);
        }
    }

    // Opening a pipe waits for whoever writes to it, for ever if need be, and a device may never end. Both have no length, and an empty
    // file is of no use either; .NET does not tell the three apart before they are open.
    private static void RefuseEmpty(string path)
    {
        FileInfo file = new(RealPath.Of(path));
        if (!file.Exists || file.Length > 0) return;
        throw new InputException(
            path, "the file is empty (0 bytes), or is a pipe or a device.", "Copy or write it again; store what a pipe delivers in a file first.");
    }

    private static InputException TooLong(string path, long length) =>
        new(path, $"the text is too long ({length} bytes or more).", $"Texts up to {LongestText} characters can be read; split the file.");
}
