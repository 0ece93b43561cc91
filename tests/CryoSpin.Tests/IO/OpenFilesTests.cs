using System.Diagnostics;
using System.IO.Compression;
using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.Tests.Particles;

namespace CryoSpin.Tests.IO;

public class OpenFilesTests
{
    private const int Stacks = 60;

    [Fact]
    public void Many_stacks_are_read_from_many_threads_with_few_open()
    {
        using ParticleFolder folder = new();
        using OpenFiles files = new(most: 3);
        MrcStackReader[] readers = [.. Enumerable.Range(0, Stacks).Select(s => MrcStackReader.Open(Stack(folder, s, gzip: s % 4 == 0), files))];
        int wrong = 0, most = 0;
        Parallel.For(0, 3000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, k =>
        {
            float[] image = new float[36];
            readers[k * 7 % Stacks].Read(k % 2, image);
            if (image[5] != k * 7 % Stacks + 1000 * (k % 2) + 5) Interlocked.Increment(ref wrong);
            int open = files.Count;
            if (open > most) Interlocked.Exchange(ref most, open);
        });
        Assert.Equal(0, wrong);
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public void A_stack_that_goes_away_while_it_is_closed_is_named()
    {
        using ParticleFolder folder = new();
        using OpenFiles files = new(most: 1);
        string gone = Stack(folder, 0, gzip: false);
        MrcStackReader first = MrcStackReader.Open(gone, files);
        MrcStackReader.Open(Stack(folder, 1, gzip: false), files);
        File.Delete(gone);
        Assert.Equal(gone, Assert.Throws<InputException>(() => first.Read(0, new float[36])).Where);
    }

    [Fact]
    public void Pipes_and_devices_are_refused_at_once()
    {
        if (OperatingSystem.IsWindows()) return;
        using ParticleFolder folder = new();
        string pipe = folder.File("p.star"), stack = folder.File("s.mrcs"), link = folder.File("z.star");
        foreach (string path in new[] { pipe, stack })
        {
            using Process make = Process.Start("mkfifo", path);
            make.WaitForExit();
            Assert.Equal(0, make.ExitCode);
        }
        File.CreateSymbolicLink(link, "/dev/zero");
        string star = folder.Star("q.star", "data_\nloop_\n_rlnImageName\n_rlnPixelSize\n1@s.mrcs 2\n");
        Action[] openings =
        [
            () => ParticleSet.Load(pipe), () => ParticleSet.Load(link), () => ParticleSet.Load("/dev/null"), () => ParticleSet.Load(star),
            () => MrcStackReader.Open(stack).Dispose(), () => MrcVolumeIO.Read(stack), () => ParticleSource.Open(star).Dispose(),
        ];
        foreach (Action open in openings) Assert.Contains("a pipe or a device", Assert.Throws<InputException>(open).What);
    }

    private static string Stack(ParticleFolder folder, int number, bool gzip)
    {
        string path = folder.Stack($"s{number}.mrcs", 2, 6, start: number);
        if (!gzip) return path;
        using (GZipStream packed = new(File.Create(path + ".gz"), CompressionLevel.Fastest)) packed.Write(File.ReadAllBytes(path));
        return path + ".gz";
    }
}
