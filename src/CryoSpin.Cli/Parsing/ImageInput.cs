using System.CommandLine;
using CryoSpin.Preprocessing;

namespace CryoSpin.Cli.Parsing;

/// <summary>The options of verbs that prepare images of a given box: their contrast and their box.</summary>
internal sealed class ImageInput
{
    private readonly Option<bool?> _invert = Contrast();

    private readonly Option<int?> _downsample = OptionFactory.OptionalInteger(
        "--downsample", "Downsample the images to this box by cutting their spectra.", "BOX", 16, 4096);

    /// <summary>The options, to be added to a verb.</summary>
    public Symbol[] Options => [_downsample, _invert];

    /// <summary>What the user asked.</summary>
    public PreparationOptions Read(ParseResult parse) =>
        new() { Invert = parse.GetValue(_invert), DownsampleBox = parse.GetValue(_downsample) };

    /// <summary>The option --invert.</summary>
    public static Option<bool?> Contrast() => new("--invert")
    {
        Description = "Invert the images' contrast; 'false' keeps it [default: inverted where particles are found darker than their background].",
        HelpName = "true|false",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
