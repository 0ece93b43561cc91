using System.CommandLine;
using CryoSpin.Simulation;

namespace CryoSpin.Cli.Parsing;

/// <summary>The options of simulate for what real stacks have beside particles and noise.</summary>
internal sealed class NuisanceInput
{
    private static readonly (string Word, ImageKind Kind)[] s_kinds =
        [.. NuisanceOptions.AllJunk.Select(k => (WordFor(k), k))];

    private readonly Option<double> _junk = OptionFactory.Number(
        "--junk", "Share of the images that are no single, whole particle.", "SHARE", 0, 0, 1);

    private readonly Option<ImageKind[]> _kinds = new("--junk-kinds")
    {
        Description = $"Their kinds, each as frequent as the others: {string.Join(", ", s_kinds.Select(k => k.Word))} [default: all].",
        HelpName = "LIST",
        CustomParser = result =>
        {
            string[] words = result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries);
            if (Array.Find(words, w => !Array.Exists(s_kinds, k => k.Word == w)) is { } wrong)
            {
                result.AddError($"--junk-kinds needs a list of {string.Join(", ", s_kinds.Select(k => k.Word))}; found '{wrong}'.");
                return null;
            }
            return [.. words.Distinct().Select(w => s_kinds.First(k => k.Word == w).Kind)];
        },
    };

    private readonly Option<string> _views = new("--views")
    {
        Description = "Preferred views: mild has 40 % within about 25 degrees of three directions, strong 70 % within 15 degrees of two.",
        HelpName = "uniform|mild|strong",
        DefaultValueFactory = _ => "uniform",
    };

    private readonly Option<double> _scale = OptionFactory.Number(
        "--scale", "Spread of the contrast between images: standard deviation of its logarithm.", "SIGMA", 0, 0, 2);

    private readonly Option<double> _noiseLevel = OptionFactory.Number(
        "--noise-level", "Spread of the noise between micrographs: standard deviation of the logarithm of its strength.", "SIGMA", 0, 0, 2);

    private readonly Option<double> _defocusError = OptionFactory.Number(
        "--defocus-error", "Error of each micrograph's defocus in particles.star, angstrom; standard deviation.", "A", 0, 0, 1e5);

    private readonly Option<double> _gradient = OptionFactory.Number(
        "--gradient", "Mean ramp of the background from edge to edge, in standard deviations of the noise.", "G", 0, 0, 100);

    private readonly Option<double> _neighbour = OptionFactory.Number(
        "--neighbour", "Share of the images with parts of one or two neighbours at the edge.", "SHARE", 0, 0, 1);

    private readonly Option<double> _hotPixels = OptionFactory.Number(
        "--hot-pixels", "Mean number of hot and dead pixels in an image.", "N", 0, 0, 1000);

    /// <summary>Makes them.</summary>
    public NuisanceInput() => _views.AcceptOnlyFromAmong("uniform", "mild", "strong");

    /// <summary>The options, to be added to a verb.</summary>
    public Option[] Options => [_junk, _kinds, _views, _scale, _noiseLevel, _defocusError, _gradient, _neighbour, _hotPixels];

    /// <summary>A kind in a word, as typed and as truth.star has it.</summary>
    public static string WordFor(ImageKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>What is wrong with the options beside each other; null where nothing is.</summary>
    public string? Objection(System.CommandLine.Parsing.CommandResult result) =>
        result.GetResult(_kinds) is { Implicit: false } && result.GetResult(_junk) is not { Implicit: false }
            ? "--junk-kinds tells what junk there is; give its share with --junk too" : null;

    /// <summary>What the user asked.</summary>
    public NuisanceOptions Read(ParseResult parse) => new()
    {
        JunkShare = parse.GetValue(_junk),
        JunkKinds = parse.GetValue(_kinds) is { Length: > 0 } kinds ? kinds : NuisanceOptions.AllJunk,
        Views = Enum.Parse<ViewSpread>(parse.GetValue(_views)!, ignoreCase: true),
        ContrastSpread = parse.GetValue(_scale),
        NoiseLevelSpread = parse.GetValue(_noiseLevel),
        DefocusErrorAngstrom = parse.GetValue(_defocusError),
        Gradient = parse.GetValue(_gradient),
        NeighbourShare = parse.GetValue(_neighbour),
        HotPixels = parse.GetValue(_hotPixels),
    };
}
