using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CryoSpin.Runs;

namespace CryoSpin.Reporting.Files;

/// <summary>The options of a run as one object, without their parts: the names in run.json stay when an option moves to another part.</summary>
internal sealed class FlatOptionsConverter : JsonConverter<ReconstructionOptions>
{
    public override ReconstructionOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonElement all = JsonElement.ParseValue(ref reader);
        return new ReconstructionOptions
        {
            Particles = Part<ParticleOptions>(),
            Images = Part<ImageOptions>(),
            Method = Part<MethodOptions>(),
            Resources = Part<RunResources>(),
            Output = Part<OutputOptions>(),
        };

        T Part<T>() => all.Deserialize((JsonTypeInfo<T>)options.GetTypeInfo(typeof(T))) ?? throw new JsonException("The options are null.");
    }

    public override void Write(Utf8JsonWriter writer, ReconstructionOptions value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (object part in (object[])[value.Particles, value.Images, value.Method, value.Resources, value.Output])
        {
            JsonElement element = JsonSerializer.SerializeToElement(part, options.GetTypeInfo(part.GetType()));
            foreach (JsonProperty property in element.EnumerateObject()) property.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}
