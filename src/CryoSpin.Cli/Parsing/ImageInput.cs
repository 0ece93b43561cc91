using System.CommandLine;
using CryoSpin.Preprocessing;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Parsing;

/// <summary>The options of verbs that prepare images of a given box: their contrast and their box.</summary>
internal sealed class ImageInput
{
    private readonly Option<int?> _downsample = OptionFactory.OptionalInteger(
        "--downsample", "Downsample the images to this box by cutting their spectra.", "BOX", 16, 4096);

    private readonly RunOptionSet _contrast = new([OptionCatalogue.Get("--invert")]);

    /// <summary>The options, to be added to a verb.</summary>
    public Symbol[] Options => [_downsample, .. _contrast.Options];

    /// <summary>What the user asked.</summary>
    public PreparationOptions Read(ParseResult parse) =>
        _contrast.AddTo(OptionCatalogue.Defaults, parse.CommandResult).Images.ToPreparation() with { DownsampleBox = parse.GetValue(_downsample) };
}
