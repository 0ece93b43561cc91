using System.Text.Json;

namespace CryoSpin.Cli.Tests.Verbs;

public sealed class ValidateVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Errors_end_with_1_and_are_told_one_by_one()
    {
        _folder.WriteBlankStack("stack.mrcs", 2, 1.5);
        string star = _folder.WriteText("p.star", StarTexts.Particles(1.5, null, "000001@stack.mrcs 1 0 0 0",
            "000009@stack.mrcs 1 9000 9000 0"));
        Invocation json = await Invocation.Of("validate", star, "--json");
        Assert.Equal(ExitCode.Failed, json.Code);
        JsonElement root = JsonDocument.Parse(json.Out).RootElement;
        Assert.False(root.GetProperty("valid").GetBoolean());
        string[] codes = [.. root.GetProperty("problems").EnumerateArray().Select(p => p.GetProperty("code").GetString()!)];
        Assert.All(
            ["defocus.zero", "image.beyondEnd", "image.constant", "particles.few", "box.size"], (string code) => Assert.Contains(code,
                codes));
        Assert.Equal(2, root.GetProperty("badParticles").GetArrayLength());

        Invocation text = await Invocation.Of("validate", star, "--quick");
        Assert.Equal(ExitCode.Failed, text.Code);
        Assert.Contains("defocus.zero", text.Out);
        Assert.Contains("remedy", text.Out);
        Assert.DoesNotContain("image.constant", text.Out);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_refused()
    {
        Invocation run = await Invocation.Of("validate", _folder["none.star"]);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("no such file", run.Error);
    }
}
