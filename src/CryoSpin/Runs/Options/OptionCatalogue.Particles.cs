namespace CryoSpin.Runs;

public static partial class OptionCatalogue
{
    private static IEnumerable<RunOption> ParticleFiles() =>
    [
        new("--data-dir", new FolderKind(), OptionGroup.Particles, OptionEffect.Input, "Look for the image stacks in DIR too.")
        {
            Details = "See [files](files.md).",
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Particles(p => p.DataDirectory, (ParticleOptions p, string v) => p with { DataDirectory = v }),
        },
        new(
            "--subset", new FileOrCountKind(), OptionGroup.Particles, OptionEffect.Input,
            "Take the first N particles, or those whose indices (from 0) FILE lists: one per line, or .npy, .pkl.")
        {
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Particles(p => p.Subset, (ParticleOptions p, string v) => p with { Subset = v }),
        },
        new(
            "--pixel-size", new NumberKind(0.01, 1000, " Å") { Placeholder = "A" }, OptionGroup.Particles, OptionEffect.Result,
            "Pixel size of the images, angstrom.")
        {
            Usual = "the file's",
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Particles(p => p.PixelSizeAngstrom, (ParticleOptions p, double v) => p with { PixelSizeAngstrom = v }),
        },
        new(
            "--passthrough", new FilesKind { Placeholder = "FILE.cs" }, OptionGroup.Particles, OptionEffect.Input,
            "A further .cs file of the same particles, for a .cs that lacks images or CTF; may be given more than once.")
        {
            Usual = "the one beside it",
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Particles(p => p.Passthrough, (ParticleOptions p, string[] v) => p with { Passthrough = v }),
        },
        new(
            "--no-ctf", new SwitchKind(), OptionGroup.Particles, OptionEffect.Result,
            "Take the images as free of any CTF: they were corrected for it, or simulated without one.")
        {
            Details = "Without it particles without CTF values are refused, since their map would be wrong without a sign of it. Where the file has CTF values they are "
                + "ignored, and the log says so.",
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Particles(p => p.NoCtf, (ParticleOptions p, bool v) => p with { NoCtf = v }),
        },
        new(
            "--box", new BoxKind(), OptionGroup.Particles, OptionEffect.Result,
            "Box in which the map is made, pixels; 'full' takes all of the images' pixels.")
        {
            Aliases = ["--downsample"],
            Usual = "all up to 256; else the fewest that reach a Nyquist of 4 angstrom, 256 at most",
            Details = "The images' spectra are cut to the box, which stays as wide in angstrom as it was. Poses and origins are written in the units of the input.",
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Images(p => p.Box, (ImageOptions p, string v) => p with { Box = v }),
        },
        new(
            "--invert", new TrueFalseKind(), OptionGroup.Particles, OptionEffect.Result,
            "Invert the images' contrast; 'false' keeps it.")
        {
            Usual = "inverted where particles are found darker than their background",
            Details = "The log says what was found.",
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Images(p => p.Invert, (ImageOptions p, bool v) => p with { Invert = v }),
        },
        new(
            "--skip-bad", new SwitchKind(), OptionGroup.Particles, OptionEffect.Result,
            "Leave particles out whose images are unreadable, not finite or constant; rejected.star keeps their rows.")
        {
            Details = "Without it such particles are refused before the run. The log counts them, and `rejected.star` has the reasons.",
            Place = OptionPlace.Particles(p => p.SkipBad, (ParticleOptions p, bool v) => p with { SkipBad = v }),
        },
        new(
            "--keep-all", new SwitchKind(), OptionGroup.Particles, OptionEffect.Result,
            "Use images that stand out from the others (ice, carbon, aggregates) too, instead of leaving them out.")
        {
            Details = "Without it images that vary over large distances far more than the others (contaminated ice, carbon edges, aggregates) are left "
                + "out before the search. A few per cent of them are enough to become the first map. Their rows go to `rejected.star`.",
            Place = OptionPlace.Method(p => p.KeepAll, (MethodOptions p, bool v) => p with { KeepAll = v }),
        },
        new(
            "--quick-validation", new SwitchKind(), OptionGroup.Particles, OptionEffect.None,
            "Check tables and stack headers only before the run; a bad pixel then ends it while it loads.")
        {
            Details = "This is the check of `validate --quick`, for huge stacks on slow disks.",
            MayChangeOnResume = true,
            Place = OptionPlace.Particles(p => p.QuickValidation, (ParticleOptions p, bool v) => p with { QuickValidation = v }),
        },
    ];
}
