using System.Buffers.Binary;
using System.Text.Json;

namespace CryoSpin.Cli.Tests.Verbs;

/// <summary>Maps as crystallographic programs write them: axes in any order, a part of a cell, a space group, stamps of all kinds.</summary>
public sealed class CrystalMapTests : IDisposable
{
    private const int Size = 16;
    private readonly TemporaryFolder _folder = new();

    public CrystalMapTests() => _folder.WriteMap("plain.mrc", Size, 3, seed: 1, noise: 0.2);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, 1, 3, 1, "4444")]
    [InlineData(3, 2, 1, 1, "4444")]
    [InlineData(3, 1, 2, 4, "4441")]
    [InlineData(2, 3, 1, 19, "0000")]
    [InlineData(1, 2, 3, 96, "4400")]
    [InlineData(1, 3, 2, 1, "1111")]
    public async Task Are_read_turned_to_x_y_z(int c, int r, int s, int spaceGroup, string stamp)
    {
        string map = Turned((c, r, s), spaceGroup, stamp);
        Invocation fsc = await Invocation.Of("fsc", map, _folder["plain.mrc"], "--json");
        Assert.Equal(ExitCode.Done, fsc.Code);
        double[] curve = [.. JsonDocument.Parse(fsc.Out).RootElement.GetProperty("fsc").EnumerateArray().Select(v => v.GetDouble())];
        Assert.All(curve, v => Assert.Equal(1, v, 6));
        Invocation inspect = await Invocation.Of("inspect", map, "--json");
        JsonElement json = JsonDocument.Parse(inspect.Out).RootElement;
        Assert.Equal(("map", 3.0, spaceGroup), (json.GetProperty("kind").GetString(), json.GetProperty("pixelSizeAngstrom").GetDouble(), json.GetProperty("spaceGroup").GetInt32()));
        Assert.Equal(ExitCode.Done, (await Invocation.Of("simulate", map, "-o", _folder["a"], "--particles", "3", "--snr", "1e6")).Code);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("simulate", _folder["plain.mrc"], "-o", _folder["b"], "--particles", "3", "--snr", "1e6")).Code);
        Assert.Equal(File.ReadAllBytes(_folder["b/particles.mrcs"])[1024..], File.ReadAllBytes(_folder["a/particles.mrcs"])[1024..]);
        Directory.CreateDirectory(_folder["run"]);
        File.Copy(_folder["plain.mrc"], _folder["run/map.mrc"]);
        Invocation evaluate = await Invocation.Of("evaluate", _folder["run"], "--truth-map", map, "--json");
        Assert.Equal(await Invocation.Of("evaluate", _folder["run"], "--truth-map", _folder["plain.mrc"], "--json"), evaluate);
    }

    [Fact]
    public async Task A_part_of_a_cell_has_the_pixel_size_of_the_cell()
    {
        string map = Turned((2, 1, 3), 19, "4444", h =>
        {
            for (int k = 0; k < 3; k++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(h.AsSpan(16 + 4 * k), 5 + k);
                BinaryPrimitives.WriteInt32LittleEndian(h.AsSpan(28 + 4 * k), 40);
                BinaryPrimitives.WriteSingleLittleEndian(h.AsSpan(40 + 4 * k), 120);
            }
        });
        Invocation inspect = await Invocation.Of("inspect", map);
        Assert.Contains("3 Å", inspect.Out);
        Assert.Contains("a part of the cell, from voxel 5, 6, 7", inspect.Out);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("fsc", map, _folder["plain.mrc"])).Code);
    }

    [Theory]
    [InlineData(52, 120, "not at right angles")]
    [InlineData(48, 96, "voxels are 3 x 3 x 6")]
    public async Task A_cell_that_is_no_cube_s_is_refused(int at, float value, string message)
    {
        string map = Turned((1, 2, 3), 5, "4444", h => BinaryPrimitives.WriteSingleLittleEndian(h.AsSpan(at), value));
        foreach (string[] command in (string[][])[["fsc", map, _folder["plain.mrc"]], ["simulate", map, "-o", _folder["a"]]])
        {
            Invocation run = await Invocation.Of(command);
            Assert.Equal(ExitCode.Failed, run.Code);
            Assert.Contains(message, run.Error);
        }
    }

    [Fact]
    public async Task Images_need_the_usual_axes_all_the_same()
    {
        File.Copy(Turned((2, 1, 3), 0, "4444"), _folder["s.mrcs"]);
        Invocation run = await Invocation.Of("validate", _folder["s.mrcs"]);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("axes 2, 1, 3", run.Out);
    }

    /// <summary>The plain map with its axes in another order.</summary>
    private string Turned((int C, int R, int S) axes, int spaceGroup, string stamp, Action<byte[]>? change = null)
    {
        byte[] plain = File.ReadAllBytes(_folder["plain.mrc"]), turned = [.. plain];
        int[] place = new int[3];
        for (int s = 0; s < Size; s++)
        {
            for (int r = 0; r < Size; r++)
            {
                for (int c = 0; c < Size; c++)
                {
                    (place[axes.C - 1], place[axes.R - 1], place[axes.S - 1]) = (c, r, s);
                    int from = (place[2] * Size + place[1]) * Size + place[0], to = (s * Size + r) * Size + c;
                    plain.AsSpan(1024 + 4 * from, 4).CopyTo(turned.AsSpan(1024 + 4 * to));
                }
            }
        }
        foreach ((int at, int value) in ((int, int)[])[(64, axes.C), (68, axes.R), (72, axes.S), (88, spaceGroup)])
        {
            BinaryPrimitives.WriteInt32LittleEndian(turned.AsSpan(at), value);
        }
        Convert.FromHexString(stamp).CopyTo(turned, 212);
        change?.Invoke(turned);
        string path = _folder["crystal.ccp4"];
        File.WriteAllBytes(path, turned);
        return path;
    }
}
