using System.Security.Cryptography;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;

namespace CryoSpin.Cli.Tests.Verbs;

/// <summary>No verb writes over what it reads, whatever the two are called, with --overwrite or without.</summary>
public sealed class OutputOverInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public OutputOverInputTests()
    {
        Directory.CreateDirectory(_folder["raw"]);
        using (MrcStackWriter stack = new(_folder["raw/particles.mrcs"], 16, 16, 2))
        {
            for (int i = 0; i < 24; i++) stack.Append(Maps.Blob(16, i, 0.5).AsSpan(8 * 256, 256));
            stack.Complete();
        }
        string text = StarTexts.Particles(
            2, "_rlnAngleRot", [.. Enumerable.Range(1, 24).Select(i => FormattableString.Invariant($"{i:000000}@particles.mrcs 1 9000 9000 0 {i}"))])
            .Replace(" 8 2\n", " 16 2\n", StringComparison.Ordinal)
            .Replace("_rlnAngleRot #6", "_rlnAngleRot #6\n_rlnAngleTilt #7\n_rlnAnglePsi #8", StringComparison.Ordinal);
        _folder.WriteText("raw/particles.star", string.Join('\n', text.Split('\n').Select(l => l.Contains('@') ? l + " 10 20" : l)));
        _folder.WriteMap("raw/truth.mrc", 16, 2, seed: 1, noise: 0.1);
        File.Copy(_folder["raw/truth.mrc"], _folder["raw/map.mrc"]);
        // A run elsewhere whose input it was.
        Directory.CreateDirectory(_folder["run"]);
        File.Copy(_folder["raw/truth.mrc"], _folder["run/map.mrc"]);
        _folder.WriteText(
            "run/particles.star", File.ReadAllText(_folder["raw/particles.star"]).Replace("@particles", "@../raw/particles", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("preprocess raw/particles.star -o raw --overwrite")]
    [InlineData("preprocess raw/particles.star -o raw/../raw --overwrite")]
    [InlineData("preprocess raw/particles.star -o linked --overwrite")]
    [InlineData("preprocess raw/particles.star -o soft --overwrite")]
    [InlineData("preprocess raw/particles.star -o hard --overwrite")]
    [InlineData("preprocess raw/particles.mrcs -o raw --overwrite")]
    [InlineData("reconstruct raw/particles.star -o raw --overwrite")]
    [InlineData("reconstruct raw/particles.star -o soft --overwrite")]
    [InlineData("reconstruct raw/particles.star -o hard --overwrite")]
    [InlineData("backproject raw/particles.star -o raw/particles.mrcs")]
    [InlineData("backproject raw/particles.star -o raw/particles.star")]
    [InlineData("backproject raw/particles.star -o soft/particles.mrcs")]
    [InlineData("convert raw/particles.star -o soft/particles.star --overwrite")]
    [InlineData("convert raw/particles.star -o new.star --poses raw/particles.mrcs --overwrite")]
    [InlineData("convert raw/particles.star -o hard/particles.star --overwrite")]
    [InlineData("flip-hand raw/map.mrc -o raw/map.mrc --overwrite")]
    [InlineData("flip-hand raw/map.mrc -o ./raw/../raw/map.mrc --overwrite")]
    [InlineData("flip-hand raw/particles.star -o raw/particles.mrcs --overwrite")]
    [InlineData("flip-hand raw/map.mrc raw/truth.mrc -o raw --overwrite")]
    [InlineData("flip-hand run -o hard-run --overwrite")]
    [InlineData("symmetrize run --sym C2 -o hard-run --overwrite")]
    [InlineData("simulate raw/truth.mrc -o raw --overwrite --particles 2")]
    [InlineData("simulate raw/truth.mrc -o soft --overwrite --particles 2")]
    [InlineData("compare raw/particles.star -o compared --methods cryospin --max-shift 2 --truth-map compared/report.html")]
    public async Task Is_refused_before_anything_is_written(string command)
    {
        foreach ((string folder, string kind) in ((string, string)[])[("soft", "s"), ("hard", "h")]) Link(folder, "raw", kind);
        Link("hard-run", "run", "h");
        File.CreateSymbolicLink(_folder["linked"], _folder["raw"]);
        Directory.CreateDirectory(_folder["compared"]);
        File.Copy(_folder["raw/truth.mrc"], _folder["compared/report.html"]);
        string[] before = Contents();
        Invocation run = await Invocation.Of([.. command.Split(' ').Select(w => w.Contains('/') || Path.Exists(_folder[w]) ? _folder[w] : w == "new.star" ? _folder[w] : w)]);
        Assert.Equal(before, Contents());
        Assert.Equal(ExitCode.WrongUsage, run.Code);
        Assert.Contains("-o", run.Error);
    }

    [Fact]
    public void Every_file_that_was_read_counts()
    {
        File.WriteAllText(_folder["list.txt"], "0\n1\n");
        ParticleSet set = ParticleSet.Load(_folder["raw/particles.star"], new ParticleLoadOptions(Subset: ParticleSubset.FromFile(_folder["list.txt"])));
        Assert.Equal(
            [_folder["list.txt"], _folder["raw/particles.mrcs"], _folder["raw/particles.star"]], set.InputFiles.Select(Path.GetFullPath).Order());
    }

    private void Link(string folder, string source, string kind)
    {
        Directory.CreateDirectory(_folder[folder]);
        foreach (string file in Directory.GetFiles(_folder[source]))
        {
            string link = Path.Combine(_folder[folder], Path.GetFileName(file));
            if (kind == "s") File.CreateSymbolicLink(link, file);
            else System.Diagnostics.Process.Start("ln", [file, link])!.WaitForExit();
        }
    }

    // Names, whether they are links, and contents.
    private string[] Contents() =>
    [
        .. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(
            f => $"{f} {new FileInfo(f).LinkTarget} {(Directory.Exists(f) ? "" : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))))}"),
    ];
}
