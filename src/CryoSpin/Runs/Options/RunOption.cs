namespace CryoSpin.Runs;

/// <summary>What an option changes.</summary>
public enum OptionEffect
{
    /// <summary>Nothing that is kept: only how fast the run is, with what memory, or what it checks.</summary>
    None,

    /// <summary>What is kept of the run beside its result.</summary>
    Kept,

    /// <summary>The bytes of the result, by the files that it names. What they hold counts, not where they are.</summary>
    Input,

    /// <summary>The bytes of the result, by its value.</summary>
    Result,
}

/// <summary>What an option is to a comparison of methods.</summary>
public enum ComparisonRole
{
    /// <summary>It has no such option.</summary>
    None,

    /// <summary>An option of the comparison, the same for all of its runs.</summary>
    Common,

    /// <summary>A method's own: <c>NAME:heads=1</c> is a variant of a method.</summary>
    Variant,
}

/// <summary>Headings under which help and guide list the options.</summary>
public enum OptionGroup
{
    /// <summary>Those that most runs need.</summary>
    MostUsed,

    /// <summary>Which particles, and their images.</summary>
    Particles,

    /// <summary>The method.</summary>
    Method,

    /// <summary>Threads, memory, disk.</summary>
    Resources,

    /// <summary>Results and checkpoints.</summary>
    Results,
}

/// <summary>
/// The declaration of one option of <c>reconstruct</c>. Parsing, help, the fingerprint of a run, the child runs of a comparison, the
/// report's table and the guide's list all come from it.
/// </summary>
/// <param name="Name">As typed, e.g. <c>--max-shift</c>; for the argument, its name in capitals.</param>
/// <param name="Kind">Its values, their range and unit.</param>
/// <param name="Group">Where help lists it.</param>
/// <param name="Effect">Whether it changes the result.</param>
/// <param name="Help">What it does, in a sentence.</param>
public sealed record RunOption(string Name, OptionKind Kind, OptionGroup Group, OptionEffect Effect, string Help)
{
    /// <summary>Other names.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Further sentences for the guide; null for none.</summary>
    public string? Details { get; init; }

    /// <summary>What holds where it is not given, in words; null to show the value itself, if there is one.</summary>
    public string? Usual { get; init; }

    /// <summary>Whether a resumed run may be given another value.</summary>
    public bool MayChangeOnResume { get; init; }

    /// <summary>What it is to a comparison.</summary>
    public ComparisonRole Comparison { get; init; }

    /// <summary>What is wrong with the value beside the other options, as a clause after the option's name; null where nothing is.</summary>
    public Func<ReconstructionOptions, string?> Objection { get; init; } = _ => null;

    /// <summary>Where its value lies; null where it has none in the options of a run, but tells the command what to do.</summary>
    internal OptionPlace? Place { get; init; }

    /// <summary>Whether it stands in the options of a run.</summary>
    public bool HasValue => Place is not null;

    /// <summary>Whether it is the command's argument, which has no name before it.</summary>
    public bool IsArgument => !Name.StartsWith('-');

    /// <summary>Whether it holds what it holds where it is not given.</summary>
    public bool IsUsual(ReconstructionOptions options) => Words(options) is { } words
        ? Words(OptionCatalogue.Defaults) is { } usual && words.SequenceEqual(usual)
        : Words(OptionCatalogue.Defaults) is null;

    /// <summary>Its value as typed; null where it has none, no words where it is a switch that is on.</summary>
    public IReadOnlyList<string>? Words(ReconstructionOptions options) => Value(options) is { } value ? Kind.Words(value) : null;

    /// <summary>Its value for people, with its unit; what holds otherwise where it has none.</summary>
    public string Show(ReconstructionOptions options) => Value(options) is { } value ? Kind.Show(value) : Usual ?? (Kind is SwitchKind ? "no" : "none");

    /// <summary>What holds where it is not given, for help and guide; null where there is nothing to say.</summary>
    public string? DefaultText => Usual ?? (Value(OptionCatalogue.Defaults) is { } value ? string.Join(", ", Kind.Words(value)) : null);

    /// <summary>Name and value as typed, for messages.</summary>
    public string Typed(ReconstructionOptions options) => string.Join(' ', (Words(options) ?? []).Prepend(Name));

    /// <summary>The words of a command that give it the value that it has in some options; none where it has none.</summary>
    public IReadOnlyList<string> Arguments(ReconstructionOptions options) => Words(options) switch
    {
        null => [],
        // One word each, so that a value that begins with a dash stays a value.
        { Count: > 0 } words => [.. words.Select(w => $"{Name}={w}")],
        _ => [Name],
    };

    /// <summary>Reads a value and puts it into the options of a run.</summary>
    /// <param name="options">The options.</param>
    /// <param name="words">What was typed after the name.</param>
    /// <param name="mistake">What is wrong with the words; null where nothing is, and the options have the value.</param>
    public ReconstructionOptions With(ReconstructionOptions options, IReadOnlyList<string> words, out string? mistake)
    {
        object? value = Kind.Parse(words);
        mistake = value is null ? $"{Name} needs {Kind.Expected}; found '{string.Join(' ', words)}'." : null;
        return value is null || Place is null ? options : Place.Set(options, value);
    }

    /// <summary>The options with every path of this one changed.</summary>
    public ReconstructionOptions MapPaths(ReconstructionOptions options, Func<string, string> change) =>
        Value(options) is { } value ? Place!.Set(options, Kind.MapPaths(value, change)) : options;

    /// <summary>The files that it names; null where its value itself counts.</summary>
    public IReadOnlyList<string>? Files(ReconstructionOptions options) => Value(options) is { } value ? Kind.Files(value) : null;

    private object? Value(ReconstructionOptions options) => Place?.Get(options) is { } value && !Kind.IsEmpty(value) ? value : null;
}

/// <summary>Where an option's value lies in the options of a run.</summary>
/// <param name="Get">The value; null where there is none.</param>
/// <param name="Set">The options with another value.</param>
internal sealed record OptionPlace(Func<ReconstructionOptions, object?> Get, Func<ReconstructionOptions, object, ReconstructionOptions> Set)
{
    /// <summary>A place in the method's options.</summary>
    public static OptionPlace Method<T>(Func<MethodOptions, object?> get, Func<MethodOptions, T, MethodOptions> set) =>
        new(o => get(o.Method), (o, v) => o with { Method = set(o.Method, (T)v) });

    /// <summary>A place in the options of the particles.</summary>
    public static OptionPlace Particles<T>(Func<ParticleOptions, object?> get, Func<ParticleOptions, T, ParticleOptions> set) =>
        new(o => get(o.Particles), (o, v) => o with { Particles = set(o.Particles, (T)v) });

    /// <summary>A place in the options of the images.</summary>
    public static OptionPlace Images<T>(Func<ImageOptions, object?> get, Func<ImageOptions, T, ImageOptions> set) =>
        new(o => get(o.Images), (o, v) => o with { Images = set(o.Images, (T)v) });

    /// <summary>A place in the resources.</summary>
    public static OptionPlace Resources<T>(Func<RunResources, object?> get, Func<RunResources, T, RunResources> set) =>
        new(o => get(o.Resources), (o, v) => o with { Resources = set(o.Resources, (T)v) });

    /// <summary>A place in the options of the results.</summary>
    public static OptionPlace Output<T>(Func<OutputOptions, object?> get, Func<OutputOptions, T, OutputOptions> set) =>
        new(o => get(o.Output), (o, v) => o with { Output = set(o.Output, (T)v) });
}
