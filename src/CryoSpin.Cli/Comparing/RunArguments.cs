using CryoSpin.Runs;

namespace CryoSpin.Cli.Comparing;

/// <summary>The words of a reconstruct command.</summary>
internal static class RunArguments
{
    /// <summary>Those that start a run with these options.</summary>
    public static IReadOnlyList<string> Start(ReconstructionOptions options) =>
    [
        "reconstruct", .. OptionCatalogue.All.Where(o => !o.IsUsual(options)).SelectMany(o => o.Arguments(options)),
        // After the dashes: the name may begin with one.
        "--", options.Particles.Path,
    ];

    /// <summary>Those that go on with an interrupted run.</summary>
    public static IReadOnlyList<string> Resume(ReconstructionOptions options) =>
    [
        "reconstruct", $"--resume={options.Output.Folder}",
        .. OptionCatalogue.All.Where(o => o.MayChangeOnResume).SelectMany(o => o.Arguments(options)),
    ];
}
