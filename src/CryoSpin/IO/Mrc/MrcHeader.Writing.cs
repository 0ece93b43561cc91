using System.Buffers.Binary;

namespace CryoSpin.IO.Mrc;

/// <content>Writing: always little-endian, axes 1, 2, 3, origin 0.</content>
public sealed partial record MrcHeader
{
    /// <summary>Fills a header.</summary>
    /// <param name="bytes">1024 bytes.</param>
    /// <param name="size">Samples along x, y and z.</param>
    /// <param name="mode">Type of the samples.</param>
    /// <param name="isStack">True for images (ISPG 0, MZ 1), false for a volume (ISPG 1, MZ = NZ).</param>
    /// <param name="pixelSizeAngstrom">Edge of one pixel or voxel.</param>
    /// <param name="statistics">Of all samples.</param>
    /// <param name="content">What the file is, for its label.</param>
    internal static void Write(
        Span<byte> bytes, (int X, int Y, int Z) size, MrcMode mode, bool isStack, double pixelSizeAngstrom, in SampleStatistics statistics,
        string content)
    {
        bytes[..Bytes].Clear();
        int mz = isStack ? 1 : size.Z;
        ReadOnlySpan<int> first = [size.X, size.Y, size.Z, (int)mode, 0, 0, 0, size.X, size.Y, mz];
        for (int i = 0; i < first.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * i)..], first[i]);
        ReadOnlySpan<double> cell = [size.X * pixelSizeAngstrom, size.Y * pixelSizeAngstrom, mz * pixelSizeAngstrom, 90, 90, 90];
        for (int i = 0; i < cell.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes[(40 + (4 * i))..], (float)cell[i]);
        for (int i = 0; i < 3; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes[(64 + (4 * i))..], i + 1);
        BinaryPrimitives.WriteSingleLittleEndian(bytes[76..], statistics.Minimum);
        BinaryPrimitives.WriteSingleLittleEndian(bytes[80..], statistics.Maximum);
        BinaryPrimitives.WriteSingleLittleEndian(bytes[84..], (float)statistics.Mean);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[88..], isStack ? 0 : 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[108..], 20140);
        "MAP DD"u8.CopyTo(bytes[208..]);
        BinaryPrimitives.WriteSingleLittleEndian(bytes[216..], (float)statistics.Rms);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[220..], 1);
        MrcLabel.Make(content).CopyTo(bytes[224..]);
    }
}
