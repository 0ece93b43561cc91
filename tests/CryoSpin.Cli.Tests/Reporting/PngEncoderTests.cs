using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CryoSpin.Reporting.Imaging;

namespace CryoSpin.Cli.Tests.Reporting;

public sealed class PngEncoderTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 3)]
    [InlineData(64, 64)]
    [InlineData(300, 7)]
    public void A_grey_image_comes_back(int width, int height)
    {
        byte[] pixels = new byte[width * height];
        new Random(1).NextBytes(pixels);
        Decoded image = Decode(PngEncoder.Gray(width, height, pixels));
        Assert.Equal((width, height, 0), (image.Width, image.Height, image.ColourType));
        Assert.Equal(pixels, image.Pixels);
    }

    [Fact]
    public void A_colour_image_comes_back()
    {
        byte[] pixels = new byte[6 * 4 * 4];
        new Random(2).NextBytes(pixels);
        Decoded image = Decode(PngEncoder.Rgba(6, 4, pixels));
        Assert.Equal((6, 4, 6), (image.Width, image.Height, image.ColourType));
        Assert.Equal(pixels, image.Pixels);
    }

    [Fact]
    public void A_wrong_number_of_pixels_is_refused() => Assert.Throws<ArgumentException>(() => PngEncoder.Gray(4, 4, new byte[15]));

    private static Decoded Decode(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], file[..8]);
        using MemoryStream data = new();
        byte[] header = [];
        List<string> types = [];
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            string type = Encoding.ASCII.GetString(file, at + 4, 4);
            ReadOnlySpan<byte> content = file.AsSpan(at + 8, length);
            Assert.Equal(SlowCrc(file.AsSpan(at + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            if (type == "IHDR") header = content.ToArray();
            if (type == "IDAT") data.Write(content);
            types.Add(type);
            at += 12 + length;
        }
        Assert.Equal(["IHDR", "IDAT", "IEND"], types);
        int width = BinaryPrimitives.ReadInt32BigEndian(header), height = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
        Assert.Equal(8, header[8]);
        int stride = width * (header[9] == 6 ? 4 : 1);
        data.Position = 0;
        using ZLibStream zlib = new(data, CompressionMode.Decompress);
        byte[] pixels = new byte[stride * height];
        for (int row = 0; row < height; row++)
        {
            Assert.Equal(0, zlib.ReadByte());
            zlib.ReadExactly(pixels, row * stride, stride);
        }
        Assert.Equal(-1, zlib.ReadByte());
        return new Decoded(width, height, header[9], pixels);
    }

    // Bit by bit, as the standard's text defines it.
    private static uint SlowCrc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }

    private sealed record Decoded(int Width, int Height, int ColourType, byte[] Pixels);
}
