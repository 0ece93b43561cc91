using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.IO.CryoSparc;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Pickle;
using CryoSpin.Particles;
using CryoSpin.Particles.CryoDrgn;
using CryoSpin.Tests.IO.CryoSparc;
using CryoSpin.Tests.IO.Npy;
using CryoSpin.Tests.Particles.CryoSparc;
using CryoSpin.TestSupport;
using Xunit.Abstractions;

namespace CryoSpin.Tests.IO;

/// <summary>Damaged files of cryoSPARC, cryoDRGN and NumPy by the thousand; the count is adjusted as in <see cref="FuzzTests"/>.</summary>
public class ExchangeFuzzTests(ITestOutputHelper output)
{
    private const int UsualCount = 2000;
    private const int Seed = 20252;
    private static readonly string[] s_headerWords =
        ["'|O'", "'<f8'", "'|S0'", "'<U999'", "(", "[", "{", "}", "'", "\\x", "L", "'descr':", "(2,)", "True", "None", "'>c8'", "'<m8[s]'"];

    [Fact]
    public void Arrays() => Run(
        path => NpyReader.ReadArray(path).ToTexts(), ".npy", s_headerWords,
        NpyTests.File("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", new byte[24]),
        NpyTests.File("{'descr': '>i8', 'fortran_order': True, 'shape': (2, 2, 1), }", new byte[32], 2),
        NpyTests.File("{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }", new byte[24], 3));

    [Fact]
    public void Datasets() => Run(
        path =>
        {
            RecordTable table = CryoSparcFile.Read(path);
            foreach (string column in table.Columns) table.Find(column)!.ToTexts();
        },
        ".cs", s_headerWords, Written(Dataset()), CsdatTests.Stream(CsdatTests.Header),
        CsdatTests.Stream(CsdatTests.Header.Replace("[\"shift\", \"blob/path\"]", "[\"shift\", \"blob/path\", \"uid\"]")));

    [Fact]
    public void Particles_of_cryosparc() => Run(
        path => ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false, Passthrough: [path])), ".cs", s_headerWords,
        Written(Dataset()));

    [Fact]
    public void Groups() => Run(
        path => CryoSparcGroup.Read(path), ".csg", ["\nresults:\n", "  metafile: '>a.cs'\n", ":", "'", "    ", "- a\n"],
        "group:\n  type: particle\nresults:\n  blob:\n    metafile: '>a.cs'\n    num_items: 5\n  ctf:\n    metafile: b.cs\n"u8.ToArray());

    [Fact]
    public void Pickles()
    {
        using TemporaryFolder folder = new();
        string star = folder.Write("p.star", "data_\nloop_\n_rlnImageName\n_rlnImagePixelSize\n1@a.mrcs 2\n2@a.mrcs 2\n");
        string[] words =
            ["cos\nsystem\n", "cnumpy\ndtype\n", "c_codecs\nencode\n", "(", ")", "R", "b", "t", "]", "}", "q\u0001", "h\u0001", "N", "\u0085", "."];
        Run(
            path =>
            {
                PickleReader.Read(path);
                CryoDrgnFiles.Load(star, [path], new ParticleLoadOptions(RequireImages: false));
            },
            ".pkl", words, [.. Pickled(folder)]);
    }

    // One byte of a pickle may make an object; none may make much.
    [Theory]
    [InlineData("}")]
    [InlineData("]")]
    [InlineData("N\u0085")]
    [InlineData("(t")]
    [InlineData("N\u0094")]
    [InlineData("2")]
    [InlineData("X\u0001\0\0\0a")]
    [InlineData("cnumpy\nndarray\n")]
    [InlineData("h\u0001")]
    [InlineData("((l1")]
    public void The_smallest_instructions_repeated_take_memory_in_proportion(string thing)
    {
        string program = "Nq\u0001" + string.Concat(Enumerable.Repeat(thing, 200_000 / thing.Length)) + ".";
        CheckProportion(Encoding.Latin1.GetBytes(program), path => PickleReader.Read(path));
    }

    [Theory]
    [InlineData("0,")]
    [InlineData("'',")]
    [InlineData("[],")]
    [InlineData("(),")]
    [InlineData("{},")]
    [InlineData("('a','<f4'),")]
    public void The_smallest_literals_repeated_take_memory_in_proportion(string thing)
    {
        string header = "{'descr': [" + string.Concat(Enumerable.Repeat(thing, 200_000 / thing.Length)) + "], 'shape': (1,)}";
        CheckProportion(NpyTests.File(header, [], 2), path => NpyReader.ReadTable(path));
    }

    private void CheckProportion(byte[] file, Action<string> read)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.bin", file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(path);
        }
        catch (InputException e)
        {
            output.WriteLine(e.What);
        }
        double ratio = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / file.Length;
        output.WriteLine($"{ratio:F0} bytes per byte");
        Assert.InRange(ratio, 0, 100);
    }

    private static RecordTable Dataset()
    {
        RecordTable table = Records.Blob([5, 6]);
        Records.AddAlignment(table, "alignments_class_0", [1, 0, 0, 0, 1, 0], [1, 2, 3, 4]);
        return table;
    }

    private static byte[] Written(RecordTable table)
    {
        using TemporaryFolder folder = new();
        NpyWriter.Write(folder.File("a.cs"), table);
        return File.ReadAllBytes(folder.File("a.cs"));
    }

    private static IEnumerable<byte[]> Pickled(TemporaryFolder folder)
    {
        string path = folder.File("seed.pkl");
        float[] identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
        PickleWriter.Write(path, TypedArray.Of([.. identity, .. identity], 2, 3, 3), TypedArray.Of([0f, 0, 0.5f, 0], 2, 2));
        yield return File.ReadAllBytes(path);
        PickleWriter.Write(path, TypedArray.Of([.. Enumerable.Repeat(new[] { 6f, 2, 1e4f, 9e3f, 0, 300, 2.7f, 0.1f, 0 }, 2).SelectMany(r => r)], 2, 9));
        yield return File.ReadAllBytes(path);
        // Protocols 0, 4 and 5 as Python writes them.
        yield return Encoding.Latin1.GetBytes("(dp0\nVa\np1\n(lp2\nI1\naI-2\naF2.5\naI01\naNaL1099511627776L\naVx\np3\nas.");
        yield return Convert.FromBase64String(
            "gASVogAAAAAAAACMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwJLA4aU"
            + "aAOMBWR0eXBllJOUjAJmNJSJiIeUUpQoSwOMAT6UTk5OSv////9K/////0sAdJRiiEMYP4AAAECAAABAAAAAQKAAAEBAAABAwAAAlHSUYi4=");
        yield return Convert.FromBase64String(
            "gAWVjQAAAAAAAACMEm51bXB5LmNvcmUubnVtZXJpY5SMC19mcm9tYnVmZmVylJOUKJYYAAAAAAAAAAEAAAAEAAAAAgAAAAUAAAADAAAABgAAAJSMBW51bXB5lIwF"
            + "ZHR5cGWUk5SMAmk0lImIh5RSlChLA4wBPJROTk5K/////0r/////SwB0lGJLAksDhpSMAUaUdJRSlC4=");
    }

    private void Run(Action<string> read, string extension, string[] words, params byte[][] seeds)
    {
        InputFuzzer fuzzer = new(read, seeds) { Extension = extension, Words = words, IsAllowed = e => e is InputException };
        FuzzResult result = fuzzer.Run(InputFuzzer.Count(UsualCount), Seed);
        output.WriteLine(FormattableString.Invariant(
            $"{extension}: {result.Accepted} read, {result.Refused} refused, at most {result.LargestAllocation / 1024.0:F0} KiB, slowest {result.Slowest.TotalMilliseconds:F0} ms"));
        Assert.True(result.Refused > 0 && result.Accepted > 0, "no damage, or nothing but damage, was noticed");
    }
}
