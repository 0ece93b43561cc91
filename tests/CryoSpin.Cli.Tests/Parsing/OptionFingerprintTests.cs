using CryoSpin.Particles;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.Parsing;

/// <summary>What a resumed run looks at: options that change the result, and the content of the files that they name.</summary>
public sealed class OptionFingerprintTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ParticleSet _set;

    public OptionFingerprintTests()
    {
        _folder.WriteBlankStack("stack.mrcs", 4, 3);
        _folder.WriteText("particles.star", StarTexts.Particles(
            3, "_mineOwn", "1@stack.mrcs 1 10000 11000 20 a", "2@stack.mrcs 1 20000 21000 30 b", "3@stack.mrcs 1 15000 15000 40 c",
            "4@stack.mrcs 1 15000 15000 40 d"));
        _set = ParticleSet.Load(_folder["particles.star"]);
    }

    public static TheoryData<string> Names => OptionSamples.Names;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void It_holds_the_options_that_change_the_result_and_no_others(string name)
    {
        RunOption option = OptionCatalogue.Get(name);
        // Files are looked at below; what is found in a folder is in the fingerprint by itself.
        if (option.Effect == OptionEffect.Input && name != "--subset") return;
        ReconstructionOptions changed = option.With(OptionCatalogue.Defaults, OptionSamples.Of(option), out _);
        string? difference = Of(OptionCatalogue.Defaults).Difference(Of(changed));
        if (option.Effect is OptionEffect.Result or OptionEffect.Input) Assert.StartsWith($"{name} (", difference);
        else Assert.Null(difference);
    }

    [Theory]
    [InlineData("--subset", "chosen.txt")]
    [InlineData("--passthrough", "chosen.txt")]
    public void A_file_counts_by_what_it_holds_and_not_by_its_folder(string name, string file)
    {
        string path = _folder.WriteText(file, "0\n1\n");
        ReconstructionOptions options = OptionCatalogue.Get(name).With(OptionCatalogue.Defaults, [path], out _);
        InputFingerprint before = Of(options);
        Directory.CreateDirectory(_folder["moved"]);
        File.Copy(path, _folder["moved/" + file]);
        Assert.Null(before.Difference(Of(OptionCatalogue.Get(name).With(options, [_folder["moved/" + file]], out _))));
        _folder.WriteText(file, "0\n2\n");
        Assert.Contains($"the file of {name} {file} (", before.Difference(Of(options)));
    }

    private InputFingerprint Of(ReconstructionOptions options) => InputFingerprint.Of(options, _set);
}
