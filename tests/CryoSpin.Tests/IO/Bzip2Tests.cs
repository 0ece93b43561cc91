using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Tests.IO.Mrc;
using ICSharpCode.SharpZipLib.BZip2;

namespace CryoSpin.Tests.IO;

public class Bzip2Tests
{
    private static readonly byte[] Mrc = new MrcBytes { Nx = 4, Ny = 4, Nz = 3, Cell = (8, 8, 3), Samples = [.. Enumerable.Range(0, 48).Select(i => i * 1.5)] }.Build();

    // What the program bzip2 makes of "data_\n_x 1\n".
    private const string Command = "QlpoOTFBWSZTWbDOIi0AAARbgAAQQAAgAAAApAAEQCAAMQwIIGJ6iQ5A1Hi7kinChIWGcRFo";

    [Fact]
    public void A_file_of_the_bzip2_program_is_read()
    {
        using TemporaryFolder folder = new();
        Assert.True(PackedFile.IsOne(Convert.FromBase64String(Command)));
        string text = InputFile.ReadText(folder.Write("a.star", Convert.FromBase64String(Command)));
        Assert.Equal("data_\n_x 1\n", text);
    }

    [Fact]
    public void A_stack_is_read_under_any_name()
    {
        using TemporaryFolder folder = new();
        foreach (string name in (string[])["a.mrcs.bz2", "b.mrcs"])
        {
            string path = folder.Write(name, Pack(Mrc));
            using MrcStackReader stack = MrcStackReader.Open(path);
            float[] image = new float[16];
            stack.Read(2, image);
            Assert.Equal((3, 32 * 1.5f, 47 * 1.5f), (stack.Count, image[0], image[15]));
            Assert.Contains("unpacked to a temporary file", Assert.Single(stack.Warnings));
        }
        Assert.Equal(3, ParticleSet.Load(folder.File("a.mrcs.bz2")).Count);
        Assert.Equal(47 * 1.5f, MrcVolumeIO.Read(folder.File("a.mrcs.bz2")).Voxels[47]);
    }

    [Fact]
    public void Parts_that_were_packed_in_parallel_are_one_file()
    {
        using TemporaryFolder folder = new();
        byte[] file = [.. Pack(Mrc[..700]), .. Pack(Mrc[700..1050]), .. Pack(Mrc[1050..]), .. "garbage"u8];
        Assert.Equal(47 * 1.5f, MrcVolumeIO.Read(folder.Write("a.mrc", file)).Voxels[47]);
    }

    [Fact]
    public void Damage_is_told_wherever_it_is()
    {
        using TemporaryFolder folder = new();
        byte[] whole = Pack(Mrc);
        int told = 0;
        for (int at = 4; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x10;
            if (Record.Exception(() => MrcVolumeIO.Read(folder.Write("a.mrc", damaged))) is { } e)
            {
                Assert.IsType<InputException>(e);
                told++;
            }
            Assert.Throws<InputException>(() => MrcVolumeIO.Read(folder.Write("b.mrc", whole[..at])));
        }
        Assert.InRange(told, whole.Length - 20, whole.Length);
    }

    [Fact]
    public void A_text_that_unpacks_to_far_more_than_its_size_is_refused()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.star.bz2", Pack(new byte[20 << 20]));
        Assert.Contains("too long", Assert.Throws<InputException>(() => StarFile.Read(path)).What);
    }

    internal static byte[] Pack(byte[] bytes)
    {
        using MemoryStream stream = new();
        using (BZip2OutputStream bzip2 = new(stream)) bzip2.Write(bytes);
        return stream.ToArray();
    }
}
