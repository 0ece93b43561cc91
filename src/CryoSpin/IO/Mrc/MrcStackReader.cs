using System.Buffers;
using System.Runtime.InteropServices;
using CryoSpin.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace CryoSpin.IO.Mrc;

/// <summary>Random access to the images (sections) of an MRC stack; nothing is held but the open file.</summary>
public sealed class MrcStackReader : IDisposable
{
    private const int VolumeStack = 401;

    // One of the two: a handle that is this reader's own or that of a shared temporary file, or the files that it is opened among.
    private readonly SafeFileHandle? _file;
    private readonly OpenFiles? _files;
    private readonly long _start;

    private MrcStackReader(
        string path, SafeFileHandle? file, OpenFiles? files, long start, MrcHeader header, IReadOnlyList<string> warnings)
    {
        Path = path;
        _file = file;
        _files = files;
        _start = start;
        Header = header;
        Warnings = warnings;
    }

    /// <summary>The file as given.</summary>
    public string Path { get; }

    /// <summary>The header.</summary>
    public MrcHeader Header { get; }

    /// <summary>Number of images.</summary>
    public int Count => Header.Sections;

    /// <summary>Columns of an image.</summary>
    public int Width => Header.Columns;

    /// <summary>Rows of an image.</summary>
    public int Height => Header.Rows;

    /// <summary>Pixel size of the header in angstrom; 0 where the header does not say. 1 is what many writers leave there.</summary>
    public double PixelSizeAngstrom => Header.PixelSizeXAngstrom;

    /// <summary>Oddities that do not hinder reading, as complete sentences that name the file.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// Opens a stack and checks its header and length. One compressed with gzip or bzip2 is unpacked to a temporary file, which a warning tells.
    /// </summary>
    /// <exception cref="InputException">The file is absent, is not MRC, or is shorter than its header says.</exception>
    public static MrcStackReader Open(string path)
    {
        SafeFileHandle file = InputFile.OpenHandle(path);
        try
        {
            List<string> warnings = [];
            MrcHeader header = ReadHeader(path, file, warnings, out bool packed);
            if (packed)
            {
                file.Dispose();
                file = InputFile.Unpack(path, (long)header.DataEnd);
                CheckLength(path, header, RandomAccess.GetLength(file), warnings);
                WarnOfUnpacking(path, header, warnings);
            }
            return new MrcStackReader(path, file, null, 0, header, warnings);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The same as one of many stacks, which are not all open at once.</summary>
    /// <param name="path">The stack.</param>
    /// <param name="files">Opens the file whenever it is read, and is to be closed after the last reading.</param>
    /// <exception cref="InputException">As for <see cref="Open(string)"/>.</exception>
    internal static MrcStackReader Open(string path, OpenFiles files)
    {
        List<string> warnings = [];
        MrcHeader header;
        bool packed;
        using (OpenFiles.Lease lease = files.Rent(path)) header = ReadHeader(path, lease.Handle, warnings, out packed);
        if (!packed) return new MrcStackReader(path, null, files, 0, header, warnings);
        (SafeFileHandle file, long start, long length) = files.Unpack(path, (long)header.DataEnd);
        CheckLength(path, header, length, warnings);
        WarnOfUnpacking(path, header, warnings);
        return new MrcStackReader(path, file, files, start, header, warnings);
    }

    /// <summary>
    /// Reads a stack's header and compares it with the file's length, without opening it for reading. The length of a file compressed
    /// with gzip or bzip2 is not known before it is opened.
    /// </summary>
    /// <exception cref="InputException">As for <see cref="Open(string)"/>.</exception>
    public static MrcHeader ReadHeader(string path)
    {
        using SafeFileHandle file = InputFile.OpenHandle(path);
        return ReadHeader(path, file, [], out _);
    }

    /// <summary>Reads one image. May be called from several threads at once.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <param name="pixels">Height x Width values, [y][x].</param>
    /// <exception cref="InputException">The file cannot be read, or has become shorter.</exception>
    public void Read(int index, Span<float> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        if (pixels.Length != Width * Height)
        {
            throw new ArgumentException($"{pixels.Length} places for {Width} x {Height} pixels.", nameof(pixels));
        }
        long offset = Header.DataOffset + (index * Header.SectionBytes);
        if (Header.Mode == MrcMode.Single)
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(pixels);
            Fill(bytes, offset, index);
            if (Header.IsBigEndian == BitConverter.IsLittleEndian) SampleConverter.ToSingle(bytes, Header, pixels);
            return;
        }
        byte[] rented = ArrayPool<byte>.Shared.Rent((int)Header.SectionBytes);
        try
        {
            Span<byte> bytes = rented.AsSpan(0, (int)Header.SectionBytes);
            Fill(bytes, offset, index);
            SampleConverter.ToSingle(bytes, Header, pixels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Closes the file, unless it is one of many.</summary>
    public void Dispose()
    {
        if (_files is null) _file?.Dispose();
    }

    /// <summary>Compares the length with the header: a short file is refused, a long one is only reported.</summary>
    internal static void CheckLength(string path, MrcHeader header, long length, List<string> warnings)
    {
        if (length < header.DataEnd)
        {
            throw new InputException(
                path,
                $"the file has {length} bytes but its header promises {header.DataEnd} " +
                $"({header.Columns} x {header.Rows} x {header.Sections} samples, mode {(int)header.Mode}, " +
                $"extended header {header.ExtendedHeaderBytes}).",
                "It is truncated or damaged; copy or write it again.");
        }
        if (length > header.DataEnd)
        {
            warnings.Add($"{path}: {Plural.Of(length - (long)header.DataEnd, "byte")} after the last section {Plural.Choose(length - (long)header.DataEnd, "is", "are")} ignored.");
        }
    }

    private static void WarnOfUnpacking(string path, MrcHeader header, List<string> warnings) => warnings.Add(
        $"{path}: unpacked to a temporary file ({(long)header.DataEnd / 1_000_000} MB); unpacking it once saves this time at each start.");

    private static MrcHeader ReadHeader(string path, SafeFileHandle file, List<string> warnings, out bool packed)
    {
        Span<byte> bytes = stackalloc byte[MrcHeader.Bytes];
        int n = Fill(path, file, bytes);
        packed = PackedFile.IsOne(bytes[..n]);
        long length = RandomAccess.GetLength(file);
        if (packed)
        {
            length = PackedFile.MostUnpacked(bytes[..n], length);
            n = MrcVolumeIO.UnpackHeader(path, bytes);
        }
        MrcHeader header = MrcHeader.Parse(bytes[..n], path);
        warnings.AddRange(header.Warnings.Select(w => $"{path}: {w}"));
        if ((header.AxisOfColumns, header.AxisOfRows, header.AxisOfSections) != (1, 2, 3))
        {
            throw new InputException(
                path, $"a stack of images has axes {header.AxisOfColumns}, {header.AxisOfRows}, {header.AxisOfSections}.",
                "Images must have axes 1, 2, 3 (MAPC, MAPR, MAPS); convert the file.");
        }
        if (header.SpaceGroup == VolumeStack)
        {
            throw new InputException(path, "this is a stack of volumes (ISPG 401).", "Give a stack of images.");
        }
        CheckLength(path, header, length, packed ? [] : warnings);
        if (header.SectionBytes > Array.MaxLength)
        {
            throw new InputException(path, $"images of {header.Columns} x {header.Rows} pixels are too large.", "Check the header.");
        }
        return header;
    }

    /// <summary>Reads a file's first bytes; how many there are.</summary>
    internal static int Fill(string path, SafeFileHandle file, Span<byte> bytes)
    {
        try
        {
            int n = 0;
            for (int read = 1; read > 0 && n < bytes.Length; n += read) read = RandomAccess.Read(file, bytes[n..], n);
            return n;
        }
        catch (IOException e)
        {
            throw new InputException(path, $"the file cannot be read ({e.Message}).", "Check the disk.", e);
        }
    }

    private void Fill(Span<byte> bytes, long offset, int index)
    {
        try
        {
            for (int done = 0; done < bytes.Length;)
            {
                int n = ReadPart(bytes[done..], _start + offset + done);
                if (n == 0) throw new EndOfStreamException("the file ends within the image");
                done += n;
            }
        }
        catch (IOException e)
        {
            throw new InputException(
                Path, $"image {index + 1} of {Count} cannot be read ({e.Message}).", "Was the file changed during the run?", e);
        }
    }

    private int ReadPart(Span<byte> bytes, long offset)
    {
        if (_file is not null) return RandomAccess.Read(_file, bytes, offset);
        using OpenFiles.Lease lease = _files!.Rent(Path);
        return RandomAccess.Read(lease.Handle, bytes, offset);
    }
}
