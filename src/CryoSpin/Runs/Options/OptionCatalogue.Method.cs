namespace CryoSpin.Runs;

public static partial class OptionCatalogue
{
    private static IEnumerable<RunOption> Method() =>
    [
        new(
            "--method", new ChoiceKind([.. ReconstructionMethod.All.Select(m => (m.Name, (object)m.Name))]) { Placeholder = "NAME" },
            OptionGroup.Method, OptionEffect.Result, "How poses and volume are found; --list-methods tells what there is.")
        {
            Objection = o => ReconstructionMethod.Find(o.Method.Name) is null ? "there is no such method" : null,
            Place = OptionPlace.Method(p => p.Name, (MethodOptions p, string v) => p with { Name = v }),
        },
        new("--list-methods", new SwitchKind(), OptionGroup.Method, OptionEffect.None, "Tell in a line each what the methods are, and end.")
        {
            Details = "It names their sources and their uses.",
        },
        new(
            "--preset", ChoiceKind.Of<ReconstructionPreset>(), OptionGroup.Method, OptionEffect.Result,
            "The best measured combination, or the published algorithm.")
        {
            Details = "See below.",
            Comparison = ComparisonRole.Variant,
            Objection = o => IsPaper(o) && o.Method.Name != ReconstructionMethod.CryoSpin
                ? $"this is a setting of cryospin, not of {o.Method.Name}" : null,
            Place = OptionPlace.Method(p => p.Preset, (MethodOptions p, ReconstructionPreset v) => p with { Preset = v }),
        },
        new("--seed", new WholeNumberKind(0) { Placeholder = "K" }, OptionGroup.Method, OptionEffect.Result, "Seed of every random choice.")
        {
            Details = "The same seed gives the same bytes on one machine, whatever the number of threads.",
            Place = OptionPlace.Method(p => p.Seed, (MethodOptions p, int v) => p with { Seed = v }),
        },
        new("--heads", new WholeNumberKind(1, 64) { Placeholder = "M" }, OptionGroup.Method, OptionEffect.Result, "Heads of the pose encoder.")
        {
            Details = "This is the number of guesses that it may make for each image.",
            Comparison = ComparisonRole.Variant,
            Objection = o => MethodOf(o).HasHeads ? null : $"the method {o.Method.Name} has no choice of heads",
            Place = OptionPlace.Method(p => p.Heads, (MethodOptions p, int v) => p with { Heads = v }),
        },
        new(
            "--encoder-steps", new WholeNumberKind(1, 1_000_000) { Placeholder = "N" }, OptionGroup.Method, OptionEffect.Result,
            "Most steps of auto-encoding, 128 images each.")
        {
            Usual = "100 to 800, by the number of particles",
            Details = "Without it there is one step for every 50 particles. The dense search that follows finds the poses of a small set sooner than "
                + "an encoder learns them.",
            Comparison = ComparisonRole.Variant,
            Objection = o => !MethodOf(o).HasHeads ? $"the method {o.Method.Name} has no auto-encoding"
                : IsPaper(o) ? "--preset paper has its own schedule" : null,
            Place = OptionPlace.Method(p => p.EncoderSteps, (MethodOptions p, int v) => p with { EncoderSteps = v }),
        },
        new(
            "--volume", ChoiceKind.Of<VolumeKind>(), OptionGroup.Method, OptionEffect.Result,
            "The volume that the method learns, where it has a choice.")
        {
            Usual = "the method's usual one",
            Details = "`cryoai` has the choice: a coordinate network, or a grid of Hartley values; see [methods](../design/methods.md).",
            Comparison = ComparisonRole.Variant,
            Objection = o => o.Method.Volume is { } volume && !MethodOf(o).Volumes.Contains(volume)
                ? $"the method {o.Method.Name} learns {string.Join(" or ", MethodOf(o).Volumes.Select(v => v.ToString().ToLowerInvariant()))}" : null,
            Place = OptionPlace.Method(p => p.Volume, (MethodOptions p, VolumeKind v) => p with { Volume = v }),
        },
        new(
            "--copies", new ChoiceKind([("2", 2), ("4", 4)]) { Placeholder = "2|4" }, OptionGroup.Method, OptionEffect.Result,
            "Copies of each image that cryoai's symmetric loss compares: 2, turned by 180 degrees, as published, or 4, mirrored, too.")
        {
            Usual = "4",
            Details = "Without the mirrors it ends in maps with a spurious plane of symmetry.",
            Comparison = ComparisonRole.Variant,
            Objection = o => o.Method.ImageCopies is { } copies && !MethodOf(o).ImageCopies.Contains(copies)
                ? MethodOf(o).ImageCopies.Count == 0
                    ? $"the method {o.Method.Name} compares no copies of images"
                    : $"the method {o.Method.Name} compares {string.Join(" or ", MethodOf(o).ImageCopies.Order())} copies of an image"
                : null,
            Place = OptionPlace.Method(p => p.ImageCopies, (MethodOptions p, int v) => p with { ImageCopies = v }),
        },
    ];

    private static bool IsPaper(ReconstructionOptions options) => options.Method.Preset == ReconstructionPreset.Paper;

    private static ReconstructionMethod MethodOf(ReconstructionOptions options) =>
        ReconstructionMethod.Find(options.Method.Name) ?? throw new ArgumentException($"The method '{options.Method.Name}' is not known.", nameof(options));
}
