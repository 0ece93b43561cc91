using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Cli.Tests.Verbs;

public sealed class SimulateVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_phantoms_particles_are_written_with_their_truth()
    {
        Invocation run = await Simulate("phantom", "sim", "--particles", "12", "--box", "24", "--pixel-size", "5", "--max-shift", "2");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(["particles.mrcs", "particles.star", "truth.mrc", "truth.star"], Names("sim"));
        ParticleSet set = ParticleSet.Load(_folder["sim/particles.star"]), truth = ParticleSet.Load(_folder["sim/truth.star"]);
        Assert.Equal((12, 24, 5.0, true, false), (set.Count, set.BoxSize, set.PixelSizeAngstrom, set.HasCtf, set.HasPoses));
        Assert.True(truth.HasPoses);
        Assert.All(Enumerable.Range(0, 12), i =>
            Assert.InRange(double.Hypot(truth.Pose(i)!.Value.OriginXAngstrom, truth.Pose(i)!.Value.OriginYAngstrom), 0, 2 * 5));
        Assert.Equal(5, MrcVolumeIO.Read(_folder["sim/truth.mrc"]).PixelSizeAngstrom, 4);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_images_and_another_one_others()
    {
        await Simulate("phantom", "a", "--particles", "6", "--box", "16", "--seed", "4");
        await Simulate("phantom", "b", "--particles", "6", "--box", "16", "--seed", "4");
        await Simulate("phantom", "c", "--particles", "6", "--box", "16", "--seed", "5");
        Assert.Equal(File.ReadAllBytes(_folder["a/particles.mrcs"]), File.ReadAllBytes(_folder["b/particles.mrcs"]));
        Assert.Equal(File.ReadAllText(_folder["a/truth.star"]), File.ReadAllText(_folder["b/truth.star"]));
        Assert.NotEqual(File.ReadAllBytes(_folder["a/particles.mrcs"]), File.ReadAllBytes(_folder["c/particles.mrcs"]));
    }

    [Fact]
    public async Task A_map_is_brought_to_the_wanted_box_and_pixel_size()
    {
        // 20 pixels of 6 A are 40 voxels of the map; 20 of 5.7 are 38, which only a finer grid can give.
        string map = _folder.WriteMap("map.mrc", 32, 3, seed: 1, noise: 0);
        foreach (double size in (double[])[6, 5.7])
        {
            Invocation run = await Simulate(map, $"sim{size}", "--particles", "2", "--box", "20", "--pixel-size", $"{size}");
            Assert.Equal(ExitCode.Done, run.Code);
            MrcVolume truth = MrcVolumeIO.Read(_folder[$"sim{size}/truth.mrc"]);
            Assert.Equal(20, truth.Nx);
            Assert.Equal(size, truth.PixelSizeAngstrom, 0.01 * size);
            // The blob's centre lies 1 voxel of 3 A right of the centre and 2 below it in z, whatever the grid.
            Assert.Equal(3, Centre(truth, i => i % 20) * truth.PixelSizeAngstrom, 0.3);
            Assert.Equal(-6, Centre(truth, i => i / 400) * truth.PixelSizeAngstrom, 0.3);
        }
    }

    [Fact]
    public async Task A_model_that_does_not_fit_is_refused_with_a_pixel_size_that_does()
    {
        string[] atoms =
        [
            .. Enumerable.Range(0, 20).Select(i => string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"ATOM  {i + 1,5}  CA  ALA A{i + 1,4}    {10.0 * i,8:0.000}{0.0,8:0.000}{(i % 3),8:0.000}  1.00  0.00           C  ")),
        ];
        string model = _folder.WriteText("line.pdb", string.Join('\n', atoms) + "\nEND\n");
        Invocation run = await Simulate(model, "sim", "--particles", "2", "--box", "32", "--pixel-size", "2");
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.False(Directory.Exists(_folder["sim"]));
        string advice = run.Error.Split("--pixel-size ")[1].Split(' ')[0];
        Invocation second = await Simulate(model, "sim", "--particles", "2", "--box", "32", "--pixel-size", advice);
        Assert.Equal((ExitCode.Done, "7.4"), (second.Code, advice));
    }

    [Fact]
    public async Task A_data_sets_name_stands_for_its_model_box_and_pixel_size()
    {
        string[] atoms =
        [
            .. Enumerable.Range(0, 30).Select(i => string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"ATOM  {i + 1,5}  CA  ALA A{i + 1,4}    {3.0 * i,8:0.000}{2.0 * (i % 5),8:0.000}{i % 3,8:0.000}  1.00  0.00           C")),
        ];
        Directory.CreateDirectory(_folder["models"]);
        _folder.WriteText("models/6VYB.pdb", string.Join('\n', atoms) + "\nEND\n");
        Invocation run = await Simulate("spike", "sim", "--particles", "2", "--models", _folder["models"], "--centred");
        Assert.True(run.Code == ExitCode.Done, run.Error);
        ParticleSet truth = ParticleSet.Load(_folder["sim/truth.star"]);
        Assert.Equal((64, 4.26), (truth.BoxSize, truth.PixelSizeAngstrom));
        Assert.All(
            Enumerable.Range(0, 2).Select(i => truth.Pose(i)!.Value), p => Assert.Equal((0.0, 0.0), (p.OriginXAngstrom, p.OriginYAngstrom)));
        await Simulate("spike", "half", "--particles", "2", "--models", _folder["models"], "--box", "32");
        Assert.Equal(8.52, ParticleSet.Load(_folder["half/truth.star"]).PixelSizeAngstrom, 4);
    }

    [Theory]
    [InlineData("groel", "1AON, was not found; looked for", "--models DIR")]
    [InlineData("spiek", "Did you mean 'spike'?", "GroEL/ES")]
    [InlineData("nowhere.mrc", "no such file", "a data set:")]
    public async Task A_data_set_that_cannot_be_made_is_told_with_those_that_are_known(string name, string expected, string further)
    {
        Directory.CreateDirectory(_folder["empty"]);
        Invocation run = await Simulate(name, "sim", "--particles", "2", "--models", _folder["empty"]);
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains(expected, run.Error);
        Assert.Contains(further, run.Error);
        Assert.False(Directory.Exists(_folder["sim"]));
    }

    [Fact]
    public async Task An_existing_folder_needs_the_option_and_foreign_files_survive()
    {
        Directory.CreateDirectory(_folder["sim"]);
        _folder.WriteText("sim/mine.txt", "mine");
        Invocation refused = await Simulate("phantom", "sim", "--particles", "2", "--box", "16");
        Assert.Equal(ExitCode.WrongUsage, refused.Code);
        Assert.Contains("--overwrite", refused.Error);
        Assert.Equal(["mine.txt"], Names("sim"));
        Invocation allowed = await Simulate("phantom", "sim", "--particles", "2", "--box", "16", "--overwrite");
        Assert.Equal(ExitCode.Done, allowed.Code);
        Assert.Equal(["mine.txt", "particles.mrcs", "particles.star", "truth.mrc", "truth.star"], Names("sim"));
        Assert.Equal("000001@particles.mrcs", StarFile.Read(_folder["sim/particles.star"]).Get("particles").GetText("rlnImageName", 0));
    }

    [Fact]
    public async Task A_stopped_simulation_leaves_nothing()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        using StringWriter output = new(), error = new();
        int code = await CommandLine.InvokeAsync(
            ["simulate", "phantom", "-o", _folder["sim"], "--particles", "2", "--box", "16"], output, error, cancellation: stop.Token);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("stopped", error.ToString());
        Assert.False(Directory.Exists(_folder["sim"]));
    }

    [Theory]
    [InlineData("--particles", "0", ExitCode.WrongUsage)]
    [InlineData("--snr", "-1", ExitCode.WrongUsage)]
    [InlineData("--noise", "blue", ExitCode.WrongUsage)]
    [InlineData("--box", "22", ExitCode.WrongUsage)]
    [InlineData("--max-shift=2", "--centred", ExitCode.WrongUsage)]
    [InlineData("--max-shift", "40", ExitCode.Failed)]
    public async Task A_value_that_cannot_be_is_refused_before_anything_is_written(string option, string value, int code)
    {
        Invocation run = await Simulate("phantom", "sim", option, value);
        Assert.Equal(code, run.Code);
        Assert.Contains(value.TrimStart('-'), run.Error);
        Assert.False(Directory.Exists(_folder["sim"]));
    }

    private Task<Invocation> Simulate(string input, string folder, params string[] options) =>
        Invocation.Of(["simulate", input, "-o", _folder[folder], .. options]);

    private string[] Names(string folder) => [.. Directory.GetFileSystemEntries(_folder[folder]).Select(f => Path.GetFileName(f)).Order()];

    private static double Centre(MrcVolume map, Func<int, int> coordinate)
    {
        double sum = 0, weight = 0;
        for (int i = 0; i < map.Voxels.Length; i++)
        {
            double v = Math.Max(map.Voxels[i], 0);
            (sum, weight) = (sum + v * (coordinate(i) - map.Nx / 2), weight + v);
        }
        return sum / weight;
    }
}
