using System.IO.Compression;
using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Atoms;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Tests.IO.Mrc;
using CryoSpin.TestSupport;
using Xunit.Abstractions;

namespace CryoSpin.Tests.IO;

/// <summary>
/// Damaged files by the thousand. CRYOSPIN_FUZZ=100000 ./test --filter FullyQualifiedName~FuzzTests reads as many per reader.
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int UsualCount = 2000;
    private const int Seed = 20251;
    private static readonly string[] s_starWords =
        ["\nloop_\n", "\ndata_\n", "\ndata_optics\n", "\n_rln", "'", "\"", " # ", "\n", "\t", "@", "\u00e9"];

    private static readonly string[] s_cifWords =
        ["\nloop_\n", "\n_atom_site.", "\n;", "'", "\"", "#", "?", ".", "\nsave_x\n", "ENDMDL\n", "ATOM  "];

    private const string Pdb = """
        HEADER    SOMETHING
        ATOM      1  N   ALA A   1      -1.500   2.250 -30.125  1.00  0.00           N
        HETATM    7  O   HOH A   4       0.000   0.000   0.000  1.00  0.00           O
        ATOM      5 HG11 VAL A   2       1.000   2.000   5.000  1.00  0.00
        ENDMDL
        """;

    private const string Cif = """
        data_X
        _a.b
        ;text
        ;
        loop_
        _c.d
        1 2 'three'
        loop_
        _atom_site.type_symbol
        _atom_site.Cartn_x
        _atom_site.Cartn_y
        _atom_site.Cartn_z
        _atom_site.label_atom_id
        _atom_site.occupancy
        _atom_site.pdbx_PDB_model_num
        N 1 2 3 "N'" 1.0 1
        C 4 5 6 'CA' . 1 # comment
        C 4 5 6 'CA' ? 2
        """;

    private static IEnumerable<byte[]> Mrcs
    {
        get
        {
            for (int k = 0; k < 10; k++)
            {
                int mode = new[] { 0, 1, 2, 6, 12 }[k / 2];
                double[] samples = [.. Enumerable.Range(0, 32).Select(i => i * 3.0)];
                yield return new MrcBytes { Ny = 4, Mode = mode, Big = k % 2 == 1, Samples = samples, ExtendedBytes = 16 * k }.Build();
            }
        }
    }

    private static IEnumerable<byte[]> Stars =>
        [
            .. new[]
            {
                ParticleTables.Modern, ParticleTables.Old, "data_a\n_x 'one two'\n_y \"\"\ndata_b\nloop_\n_z #1\n1\n2\n",
                "# comment\ndata_optics\ndata_\n\nloop_ \n_rlnImageName \n_rlnMagMat00 \n_rlnOddZernike\n1@a 1 [1,2,3]\na.mrc 2 []\n",
            }.Select(Encoding.UTF8.GetBytes),
        ];

    [Fact]
    public void Stacks() => Run(
        path =>
        {
            using MrcStackReader stack = MrcStackReader.Open(path);
            float[] image = new float[stack.Width * stack.Height];
            for (int i = 0; i < Math.Min(stack.Count, 3); i++) stack.Read(i, image);
        },
        ".mrcs", [], Mrcs);

    [Fact]
    public void Maps() => Run(path => MrcVolumeIO.Read(path), ".mrc", [], Mrcs);

    [Fact]
    public void Gzipped_stacks_and_maps() => Run(
        path =>
        {
            MrcVolumeIO.Read(path);
            MrcStackReader.Open(path).Dispose();
        },
        ".mrc.gz", [], Mrcs.Select(Gzip));

    [Fact]
    public void Bzipped_stacks_and_maps() => Run(
        path =>
        {
            MrcVolumeIO.Read(path);
            MrcStackReader.Open(path).Dispose();
        },
        ".mrc.bz2", [], 24 << 20, Mrcs.Select(Bzip2Tests.Pack));

    [Fact]
    public void Star_files() => Run(path => StarFile.Read(path).Write(TextWriter.Null), ".star", s_starWords, Stars);

    [Fact]
    public void Particles() => Run(
        path => ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false)), ".star", s_starWords, Stars);

    [Fact]
    public void Lists_of_stacks() => Run(
        path => ParticleSet.Load(path), ".txt", ["/dev/null", "..", "/", "\0"], "a.mrcs\n# comment\n/tmp/b.mrcs\n"u8.ToArray());

    [Fact]
    public void Subsets()
    {
        using TemporaryFolder folder = new();
        string star = folder.Write("p.star", ParticleTables.Old);
        byte[] header = "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }\n"u8.ToArray();
        byte[] npy = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, 1, .. new byte[15]];
        Action<string> read = path =>
            ParticleSet.Load(star, new ParticleLoadOptions(RequireImages: false, Subset: ParticleSubset.FromFile(path)));
        Run(read, ".npy", ["<i8", "(", "shape"], npy);
        Run(read, ".txt", ["#", "-"], "0\n# two\n1\n"u8.ToArray());
    }

    [Fact]
    public void Pdb_files() => Run(path => AtomicModelReader.Read(path), ".pdb", s_cifWords, Encoding.UTF8.GetBytes(Pdb));

    [Fact]
    public void Mmcif_files() => Run(path => AtomicModelReader.Read(path), ".cif", s_cifWords, Encoding.UTF8.GetBytes(Cif));

    [Fact]
    public void Gzipped_texts() => Run(path => StarFile.Read(path), ".star.gz", [], Stars.Select(Gzip));

    [Theory]
    [InlineData("data_\n")]
    [InlineData("data_a\nloop_\n_b\n")]
    [InlineData("loop_\n_b\n")]
    [InlineData("_b 1\nloop_\n")]
    [InlineData("1\n")]
    [InlineData("# \n")]
    public void The_smallest_things_repeated_take_memory_in_proportion(string thing)
    {
        byte[] text = Encoding.ASCII.GetBytes("data_x\nloop_\n_a\n" + string.Concat(Enumerable.Repeat(thing, 300_000 / thing.Length)));
        using TemporaryFolder folder = new();
        string path = folder.Write("a.star", text);
        long before = GC.GetAllocatedBytesForCurrentThread();
        StarFile.Read(path);
        double ratio = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / text.Length;
        output.WriteLine($"{ratio:F0} bytes per byte");
        Assert.InRange(ratio, 0, 100);
    }

    [Theory]
    [InlineData("a.mrcb1/", 500)]
    [InlineData("a/", 2000)]
    [InlineData("../", 1300)]
    [InlineData("ct/job1/", 2000)]
    [InlineData("a\\b/", 800)]
    public void A_stack_s_long_name_takes_memory_in_proportion(string part, int times)
    {
        string name = string.Concat(Enumerable.Repeat(part, times)) + "a.mrcs";
        using TemporaryFolder folder = new();
        string path = folder.Write("a.star", ParticleTables.Old.Replace("Extract/job1/a.mrcs", name, StringComparison.Ordinal));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (512 << 10) + (100 * new FileInfo(path).Length));
    }

    [Fact]
    public void A_text_that_unpacks_to_far_more_than_its_size_is_refused()
    {
        using TemporaryFolder folder = new();
        byte[] packed = Gzip(new byte[64 << 20]);
        string path = folder.Write("a.star.gz", packed);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("too long", Assert.Throws<InputException>(() => StarFile.Read(path)).What);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500L * packed.Length);
    }

    [Fact]
    public void A_broken_rule_is_found()
    {
        InputFuzzer crash = new(_ => throw new IndexOutOfRangeException(), "good"u8.ToArray()) { IsAllowed = e => e is CryoSpinException };
        CheckFails(crash, "IndexOutOfRange");
        byte[]? waste = null;
        InputFuzzer greedy = new(_ => waste = new byte[1 << 21], "good"u8.ToArray()) { IsAllowed = _ => true };
        CheckFails(greedy, "allocated");
        Assert.NotNull(waste);
        using ManualResetEventSlim end = new();
        InputFuzzer hang = new(_ => end.Wait(), "good"u8.ToArray()) { IsAllowed = _ => true, Limit = TimeSpan.FromSeconds(0.3) };
        CheckFails(hang, "not read after");
        end.Set();

        static void CheckFails(InputFuzzer fuzzer, string what)
        {
            FuzzFailureException e = Assert.Throws<FuzzFailureException>(() => fuzzer.Run(1, 1));
            Assert.Contains(what, e.Message);
            File.Delete(e.InputPath);
        }
    }

    private void Run(Action<string> read, string extension, string[] words, params IEnumerable<byte[]> seeds) =>
        Run(read, extension, words, 512 << 10, seeds);

    // The tables of a bzip2 decoder take some megabytes, whatever the file.
    private void Run(Action<string> read, string extension, string[] words, long floor, IEnumerable<byte[]> seeds)
    {
        InputFuzzer fuzzer = new(read, seeds) { Extension = extension, Words = words, Floor = floor, IsAllowed = e => e is CryoSpinException };
        FuzzResult result = fuzzer.Run(InputFuzzer.Count(UsualCount), Seed);
        output.WriteLine(FormattableString.Invariant(
            $"{extension}: {result.Accepted} read, {result.Refused} refused, ")
            + FormattableString.Invariant($"at most {result.LargestAllocation / 1024.0:F0} KiB allocated, slowest {result.Slowest.TotalMilliseconds:F0} ms"));
        Assert.True(result.Refused > 0, "no damage was noticed");
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest)) gzip.Write(bytes);
        return stream.ToArray();
    }
}
