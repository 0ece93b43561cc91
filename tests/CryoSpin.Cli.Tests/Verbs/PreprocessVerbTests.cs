using CryoSpin.IO.Mrc;
using CryoSpin.Particles;

namespace CryoSpin.Cli.Tests.Verbs;

public sealed class PreprocessVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_downsampled_copy_is_read_like_any_other_particles()
    {
        string input = Stack(26);
        Invocation run = await Invocation.Of("preprocess", input, "-o", _folder["small"], "--downsample", "16", "--float16", "--invert");
        Assert.Equal((ExitCode.Done, true), (run.Code, run.Out.Contains("4 images of 16 x 16 pixels, 3 Å per pixel", StringComparison.Ordinal)));
        Assert.Contains("inverted, as asked", run.Error);
        using ParticleSource copy = ParticleSource.Open(_folder["small/particles.star"]);
        Assert.Equal((4, 16, 3.0), (copy.Set.Count, copy.Set.BoxSize, copy.Set.PixelSizeAngstrom));
        using MrcStackReader stack = MrcStackReader.Open(_folder["small/particles.mrcs"]);
        Assert.Equal(4, stack.Count);
    }

    [Fact]
    public async Task An_existing_folder_is_kept_unless_the_user_says_otherwise()
    {
        string input = Stack(24);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("preprocess", input, "-o", _folder["copy"])).Code);
        byte[] first = File.ReadAllBytes(_folder["copy/particles.mrcs"]);
        Assert.Equal(ExitCode.WrongUsage, (await Invocation.Of("preprocess", input, "-o", _folder["copy"], "--no-normalise")).Code);
        Assert.Equal(first, File.ReadAllBytes(_folder["copy/particles.mrcs"]));
        Assert.Equal(
            ExitCode.Done, (await Invocation.Of("preprocess", input, "-o", _folder["copy"], "--no-normalise", "--overwrite")).Code);
        Assert.NotEqual(first, File.ReadAllBytes(_folder["copy/particles.mrcs"]));
        Assert.Equal(["particles.mrcs", "particles.star"], Directory.GetFiles(_folder["copy"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_box_that_cannot_be_leaves_no_folder()
    {
        Invocation run = await Invocation.Of("preprocess", Stack(24), "-o", _folder["none"], "--downsample", "32");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("24 pixels wide and cannot be downsampled to 32", run.Error);
        Assert.False(Directory.Exists(_folder["none"]));
    }

    // Blobs in noise; 26 = 2 x 13 pixels is not a size for transforms and becomes 24.
    private string Stack(int box)
    {
        string path = _folder[FormattableString.Invariant($"raw{box}.mrcs")];
        using MrcStackWriter stack = new(path, box, box, 2);
        for (int i = 0; i < 4; i++)
        {
            float[] volume = Maps.Blob(box, i, 0.5);
            stack.Append(volume.AsSpan(box / 2 * box * box, box * box));
        }
        stack.Complete();
        return path;
    }
}
