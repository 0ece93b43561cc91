using System.CommandLine;
using CryoSpin.Particles;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Parsing;

/// <summary>The options that every verb reading particles has: where the images are, which to take, and their pixel size.</summary>
internal sealed class ParticleInput
{
    private readonly Option<string> _dataDirectory = OptionFactory.Path(
        "--data-dir", "Look for the image stacks in DIR too.", "DIR");

    private readonly Option<string> _subset = OptionFactory.Path(
        "--subset", "Take the first N particles, or those whose indices (from 0) FILE lists: one per line, or .npy, .pkl.", "FILE|N");

    private readonly Option<double?> _pixelSize = OptionFactory.OptionalNumber(
        "--pixel-size", "Pixel size of the images, angstrom [default: the file's].", "A", 0.01, 1000);

    private readonly Option<string[]> _passthrough = new("--passthrough")
    {
        Description = "A further .cs file of the same particles, for a .cs that lacks images or CTF; may be given more than once "
            + "[default: the one beside it].",
        HelpName = "FILE.cs",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>The options, to be added to a verb.</summary>
    public Symbol[] Options => [_dataDirectory, _subset, _pixelSize, _passthrough];

    /// <summary>What the user asked, for a verb that reads particles itself.</summary>
    public ParticleLoadOptions Read(ParseResult parse, bool requireImages = true) => new(
        parse.GetValue(_pixelSize), requireImages, parse.GetValue(_dataDirectory), SubsetOf(parse.GetValue(_subset)),
        parse.GetValue(_passthrough));

    /// <summary>Puts what the user asked into a run's options.</summary>
    public ReconstructionOptions AddTo(ReconstructionOptions options, ParseResult parse) => options with
    {
        DataDirectory = parse.GetValue(_dataDirectory),
        Subset = parse.GetValue(_subset),
        PixelSizeAngstrom = parse.GetValue(_pixelSize),
        Passthrough = parse.GetValue(_passthrough) is { Length: > 0 } files ? files : [],
    };

    /// <summary>How a run's options say to read the particles.</summary>
    public static ParticleLoadOptions Of(ReconstructionOptions options) =>
        new(
            options.PixelSizeAngstrom, DataDirectory: options.DataDirectory, Subset: SubsetOf(options.Subset),
            Passthrough: options.Passthrough);

    private static ParticleSubset? SubsetOf(string? text) => text is null ? null : ParticleSubset.Parse(text);
}
