using System.CommandLine;
using CryoSpin.Cli.Running;
using CryoSpin.Particles;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Parsing;

/// <summary>The options that every verb reading particles has: where the images are, which to take, and their pixel size.</summary>
internal sealed class ParticleInput
{
    private static readonly string[] s_names = ["--data-dir", "--subset", "--pixel-size", "--passthrough"];

    private readonly RunOptionSet _options;

    /// <summary>Makes them.</summary>
    /// <param name="hasNoCtf">Whether the verb can do without CTFs, so that its user has to say so.</param>
    public ParticleInput(bool hasNoCtf = false) =>
        _options = new RunOptionSet([.. s_names.Select(OptionCatalogue.Get), .. hasNoCtf ? [OptionCatalogue.Get(CtfCheck.Option)] : Array.Empty<RunOption>()]);

    /// <summary>The options, to be added to a verb.</summary>
    public Symbol[] Options => _options.Options;

    /// <summary>What the user asked.</summary>
    public ParticleLoadOptions Read(ParseResult parse, bool requireImages = true) =>
        _options.AddTo(OptionCatalogue.Defaults, parse.CommandResult).Particles.ToLoadOptions() with { RequireImages = requireImages };
}
