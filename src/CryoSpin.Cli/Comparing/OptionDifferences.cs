using System.Text.Json.Nodes;
using CryoSpin.Cli.Running;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Comparing;

/// <summary>Tells whether a run was made with the options that are wanted now.</summary>
internal static class OptionDifferences
{
    // What changes neither the result nor what is kept of it.
    private static readonly string[] s_free =
        ["outputDirectory", "overwrite", "resume", "threads", "maxMemoryBytes", "scratchDirectory", "checkpointMinutes", "quickValidation"];

    /// <summary>The first difference as "name was X, now is Y"; null where there is none.</summary>
    public static string? First(RunRecord run, ReconstructionOptions wanted)
    {
        JsonObject then = Node(run with { Options = WholePaths(MovedRun.Options(run, wanted.OutputDirectory)) });
        JsonObject now = Node(run with { Options = WholePaths(wanted) });
        foreach ((string name, JsonNode? value) in now)
        {
            string old = Text(then[name]), current = Text(value);
            if (!s_free.Contains(name) && old != current) return $"{name} was {old}, now is {current}";
        }
        return null;
    }

    private static ReconstructionOptions WholePaths(ReconstructionOptions o) => o with
    {
        ParticlesPath = Path.GetFullPath(o.ParticlesPath),
        DataDirectory = o.DataDirectory is null ? null : Path.GetFullPath(o.DataDirectory),
        Subset = o.Subset is null || int.TryParse(o.Subset, out _) ? o.Subset : Path.GetFullPath(o.Subset),
        Passthrough = [.. o.Passthrough.Select(Path.GetFullPath)],
    };

    private static JsonObject Node(RunRecord run) => JsonNode.Parse(JsonFormat.Serialize(run))!["options"]!.AsObject();

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "none";
}
