using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CryoSpin.Reporting.Files;

/// <summary>
/// Which file a path leads to: the device and the file's number on it. Two names of one file, through links, hard links or other
/// spellings, have one identity.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Number">The file's number there (inode).</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Number)
{
    private const int CurrentFolder = -100;
    private const uint StatxInode = 0x100;

    // As large as the systems' own structures, or larger.
    private const int StructureBytes = 256;

    /// <summary>The identity of an existing file or folder; null where there is none, or where the system does not tell.</summary>
    public static FileIdentity? Of(string path)
    {
        try
        {
            if (OperatingSystem.IsLinux()) return OfLinux(path);
            if (OperatingSystem.IsMacOS()) return OfMacOS(path);
            return OperatingSystem.IsWindows() && File.Exists(path) ? OfWindows(path) : null;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // struct statx is the same on every processor, unlike struct stat.
    private static FileIdentity? OfLinux(string path)
    {
        byte[] s = new byte[StructureBytes];
        if (Statx(CurrentFolder, path, 0, StatxInode, s) != 0) return null;
        ulong device = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(s.AsSpan(136)) << 32 | BinaryPrimitives.ReadUInt32LittleEndian(s.AsSpan(140));
        return new FileIdentity(device, BinaryPrimitives.ReadUInt64LittleEndian(s.AsSpan(32)));
    }

    private static FileIdentity? OfMacOS(string path)
    {
        byte[] s = new byte[StructureBytes];
        int result = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Stat(path, s) : StatInode64(path, s);
        return result != 0
            ? null
            : new FileIdentity(BinaryPrimitives.ReadUInt32LittleEndian(s), BinaryPrimitives.ReadUInt64LittleEndian(s.AsSpan(8)));
    }

    private static FileIdentity? OfWindows(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        byte[] s = new byte[StructureBytes];
        if (!GetFileInformationByHandle(file, s)) return null;
        ulong number = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(s.AsSpan(44)) << 32 | BinaryPrimitives.ReadUInt32LittleEndian(s.AsSpan(48));
        return new FileIdentity(BinaryPrimitives.ReadUInt32LittleEndian(s.AsSpan(28)), number);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, [In, Out] byte[] structure);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, [In, Out] byte[] structure);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatInode64(string path, [In, Out] byte[] structure);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandle")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetFileInformationByHandle(SafeFileHandle file, [In, Out] byte[] structure);
}
