using System.IO.Compression;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Mrc;

namespace CryoSpin.Tests.IO.Mrc;

public class MrcReadingTests
{
    [Theory]
    [InlineData(0, false, -128, 127)]
    [InlineData(1, false, -32768, 32767)]
    [InlineData(1, true, -32768, 32767)]
    [InlineData(2, false, -1.5e30, 3.25)]
    [InlineData(2, true, -1.5e30, 3.25)]
    [InlineData(6, false, 0, 65535)]
    [InlineData(6, true, 0, 65535)]
    [InlineData(12, false, -65504, 0.0999755859375)]
    [InlineData(12, true, -65504, 0.0999755859375)]
    public void Every_mode_and_byte_order_is_read_as_volume_and_as_stack(int mode, bool big, double low, double high)
    {
        using TemporaryFolder folder = new();
        double[] samples = [.. Enumerable.Range(0, 24).Select(i => (double)i)];
        (samples[0], samples[7], samples[23]) = (low, 100, high);
        foreach (bool marks in new[] { true, false })
        {
            string path = folder.Write("a.mrc", new MrcBytes { Mode = mode, Big = big, Samples = samples, Marks = marks }.Build());
            float[] expected = [.. samples.Select(v => (float)v)];

            MrcVolume volume = MrcVolumeIO.Read(path);
            Assert.Equal(expected, volume.Voxels);
            Assert.Equal((4, 3, 2, 2.0), (volume.Nx, volume.Ny, volume.Nz, volume.PixelSizeAngstrom));

            using MrcStackReader stack = MrcStackReader.Open(path);
            Assert.Equal((2, 4, 3, 2.0), (stack.Count, stack.Width, stack.Height, stack.PixelSizeAngstrom));
            float[] image = new float[12];
            stack.Read(1, image);
            Assert.Equal(expected[12..], image);
            stack.Read(0, image);
            Assert.Equal(expected[..12], image);
        }
    }

    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(1, 3, 2)]
    [InlineData(2, 1, 3)]
    [InlineData(2, 3, 1)]
    [InlineData(3, 1, 2)]
    [InlineData(3, 2, 1)]
    public void Every_axis_order_gives_the_same_volume(int c, int r, int s)
    {
        using TemporaryFolder folder = new();
        int[] sizes = [5, 3, 2];
        int[] fileSizes = [sizes[c - 1], sizes[r - 1], sizes[s - 1]];
        double[] samples = new double[30];
        int[] at = new int[3];
        int n = 0;
        for (int k = 0; k < fileSizes[2]; k++)
        {
            for (int j = 0; j < fileSizes[1]; j++)
            {
                for (int i = 0; i < fileSizes[0]; i++)
                {
                    (at[c - 1], at[r - 1], at[s - 1]) = (i, j, k);
                    samples[n++] = at[0] + (10 * at[1]) + (100 * at[2]);
                }
            }
        }
        MrcBytes file = new()
        {
            Nx = fileSizes[0],
            Ny = fileSizes[1],
            Nz = fileSizes[2],
            Axes = (c, r, s),
            Intervals = (5, 3, 2),
            Cell = (5, 6, 7),
            Samples = samples,
        };

        MrcVolume volume = MrcVolumeIO.Read(folder.Write("a.map", file.Build()));

        Assert.Equal((5, 3, 2, 1.0), (volume.Nx, volume.Ny, volume.Nz, volume.PixelSizeAngstrom));
        for (int i = 0; i < 30; i++) Assert.Equal((i % 5) + (10 * (i / 5 % 3)) + (100 * (i / 15)), volume.Voxels[i]);
    }

    [Fact]
    public void Extended_header_is_skipped_and_zero_axes_mean_standard_axes()
    {
        using TemporaryFolder folder = new();
        double[] samples = [.. Enumerable.Range(0, 24).Select(i => i / 2.0)];
        string path = folder.Write("a.mrcs", new MrcBytes { ExtendedBytes = 172, Axes = (0, 0, 0), Samples = samples }.Build());

        Assert.Equal(11.5f, MrcVolumeIO.Read(path).Voxels[^1]);
        using MrcStackReader stack = MrcStackReader.Open(path);
        float[] image = new float[12];
        stack.Read(1, image);
        Assert.Equal(6f, image[0]);
    }

    [Fact]
    public void Gzip_is_read_for_maps_and_stacks()
    {
        using TemporaryFolder folder = new();
        double[] samples = [.. Enumerable.Range(0, 24).Select(i => i * 1.0)];
        string path = folder.Write("a.map.gz", Gzip(new MrcBytes { Samples = samples, ExtendedBytes = 80 }.Build()));

        Assert.Equal([.. samples.Select(v => (float)v)], MrcVolumeIO.Read(path).Voxels);
        using MrcStackReader stack = MrcStackReader.Open(path);
        Assert.Contains("temporary file", Assert.Single(stack.Warnings));
        float[] image = new float[12];
        stack.Read(1, image);
        Assert.Equal([.. samples[12..].Select(v => (float)v)], image);
        stack.Read(0, image);
        Assert.Equal(0, image[0]);
    }

    [Fact]
    public void Short_files_are_refused_with_both_lengths()
    {
        using TemporaryFolder folder = new();
        byte[] whole = new MrcBytes { Samples = new double[24] }.Build();
        foreach (int length in new[] { whole.Length - 1, 1024, 1023, 3, 0 })
        {
            string path = folder.Write("a.mrc", whole[..length]);
            foreach (Action open in new Action[] { () => MrcVolumeIO.Read(path), () => MrcStackReader.Open(path).Dispose() })
            {
                InputException e = Assert.Throws<InputException>(open);
                Assert.Contains(path, e.Message);
                Assert.Contains($"{length} bytes", e.Message);
            }
            Assert.Throws<InputException>(() => MrcVolumeIO.Read(folder.Write("a.map.gz", Gzip(whole[..length]))));
        }
        Assert.Throws<InputException>(() => MrcVolumeIO.Read(folder.Write("b.map.gz", Gzip(whole)[..^20])));
    }

    [Fact]
    public void Long_files_are_read_with_a_warning()
    {
        using TemporaryFolder folder = new();
        byte[] whole = new MrcBytes { Samples = new double[24] }.Build();
        using MrcStackReader stack = MrcStackReader.Open(folder.Write("a.mrcs", [.. whole, 1, 2, 3]));
        Assert.Contains("3 bytes", Assert.Single(stack.Warnings));
        using MrcStackReader exact = MrcStackReader.Open(folder.Write("b.mrcs", whole));
        Assert.Empty(exact.Warnings);
    }

    [Fact]
    public void Hostile_headers_ask_for_no_memory()
    {
        using TemporaryFolder folder = new();
        foreach (bool gzip in new[] { false, true })
        {
            foreach ((int x, int y, int z, int extended) in new[]
                {
                    (int.MaxValue, int.MaxValue, int.MaxValue, 0), (30000, 30000, 1, 0), (46341, 46341, 2, 0), (4, 3, 2, int.MaxValue),
                    (1 << 20, 1 << 20, 1, 0),
                })
            {
                byte[] bytes = new MrcBytes { Samples = new double[24] }.Build();
                BitConverter.TryWriteBytes(bytes.AsSpan(0), x);
                BitConverter.TryWriteBytes(bytes.AsSpan(4), y);
                BitConverter.TryWriteBytes(bytes.AsSpan(8), z);
                BitConverter.TryWriteBytes(bytes.AsSpan(92), extended);
                string path = folder.Write("a.mrc", gzip ? Gzip(bytes) : bytes);
                long before = GC.GetAllocatedBytesForCurrentThread();
                Assert.Throws<InputException>(() => MrcVolumeIO.Read(path));
                Assert.Throws<InputException>(() => MrcStackReader.Open(path));
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
            }
        }
    }

    [Theory]
    [InlineData(0, -1, "not an MRC file")]
    [InlineData(0, 0, "not an MRC file")]
    [InlineData(12, 3, "mode 3")]
    [InlineData(12, 4, "mode 4")]
    [InlineData(12, 101, "mode 101")]
    [InlineData(12, 77777, "not an MRC file")]
    [InlineData(92, -4, "-4 bytes")]
    [InlineData(64, 2, "axes are 2, 2, 3")]
    [InlineData(64, 9, "axes are 9, 2, 3")]
    public void Damaged_headers_are_named(int at, int value, string message)
    {
        using TemporaryFolder folder = new();
        byte[] bytes = new MrcBytes { Samples = new double[24] }.Build();
        BitConverter.TryWriteBytes(bytes.AsSpan(at), value);
        string path = folder.Write("a.mrc", bytes);
        Assert.Contains(message, Assert.Throws<InputException>(() => MrcVolumeIO.Read(path)).Message);
        Assert.Contains(message, Assert.Throws<InputException>(() => MrcStackReader.Open(path)).Message);
    }

    [Fact]
    public void Other_files_are_not_mrc()
    {
        using TemporaryFolder folder = new();
        string text = folder.Write("a.mrc", string.Concat(Enumerable.Repeat("data_particles loop_ ", 100)));
        Assert.Contains("not an MRC", Assert.Throws<InputException>(() => MrcVolumeIO.Read(text)).Message);
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => MrcVolumeIO.Read(folder.File("none.mrc"))).Message);
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => MrcStackReader.Open(folder.File("none.mrc"))).Message);
        Assert.Throws<InputException>(() => MrcVolumeIO.Read(folder.Path));
    }

    [Fact]
    public void Stacks_must_have_standard_axes_and_valid_indices()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("a.mrcs", new MrcBytes { Axes = (2, 1, 3), Samples = new double[24] }.Build());
        Assert.Contains("2, 1, 3", Assert.Throws<InputException>(() => MrcStackReader.Open(path)).Message);
        using MrcStackReader stack = MrcStackReader.Open(folder.Write("b.mrcs", new MrcBytes { Samples = new double[24] }.Build()));
        Assert.Throws<ArgumentOutOfRangeException>(() => stack.Read(2, new float[12]));
        Assert.Throws<ArgumentOutOfRangeException>(() => stack.Read(-1, new float[12]));
        Assert.Throws<ArgumentException>(() => stack.Read(0, new float[11]));
    }

    [Theory]
    [InlineData(0, 64, 0)]
    [InlineData(272.64f, 0, 0)]
    [InlineData(float.NaN, 64, 0)]
    [InlineData(-3f, 64, 0)]
    [InlineData(272.64f, 64, 4.26)]
    public void Pixel_size_is_exact_or_zero(float cell, int intervals, double expected)
    {
        using TemporaryFolder folder = new();
        MrcBytes file = new() { Cell = (cell, cell, cell), Intervals = (intervals, intervals, 1), Samples = new double[24] };
        using MrcStackReader stack = MrcStackReader.Open(folder.Write("a.mrcs", file.Build()));
        Assert.Equal(expected, stack.PixelSizeAngstrom);
    }

    [Fact]
    public void Many_threads_read_the_right_images()
    {
        using TemporaryFolder folder = new();
        double[] samples = [.. Enumerable.Range(0, 12 * 500).Select(i => i / 12 * 1.0)];
        string path = folder.Write("a.mrcs", new MrcBytes { Nz = 500, Mode = 1, Samples = samples }.Build());
        using MrcStackReader stack = MrcStackReader.Open(path);
        int wrong = 0;
        Parallel.For(0, 4000, i =>
        {
            float[] image = new float[12];
            stack.Read(i % 500, image);
            if (image.Any(v => v != i % 500)) Interlocked.Increment(ref wrong);
        });
        Assert.Equal(0, wrong);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest)) gzip.Write(bytes);
        return stream.ToArray();
    }
}
