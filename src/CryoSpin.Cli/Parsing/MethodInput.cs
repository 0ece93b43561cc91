using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Parsing;

/// <summary>The options that choose a method and what is kept of its course.</summary>
internal sealed class MethodInput
{
    private readonly Option<string> _method = new("--method")
    {
        Description = "How poses and volume are found; --list-methods tells what there is.",
        DefaultValueFactory = _ => ReconstructionMethod.CryoSpin,
        HelpName = "NAME",
    };

    private readonly Option<string> _volume = OptionFactory.Path(
        "--volume", "The volume that the method learns, where it has a choice [default: the method's usual one].", "grid|network");

    private readonly Option<int?> _copies = OptionFactory.OptionalInteger(
        "--copies", "Copies of each image that cryoai's symmetric loss compares: 2, turned by 180 degrees, as published, or 4, mirrored, too "
            + "[default: 4].", "2|4", 2, 4);

    private readonly Option<int?> _encoderSteps = OptionFactory.OptionalInteger(
        "--encoder-steps", "Most steps of auto-encoding, 128 images each [default: 100 to 800, by the number of particles].", "N", 1, 1_000_000);

    private readonly Option<bool> _list = OptionFactory.Flag("--list-methods", "Tell in a line each what the methods are, and end.");

    private readonly Option<bool> _snapshots = OptionFactory.Flag(
        "--snapshots", "Keep map and poses at every epoch in DIR/snapshots (not with --preset paper).");

    private readonly Option<string> _watch = OptionFactory.Path(
        "--watch", "Particles, numbered from 1, whose candidate poses the snapshots keep too, e.g. 5,12,300.", "LIST");

    /// <summary>The options, for the verb.</summary>
    public IReadOnlyList<Option> Options => [_method, _list, _volume, _copies, _encoderSteps, _snapshots, _watch];

    /// <summary>Whether the list of methods was asked for, which needs nothing else.</summary>
    public bool AsksForList(CommandResult result) => result.GetResult(_list) is { Implicit: false };

    /// <summary>Prints the methods.</summary>
    public static void PrintList(TextWriter output)
    {
        int width = ReconstructionMethod.All.Max(m => m.Name.Length) + 2;
        foreach (ReconstructionMethod method in ReconstructionMethod.All)
        {
            output.WriteLine($"{method.Name.PadRight(width)}{method.Summary}");
            output.WriteLine($"{new string(' ', width)}Source: {method.Source}");
            output.WriteLine($"{new string(' ', width)}Use: {method.UseWhen}");
        }
    }

    /// <summary>What is wrong with the method and the options beside it.</summary>
    public string? Mistake(CommandResult result, Option<string> preset, Option<int> heads)
    {
        // While options are checked, those not typed have no value yet.
        string name = result.GetValue(_method) ?? ReconstructionMethod.CryoSpin;
        if (ReconstructionMethod.Find(name) is not { } method)
        {
            string nearest = NearestName.Find(name, ReconstructionMethod.All.Select(m => m.Name)) is { } near ? $"did you mean '{near}'? " : "";
            return $"there is no method '{name}': {nearest}known are {string.Join(", ", ReconstructionMethod.All.Select(m => m.Name))}";
        }
        // Its value cannot be asked for where it is not one of those allowed; that is told elsewhere.
        bool paper = result.GetResult(preset)?.Tokens is [{ Value: "paper" }];
        if (name != ReconstructionMethod.CryoSpin && paper) return $"--preset paper is a setting of cryospin, not of {name}";
        if (paper && result.GetResult(_snapshots) is { Implicit: false }) return "--preset paper keeps no snapshots";
        if (!method.HasHeads && result.GetResult(heads) is { Implicit: false }) return $"--heads: the method {name} has no choice of heads";
        if (result.GetResult(_encoderSteps) is { Implicit: false })
        {
            if (!method.HasHeads) return $"--encoder-steps: the method {name} has no auto-encoding";
            if (paper) return "--encoder-steps: --preset paper has its own schedule";
        }
        if (result.GetResult(_volume) is { Implicit: false })
        {
            string typed = result.GetValue(_volume)!;
            string[] known = [.. method.Volumes.Select(v => v.ToString().ToLowerInvariant())];
            if (!known.Contains(typed)) return $"--volume {typed}: the method {name} learns {string.Join(" or ", known)}";
        }
        // From its token: what is no number in range cannot be asked for as a value.
        if (result.GetResult(_copies)?.Tokens is [{ Value: { } copies }] && !method.ImageCopies.Any(c => $"{c}" == copies))
        {
            return $"--copies {copies}: the method {name} {CopiesOf(method)}";
        }
        if (result.GetValue(_watch) is { } list && Numbers(list) is null) return $"--watch needs particle numbers from 1, e.g. 5,12,300; found '{list}'";
        return null;
    }

    /// <summary>Which copies of an image a method compares, for messages: a verb and its object.</summary>
    public static string CopiesOf(ReconstructionMethod method) =>
        method.ImageCopies.Count == 0 ? "compares no copies of images" : $"compares {string.Join(" or ", method.ImageCopies.Order())} copies of an image";

    /// <summary>Adds what was given.</summary>
    public ReconstructionOptions AddTo(ReconstructionOptions options, ParseResult parse) => options with
    {
        Method = parse.GetValue(_method)!,
        Volume = parse.GetValue(_volume) is { } volume ? Enum.Parse<VolumeKind>(volume, ignoreCase: true) : null,
        ImageCopies = parse.GetValue(_copies),
        EncoderSteps = parse.GetValue(_encoderSteps),
        Snapshots = parse.GetValue(_snapshots),
        Watched = parse.GetValue(_watch) is { } list ? Numbers(list)! : [],
    };

    /// <summary>Indices, from 0, of particles typed as numbers from 1; null where the list is not such a one.</summary>
    public static int[]? Numbers(string list)
    {
        string[] words = list.Split(',', StringSplitOptions.TrimEntries);
        int[] numbers = new int[words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            if (!int.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1) return null;
            numbers[i] = number - 1;
        }
        return numbers;
    }
}
