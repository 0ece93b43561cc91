using System.Globalization;
using System.Text.Json;
using CryoSpin.Cli.Display;

namespace CryoSpin.Cli.Tests.Display;

public sealed class FactSheetTests
{
    private readonly FactSheet _sheet = new FactSheet()
        .Add("text", "text", "a \"quoted\" Å + <b>")
        .Add("number", "number", 1.0 / 3, "a third")
        .Add("unknown", "unknown", double.NaN)
        .Add("hidden", null, new[] { 1, 2 })
        .Add("parts", "part", new[] { new FactSheet().Add("name", "name", "x"), new FactSheet().Add("name", "name", "y") });

    [Fact]
    public void Json_holds_every_value_under_its_key()
    {
        JsonElement json = JsonDocument.Parse(_sheet.ToJson()).RootElement;
        Assert.Equal("a \"quoted\" Å + <b>", json.GetProperty("text").GetString());
        Assert.Equal(1.0 / 3, json.GetProperty("number").GetDouble(), 8);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("unknown").ValueKind);
        Assert.Equal(2, json.GetProperty("hidden")[1].GetInt32());
        Assert.Equal("y", json.GetProperty("parts")[1].GetProperty("name").GetString());
    }

    [Fact]
    public void Text_is_aligned_and_leaves_out_what_has_no_label()
    {
        using StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        _sheet.Write(text, json: false);
        Assert.Equal("text     a \"quoted\" Å + <b>\nnumber   a third\nunknown  NaN\npart\n  name  x\npart\n  name  y\n", text.ToString());
    }
}
