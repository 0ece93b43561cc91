namespace CryoSpin.Runs;

/// <summary>
/// All options of <c>reconstruct</c>, each declared once, in the order of help and guide. A new option is one declaration here, a property in
/// one of the parts of <see cref="ReconstructionOptions"/>, and its use.
/// </summary>
public static partial class OptionCatalogue
{
    /// <summary>The options of a run to which nothing was given.</summary>
    public static ReconstructionOptions Defaults { get; } = ReconstructionOptions.Of("", "");

    /// <summary>The argument: the particles.</summary>
    public static RunOption Argument { get; } = new(
        "PARTICLES.star", new FileKind(), OptionGroup.Particles, OptionEffect.Input,
        "Particles: RELION's .star, cryoSPARC's .cs or .csg, a bare stack (.mrcs), or a list of stacks (.txt).")
    {
        Place = OptionPlace.Particles(p => p.Path.Length == 0 ? null : p.Path, (ParticleOptions p, string v) => p with { Path = v }),
    };

    /// <summary>All options, by group.</summary>
    public static IReadOnlyList<RunOption> All { get; } =
        [.. MostUsed(), .. ParticleFiles(), .. Method(), .. Resources(), .. Results()];

    /// <summary>The option of a name.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static RunOption Get(string name) => All.First(o => o.Name == name);

    /// <summary>Heading of a group.</summary>
    public static string Heading(OptionGroup group) => group switch
    {
        OptionGroup.MostUsed => "Most used",
        OptionGroup.Particles => "Particles and their images",
        OptionGroup.Method => "Method",
        OptionGroup.Resources => "Threads, memory and disk",
        _ => "Results, stopping and going on",
    };

    /// <summary>What is wrong with the options of a run beside each other; null where nothing is.</summary>
    public static string? Objection(ReconstructionOptions options) => Objection(options, All.Where(o => !o.IsUsual(options)));

    /// <summary>What is wrong with some options beside the others.</summary>
    /// <param name="options">All options.</param>
    /// <param name="given">Those to look at: what was not given cannot be wrong.</param>
    public static string? Objection(ReconstructionOptions options, IEnumerable<RunOption> given) =>
        given.Select(o => o.Objection(options) is { } objection ? $"{o.Typed(options)}: {objection}." : null).FirstOrDefault(m => m is not null);

    /// <summary>The options with every path in them changed, but for the folder of the results.</summary>
    public static ReconstructionOptions MapPaths(ReconstructionOptions options, Func<string, string> change) =>
        All.Prepend(Argument).Where(o => o.HasValue && o.Effect is OptionEffect.Input or OptionEffect.None)
            .Aggregate(options, (changed, option) => option.MapPaths(changed, change));

    private static IEnumerable<RunOption> MostUsed() =>
    [
        new("--output", new FolderKind(), OptionGroup.MostUsed, OptionEffect.Kept, "Folder for the results; needed unless --resume is given.")
        {
            Aliases = ["-o"],
            Place = OptionPlace.Output(p => p.Folder.Length == 0 ? null : p.Folder, (OutputOptions p, string v) => p with { Folder = v }),
        },
        new(
            "--max-shift", new ShiftLengthKind(), OptionGroup.MostUsed, OptionEffect.Result,
            "Greatest distance of a particle from its image's centre: pixels of the input (5 or 5px) or angstrom (20A).")
        {
            Usual = "5 pixels of the working box",
            Details = "At most a quarter of the box. Where many particles press against it in auto-decoding, the default method doubles it, up to four times, and says so. "
                + "It warns where at the end more than a twentieth of them still do.",
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Images(p => p.MaxShift, (ImageOptions p, string v) => p with { MaxShift = v }),
        },
        new(
            "--mask-diameter", new NumberKind(1, 1e5, " Å") { Placeholder = "A" }, OptionGroup.MostUsed, OptionEffect.Result,
            "Mask by a sphere of this diameter, angstrom.")
        {
            Usual = "the particle's shape, measured",
            Details = "The sphere then holds for the whole run. Without it the run begins with a sphere of 0.8 of the box. It goes on with one that is "
                + "estimated from the map, and then with the particle's own shape and a soft edge, which is measured again after each pass. The log "
                + "says what came out, and `mask.mrc` holds it.",
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Method(p => p.MaskDiameterAngstrom, (MethodOptions p, double v) => p with { MaskDiameterAngstrom = v }),
        },
        new("--threads", new WholeNumberKind(1, 1024) { Placeholder = "T" }, OptionGroup.MostUsed, OptionEffect.None, "Worker threads.")
        {
            Usual = "all cores",
            MayChangeOnResume = true,
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Resources(p => p.Threads, (RunResources p, int v) => p with { Threads = v }),
        },
        new(
            "--resume", new FolderKind(), OptionGroup.MostUsed, OptionEffect.None,
            "Go on with the stopped run in DIR, to the same bytes; needs no other option.")
        {
            Details = "See below.",
            MayChangeOnResume = true,
        },
    ];
}
