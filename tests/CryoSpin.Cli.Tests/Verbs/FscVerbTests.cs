using System.Text.Json;

namespace CryoSpin.Cli.Tests.Verbs;

public sealed class FscVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_map_correlates_with_itself_to_nyquist()
    {
        string map = _folder.WriteMap("a.mrc", 24, 3.5, seed: 1, noise: 0.1);
        Invocation run = await Invocation.Of("fsc", map, map, "--json");
        Assert.Equal(ExitCode.Done, run.Code);
        JsonElement json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal(24, json.GetProperty("boxPixels").GetInt32());
        Assert.Equal(7.0, json.GetProperty("fsc05Angstrom").GetDouble(), 6);
        Assert.Equal(13, json.GetProperty("fsc").GetArrayLength());
        Assert.All(json.GetProperty("fsc").EnumerateArray(), v => Assert.Equal(1, v.GetDouble(), 4));
    }

    [Fact]
    public async Task Independent_noise_limits_the_resolution_and_a_mask_improves_it()
    {
        string a = _folder.WriteMap("a.mrc", 32, 2, seed: 1, noise: 1.5), b = _folder.WriteMap("b.mrc", 32, 2, seed: 2, noise: 1.5);
        string mask = _folder.WriteMap("mask.mrc", 32, 2, seed: 0, noise: 0);
        double open = await Resolution(a, b), masked = await Resolution(a, b, "--mask", mask);
        Assert.InRange(open, 4.5, 64);
        Assert.True(masked < open, $"{masked} with the mask, {open} without");

        async Task<double> Resolution(params string[] args)
        {
            Invocation run = await Invocation.Of(["fsc", .. args, "--json"]);
            return JsonDocument.Parse(run.Out).RootElement.GetProperty("fsc0143Angstrom").GetDouble();
        }
    }

    [Fact]
    public async Task The_text_has_a_row_for_every_shell()
    {
        string map = _folder.WriteMap("a.mrc", 20, 4, seed: 1, noise: 0.1);
        Invocation run = await Invocation.Of("fsc", map, map);
        Assert.Contains("FSC 0.143   8 Å", run.Out);
        Assert.Equal(
            10,
            run.Out.Split('\n').Count(
                l => l.EndsWith("1.0000", StringComparison.Ordinal) || l.EndsWith("1.0000\r", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Maps_of_two_boxes_are_refused_with_both_sizes()
    {
        string a = _folder.WriteMap("a.mrc", 20, 4, seed: 1, noise: 0.1), b = _folder.WriteMap("b.mrc", 24, 4, seed: 1, noise: 0.1);
        Invocation run = await Invocation.Of("fsc", a, b);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("24", run.Error);
        Assert.Contains("20", run.Error);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task Differing_pixel_sizes_are_told()
    {
        string a = _folder.WriteMap("a.mrc", 20, 4, seed: 1, noise: 0.1), b = _folder.WriteMap("b.mrc", 20, 5, seed: 1, noise: 0.1);
        Invocation run = await Invocation.Of("fsc", a, b);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("pixel sizes differ", run.Error);
    }

    [Theory]
    [InlineData(22, 4, "prime factor above 7")]
    [InlineData(20, 0, "pixel size")]
    public async Task A_map_that_cannot_be_compared_is_refused(int size, double pixelSize, string expected)
    {
        string a = _folder.WriteMap("a.mrc", size, pixelSize, seed: 1, noise: 0.1);
        Invocation run = await Invocation.Of("fsc", a, a);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains(expected, run.Error);
    }
}
