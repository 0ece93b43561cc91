namespace CryoSpin.Runs;

public static partial class OptionCatalogue
{
    private static IEnumerable<RunOption> Resources() =>
    [
        new(
            "--max-memory", new SizeKind(), OptionGroup.Resources, OptionEffect.None,
            "Most memory to use, e.g. 1G; particles that do not fit are kept on disk.")
        {
            Usual = "most of what is free",
            Details = "K, M and G count in powers of 1024. Without it the run takes 80 % of the free memory at most. Particles that do not fit are kept in "
                + "a scratch file and read in order, ahead of their use; the result is the same to the byte.",
            MayChangeOnResume = true,
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Resources(p => p.MaxMemoryBytes, (RunResources p, long v) => p with { MaxMemoryBytes = v }),
        },
        new(
            "--scratch", new FolderKind(), OptionGroup.Resources, OptionEffect.None, "Existing folder for particles that memory cannot hold.")
        {
            Usual = "the results' folder",
            Details = "The file there has no name and vanishes with the run.",
            MayChangeOnResume = true,
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Resources(p => p.ScratchDirectory, (RunResources p, string v) => p with { ScratchDirectory = v }),
        },
    ];

    private static IEnumerable<RunOption> Results() =>
    [
        new("--overwrite", new SwitchKind(), OptionGroup.Results, OptionEffect.None, "Replace the results in an existing DIR.")
        {
            Place = OptionPlace.Output(p => p.Overwrite, (OutputOptions p, bool v) => p with { Overwrite = v }),
        },
        new(
            "--checkpoint-minutes", new NumberKind(0, 1e5, " min") { Placeholder = "MIN" }, OptionGroup.Results, OptionEffect.None,
            "Minutes between checkpoints within a stage.")
        {
            Details = "With 0 a checkpoint is written whenever one can be.",
            MayChangeOnResume = true,
            Place = OptionPlace.Resources(p => p.CheckpointMinutes, (RunResources p, double v) => p with { CheckpointMinutes = v }),
        },
        new(
            "--snapshots", new SwitchKind(), OptionGroup.Results, OptionEffect.Kept,
            "Keep map and poses at every epoch in DIR/snapshots (not with --preset paper).")
        {
            Details = "[Files](files.md) describes them. The time that they take is not counted in the run's times.",
            Objection = o => IsPaper(o) ? "--preset paper keeps no snapshots" : null,
            Place = OptionPlace.Output(p => p.Snapshots, (OutputOptions p, bool v) => p with { Snapshots = v }),
        },
        new(
            "--watch", new ParticleNumbersKind(), OptionGroup.Results, OptionEffect.Kept,
            "Particles, numbered from 1, whose candidate poses the snapshots keep too, e.g. 5,12,300.")
        {
            Details = "`compare` shows their posteriors over the view sphere for the first seed. Without the option it takes three, evenly spread.",
            Comparison = ComparisonRole.Common,
            Place = OptionPlace.Output(p => p.Watched, (OutputOptions p, int[] v) => p with { Watched = v }),
        },
        new(
            "--pipeline-control", new FolderKind(), OptionGroup.Results, OptionEffect.None, "RELION's job folder: files there tell how the run ended.")
        {
            Aliases = ["--pipeline_control"],
            Details = "RELION passes it as `--pipeline_control`. `RELION_JOB_EXIT_SUCCESS`, `_FAILURE` or `_ABORTED` there tells how the run ended; "
                + "`RELION_JOB_ABORT_NOW` stops it. A folder of the results that exists but holds no run is accepted then.",
            MayChangeOnResume = true,
        },
    ];
}
