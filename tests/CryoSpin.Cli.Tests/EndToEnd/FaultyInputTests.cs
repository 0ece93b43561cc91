using System.Globalization;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Tests.EndToEnd;

/// <summary>What is wrong with the particles or the options is told in one line, and nothing is left that looks like a result.</summary>
public sealed class FaultyInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(19, 16, "", "there are 19 particles")]
    [InlineData(24, 14, "--max-shift 2", "At least 16")]
    [InlineData(24, 16, "--max-shift 4.5", "a largest shift of 4.5 pixels is more than a quarter of the 16-pixel box")]
    [InlineData(24, 16, "--max-shift 2 --mask-diameter 49", "a mask of 49 Å does not suit a box of 48 Å")]
    [InlineData(24, 16, "--max-shift 2 --mask-diameter 5", "a mask of 5 Å")]
    public async Task What_the_method_cannot_take_is_refused_before_a_folder_is_made(int count, int box, string options, string expected)
    {
        WriteInput(count, box);
        VerifyRefused(await Reconstruct(options.Split(' ', StringSplitOptions.RemoveEmptyEntries)), expected);
    }

    [Theory]
    [InlineData(17, "17 pixels of", "become 16 pixels of")]
    [InlineData(22, "22 pixels of", "become 20 pixels of")]
    public async Task A_box_that_cannot_be_transformed_is_cut_by_backproject(int box, string from, string to)
    {
        WriteInput(24, box, withPoses: true);
        Invocation run = await Backproject();
        Assert.Equal(ExitCode.Done, run.Code);
        Assert.Contains(from, run.Error);
        Assert.Contains(to, run.Error);
    }

    [Fact]
    public async Task Backproject_needs_poses()
    {
        WriteInput(24, 16);
        VerifyRefused(await Backproject(), "no poses");
    }

    [Theory]
    [InlineData("reconstruct")]
    [InlineData("backproject")]
    public async Task A_truncated_stack_is_refused(string verb)
    {
        WriteInput(24, 16, withPoses: true);
        using (FileStream file = new(_folder["stack.mrcs"], FileMode.Open)) file.SetLength(file.Length - 3000);
        VerifyRefused(await Run(verb), "truncated");
    }

    [Theory]
    [InlineData("reconstruct")]
    [InlineData("backproject")]
    public async Task A_missing_stack_is_named(string verb)
    {
        WriteInput(24, 16, withPoses: true);
        File.Delete(_folder["stack.mrcs"]);
        VerifyRefused(await Run(verb), "stack.mrcs");
    }

    [Theory]
    [InlineData("reconstruct")]
    [InlineData("backproject")]
    public async Task A_row_past_the_end_of_its_stack_is_named(string verb)
    {
        WriteInput(24, 16, withPoses: true, rows: 25);
        VerifyRefused(await Run(verb), "row 25", "image 25 of ", "which has 24");
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("data_particles\n\nloop_\n_rlnImageName #1\n", "particles.star")]
    [InlineData("these are no particles\n", "particles.star")]
    public async Task A_file_without_particles_is_refused(string text, string expected)
    {
        _folder.WriteText("particles.star", text);
        VerifyRefused(await Reconstruct(), expected);
        VerifyRefused(await Backproject(), expected);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("paper")]
    public async Task A_pixel_that_is_no_number_is_refused_before_a_folder_is_made_and_its_particle_is_named(string preset)
    {
        WriteInput(24, 16, nanInImage: 8, withPoses: true);
        string[] expected = ["row 8", "8@", "stack.mrcs", "pixel (4, 3) is NaN"];
        VerifyRefused(
            await Reconstruct("--max-shift", "2", "--preset", preset), [.. expected, "1 of 24 images", "--skip-bad", "cryospin validate"]);
        VerifyRefused(await Backproject(), expected);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    public async Task Bad_images_of_every_kind_and_bad_tables_are_refused_at_once(string threads)
    {
        WriteInput(24, 16, nanInImage: 8, constantImage: 3, infiniteFrom: 16);
        WriteDefoci(24, i => i == 9 ? 2.5e6 : 15000.0);
        Invocation run = await Reconstruct("--max-shift", "2", "--threads", threads);
        VerifyRefused(
            run, "11 of 24 images", "1 constant", "10 with values that are not finite", "row 3", "every pixel is 0.25", "row 8",
            "pixel (4, 3) is NaN", "row 16", "pixel (2, 1) is -Infinity", "row 17", "row 18", "(and 6 more)", "row 10", "2.5e+06", "--skip-bad",
            "cryospin validate");
        Assert.DoesNotContain("row 19", run.Error);
        Assert.Contains("Checking every pixel of 24 images", run.Error.Split('\n')[0]);
    }

    [Fact]
    public async Task A_stop_while_the_images_are_checked_leaves_no_folder()
    {
        WriteInput(24, 16);
        Invocation run = await Invocation.Stopped(
            "Checking every pixel", SimulatedInput.ShortRun,
            "reconstruct", _folder["particles.star"], "-o", _folder["out"], "--max-shift", "2");
        VerifyRefused(run, "stopped");
    }

    [Fact]
    public async Task After_the_quick_validation_a_pixel_that_is_no_number_ends_the_run_while_it_loads()
    {
        WriteInput(24, 16, nanInImage: 8);
        string[] expected = ["row 8", "8@", "stack.mrcs", "pixel (4, 3) is NaN"];
        Invocation run = await Reconstruct("--max-shift", "2", "--quick-validation");
        VerifyMessage(run, expected);
        Assert.Equal([RunFiles.Metrics, RunFiles.Run, RunFiles.RunCopy, RunFiles.Log], ResultFolder.NamesIn(_folder["out"]));
        RunRecord record = JsonFormat.ParseRun(File.ReadAllText(_folder["out/run.json"]));
        Assert.Equal((RunStatus.Failed, true), (record.Status, record.Message!.Contains("pixel (4, 3) is NaN")));
        Assert.DoesNotContain("Checking every pixel", run.Error);
        Directory.Delete(_folder["out"], recursive: true);
        VerifyRefused(
            await Reconstruct("--max-shift", "2", "--preset", "paper", "--quick-validation"), expected,
            leaves: [RunFiles.Metrics, RunFiles.Run, RunFiles.RunCopy, RunFiles.Log]);
    }

    [Fact]
    public async Task A_resumed_run_checks_its_images_too_unless_told_otherwise()
    {
        WriteInput(24, 16, nanInImage: 8);
        await Reconstruct("--max-shift", "2", "--quick-validation");
        string run = File.ReadAllText(_folder["out/run.json"]);
        string[] resume = ["reconstruct", "--resume", _folder["out"]];
        // As the run was started, so it goes on.
        Assert.DoesNotContain("Checking every pixel", (await Invocation.With(SimulatedInput.ShortRun, resume)).Error);
        run = run.Replace("\"quickValidation\": true", "\"quickValidation\": false", StringComparison.Ordinal);
        File.WriteAllText(_folder["out/run.json"], run);
        VerifyMessage(await Invocation.With(SimulatedInput.ShortRun, resume), "1 of 24 images", "row 8", "pixel (4, 3) is NaN");
        Assert.Equal(run, File.ReadAllText(_folder["out/run.json"]));
        Invocation quick = await Invocation.With(SimulatedInput.ShortRun, [.. resume, "--quick-validation"]);
        VerifyMessage(quick, "row 8", "pixel (4, 3) is NaN");
        Assert.DoesNotContain("Checking every pixel", quick.Error);
    }

    [Fact]
    public async Task Bad_particles_are_left_out_when_asked_and_their_rows_listed()
    {
        WriteInput(24, 16, nanInImage: 8, constantImage: 3, rows: 25);
        Invocation run = await Invocation.With(
            SimulatedInput.ShortRun, "reconstruct", _folder["particles.star"], "-o", _folder["out"], "--max-shift", "2", "--skip-bad");
        // Images of noise alone: no map comes of them.
        Assert.True(run.Code is ExitCode.Done or ExitCode.NoMap, run.Error);
        Assert.Contains("Looking for particles that cannot be used", run.Error);
        // Not read a second time.
        Assert.DoesNotContain("Checking every pixel", run.Error);
        StarTable table = StarFile.Read(_folder["out/particles.star"]).Get("particles");
        Assert.Equal(22, table.RowCount);
        Assert.Contains(Enumerable.Range(0, 22), i => table.GetDouble("rlnAngleTilt", i) != 0);
        StarTable rejected = StarFile.Read(_folder["out/rejected.star"]).Get("particles");
        Assert.Equal([3, 8, 25], rejected.GetTexts("rlnImageName").Select(n => int.Parse(n.Split('@')[0], CultureInfo.InvariantCulture)));
        Assert.Equal(["image.constant", "image.notFinite", "image.unreadable"], rejected.GetTexts("cryospinRejectionReason"));
        RunRecord record = JsonFormat.ParseRun(File.ReadAllText(_folder["out/run.json"]));
        Assert.Equal((22, 3), (record.ParticleCount, record.SkippedParticles));
        string log = File.ReadAllText(_folder["out/run.log"]);
        Assert.Contains("pixel (4, 3) is NaN", log);
        Assert.Contains("the stack has 24 images", log);
        Assert.Contains("every pixel is", log);
        Assert.Contains("particles left out", File.ReadAllText(_folder["out/report.html"]));
    }

    [Fact]
    public async Task What_is_left_out_of_a_dataset_is_listed_as_one_too()
    {
        WriteInput(24, 16, nanInImage: 8, constantImage: 3, rows: 24);
        await Invocation.Of("convert", _folder["particles.star"], "-o", _folder["p.cs"]);
        Invocation run = await Invocation.With(
            SimulatedInput.ShortRun, "reconstruct", _folder["p.cs"], "-o", _folder["out"], "--max-shift", "2", "--skip-bad");
        // Images of noise alone: no map comes of them.
        Assert.True(run.Code is ExitCode.Done or ExitCode.NoMap, run.Error);
        ParticleSet all = ParticleSet.Load(_folder["p.cs"]), rejected = ParticleSet.Load(_folder["out/rejected.cs"]);
        Assert.True(rejected.IsFromCryoSparc);
        Assert.Equal([all.ImagePath(2), all.ImagePath(7)], Enumerable.Range(0, rejected.Count).Select(rejected.ImagePath));
    }

    [Fact]
    public async Task A_constant_image_is_refused_before_a_folder_is_made_or_while_loading()
    {
        WriteInput(24, 16, constantImage: 5);
        VerifyRefused(await Reconstruct("--max-shift", "2"), "1 of 24 images", "row 5", "every pixel is 0.25", "--skip-bad");
        VerifyRefused(
            await Reconstruct("--max-shift", "2", "--quick-validation"), ["particle 5", "--skip-bad"],
            leaves: [RunFiles.Metrics, RunFiles.Run, RunFiles.RunCopy, RunFiles.Log]);
    }

    [Fact]
    public async Task Absurd_defoci_are_refused_before_the_run_all_at_once()
    {
        WriteInput(24, 16);
        WriteDefoci(24, i => i == 4 ? 0.0 : i == 9 ? 2.5e6 : 15000.0);
        VerifyRefused(await Reconstruct("--max-shift", "2"), "row 5", "a defocus of 0", "row 10", "2.5e+06", "cryospin validate");
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_refused_before_the_work()
    {
        WriteInput(24, 16, withPoses: true);
        string file = _folder.WriteText("file", "");
        VerifyMessage(
            await Invocation.Of("reconstruct", _folder["particles.star"], "-o", Path.Combine(file, "out"), "--max-shift", "2"), "-o", file);
        VerifyMessage(await Invocation.Of("reconstruct", _folder["particles.star"], "-o", file, "--max-shift", "2"), "is a file");
        Invocation map = await Invocation.Of("backproject", _folder["particles.star"], "-o", Path.Combine(file, "map.mrc"));
        VerifyMessage(map, "does not exist");
        Assert.DoesNotContain("loading", map.Error);
        VerifyMessage(await Invocation.Of("backproject", _folder["particles.star"], "-o", _folder.Path), "is a folder");
        Assert.Equal(["file", "particles.star", "stack.mrcs"], ResultFolder.NamesIn(_folder.Path));
    }

    private Task<Invocation> Run(string verb) => verb == "reconstruct" ? Reconstruct() : Backproject();

    private Task<Invocation> Reconstruct(params string[] options) =>
        Invocation.Of(["reconstruct", _folder["particles.star"], "-o", _folder["out"], .. options]);

    private Task<Invocation> Backproject() => Invocation.Of("backproject", _folder["particles.star"], "-o", _folder["map.mrc"]);

    private void VerifyRefused(Invocation run, params string[] expected) => VerifyRefused(run, expected, []);

    private void VerifyRefused(Invocation run, string[] expected, string[] leaves)
    {
        VerifyMessage(run, expected);
        Assert.Empty(ResultFolder.NamesIn(_folder.Path).Except(["particles.star", "stack.mrcs", leaves.Length > 0 ? "out" : "stack.mrcs"]));
        if (leaves.Length > 0) Assert.Equal(leaves, ResultFolder.NamesIn(_folder["out"]));
    }

    private static void VerifyMessage(Invocation run, params string[] expected)
    {
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Out));
        string last = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.StartsWith("cryospin: ", last);
        Assert.All(expected, part => Assert.Contains(part, last));
        Assert.DoesNotContain("internal error", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    /// <summary>Gives the particles CTFs, with the defocus of each.</summary>
    private void WriteDefoci(int rows, Func<int, double> defocus)
    {
        StarFile file = StarFile.Read(_folder["particles.star"]);
        StarTable table = file.Tables.First(t => t.Has("rlnImageName"));
        foreach (string column in (string[])["rlnDefocusU", "rlnDefocusV"])
        {
            table.SetColumn(column, [.. Enumerable.Range(0, rows).Select(defocus)]);
        }
        table.SetColumn("rlnDefocusAngle", [.. Enumerable.Repeat(0.0, rows)]);
        table.SetColumn("rlnVoltage", [.. Enumerable.Repeat(300.0, rows)]);
        table.SetColumn("rlnSphericalAberration", [.. Enumerable.Repeat(2.7, rows)]);
        table.SetColumn("rlnAmplitudeContrast", [.. Enumerable.Repeat(0.1, rows)]);
        file.Write(_folder["particles.star"]);
    }

    /// <summary>Images of noise, 3 angstrom a pixel, and their table.</summary>
    private void WriteInput(
        int count, int box, int? nanInImage = null, int? constantImage = null, int? infiniteFrom = null, bool withPoses = false,
        int? rows = null)
    {
        Random random = new(1);
        using (MrcStackWriter stack = new(_folder["stack.mrcs"], box, box, 3))
        {
            for (int i = 0; i < count; i++)
            {
                float[] image = [.. Enumerable.Range(0, box * box).Select(_ => random.NextSingle())];
                if (i + 1 == constantImage) Array.Fill(image, 0.25f);
                if (i + 1 == nanInImage) image[3 * box + 4] = float.NaN;
                if (i + 1 >= infiniteFrom) image[box + 2] = float.NegativeInfinity;
                stack.Append(image);
            }
            stack.Complete();
        }
        int[] numbers = [.. Enumerable.Range(1, rows ?? count)];
        StarTable table = new("");
        table.SetColumn("rlnImageName", [.. numbers.Select(i => $"{i}@stack.mrcs")]);
        table.SetColumn("rlnPixelSize", [.. numbers.Select(_ => 3.0)]);
        if (withPoses)
        {
            foreach (string angle in (string[])["rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi"])
            {
                table.SetColumn(angle, [.. numbers.Select(_ => 180 * random.NextDouble())]);
            }
        }
        StarFile file = new();
        file.Add(table);
        file.Write(_folder["particles.star"]);
        WriteDefoci(numbers.Length, _ => 9000);
    }
}
