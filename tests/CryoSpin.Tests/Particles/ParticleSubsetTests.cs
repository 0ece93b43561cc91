using System.Text;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Pickle;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Tests.Particles;

public class ParticleSubsetTests
{
    private const string Table = """
        data_particles
        loop_
        _rlnImageName
        _rlnImagePixelSize
        _rlnMyOwn
        1@a.mrcs 2 zero
        3@a.mrcs 2 one
        1@b.mrcs 2 two
        2@a.mrcs 2 three

        """;

    [Fact]
    public void The_first_particles_are_taken()
    {
        using ParticleFolder folder = Make(out string star);
        ParticleSet set = Load(star, ParticleSubset.Parse("2"));
        Assert.Equal([0, 2], Indices(set));
        Assert.Empty(set.Warnings);
        ParticleSet all = Load(star, ParticleSubset.First(9));
        Assert.Equal(4, all.Count);
        Assert.Contains("there are 4", Assert.Single(all.Warnings));
    }

    [Theory]
    [InlineData("rows.txt", "# chosen\n3\n\n 1 # the second\n")]
    [InlineData("2", "3\r\n1")]
    public void A_text_of_indices_is_read_in_its_order(string name, string text)
    {
        using ParticleFolder folder = Make(out string star);
        string file = folder.Star(name, text);
        CheckRows(folder, Load(star, ParticleSubset.Parse(file)));
    }

    [Theory]
    [InlineData("<i8", 1, 8)]
    [InlineData(">i4", 1, 4)]
    [InlineData("|u1", 2, 1)]
    [InlineData("<u2", 3, 2)]
    public void A_numpy_array_of_integers_is_read(string type, byte version, int size)
    {
        using ParticleFolder folder = Make(out string star);
        string file = folder.File("rows.npy");
        File.WriteAllBytes(file, Npy(type, version, size, [3, 1], "(2,)"));
        CheckRows(folder, Load(star, ParticleSubset.FromFile(file)));
    }

    [Fact]
    public void A_pickled_array_of_integers_is_read_as_cryodrgn_writes_it()
    {
        using ParticleFolder folder = Make(out string star);
        string file = folder.File("ind.pkl");
        PickleWriter.Write(file, TypedArray.Of([3, 1], 2));
        CheckRows(folder, Load(star, ParticleSubset.Parse(file)));
        PickleWriter.Write(file, TypedArray.Of([1f, 3], 2));
        Assert.Contains("not integers", Assert.Throws<InputException>(() => Load(star, ParticleSubset.FromFile(file))).What);
        PickleWriter.Write(file, TypedArray.Of([1], 1), TypedArray.Of([2], 1));
        Assert.Contains("one array", Assert.Throws<InputException>(() => Load(star, ParticleSubset.FromFile(file))).What);
    }

    [Fact]
    public void A_file_that_is_called_like_a_number_is_told()
    {
        using ParticleFolder folder = Make(out string star);
        string name = $"{Random.Shared.Next(1_000_000, 2_000_000)}";
        File.WriteAllText(name, "3\n");
        try
        {
            Assert.Contains("file of that name", Assert.Single(Load(star, ParticleSubset.Parse(name)).Warnings));
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Theory]
    [InlineData("4\n", "entry 1", "index 4 is not among the 4")]
    [InlineData("0\n-1\n", "entry 2", "index -1")]
    [InlineData("1\n1\n", "entry 2", "listed twice")]
    [InlineData("1.5\n", "entry 1", "'1.5' is not a whole number")]
    [InlineData("# none\n", "rows", "no particles")]
    public void Wrong_indices_are_named(string text, string where, string what)
    {
        using ParticleFolder folder = Make(out string star);
        string file = folder.Star("rows", text);
        InputException e = Assert.Throws<InputException>(() => Load(star, ParticleSubset.FromFile(file)));
        Assert.Contains(where, e.Where);
        Assert.Contains(what, e.What);
        Assert.Throws<InputException>(() => Load(star, ParticleSubset.Parse(folder.File("absent.txt"))));
    }

    [Theory]
    [InlineData("<f8", "(2,)", 16, "not integers")]
    [InlineData("|b1", "(2,)", 16, "flatnonzero")]
    [InlineData("<i8", "(1, 2)", 16, "2 dimensions")]
    [InlineData("<i8", "(99999999999999,)", 16, "header")]
    [InlineData("<i8", "(99999999999999999999999,)", 16, "header")]
    public void Other_arrays_are_refused(string type, string shape, int bytes, string what)
    {
        using ParticleFolder folder = Make(out string star);
        string file = folder.File("rows.npy");
        File.WriteAllBytes(file, Npy(type, 1, bytes / 2, [1, 0], shape));
        InputException e = Assert.Throws<InputException>(() => Load(star, ParticleSubset.FromFile(file)));
        Assert.Contains(what, e.Message);
        File.WriteAllBytes(file, "no array at all"u8.ToArray());
        Assert.Contains("not a .npy file", Assert.Throws<InputException>(() => Load(star, ParticleSubset.FromFile(file))).What);
        File.WriteAllBytes(file, [0x93, .. "NUMPY"u8, 1, 0, 255, 255]);
        Assert.Contains("header", Assert.Throws<InputException>(() => Load(star, ParticleSubset.FromFile(file))).What);
    }

    private static void CheckRows(ParticleFolder folder, ParticleSet set)
    {
        Assert.Equal([1, 2], Indices(set));
        Assert.EndsWith("p.star, row 4 (line 9)", set.Where(0));
        Assert.EndsWith("p.star, row 2 (line 7)", set.Where(1));
        string output = folder.File("q.star");
        set.WriteStar(output, [new Pose(Rotation.Identity, 0, 0), new Pose(Rotation.Identity, 1, 2)]);
        StarTable written = StarFile.Read(output).Get("particles");
        Assert.Equal(["three", "one"], written.GetTexts("rlnMyOwn"));
        Assert.Equal(["2@a.mrcs", "3@a.mrcs"], written.GetTexts("rlnImageName").Select(n => Path.GetFileName(n)));
    }

    private static ParticleFolder Make(out string star)
    {
        ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6, pixelSize: 2);
        folder.Stack("b.mrcs", 1, 6);
        star = folder.Star("p.star", Table);
        return folder;
    }

    private static ParticleSet Load(string star, ParticleSubset subset) => ParticleSet.Load(star, new ParticleLoadOptions(Subset: subset));

    private static IEnumerable<int> Indices(ParticleSet set) => Enumerable.Range(0, set.Count).Select(set.ImageIndex);

    private static byte[] Npy(string type, byte version, int size, int[] values, string shape)
    {
        byte[] header = Encoding.ASCII.GetBytes($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}\n");
        List<byte> bytes = [0x93, .. "NUMPY"u8, version, 0, (byte)header.Length, 0];
        if (version > 1) bytes.AddRange([0, 0]);
        bytes.AddRange(header);
        foreach (int value in values)
        {
            byte[] little = [.. BitConverter.GetBytes((long)value)];
            byte[] cut = little[..size];
            bytes.AddRange(type[0] == '>' ? cut.Reverse() : cut);
        }
        return [.. bytes];
    }
}
