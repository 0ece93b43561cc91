using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.IO.Mrc;
using CryoSpin.Particles;
using CryoSpin.Tests.Particles;
using CryoSpin.Validation;

namespace CryoSpin.Tests.Validation;

public sealed class ParticleValidationTests : IDisposable
{
    private const int Box = 16;
    private const int Count = 24;
    private readonly ParticleFolder _folder = new();
    private readonly WorkerTeam _team = new(2);

    public void Dispose()
    {
        _folder.Dispose();
        _team.Dispose();
    }

    [Fact]
    public void Good_particles_have_no_problems()
    {
        ValidationReport report = Check(Rows());
        Assert.Empty(report.Problems);
        Assert.Empty(report.BadParticles);
        Assert.Equal((Count, Count, 0), (report.Particles, report.ImagesRead, report.Errors));
    }

    [Theory]
    [InlineData("defocus.zero", Severity.Error, "000002@s.mrcs 1 0 0 0 1")]
    [InlineData("defocus.none", Severity.Error, "000002@s.mrcs 1 -999 4000 0 1")]
    [InlineData("defocus.absurd", Severity.Error, "000002@s.mrcs 1 2000000 2000000 0 1")]
    [InlineData("defocus.unit", Severity.Error, "000002@s.mrcs 1 1.2 1.3 0 1")]
    [InlineData("defocus.negative", Severity.Warning, "000002@s.mrcs 1 -9000 -9000 0 1")]
    [InlineData("defocus.astigmatism", Severity.Warning, "000002@s.mrcs 1 4000 15000 0 1")]
    [InlineData("image.duplicate", Severity.Warning, "000001@s.mrcs 1 4000 4000 0 1")]
    [InlineData("image.beyondEnd", Severity.Error, "000099@s.mrcs 1 4000 4000 0 1")]
    [InlineData("image.name", Severity.Error, "nothing@s.mrcs 1 4000 4000 0 1")]
    [InlineData("stack.missing", Severity.Error, "000001@t.mrcs 1 4000 4000 0 1")]
    [InlineData("optics.unknownGroup", Severity.Error, "000002@s.mrcs 7 4000 4000 0 1")]
    [InlineData("value.notNumber", Severity.Error, "000002@s.mrcs 1 nan 4000 0 1")]
    [InlineData("halfSet.range", Severity.Warning, "000002@s.mrcs 1 4000 4000 0 3")]
    [InlineData("box.defocus", Severity.Warning, "000002@s.mrcs 1 60000 60000 0 1")]
    public void A_row_that_is_wrong_is_told_with_its_place(string code, Severity severity, string row)
    {
        string[] rows = Rows();
        rows[1] = row;
        ValidationReport report = Check(rows);
        ValidationProblem problem = Assert.Single(report.Problems, p => p.Code == code);
        Assert.Equal(severity, problem.Severity);
        Assert.Contains("row 2", problem.Where);
        Assert.All([problem.Found, problem.Expected, problem.Remedy], Assert.NotEmpty);
    }

    // At 300 kV and 60,000 A a box of 1,181 A2 over the pixel size is needed: 295 A for pixels of 4 A, 30 A for 40 A; there are 64 A.
    [Fact]
    public void How_far_the_defocus_spreads_is_judged_at_the_pixels_that_are_used()
    {
        string[] rows = Rows();
        rows[1] = "000002@s.mrcs 1 60000 60000 0 1";
        ParticleSet set = ParticleSet.Load(Star(rows));
        Assert.Contains(ParticleValidation.Quick(set).Problems, p => p.Code == "box.defocus");
        Assert.Contains(ParticleValidation.Values(set).Problems, p => p.Code == "box.defocus");
        Assert.DoesNotContain(ParticleValidation.Quick(set, workingPixelAngstrom: 40).Problems, p => p.Code == "box.defocus");
        Assert.DoesNotContain(ParticleValidation.Values(set, workingPixelAngstrom: 40).Problems, p => p.Code == "box.defocus");
    }

    [Theory]
    [InlineData("ctf.scaleZero", "rlnCtfScalefactor", "0")]
    [InlineData("ctf.scale", "rlnCtfScalefactor", "1e30")]
    [InlineData("ctf.bFactor", "rlnCtfBfactor", "1e9")]
    [InlineData("ctf.phaseShift", "rlnPhaseShift", "1e300")]
    [InlineData("ctf.astigmatismAngle", "rlnDefocusAngle", "1e30")]
    [InlineData("ctf.bFactor", "rlnCtfBfactor", "-999")]
    [InlineData("optics.beamTilt", "rlnBeamTiltY", "1e30")]
    [InlineData("optics.magnification", "rlnMagMat00", "0")]
    [InlineData("optics.zernike", "rlnOddZernike", "[0,1e30,0]")]
    [InlineData("optics.zernike", "rlnEvenZernike", "[0,1e30,0]")]
    [InlineData("pose.angle", "rlnAngleTilt", "1e30")]
    [InlineData("pose.originAbsurd", "rlnOriginXAngst", "1e308")]
    [InlineData("pose.outside", "rlnOriginYAngst", "-70")]
    public void An_absurd_value_is_an_error_wherever_it_is_checked(string code, string column, string value)
    {
        string[] names = ["rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi", column];
        string[] rows = [.. Rows().Select((r, i) => $"{r} 10 20 30 {(i == 4 ? value : column == "rlnAngleTilt" ? "20" : Usual(column))}")];
        // Where the column is one of the poses' own it stands once.
        string star = Star(rows);
        string text = File.ReadAllText(star).Replace("_rlnRandomSubset", "_rlnRandomSubset\n" + string.Join('\n', names.Select((n, k) => "_" + (k < 3 && n == column ? "other" : n))), StringComparison.Ordinal);
        if (column == "rlnDefocusAngle") text = text.Replace("_rlnDefocusAngle #5", "_another #5", StringComparison.Ordinal);
        File.WriteAllText(star, text);

        ParticleSet set = ParticleSet.Load(star);
        foreach (ValidationReport report in new[] { ParticleValidation.Quick(star), ParticleValidation.Quick(set), ParticleValidation.Values(set) })
        {
            ValidationProblem problem = Assert.Single(report.Problems, p => p.Code == code);
            Assert.Equal((Severity.Error, 1), (problem.Severity, problem.Count));
            Assert.Contains("row 5", problem.Where);
        }
    }

    private static string Usual(string column) => column switch
    {
        "rlnCtfScalefactor" or "rlnMagMat00" => "1",
        "rlnOddZernike" or "rlnEvenZernike" => "[0,0,0]",
        _ => "0",
    };

    [Fact]
    public void Grey_values_beyond_any_detectors_are_an_error()
    {
        ValidationReport report = ParticleValidation.Full(Star(Rows(), (i, pixels) => pixels[7] = i == 2 ? 1e30f : pixels[7]), null, _team);
        Assert.Equal("image.huge", Assert.Single(report.Problems, p => p.Severity == Severity.Error).Code);
        Assert.Equal((2, "image.huge"), (report.BadParticles[0].Index, report.BadParticles[0].Code));
        using ParticleSource source = ParticleSource.Open(_folder.File("p.star"));
        Assert.Contains("1E+30", Assert.Throws<InputException>(() => source.ReadImage(2, new float[Box * Box])).Message);
    }

    [Fact]
    public void A_half_set_that_is_empty_is_told()
    {
        string[] rows = [.. Rows().Select(r => r[..^1] + "1")];
        Assert.Equal("halfSet.empty", Assert.Single(Check(rows).Problems).Code);
    }

    [Theory]
    [InlineData(3, Severity.Warning)]
    [InlineData(20, Severity.Error)]
    public void Images_that_are_copies_of_one_are_told(int copies, Severity severity)
    {
        string star = Star(Rows(), (i, image) =>
        {
            if (i > copies) return;
            Random random = new(5);
            for (int k = 0; k < image.Length; k++) image[k] = random.NextSingle();
        });
        ValidationReport report = ParticleValidation.Full(star, null, _team);
        ValidationProblem problem = Assert.Single(report.Problems, p => p.Code == "image.identical");
        Assert.Equal((severity, copies), (problem.Severity, problem.Count));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        string[] rows = Rows();
        rows[2] = "000003@s.mrcs 9 4000 4000 0 1";
        rows[3] = "000004@s.mrcs 1 oops 4000 0 1";
        rows[4] = "000005@s.mrcs 1 0 0 0 1";
        rows[5] = "000006@s.mrcs 1 0 0 0 1";
        rows[6] = "000999@s.mrcs 1 4000 4000 0 1";
        rows[7] = "000001@gone.mrcs 1 4000 4000 0 1";
        ValidationReport report = Check(rows, voltage: "3");
        string[] errors = [.. report.Problems.Where(p => p.Severity == Severity.Error).Select(p => p.Code).Order()];
        Assert.Equal(
            ["defocus.zero", "image.beyondEnd", "optics.unknownGroup", "optics.voltage", "stack.missing", "value.notNumber"], errors);
        ValidationProblem zero = report.Problems.Single(p => p.Code == "defocus.zero");
        Assert.Equal(2, zero.Count);
        Assert.Equal([5, 6], zero.Rows);
    }

    [Fact]
    public void One_bad_cell_hides_neither_the_stacks_nor_the_places_of_other_problems()
    {
        string[] rows = Rows();
        rows[0] = rows[0].Replace("4000", "nan", StringComparison.Ordinal);
        rows[5] = rows[4];
        string path = Star(rows, (image, pixels) =>
        {
            if (image == 9) pixels[3] = float.NaN;
        });
        // Names start from the project's folder, two above the star file's.
        string moved = _folder.File("project/Refine3D/job5/p.star");
        File.WriteAllText(moved, File.ReadAllText(path).Replace("@s.mrcs", "@Extract/job2/s.mrcs", StringComparison.Ordinal));
        File.Move(_folder.File("s.mrcs"), _folder.File("project/Extract/job2/s.mrcs"));
        ValidationReport report = ParticleValidation.Full(moved, null, _team);
        Assert.Equal(
            [("value.notNumber", 1), ("image.notFinite", 10), ("image.duplicate", 6)],
            report.Problems.Where(p => p.Code != "file.warning").Select(p => (p.Code, Assert.Single(p.Rows))));
        Assert.Contains("as in row 5", report.Problems[2].Found);
        Assert.Equal((Count, 9), (report.Particles, Assert.Single(report.BadParticles).Index));
    }

    [Fact]
    public void One_bad_cell_hides_neither_absurd_values_nor_copies_of_images()
    {
        string[] rows = Rows();
        rows[0] = rows[0].Replace("4000", "nan", StringComparison.Ordinal);
        rows[3] = "000004@s.mrcs 1 4000 4000 1e30 1";
        string path = Star(rows, (image, pixels) =>
        {
            Random same = new(5);
            for (int k = 0; image is 8 or 9 && k < pixels.Length; k++) pixels[k] = same.NextSingle();
        });
        Assert.Equal(
            [("ctf.astigmatismAngle", 4), ("image.identical", 10), ("value.notNumber", 1)],
            ParticleValidation.Full(path, null, _team).Problems.Select(p => (p.Code, Assert.Single(p.Rows))).Order());
    }

    [Fact]
    public void What_is_taken_by_a_guess_or_found_twice_is_a_warning_here_too()
    {
        string path = Star([.. Rows().Select(r => r.Replace("@s.mrcs", "@gone/s.mrcs", StringComparison.Ordinal))]);
        Assert.Contains("not where its name says", Assert.Single(ParticleValidation.Quick(path).Problems).Found);
        string two = Star([.. Rows().Select((r, i) => r.Replace("@s.mrcs", $"@gone{i % 2}/s.mrcs", StringComparison.Ordinal))]);
        ValidationReport report = ParticleValidation.Quick(two);
        Assert.Equal(["stack.missing", "file.warning"], report.Problems.Select(p => p.Code));
        Assert.Contains("two names end at one file", report.Problems[1].Found);
    }

    [Fact]
    public void Pixels_that_are_not_finite_and_constant_images_are_found_and_can_be_left_out()
    {
        string path = Star(Rows(), (image, pixels) =>
        {
            if (image == 3) pixels[20] = float.NaN;
            if (image == 5) pixels[0] = float.PositiveInfinity;
            if (image == 8) Array.Fill(pixels, 2f);
        });
        List<(int, int)> progress = [];
        ValidationReport report = ParticleValidation.Full(path, null, _team, (done, count) => progress.Add((done, count)));
        Assert.Equal(["image.notFinite", "image.constant"], report.Problems.Select(p => p.Code));
        Assert.Equal([4, 6], report.Problems[0].Rows);
        Assert.Contains("pixel (4, 1)", report.Problems[0].Found);
        Assert.Equal([(Count, Count)], progress);

        IReadOnlyList<BadParticle> bad = ParticleValidation.FindBadParticles(ParticleSet.Load(path), _team);
        Assert.Equal([3, 5, 8], bad.Select(b => b.Index));
        Assert.Equal(report.BadParticles, bad);
        using (ParticleSource open = ParticleSource.Open(path))
        {
            ValidationReport same = ParticleValidation.Full(open, _team);
            Assert.Equal((report.ImagesRead, report.Problems.Count), (same.ImagesRead, same.Problems.Count));
            Assert.Equal(report.BadParticles, same.BadParticles);
            // The stacks are left open for what comes after.
            open.ReadImage(0, new float[Box * Box]);
            Assert.ThrowsAny<OperationCanceledException>(() => ParticleValidation.Full(open, _team, null, new CancellationToken(true)));
        }
        Assert.Empty(ParticleValidation.Quick(path).Problems);
    }

    [Fact]
    public void A_truncated_stack_is_told_by_its_length()
    {
        string path = Star(Rows());
        using (FileStream stack = File.OpenWrite(_folder.File("s.mrcs"))) stack.SetLength(stack.Length - 100);
        ValidationReport report = ParticleValidation.Quick(path);
        ValidationProblem problem = Assert.Single(report.Problems);
        Assert.Equal("stack.unreadable", problem.Code);
        Assert.Contains("promises", problem.Found);
    }

    [Fact]
    public void Dark_protein_is_warned_of()
    {
        string path = Star(Rows(), (image, pixels) =>
        {
            for (int i = 0; i < pixels.Length; i++)
            {
                int x = i % Box - Box / 2, y = i / Box - Box / 2;
                if (x * x + y * y < 16) pixels[i] -= 5;
            }
        });
        Assert.Equal("contrast.black", Assert.Single(ParticleValidation.Full(path, null, _team).Problems).Code);
    }

    [Theory]
    [InlineData("", "file.unreadable")]
    [InlineData("data_optics\n\nloop_\n_rlnOpticsGroup\n1\n", "column.missing")]
    [InlineData("data_particles\n\nloop_\n_rlnImageName\n\n", "particles.none")]
    [InlineData("data_particles\n\nloop_\n_rlnImageName\n_rlnDefocusU\n1@s.mrcs 1\n", "column.missing")]
    public void A_file_that_cannot_be_used_is_told_and_nothing_is_thrown(string text, string code)
    {
        ValidationReport report = ParticleValidation.Full(_folder.Star("x.star", text), null, _team);
        Assert.Contains(report.Problems, p => p.Code == code && p.Severity == Severity.Error);
    }

    private static string[] Rows() =>
        [.. Enumerable.Range(1, Count).Select(i => FormattableString.Invariant($"{i:d6}@s.mrcs 1 4000 4100 10 {1 + i % 2}"))];

    private ValidationReport Check(string[] rows, string voltage = "300") =>
        ParticleValidation.Full(Star(rows, voltage: voltage), null, _team);

    private string Star(string[] rows, Action<int, float[]>? change = null, string voltage = "300")
    {
        Random random = new(1);
        using (MrcStackWriter stack = new(_folder.File("s.mrcs"), Box, Box, 4))
        {
            for (int i = 0; i < Count; i++)
            {
                float[] pixels = new float[Box * Box];
                for (int p = 0; p < pixels.Length; p++) pixels[p] = (float)(random.NextDouble() - 0.5);
                change?.Invoke(i, pixels);
                stack.Append(pixels);
            }
            stack.Complete();
        }
        return _folder.Star(
            "p.star",
            $"""

            data_optics

            loop_
            _rlnOpticsGroup #1
            _rlnVoltage #2
            _rlnSphericalAberration #3
            _rlnAmplitudeContrast #4
            _rlnImagePixelSize #5
            _rlnImageSize #6
            1 {voltage} 2.7 0.1 4 {Box}

            data_particles

            loop_
            _rlnImageName #1
            _rlnOpticsGroup #2
            _rlnDefocusU #3
            _rlnDefocusV #4
            _rlnDefocusAngle #5
            _rlnRandomSubset #6
            {string.Join('\n', rows)}

            """);
    }
}
