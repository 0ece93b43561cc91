using CryoSpin.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace CryoSpin.IO.Mrc;

/// <summary>A map as read: <c>Voxels[(z * Ny + y) * Nx + x]</c> whatever the order of the file's axes.</summary>
/// <param name="Voxels">The values, [z][y][x].</param>
/// <param name="Nx">Voxels along x.</param>
/// <param name="Ny">Voxels along y.</param>
/// <param name="Nz">Voxels along z.</param>
/// <param name="PixelSizeAngstrom">Voxel edge along x; 0 where the header does not say.</param>
/// <param name="Header">The file's header.</param>
public sealed record MrcVolume(float[] Voxels, int Nx, int Ny, int Nz, double PixelSizeAngstrom, MrcHeader Header);

/// <summary>Reads whole maps.</summary>
public static class MrcVolumeIO
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Reads a map, plain or compressed with gzip or bzip2. NSTART and ORIGIN are not used.</summary>
    /// <exception cref="InputException">The file is absent, not MRC, too short, or too large for one array.</exception>
    public static MrcVolume Read(string path)
    {
        FolderInput.Refuse(path, isMap: true);
        using FileStream file = InputFile.Open(path, FileOptions.SequentialScan);
        try
        {
            if (!PackedFile.IsOne(file)) return Read(path, file);
            MrcHeader header = ReadHeader(path);
            // Unpacked to a file first, so that memory is asked for only where the samples are really there.
            using FileStream unpacked = new(InputFile.Unpack(path, (long)header.DataEnd), FileAccess.Read);
            return Read(path, unpacked);
        }
        catch (IOException e)
        {
            throw new InputException(
                path, $"the file cannot be read ({e.Message}).", "It is truncated or damaged; copy or write it again.", e);
        }
    }

    /// <summary>Whether a file is compressed with gzip or bzip2.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static bool IsPacked(string path)
    {
        using FileStream file = InputFile.Open(path);
        return PackedFile.IsOne(file);
    }

    /// <summary>Reads the header of a map or stack, plain or compressed; its promises are held against the file's length.</summary>
    /// <exception cref="InputException">The file is absent, not MRC, or too short.</exception>
    public static MrcHeader ReadHeader(string path)
    {
        Span<byte> bytes = stackalloc byte[MrcHeader.Bytes], start = stackalloc byte[PackedFile.SignatureBytes];
        using SafeFileHandle file = InputFile.OpenHandle(path);
        int n = MrcStackReader.Fill(path, file, bytes);
        bytes[..start.Length].CopyTo(start);
        bool packed = PackedFile.IsOne(start);
        if (packed) n = UnpackHeader(path, bytes);
        MrcHeader header = MrcHeader.Parse(bytes[..n], path);
        long length = RandomAccess.GetLength(file);
        // A header that promises more than can be in the file is a lie, and memory must not be asked for it.
        MrcStackReader.CheckLength(path, header, packed ? PackedFile.MostUnpacked(start, length) : length, []);
        return header;
    }

    /// <summary>Unpacks the header of a compressed file.</summary>
    /// <returns>How many bytes there are.</returns>
    internal static int UnpackHeader(string path, Span<byte> bytes)
    {
        try
        {
            using FileStream file = InputFile.Open(path);
            using Stream stream = PackedFile.Unpack(file);
            return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new InputException(
                path, $"the file cannot be unpacked ({e.Message}).", "It is truncated or damaged; copy or write it again.", e);
        }
    }

    private static MrcVolume Read(string path, FileStream stream)
    {
        stream.Position = 0;
        byte[] chunk = new byte[(int)Math.Clamp(stream.Length, MrcHeader.Bytes, ChunkBytes)];
        int n = stream.ReadAtLeast(chunk.AsSpan(0, MrcHeader.Bytes), MrcHeader.Bytes, throwOnEndOfStream: false);
        MrcHeader header = MrcHeader.Parse(chunk.AsSpan(0, n), path);
        MrcStackReader.CheckLength(path, header, stream.Length, []);
        Int128 samples = (Int128)header.Columns * header.Rows * header.Sections;
        if (samples > Array.MaxLength)
        {
            throw new InputException(
                path, $"the map has {samples} voxels.", $"Maps up to {Array.MaxLength} voxels can be read; bin or crop it.");
        }
        stream.Position = header.DataOffset;
        float[] raw = new float[(int)samples];
        int perChunk = chunk.Length / header.BytesPerSample;
        for (int start = 0; start < raw.Length; start += perChunk)
        {
            int count = Math.Min(perChunk, raw.Length - start);
            Span<byte> bytes = chunk.AsSpan(0, count * header.BytesPerSample);
            stream.ReadExactly(bytes);
            SampleConverter.ToSingle(bytes, header, raw.AsSpan(start, count));
        }
        return new MrcVolume(
            ToStandardAxes(raw, header), header.SizeAlong(0), header.SizeAlong(1), header.SizeAlong(2), header.PixelSizeXAngstrom, header);
    }

    private static float[] ToStandardAxes(float[] raw, MrcHeader header)
    {
        if ((header.AxisOfColumns, header.AxisOfRows, header.AxisOfSections) == (1, 2, 3)) return raw;
        int nx = header.SizeAlong(0), ny = header.SizeAlong(1);
        Span<int> strides = [1, nx, nx * ny];
        int column = strides[header.AxisOfColumns - 1], row = strides[header.AxisOfRows - 1], section = strides[header.AxisOfSections - 1];
        float[] voxels = new float[raw.Length];
        int from = 0;
        for (int s = 0; s < header.Sections; s++)
        {
            for (int r = 0; r < header.Rows; r++)
            {
                int to = (s * section) + (r * row);
                for (int c = 0; c < header.Columns; c++, to += column) voxels[to] = raw[from++];
            }
        }
        return voxels;
    }
}
