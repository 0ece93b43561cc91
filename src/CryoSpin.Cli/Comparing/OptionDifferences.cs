using CryoSpin.Cli.Running;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Comparing;

/// <summary>Tells whether a run was made with the options that are wanted now.</summary>
internal static class OptionDifferences
{
    /// <summary>The first difference as "name was X, now is Y"; null where there is none.</summary>
    public static string? First(RunRecord run, ReconstructionOptions wanted)
    {
        // The folder may have been moved since, and what changes neither the result nor what is kept of it is free.
        ReconstructionOptions then = WholePaths(MovedRun.Options(run, wanted.Output.Folder)) with { Output = run.Options.Output with { Folder = wanted.Output.Folder } };
        ReconstructionOptions now = WholePaths(wanted);
        RunOption? changed = OptionCatalogue.All.Prepend(OptionCatalogue.Argument).FirstOrDefault(
            o => o.HasValue && o.Effect != OptionEffect.None && !Same(o.Words(then), o.Words(now)));
        return changed is null ? null : $"{changed.Name} was {changed.Show(then)}, now is {changed.Show(now)}";
    }

    private static bool Same(IReadOnlyList<string>? a, IReadOnlyList<string>? b) => a is null || b is null ? a is null && b is null : a.SequenceEqual(b);

    private static ReconstructionOptions WholePaths(ReconstructionOptions options) => OptionCatalogue.MapPaths(options, Path.GetFullPath);
}
