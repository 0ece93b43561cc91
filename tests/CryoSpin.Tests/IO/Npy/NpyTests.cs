using System.Buffers.Binary;
using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Npy;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.IO.Npy;

public class NpyTests
{
    [Fact]
    public void A_table_is_written_and_read_back()
    {
        using TemporaryFolder folder = new();
        RecordTable table = new("t", 3);
        table.Set("uid", TypedArray.Of([1, ulong.MaxValue, 15494748553812943456]));
        table.Set("blob/path", new TypedArray(["a", "dir/longer.mrc", "µ"]));
        table.Set("pose", TypedArray.Of([1f, 2, 3, -4, 5, float.MinValue, 7, 8, 1e-30f], 3, 3));
        table.Set("it's", TypedArray.Of([0u, 1, uint.MaxValue]));
        NpyWriter.Write(folder.File("t.npy"), table);

        RecordTable read = NpyReader.ReadTable(folder.File("t.npy"));

        Assert.Equal(["uid", "blob/path", "pose", "it's"], read.Columns);
        Assert.Equal(["1", "18446744073709551615", "15494748553812943456"], read.Find("uid")!.ToTexts());
        Assert.Equal(["a", "dir/longer.mrc", "µ"], read.Texts("blob/path"));
        Assert.Equal([1, 2, 3, -4, 5, float.MinValue, 7, 8, 1e-30f], read.Doubles("pose", 3));
        Assert.Equal([0, 1, uint.MaxValue], read.Doubles("it's"));
        Assert.Equal(0, (new FileInfo(folder.File("t.npy")).Length - 3 * (8 + 14 + 12 + 4)) % 64);
    }

    // Bytes that numpy.save wrote for numpy.array([[1, 2, 3], [4, 5, 6]], order='F') and the like.
    [Theory]
    [InlineData("'<i2'", "False", "(2, 3)", new byte[] { 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0 })]
    [InlineData("'>i2'", "False", "(2, 3)", new byte[] { 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6 })]
    [InlineData("'>i2'", "True", "(2, 3)", new byte[] { 0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6 })]
    [InlineData("'|u1'", "False", "(2L, 3L)", new byte[] { 1, 2, 3, 4, 5, 6 })]
    public void Byte_order_and_axis_order_do_not_show(string type, string fortran, string shape, byte[] values)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.npy", File($"{{'descr': {type}, 'fortran_order': {fortran}, 'shape': {shape}, }}", values));

        TypedArray read = NpyReader.ReadArray(path);

        Assert.Equal([2, 3], read.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], read.ToDoubles());
    }

    [Fact]
    public void Records_may_be_big_endian_padded_and_have_titles()
    {
        using TemporaryFolder folder = new();
        string header = "{'descr': [('n', '>u4'), ('', '|V3'), (('title', 'v'), '>f4', (2,)), ('t', '<U2'), ('half', '<f2'), ('b', '?')],"
            + " 'fortran_order': False, 'shape': (1,)}";
        byte[] values =
            [0, 0, 1, 0, 9, 9, 9, 0x3f, 0x80, 0, 0, 0xbf, 0x80, 0, 0, (byte)'x', 0, 0, 0, 0, 0, 0, 0, 0, 0x3c, 1];

        RecordTable read = NpyReader.ReadTable(folder.Write("a.cs", File(header, values)));

        Assert.Equal(["n", "v", "t", "half", "b"], read.Columns);
        Assert.Equal(256, read.Doubles("n")[0]);
        Assert.Equal([1, -1], read.Doubles("v", 2));
        Assert.Equal(["x"], read.Texts("t"));
        Assert.Equal((1, 1), (read.Doubles("half")[0], read.Doubles("b")[0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_version_is_read(int version)
    {
        using TemporaryFolder folder = new();
        byte[] file = File("{'descr': '<u4', 'fortran_order': False, 'shape': ()}", [7, 0, 0, 0], version);
        Assert.Equal([7.0], NpyReader.ReadArray(folder.Write("a.npy", file)).ToDoubles());
    }

    [Fact]
    public void A_header_too_long_for_version_1_is_written_and_read()
    {
        using TemporaryFolder folder = new();
        RecordTable table = new("t", 2);
        for (int i = 0; i < 4000; i++) table.Set($"alignments_class_{i}/posterior", TypedArray.Of([i, i + 0.5f]));
        NpyWriter.Write(folder.File("t.cs"), table);
        RecordTable read = NpyReader.ReadTable(folder.File("t.cs"));
        Assert.Equal((4000, 3999.5), (read.Columns.Count, read.Doubles("alignments_class_3999/posterior")[1]));
    }

    [Theory]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "Python objects")]
    [InlineData("{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,)}", "Python objects")]
    [InlineData("{'descr': [('a', [('b', '<f4')])], 'fortran_order': False, 'shape': (1,)}", "records within records")]
    [InlineData("{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}", "not known")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "length is wrong")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}", "length is wrong")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000, 2000000000, 2000000000)}", "bytes follow the header")]
    [InlineData("{'descr': '|S0', 'fortran_order': False, 'shape': (2000000000,)}", "bytes follow the header")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "bytes follow the header")]
    [InlineData("{'descr': '<f4', 'shape': (1,)}", "lacks")]
    [InlineData("__import__('os').system('touch /tmp/x')", "not a literal")]
    [InlineData("{'descr': '<f4', 'fortran_order': exit(), 'shape': (1,)}", "not a literal")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "too deep")]
    [InlineData("{'a': 1, 'a': 2}", "twice")]
    [InlineData("{'a': 'b", "not closed")]
    public void What_is_not_plain_data_is_refused(string header, string message)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.npy", File(header, [0, 0, 0, 0]));
        InputException plain = Assert.Throws<InputException>(() => NpyReader.ReadArray(path));
        Assert.Contains(message, plain.Message);
        Assert.Contains(path, plain.Message);
    }

    [SharedFact("data/C_formats/empiar10028/empiar10028_ctf_105247x9_derived.npy")]
    public void A_large_array_is_read()
    {
        TypedArray read = NpyReader.ReadArray(SharedData.Path("data/C_formats/empiar10028/empiar10028_ctf_105247x9_derived.npy"));
        Assert.Equal([105247, 9], read.Shape);
        Assert.Equal(["360", "1.34", "23344.7", "23445.95", "36.7", "300", "2", "0.1", "0"], Enumerable.Range(0, 9).Select(read.GetText));
    }

    [Theory]
    [InlineData("(1, )", new[] { 1L })]
    [InlineData("(1, -2)", new[] { 1L, -2 })]
    public void Tuples_are_read(string text, long[] expected) => Assert.Equal(expected.Cast<object?>(), (object?[])PythonLiteral.Parse(text)!);

    [Fact]
    public void Texts_are_unescaped() =>
        Assert.Equal(["it's", "\"", "A\\\n", "µ"], (List<object?>)PythonLiteral.Parse("""['it\'s', "\"", '\x41\\\n', '\u00b5']""")!);

    internal static byte[] File(string header, byte[] values, int version = 1)
    {
        byte[] text = Encoding.Latin1.GetBytes(header + "\n");
        byte[] length = new byte[version == 1 ? 2 : 4];
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        else BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. text, .. values];
    }
}
