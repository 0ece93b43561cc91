using System.Buffers.Binary;
using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.IO.CryoSparc;
using CryoSpin.IO.Npy;

namespace CryoSpin.Tests.IO.CryoSparc;

public class CsdatTests
{
    internal const string Header =
        """{"length": 2, "dtype": [["uid", "<u8"], ["blob/path", "|O"], ["shift", "<f4", [2]]], "compression": "lz4", "compressed_fields": ["shift", "blob/path"]}""";

    [Fact]
    public void A_stream_is_read()
    {
        using TemporaryFolder folder = new();
        RecordTable table = CryoSparcFile.Read(folder.Write("a.cs", Stream(Header)));
        Assert.Equal(["uid", "blob/path", "shift"], table.Columns);
        Assert.Equal(["5", "18446744073709551615"], table.Find("uid")!.ToTexts());
        Assert.Equal(["J1/a.mrc", ""], table.Texts("blob/path"));
        Assert.Equal([1, -2, 3, 4], table.Doubles("shift", 2));
    }

    [Fact]
    public void An_empty_stream_is_read()
    {
        using TemporaryFolder folder = new();
        byte[] file = [.. CsdatReader.Magic, .. Block(Encoding.UTF8.GetBytes(Header.Replace("\"length\": 2", "\"length\": 0"))), 0];
        Assert.Equal(0, CryoSparcFile.Read(folder.Write("a.cs", file)).RowCount);
    }

    [Theory]
    [InlineData("\"lz4\"", "\"snap\"", "'snap' is not known")]
    [InlineData("\"length\": 2", "\"length\": 3", "bytes are expected")]
    [InlineData("\"length\": 2", "\"length\": -2", "negative")]
    [InlineData("\"length\": 2", "\"length\": 2000000000", "unfold")]
    [InlineData("\"<u8\"", "\">u8\"", "has the type")]
    [InlineData("\"uid\", \"<u8\"", "\"shift\", \"<u8\"", "twice")]
    [InlineData("{", "[", "header")]
    [InlineData("[2]", "[2000000, 200000000]", "header")]
    public void A_damaged_stream_is_refused(string old, string replacement, string message)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.cs", Stream(Header.Replace(old, replacement)));
        Assert.Contains(message, Assert.Throws<InputException>(() => CryoSparcFile.Read(path)).Message);
    }

    [Fact]
    public void A_cut_stream_is_refused_wherever_it_is_cut()
    {
        using TemporaryFolder folder = new();
        byte[] whole = Stream(Header);
        // The texts at the end may lose their closing NULs without harm.
        for (int length = 0; length < whole.Length - 9; length++)
        {
            string path = folder.Write("a.cs", whole[..length]);
            Assert.Throws<InputException>(() => CryoSparcFile.Read(path));
        }
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x50, 1, 2 })]
    [InlineData(new byte[] { 0x11, 7, 0, 0, 0x10, 1 })]
    [InlineData(new byte[] { 0x11, 7, 2, 0, 0x10, 1 })]
    [InlineData(new byte[] { 0x11, 7, 1 })]
    [InlineData(new byte[] { 0xf0, 255, 255 })]
    [InlineData(new byte[] { 0x1f, 7, 1, 0, 255, 255 })]
    public void A_broken_column_is_refused(byte[] block)
    {
        using TemporaryFolder folder = new();
        string header = "{\"length\": 1, \"dtype\": [[\"uid\", \"<u8\"]], \"compression\": \"lz4\", \"compressed_fields\": [\"uid\"]}";
        string path = folder.Write("a.cs", [.. CsdatReader.Magic, .. Block(Encoding.UTF8.GetBytes(header)), .. Block(block)]);
        Assert.Contains("bytes are expected", Assert.Throws<InputException>(() => CryoSparcFile.Read(path)).Message);
    }

    // The block that lz4 -9 makes of these values.
    [Fact]
    public void A_column_of_the_lz4_command_is_read()
    {
        using TemporaryFolder folder = new();
        byte[] expected = [.. Enumerable.Range(0, 700).Select(i => (byte)(i < 300 ? i * i / 7 % 11 : 5))];
        byte[] block = Convert.FromBase64String(
            "8ygAAAABAgMFBwkAAwYJAgYKAwgCBwIIAwkFAQgFAgoHBQMBAAoJCAgICAkKAAEDBQcKAgUIAQUJJwD/AAoGAgkGAwAJBwUDAgEAAE0AzB8FAQD/eFAFBQUFBQ==");
        string header = "{\"length\": 700, \"dtype\": [[\"b\", \"|u1\"]], \"compression\": \"lz4\", \"compressed_fields\": [\"b\"]}";
        string path = folder.Write("a.cs", [.. CsdatReader.Magic, .. Block(Encoding.UTF8.GetBytes(header)), .. Block(block)]);
        Assert.Equal(expected.Select(b => (double)b), CryoSparcFile.Read(path).Doubles("b"));
    }

    [Fact]
    public void Another_file_is_refused()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.cs", "using System;");
        Assert.Contains("not a cryoSPARC dataset", Assert.Throws<InputException>(() => CryoSparcFile.Read(path)).Message);
    }

    [Fact]
    public void A_group_names_its_files()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("g.csg", """
            created: 2021-06-10 00:55:14.794530
            group:
              description: All particles that were processed, including alignments
                and more
              name: particles
              type: particle
            results:
              alignments3D:
                metafile: '>J2_particles.cs'
                num_items: 95796
                type: particle.alignments3D
              blob:
                metafile: ">J2_passthrough_particles.cs"
                num_items: 95796
            version: v2.15.0
            """);
        CryoSparcGroup group = CryoSparcGroup.Read(path);
        Assert.Equal("particle", group.Type);
        Assert.Equal([("alignments3D", "J2_particles.cs"), ("blob", "J2_passthrough_particles.cs")], group.Files);
    }

    [Theory]
    [InlineData("group:\n  type: particle\n", "names no files")]
    [InlineData("hello", "not 'name: value'")]
    public void What_is_no_group_is_refused(string text, string message)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("g.csg", text);
        Assert.Contains(message, Assert.Throws<InputException>(() => CryoSparcGroup.Read(path)).Message);
    }

    internal static byte[] Stream(string header)
    {
        byte[] shifts = new byte[16];
        foreach ((float value, int i) in new[] { 1f, -2, 3, 4 }.Select((v, i) => (v, i)))
        {
            BinaryPrimitives.WriteSingleLittleEndian(shifts.AsSpan(4 * i), value);
        }
        // Texts stand at 0 (empty) and 1; an LZ4 block of literals alone may be any length.
        byte[] places = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        byte[] uids = [5, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
        return
        [
            .. CsdatReader.Magic, .. Block(Encoding.UTF8.GetBytes(header)), .. Block(uids), .. Block([0xf0, 1, .. places]),
            .. Block([0xf0, 1, .. shifts]), 0, .. "J1/a.mrc\0"u8,
        ];
    }

    private static byte[] Block(byte[] bytes)
    {
        byte[] block = new byte[4 + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(block, bytes.Length);
        bytes.CopyTo(block, 4);
        return block;
    }
}
