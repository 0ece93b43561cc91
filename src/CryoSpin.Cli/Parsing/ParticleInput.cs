using System.CommandLine;
using CryoSpin.Particles;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Parsing;

/// <summary>The options that every verb reading particles has: where the images are, which to take, and their pixel size.</summary>
internal sealed class ParticleInput
{
    private static readonly string[] s_names = ["--data-dir", "--subset", "--pixel-size", "--passthrough"];

    private readonly RunOptionSet _options = new(s_names.Select(OptionCatalogue.Get));

    /// <summary>The options, to be added to a verb.</summary>
    public Symbol[] Options => _options.Options;

    /// <summary>What the user asked.</summary>
    public ParticleLoadOptions Read(ParseResult parse, bool requireImages = true) =>
        _options.AddTo(OptionCatalogue.Defaults, parse.CommandResult).Particles.ToLoadOptions() with { RequireImages = requireImages };
}
