using System.CommandLine;
using CryoSpin.Preprocessing;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Parsing;

/// <summary>The options that every verb preparing images has: their contrast and their box.</summary>
internal sealed class ImageInput
{
    private static readonly string[] s_names = ["--downsample", "--invert"];

    private readonly RunOptionSet _options = new(s_names.Select(OptionCatalogue.Get));

    /// <summary>The options, to be added to a verb.</summary>
    public Symbol[] Options => _options.Options;

    /// <summary>What the user asked.</summary>
    public PreparationOptions Read(ParseResult parse) =>
        _options.AddTo(OptionCatalogue.Defaults, parse.CommandResult).Images.ToPreparation();
}
