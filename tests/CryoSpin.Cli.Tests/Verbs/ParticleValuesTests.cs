using CryoSpin.Geometry;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Cli.Tests.Verbs;

/// <summary>Values that mean none, or nothing that can be computed with, in every verb that takes them.</summary>
public sealed class ParticleValuesTests : IAsyncLifetime
{
    private const int Count = 60;
    private readonly TemporaryFolder _folder = new();

    public async Task InitializeAsync()
    {
        Invocation run = await Invocation.Of(
            "simulate", "phantom", "-o", _folder["sim"], "--particles", $"{Count}", "--box", "24", "--pixel-size", "8", "--snr", "5", "--max-shift", "1");
        Assert.Equal(ExitCode.Done, run.Code);
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("rlnCtfScalefactor", "0", "a scale factor of 0", "backproject", "preprocess", "reconstruct")]
    [InlineData("rlnCtfBfactor", "1e9", "_rlnCtfBfactor = 1e+09", "backproject", "preprocess", "reconstruct")]
    [InlineData("rlnOriginXAngst", "1e308", "_rlnOriginXAngst = 1e+308", "backproject", "flip-hand", "evaluate")]
    [InlineData("rlnOriginXAngst", "1e4", "an origin of 10000", "backproject", "flip-hand")]
    [InlineData("rlnOriginXAngst", "nan", "not a finite number", "backproject", "flip-hand", "convert")]
    [InlineData("rlnAngleRot", "1e30", "_rlnAngleRot = 1e+30", "backproject", "flip-hand", "evaluate")]
    public async Task What_cannot_be_computed_with_is_refused(string column, string value, string said, params string[] verbs)
    {
        string star = Changed((table, i) => (column, value));
        foreach (string verb in verbs)
        {
            Invocation run = await Run(verb, star);
            Assert.Equal((verb, ExitCode.Failed), (verb, run.Code));
            Assert.Contains(said, run.Error + run.Out);
        }
        Assert.False(File.Exists(_folder["out.mrc"]));
        Assert.Equal(ExitCode.Failed, (await Run("validate", star)).Code);
    }

    [Fact]
    public async Task The_refusal_names_the_file_once_and_a_command_that_can_be_pasted()
    {
        string star = _folder["sim/two words.star"];
        File.Move(Changed((_, _) => ("rlnOriginXAngst", "1e308")), star);
        Invocation run = await Run("backproject", star);
        Assert.Contains($"cryospin: {star}: row 8 (line ", run.Error);
        Assert.EndsWith($"Everything that is wrong: cryospin validate '{star}'", run.Error.TrimEnd());
    }

    [Fact]
    public async Task Conversion_carries_an_odd_value_and_tells_it()
    {
        Invocation run = await Run("convert", Changed((_, _) => ("rlnCtfScalefactor", "0")));
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("a scale factor of 0", run.Error);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-999")]
    public async Task Particles_without_a_pose_are_left_out_of_the_map(string none)
    {
        int[] posed = [.. Enumerable.Range(0, Count).Where(i => i % 3 != 1)];
        string[] columns = ["rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi", "rlnOriginXAngst", "rlnOriginYAngst"];
        string star = _folder["sim/some.star"];
        StarFile file = StarFile.Read(_folder["sim/truth.star"]);
        StarTable table = file.Get("particles");
        foreach (string column in columns)
        {
            string value = column.StartsWith("rlnOrigin", StringComparison.Ordinal) ? "0" : none;
            table.SetColumn(column, [.. table.GetTexts(column).Select((t, i) => posed.Contains(i) ? t : value)]);
        }
        file.Write(star);
        string indices = _folder.WriteText("posed.txt", string.Join('\n', posed));

        Invocation run = await Invocation.Of("backproject", star, "-o", _folder["a.mrc"]);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains($"{Count - posed.Length} of {Count} particles have no pose and are left out", run.Error);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("backproject", _folder["sim/truth.star"], "--subset", indices, "-o", _folder["b.mrc"])).Code);
        Assert.Equal(MrcVolumeIO.Read(_folder["b.mrc"]).Voxels, MrcVolumeIO.Read(_folder["a.mrc"]).Voxels);

        Directory.CreateDirectory(_folder["run"]);
        File.Copy(star, _folder["run/particles.star"]);
        Invocation evaluated = await Invocation.Of("evaluate", _folder["run"], "--truth-poses", _folder["sim/truth.star"], "--json");
        Assert.Contains("particles without a pose are left out", evaluated.Error);
        Assert.Contains($"\"particles\": {posed.Length}", evaluated.Out);

        Invocation flipped = await Invocation.Of("flip-hand", star, "-o", _folder["flipped.star"]);
        Assert.Equal(ExitCode.Done, flipped.Code);
        ParticleSet set = ParticleSet.Load(_folder["flipped.star"], new ParticleLoadOptions(RequireImages: false));
        Assert.Equal(posed, Enumerable.Range(0, Count).Where(i => set.Pose(i) is not null));

        Invocation pickled = await Invocation.Of("convert", star, "--poses", _folder["pose.pkl"]);
        Assert.Equal((ExitCode.Failed, false), (pickled.Code, File.Exists(_folder["pose.pkl"])));
        Assert.Contains("row 2", pickled.Error);
    }

    [Fact]
    public async Task One_half_set_for_all_is_drawn_anew_and_the_map_stays_what_it_is()
    {
        string star = Changed((_, _) => ("rlnRandomSubset", "1"));
        Invocation run = await Invocation.Of("backproject", star, "-o", _folder["a.mrc"]);
        Assert.Contains("_rlnRandomSubset puts 60 particles into half-set 1 and 0", run.Error);
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("backproject", _folder["sim/truth.star"], "-o", _folder["b.mrc"])).Code);
        Assert.Equal(MrcVolumeIO.Read(_folder["b.mrc"]).Voxels, MrcVolumeIO.Read(_folder["a.mrc"]).Voxels);
    }

    [Fact]
    public async Task Half_maps_that_agree_on_nothing_have_no_resolution_and_do_not_filter()
    {
        // One half-set shows the negative of the other.
        using (MrcStackReader images = MrcStackReader.Open(_folder["sim/particles.mrcs"]))
        using (MrcStackWriter mixed = new(_folder["sim/mixed.mrcs"], 24, 24, 8))
        {
            float[] image = new float[24 * 24];
            for (int i = 0; i < Count; i++)
            {
                images.Read(i, image);
                mixed.Append([.. image.Select(v => i % 2 == 0 ? v : -v)]);
            }
            mixed.Complete();
        }
        StarFile file = StarFile.Read(_folder["sim/truth.star"]);
        StarTable table = file.Get("particles");
        table.SetColumn("rlnRandomSubset", [.. Enumerable.Range(0, Count).Select(i => 1 + (i % 2))]);
        table.SetColumn("rlnImageName", [.. table.GetTexts("rlnImageName").Select(n => n.Replace("particles.mrcs", "mixed.mrcs", StringComparison.Ordinal))]);
        file.Write(_folder["sim/mixed.star"]);
        Invocation run = await Invocation.Of("backproject", _folder["sim/mixed.star"], "-o", _folder["mixed.mrc"], "--invert", "false");
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains("cannot filter the map", run.Error);
        Assert.Contains("FSC 0.143 at none", run.Out);
        Assert.Contains(MrcVolumeIO.Read(_folder["mixed.mrc"]).Voxels, v => v != 0);
    }

    [Fact]
    public async Task Both_files_of_particles_follow_the_map()
    {
        Directory.CreateDirectory(_folder["run"]);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("convert", _folder["sim/truth.star"], "-o", _folder["run/particles.cs"])).Code);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("convert", _folder["sim/truth.star"], "-o", _folder["run/particles.star"])).Code);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("flip-hand", _folder["run"], "-o", _folder["flipped"])).Code);
        Assert.Equal(ExitCode.Done, (await Invocation.Of("flip-hand", _folder["run/particles.cs"], "-o", _folder["alone.cs"])).Code);
        ParticleLoadOptions options = new(RequireImages: false);
        ParticleSet truth = ParticleSet.Load(_folder["sim/truth.star"], options);
        foreach (string name in new[] { "flipped/particles.star", "flipped/particles.cs", "alone.cs" })
        {
            ParticleSet set = ParticleSet.Load(_folder[name], options);
            Rotation expected = truth.Pose(5)!.Value.Rotation.FlipHand();
            Assert.InRange(set.Pose(5)!.Value.Rotation.AngleToDegrees(expected), 0, 1e-3);
        }
    }

    private Task<Invocation> Run(string verb, string star)
    {
        if (verb != "evaluate") return Invocation.Of([verb, star, .. Output(verb)]);
        Directory.CreateDirectory(_folder["run"]);
        File.Copy(star, _folder["run/particles.star"], overwrite: true);
        return Invocation.Of("evaluate", _folder["run"], "--truth-poses", _folder["sim/truth.star"]);
    }

    private string[] Output(string verb) => verb switch
    {
        "validate" => [],
        "backproject" => ["-o", _folder["out.mrc"]],
        "convert" or "flip-hand" => ["-o", _folder["out.star"], "--overwrite"],
        _ => ["-o", _folder["out"]],
    };

    // The true particles with one column changed, in one row where it was there and in all where it is new.
    private string Changed(Func<StarTable, int, (string Column, string Value)> change)
    {
        StarFile file = StarFile.Read(_folder["sim/truth.star"]);
        StarTable table = file.Get("particles");
        (string column, string value) = change(table, 0);
        string[] values = table.Has(column) ? table.GetTexts(column) : [.. Enumerable.Repeat(value, table.RowCount)];
        values[7] = value;
        table.SetColumn(column, values);
        string path = _folder["sim/changed.star"];
        file.Write(path);
        return path;
    }
}
