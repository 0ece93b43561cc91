using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.IO.Mrc;

namespace CryoSpin.Tests.IO.Mrc;

public class MrcWritingTests
{
    [Fact]
    public void Volumes_are_read_back_bit_for_bit()
    {
        using TemporaryFolder folder = new();
        Random random = new(3);
        // More than one chunk of the writer and of the reader.
        float[] voxels = [.. Enumerable.Range(0, 71 * 65 * 67).Select(_ => (float)(random.NextDouble() - 0.5) * 1e3f)];
        string path = folder.File("a.mrc");
        MrcWriter.WriteVolume(path, voxels, 71, 65, 67, 1.0825);

        MrcVolume back = MrcVolumeIO.Read(path);

        Assert.Equal(voxels, back.Voxels);
        Assert.Equal((71, 65, 67), (back.Nx, back.Ny, back.Nz));
        Assert.Equal(1.0825, back.PixelSizeAngstrom, 6);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Volume_header_holds_the_agreed_values()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a.mrc");
        MrcWriter.WriteVolume(path, new float[] { -2, 0, 0, 0, 0, 0, 0, 10 }, 2, 2, 2, 4.5);
        byte[] b = File.ReadAllBytes(path);

        Assert.Equal(1024 + 32, b.Length);
        Assert.Equal([2, 2, 2, 2, 0, 0, 0, 2, 2, 2], Ints(b, 0, 10));
        Assert.Equal([9f, 9f, 9f, 90f, 90f, 90f], Floats(b, 40, 6));
        Assert.Equal([1, 2, 3], Ints(b, 64, 3));
        Assert.Equal([-2f, 10f, 1f], Floats(b, 76, 3));
        Assert.Equal([1, 0], Ints(b, 88, 2));
        Assert.Equal(20140, Ints(b, 108, 1)[0]);
        Assert.Equal("MAP DD\0\0"u8.ToArray(), b[208..216]);
        // Mean 1, squared deviations 9 + 6 + 81 over 8.
        Assert.Equal((float)Math.Sqrt(12), Floats(b, 216, 1)[0]);
        Assert.Equal(1, Ints(b, 220, 1)[0]);
    }

    [Theory]
    [InlineData(MrcMode.Single)]
    [InlineData(MrcMode.Half)]
    public void Stacks_are_written_image_by_image(MrcMode mode)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("a.mrcs");
        Random random = new(5);
        float[] Image() => [.. Enumerable.Range(0, 30).Select(_ => 1000 + (float)random.NextDouble())];
        float[][] images = [.. Enumerable.Range(0, 7).Select(_ => Image())];
        using (MrcStackWriter writer = new(path, 6, 5, 2.13, mode))
        {
            foreach (float[] image in images) writer.Append(image);
            Assert.False(File.Exists(path));
            writer.Complete();
        }
        using MrcStackReader stack = MrcStackReader.Open(path);
        Assert.Equal((7, 6, 5), (stack.Count, stack.Width, stack.Height));
        Assert.Equal(2.13, stack.PixelSizeAngstrom, 6);
        Assert.Equal(0, stack.Header.SpaceGroup);
        Assert.Equal(1, Ints(File.ReadAllBytes(path), 36, 1)[0]);
        List<double> all = [];
        for (int i = 0; i < 7; i++)
        {
            float[] back = new float[30];
            stack.Read(i, back);
            Assert.Equal(mode == MrcMode.Half ? [.. images[i].Select(v => (float)(Half)v)] : images[i], back);
            all.AddRange(back.Select(v => (double)v));
        }
        double mean = all.Average();
        Assert.Equal(all.Min(), stack.Header.Minimum);
        Assert.Equal(all.Max(), stack.Header.Maximum);
        Assert.Equal(mean, stack.Header.Mean, 3);
        Assert.Equal(Math.Sqrt(all.Average(v => (v - mean) * (v - mean))), stack.Header.Rms, 5);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void An_unfinished_stack_leaves_nothing_and_keeps_the_old_file()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.mrcs", "old");
        using (MrcStackWriter writer = new(path, 2, 2, 1)) writer.Append(new float[4]);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
        using MrcStackWriter empty = new(path, 2, 2, 1);
        Assert.Throws<InvalidOperationException>(empty.Complete);
        Assert.Throws<ArgumentException>(() => empty.Append(new float[5]));
    }

    [Fact]
    public void A_failed_write_leaves_nothing_and_keeps_the_old_file()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.txt", "old");
        Assert.Throws<IOException>(() => AtomicFile.Write(path, s =>
        {
            s.WriteByte(1);
            throw new IOException("no space left");
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "none", "a.mrc");
        CryoSpinException e = Assert.Throws<CryoSpinException>(() => MrcWriter.WriteVolume(path, new float[1], 1, 1, 1, 1));
        Assert.Contains(path, e.Message);
        Assert.Throws<ArgumentException>(() => MrcWriter.WriteVolume(path, new float[7], 2, 2, 2, 1));
    }

    private static int[] Ints(byte[] b, int at, int count) =>
        [.. Enumerable.Range(0, count).Select(i => BitConverter.ToInt32(b, at + (4 * i)))];

    private static float[] Floats(byte[] b, int at, int count) =>
        [.. Enumerable.Range(0, count).Select(i => BitConverter.ToSingle(b, at + (4 * i)))];
}
