using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CryoSpin.Cli.Display;

/// <summary>
/// Named values in order, shown as aligned text or as one JSON object. The names of the object are part of the interface: they may be
/// added to, but not renamed.
/// </summary>
internal sealed class FactSheet
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<Fact> _facts = [];

    /// <summary>Adds a value.</summary>
    /// <param name="key">Its name in JSON.</param>
    /// <param name="label">Its name in text; null: not shown in text.</param>
    /// <param name="value">String, number, bool, null, a list of these, or fact sheets.</param>
    /// <param name="text">What the text shows; null: the value itself.</param>
    public FactSheet Add(string key, string? label, object? value, string? text = null)
    {
        _facts.Add(new Fact(key, label, value, text));
        return this;
    }

    /// <summary>Writes one of the two forms.</summary>
    public void Write(TextWriter writer, bool json)
    {
        if (json) writer.WriteLine(ToJson());
        else WriteText(writer, "");
    }

    /// <summary>The object.</summary>
    public string ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, Indented)) WriteJson(writer);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private void WriteText(TextWriter writer, string indent)
    {
        List<Fact> shown = _facts.FindAll(f => f.Label is not null);
        int width = shown.Where(f => f.Value is not IEnumerable<FactSheet>).Select(f => f.Label!.Length).DefaultIfEmpty(0).Max() + 2;
        foreach (Fact fact in shown)
        {
            if (fact.Value is IEnumerable<FactSheet> sheets)
            {
                foreach (FactSheet sheet in sheets)
                {
                    writer.WriteLine(indent + fact.Label);
                    sheet.WriteText(writer, indent + "  ");
                }
                continue;
            }
            writer.WriteLine(indent + fact.Label!.PadRight(width) + (fact.Text ?? ToText(fact.Value)));
        }
    }

    private void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (Fact fact in _facts)
        {
            writer.WritePropertyName(fact.Key);
            WriteValue(writer, fact.Value);
        }
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case int or long: writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case float or double when double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                // Nine digits are more than any measurement holds and keep rounding noise out of the text.
                writer.WriteRawValue(Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("G9", CultureInfo.InvariantCulture));
                break;
            case float or double: writer.WriteNullValue(); break;
            case FactSheet sheet: sheet.WriteJson(writer); break;
            case System.Collections.IEnumerable list:
                writer.WriteStartArray();
                foreach (object? item in list) WriteValue(writer, item);
                writer.WriteEndArray();
                break;
            default: throw new ArgumentException($"A {value.GetType()} cannot stand in a fact sheet.", nameof(value));
        }
    }

    private static string ToText(object? value) => value switch
    {
        null => "-",
        bool flag => flag ? "yes" : "no",
        double number => number.ToString("G6", CultureInfo.InvariantCulture),
        float number => number.ToString("G6", CultureInfo.InvariantCulture),
        string text => text,
        System.Collections.IEnumerable list => string.Join(", ", list.Cast<object?>().Select(ToText)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private readonly record struct Fact(string Key, string? Label, object? Value, string? Text);
}
