using System.Text.Json.Nodes;
using System.Xml.Linq;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Html;

/// <summary>Every option of a run as run.json has it, with its value in force.</summary>
internal static class OptionTable
{
    /// <summary>The table, to be opened by a click.</summary>
    public static XElement Of(RunRecord run)
    {
        JsonObject options = JsonNode.Parse(JsonFormat.Serialize(run))!["options"]!.AsObject();
        return Tag.Folded("All options in force, by their names in run.json", Tag.Pairs(options.Select(o => (o.Key, Text(o.Value)))));
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "not given",
        JsonArray { Count: 0 } => "none",
        JsonArray list => string.Join(", ", list.Select(Text)),
        JsonValue v when v.TryGetValue(out string? text) => text,
        JsonValue v when v.TryGetValue(out bool flag) => flag ? "yes" : "no",
        _ => value.ToJsonString(),
    };
}
