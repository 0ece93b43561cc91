using System.Text.Json;
using CryoSpin.IO.Mrc;

namespace CryoSpin.Cli.Tests.Verbs;

public sealed class InspectVerbTests : IDisposable
{
    private static readonly string Star = StarTexts.Particles(
        1.5, null, "000001@stack.mrcs 1 10000 11000 20", "000002@stack.mrcs 1 20000 21000 30", "000003@stack.mrcs 1 15000 15000 40");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_particle_file_is_told_with_its_optics()
    {
        _folder.WriteBlankStack("stack.mrcs", 3, 1.5);
        JsonElement json = await Json(_folder.WriteText("particles.star", Star));
        Assert.Equal("particles", json.GetProperty("kind").GetString());
        Assert.Equal(3, json.GetProperty("particles").GetInt32());
        Assert.Equal(8, json.GetProperty("boxPixels").GetInt32());
        Assert.Equal(1.5, json.GetProperty("pixelSizeAngstrom").GetDouble());
        Assert.Equal(10000, json.GetProperty("defocusMinimumAngstrom").GetDouble());
        Assert.Equal(21000, json.GetProperty("defocusMaximumAngstrom").GetDouble());
        Assert.False(json.GetProperty("hasPoses").GetBoolean());
        Assert.Equal(0, json.GetProperty("missingStacks").GetArrayLength());
        Assert.Equal(300, json.GetProperty("opticsGroups")[0].GetProperty("voltageKilovolts").GetDouble());
        Assert.Equal(
            ["data_optics", "data_particles"], json.GetProperty("tables").EnumerateArray().Select(t => t.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_missing_stack_is_told_and_is_no_failure()
    {
        string star = _folder.WriteText("particles.star", Star);
        JsonElement json = await Json(star);
        Assert.Contains("stack.mrcs", json.GetProperty("missingStacks")[0].GetString());
        Invocation text = await Invocation.Of("inspect", star);
        Assert.Contains("not found", text.Out);
    }

    [Fact]
    public async Task A_star_file_without_particles_is_told_by_its_tables()
    {
        JsonElement json = await Json(_folder.WriteText("x.star", "data_things\n\nloop_\n_a #1\n_b #2\n1 2\n3 4\n"));
        Assert.Equal("star", json.GetProperty("kind").GetString());
        Assert.Equal(2, json.GetProperty("tables")[0].GetProperty("rows").GetInt32());
    }

    [Fact]
    public async Task A_map_is_told_with_statistics_of_its_values()
    {
        float[] voxels = [.. Enumerable.Range(0, 64).Select(i => (float)i)];
        MrcWriter.WriteVolume(_folder["map.mrc"], voxels, 4, 4, 4, 2.5);
        JsonElement json = await Json(_folder["map.mrc"]);
        Assert.Equal("map", json.GetProperty("kind").GetString());
        Assert.Equal(4, json.GetProperty("sections").GetInt32());
        Assert.Equal(2.5, json.GetProperty("pixelSizeAngstrom").GetDouble());
        Assert.Equal(63, json.GetProperty("maximum").GetDouble());
        Assert.Equal(31.5, json.GetProperty("mean").GetDouble());
        Assert.Equal(Math.Sqrt((64 * 64 - 1) / 12.0), json.GetProperty("standardDeviation").GetDouble(), 6);
    }

    [Fact]
    public async Task A_value_that_is_no_number_is_counted_and_warned_of()
    {
        float[] voxels = new float[64];
        voxels[5] = float.NaN;
        MrcWriter.WriteVolume(_folder["map.mrc"], voxels, 4, 4, 4, 2.5);
        JsonElement json = await Json(_folder["map.mrc"]);
        Assert.Equal(1, json.GetProperty("notFinite").GetInt32());
        Assert.Contains("not a finite number", json.GetProperty("warnings")[0].GetString());
    }

    [Fact]
    public async Task A_stack_is_told_apart_from_a_map()
    {
        _folder.WriteBlankStack("stack.mrcs", 8, 1.5);
        JsonElement json = await Json(_folder["stack.mrcs"]);
        Assert.Equal("stack", json.GetProperty("kind").GetString());
        Assert.Equal(8, json.GetProperty("imagesRead").GetInt32());
        Invocation text = await Invocation.Of("inspect", _folder["stack.mrcs"]);
        Assert.Contains("8 images of 8 x 8 pixels", text.Out);
    }

    [Theory]
    [InlineData("junk.mrc", "this is no map")]
    [InlineData("junk.star", "data_particles\nloop_\n_rlnImageName\n_rlnDefocusU\n1@x.mrcs\n")]
    [InlineData("empty.mrcs", "")]
    public async Task A_file_that_is_not_what_it_claims_ends_with_1_and_its_name(string name, string content)
    {
        Invocation run = await Invocation.Of("inspect", _folder.WriteText(name, content));
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains(name, run.Error);
        Assert.DoesNotContain("internal error", run.Error);
    }

    [Fact]
    public async Task A_folder_is_refused()
    {
        Invocation run = await Invocation.Of("inspect", _folder.Path);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("folder", run.Error);
    }

    private static async Task<JsonElement> Json(string path)
    {
        Invocation run = await Invocation.Of("inspect", path, "--json");
        Assert.Equal((ExitCode.Done, ""), (run.Code, run.Error));
        return JsonDocument.Parse(run.Out).RootElement;
    }
}
