using System.Text;
using System.Text.Json;
using CryoSpin.Diagnostics;
using CryoSpin.IO.CryoSparc;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Pickle;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using K4os.Compression.LZ4;

namespace CryoSpin.Tests.IO;

/// <summary>
/// Small files that refer to one thing again and again, or to overlapping things, or whose sizes multiply: none may take more than a hundred
/// times its own length.
/// </summary>
public class AmplificationTests
{
    [Fact]
    public void Texts_of_a_dataset_that_overlap() => Check(
        ".cs", Csdat(8000, i => (ulong)i, Encoding.ASCII.GetBytes(new string('a', 60_000))), p => CryoSparcFile.Read(p), refused: true);

    [Fact]
    public void One_long_text_of_a_dataset_that_every_row_names() => Check(
        ".cs", Csdat(8000, _ => 0, Encoding.ASCII.GetBytes(new string('a', 60_000) + "\0")),
        p => ParticleSet.Load(p, new ParticleLoadOptions(RequireImages: false)), refused: true);

    [Fact]
    public void A_text_that_rows_share_is_read()
    {
        using TemporaryFolder folder = new();
        byte[] file = Csdat(8000, i => i % 2 == 0 ? 0UL : 4, "abc\0J1/a.mrc\0"u8.ToArray());
        Assert.Equal(["abc", "J1/a.mrc", "abc"], CryoSparcFile.Read(folder.Write("a.cs", file)).Texts("blob/path")[..3]);
    }

    [Fact]
    public void Columns_that_are_all_zeros()
    {
        byte[] zeros = new byte[8 * 4_000_000], packed = new byte[LZ4Codec.MaximumOutputSize(zeros.Length)];
        int length = LZ4Codec.Encode(zeros, packed);
        string header = """{"length": 4000000, "dtype": [["a", "<u8"]], "compression": "lz4", "compressed_fields": ["a"]}""";
        byte[] file = [.. CsdatReader.Magic, .. Block(Encoding.UTF8.GetBytes(header)), .. Block(packed[..length])];
        Check(".cs", file, p => CryoSparcFile.Read(p), refused: true);
    }

    [Fact]
    public void An_array_of_a_pickle_that_is_made_again_and_again() => Check(".pkl", Pickle(3000, bigEndian: false), p => PickleReader.Read(p), refused: false);

    [Fact]
    public void The_same_in_the_other_byte_order() => Check(".pkl", Pickle(3000, bigEndian: true), p => PickleReader.Read(p), refused: true);

    [Fact]
    public void A_text_of_a_pickle_that_is_made_bytes_again_and_again()
    {
        byte[] text = Encoding.ASCII.GetBytes(new string('a', 100_000));
        List<byte> p = [0x80, 3, (byte)'X', .. BitConverter.GetBytes(text.Length), .. text, .. "q\u0001X"u8, 6, 0, 0, 0, .. "latin1q\u0002](c_codecs\nencode\nq\u0003"u8];
        for (int i = 0; i < 3000; i++) p.AddRange("h\u0003(h\u0001h\u0002tR"u8);
        Check(".pkl", [.. p, .. "e."u8], path => PickleReader.Read(path), refused: true);
    }

    [Fact]
    public void A_list_that_names_one_stack_again_and_again()
    {
        using TemporaryFolder folder = new();
        using (CryoSpin.IO.Mrc.MrcStackWriter stack = new(folder.File("a.mrcs"), 1, 1, 1))
        {
            for (int i = 0; i < 1000; i++) stack.Append([0f]);
            stack.Complete();
        }
        string list = folder.Write("l.txt", string.Concat(Enumerable.Repeat("a.mrcs\n", 10_000)));
        Assert.Contains("listed twice", Assert.Throws<InputException>(() => ParticleSet.Load(list)).Message);
    }

    [Fact]
    public void One_long_cell_does_not_make_every_row_of_a_star_file_long()
    {
        string text = "data_\nloop_\n_a\n_b\n" + new string('y', 60_000) + " 1\n" + string.Concat(Enumerable.Repeat("1 2\n", 60_000));
        StringBuilder written = new();
        StarFile.Parse(text).Write(new StringWriter(written));
        Assert.InRange(written.Length, text.Length, 40 * text.Length);
        StarTable again = StarFile.Parse(written.ToString()).Tables[0];
        Assert.Equal((60_001, 60_000, "2"), (again.RowCount, again.GetText("a", 0).Length, again.GetText("b", 60_000)));
    }

    [Fact]
    public void Nor_every_name_of_a_list()
    {
        string text = "data_\n_" + new string('y', 60_000) + " 1\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"_x{i} 2\n"));
        StringBuilder written = new();
        StarFile.Parse(text).Write(new StringWriter(written));
        Assert.InRange(written.Length, text.Length, 40 * text.Length);
    }

    [Fact]
    public void Nor_every_record_of_a_dataset()
    {
        using TemporaryFolder folder = new();
        RecordTable table = new("t", 60_000);
        table.Set("blob/path", new TypedArray([new string('y', 60_000), .. Enumerable.Repeat("a", 59_999)]));
        Assert.Contains("blob/path has a text of 60000 bytes", Assert.Throws<CryoSpinException>(() => NpyWriter.Write(folder.File("o.cs"), table)).Message);
        Assert.False(File.Exists(folder.File("o.cs")));
    }

    private static void Check(string extension, byte[] file, Action<string> read, bool refused)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a" + extension, file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        if (refused) Assert.Contains("unfold", Assert.Throws<InputException>(() => read(path)).Message);
        else read(path);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (double)file.Length, 0, 100);
    }

    private static byte[] Pickle(int copies, bool bigEndian)
    {
        byte[] values = new byte[100_000];
        List<byte> p =
        [
            0x80, 5, (byte)'B', .. BitConverter.GetBytes(values.Length), .. values, .. "q\u0001cnumpy.core.numeric\n_frombuffer\nq\u0002cnumpy\ndtype\nX"u8,
            3, 0, 0, 0, .. (bigEndian ? ">f4"u8 : "<f4"u8),
        ];
        p.AddRange([0x89, 0x88, 0x87, .. "Rq\u0003J"u8, .. BitConverter.GetBytes(values.Length / 4), 0x85, .. "q\u0004X"u8, 1, 0, 0, 0, .. "Cq\u0005]q\u0006("u8]);
        for (int i = 0; i < copies; i++) p.AddRange("h\u0002(h\u0001h\u0003h\u0004h\u0005tR"u8);
        return [.. p, .. "e."u8];
    }

    private static byte[] Csdat(int rows, Func<int, ulong> place, byte[] heap)
    {
        string header = JsonSerializer.Serialize(new
        {
            length = rows,
            dtype = new[] { new object[] { "uid", "<u8" }, ["blob/path", "|O"], ["blob/idx", "<u4"], ["blob/shape", "<u4", new[] { 2 }], ["blob/psize_A", "<f4"] },
            compression = "lz4",
            compressed_fields = Array.Empty<string>(),
        });
        byte[] uids = [.. Enumerable.Range(0, rows).SelectMany(i => BitConverter.GetBytes((ulong)i))];
        byte[] places = [.. Enumerable.Range(0, rows).SelectMany(i => BitConverter.GetBytes(place(i)))];
        byte[] shapes = [.. Enumerable.Range(0, 2 * rows).SelectMany(_ => BitConverter.GetBytes(16))];
        byte[] sizes = [.. Enumerable.Range(0, rows).SelectMany(_ => BitConverter.GetBytes(1.5f))];
        return
        [
            .. CsdatReader.Magic, .. Block(Encoding.UTF8.GetBytes(header)), .. Block(uids), .. Block(places), .. Block(new byte[4 * rows]),
            .. Block(shapes), .. Block(sizes), .. heap,
        ];
    }

    private static byte[] Block(byte[] bytes) => [.. BitConverter.GetBytes(bytes.Length), .. bytes];
}
