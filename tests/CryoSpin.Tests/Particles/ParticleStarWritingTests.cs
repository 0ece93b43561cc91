using CryoSpin.Geometry;
using CryoSpin.IO.Star;
using CryoSpin.Optics;
using CryoSpin.Particles;

namespace CryoSpin.Tests.Particles;

public class ParticleStarWritingTests
{
    private static readonly Pose[] s_poses =
    [
        new(new EulerAngles(10, 50, -170).ToRotation(), 1.25, -3.5), new(new EulerAngles(-100, 120, 15).ToRotation(), 0, 0.125),
    ];

    [Fact]
    public void Every_column_row_and_block_of_a_3_1_file_is_kept()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        string input = folder.Star("p.star", "data_general\n_rlnNote 'two words'\n\n" + ParticleSetTests.Optics + """
            _rlnMyOwn #6
            _rlnAngleRot #7
            _rlnOriginX #8
            3@a.mrcs 3 1.00 2.000 3 hello 5 99
            1@a.mrcs 7 4.00 5.000 6 'a b' 6 98

            """);
        ParticleSet set = ParticleSet.Load(input);
        string output = folder.File("p2.star");

        set.WriteStar(output, s_poses, [2, 1], [("rlnClassNumber", [1, 2]), ("rlnMaxValueProbDistribution", [0.5, 1])]);

        StarFile file = StarFile.Read(output);
        Assert.Equal(["general", "optics", "particles"], file.Tables.Select(t => t.Name));
        Assert.Equal("two words", file.Get("general").GetText("rlnNote", 0));
        StarTable optics = file.Get("optics");
        Assert.Equal(["7", "3"], optics.GetTexts("rlnOpticsGroup"));
        Assert.Equal(["mtf.star", "mtf.star"], optics.GetTexts("rlnMtfFileName"));
        Assert.Equal([2, 2], optics.GetInt32s("rlnImageDimensionality"));
        StarTable particles = file.Get("particles");
        Assert.Equal(["3@a.mrcs", "1@a.mrcs"], particles.GetTexts("rlnImageName"));
        Assert.Equal(["3", "7"], particles.GetTexts("rlnOpticsGroup"));
        Assert.Equal(["1.00", "4.00"], particles.GetTexts("rlnDefocusU"));
        Assert.Equal(["hello", "a b"], particles.GetTexts("rlnMyOwn"));
        Assert.Equal(["2", "1"], particles.GetTexts("rlnRandomSubset"));
        Assert.Equal(["1", "2"], particles.GetTexts("rlnClassNumber"));
        Assert.Equal(["0.500000", "1.000000"], particles.GetTexts("rlnMaxValueProbDistribution"));
        Assert.False(particles.Has("rlnOriginX"));
        AssertPoses(ParticleSet.Load(output));
    }

    [Fact]
    public void A_single_table_is_upgraded()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        string input = folder.Star("p.star", """
            data_images
            loop_
            _rlnImageName
            _rlnDefocusU
            _rlnDefocusV
            _rlnDefocusAngle
            _rlnVoltage
            _rlnSphericalAberration
            _rlnAmplitudeContrast
            _rlnDetectorPixelSize
            _rlnMagnification
            _rlnAngleRot
            _rlnAngleTilt
            _rlnAnglePsi
            _rlnOriginX
            _rlnOriginY
            2@a.mrcs 1 2 3 300 2.7 0.1 5 20000 10 20 30 2 -4
            1@a.mrcs 4 5 6 200 2.7 0.1 5 20000 40 50 60 0 1

            """);
        ParticleSet set = ParticleSet.Load(input);
        string kept = folder.File("kept.star"), changed = folder.File("changed.star");
        set.WriteStar(kept, null);
        set.WriteStar(changed, s_poses);

        ParticleSet back = ParticleSet.Load(kept);
        OpticsGroup first = new("opticsGroup1", 300, 2.7, 0.1, 2.5, 6);
        Assert.Equal([first, first with { Name = "opticsGroup2", VoltageKilovolts = 200 }], back.OpticsGroups);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(set.Ctf(i), back.Ctf(i));
            Assert.Equal(set.ImageIndex(i), back.ImageIndex(i));
            Assert.Equal(set.Pose(i)!.Value.OriginXAngstrom, back.Pose(i)!.Value.OriginXAngstrom, 6);
            Assert.InRange(set.Pose(i)!.Value.Rotation.AngleToDegrees(back.Pose(i)!.Value.Rotation), 0, 1e-5);
        }
        StarTable particles = StarFile.Read(kept).Get("particles");
        Assert.Equal(["5.000000", "0.000000"], particles.GetTexts("rlnOriginXAngst"));
        Assert.Equal(["1", "2"], particles.GetTexts("rlnOpticsGroup"));
        Assert.Equal(["20000", "20000"], particles.GetTexts("rlnMagnification"));
        AssertPoses(ParticleSet.Load(changed));
    }

    [Fact]
    public void A_bare_stack_becomes_a_star_file()
    {
        using ParticleFolder folder = new();
        string stack = folder.Stack("a.mrcs", 2, 6);
        string output = folder.File("out", "p.star");
        ParticleSet.Load(stack, new ParticleLoadOptions(3.5)).WriteStar(output, s_poses);
        ParticleSet back = ParticleSet.Load(output);
        // What nobody has measured is not written, though RELION 3.1 wants it: it would look like the microscope's.
        Assert.All(["rlnVoltage", "rlnSphericalAberration", "rlnAmplitudeContrast"], column => Assert.False(back.Data.Optics!.Has(column)));
        Assert.Contains(ConversionLosses.Of(back, ParticleForm.Relion), l => l.Contains("voltage", StringComparison.Ordinal));
        Assert.Equal((2, 6, 3.5, false), (back.Count, back.BoxSize, back.PixelSizeAngstrom, back.HasCtf));
        Assert.Equal([$"000001@{stack}", $"000002@{stack}"], StarFile.Read(output).Get("particles").GetTexts("rlnImageName"));
        AssertPoses(back);
    }

    [Fact]
    public void Image_paths_resolve_from_the_new_folder()
    {
        using ParticleFolder folder = new();
        string a = folder.Stack("in/a.mrcs", 1, 6), b = folder.Stack("in/deep/b.mrcs", 1, 6), c = folder.Stack("else/c.mrcs", 1, 6);
        string here = Path.GetRelativePath(Environment.CurrentDirectory, c);
        string rows = $"1@Extract/a.mrcs 2\n00001@deep/b.mrcs 2\n1@{c} 2\n1@{here} 2\n";
        string input = folder.Star("in/p.star", "data_particles\nloop_\n_rlnImageName\n_rlnImagePixelSize\n" + rows);
        string output = folder.File("out", "run", "p.star");
        ParticleSet.Load(input).WriteStar(output, null);

        string[] names = StarFile.Read(output).Get("particles").GetTexts("rlnImageName");
        Assert.Equal(["1@../../in/a.mrcs", "00001@../../in/deep/b.mrcs", $"1@{c}"], names[..3]);
        // A way from the working folder stays where it leads to the same file from the new folder too, which the folders' depths decide.
        Assert.Contains(names[3], (string[])[$"1@{here}", "1@../../else/c.mrcs"]);
        ParticleSet back = ParticleSet.Load(output);
        Assert.Equal([a, b, c, c], Enumerable.Range(0, 4).Select(i => Path.GetFullPath(back.ImagePath(i))));
    }

    [Fact]
    public void A_given_pixel_size_is_written()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 1, 6);
        string input = folder.Star("p.star", ParticleSetTests.Optics + "1@a.mrcs 3 1 2 3\n");
        string output = folder.File("q.star");
        ParticleSet.Load(input, new ParticleLoadOptions(2.6)).WriteStar(output, null);
        Assert.Equal([2.6, 2.6], StarFile.Read(output).Get("optics").GetDoubles("rlnImagePixelSize"));
        Assert.Equal(2.6, ParticleSet.Load(output).PixelSizeAngstrom);
    }

    [Fact]
    public void Wrong_counts_are_refused()
    {
        using ParticleFolder folder = new();
        ParticleSet set = ParticleSet.Load(folder.Stack("a.mrcs", 2, 6));
        string output = folder.File("p.star");
        Assert.Throws<ArgumentException>(() => set.WriteStar(output, [s_poses[0]]));
        Assert.Throws<ArgumentException>(() => set.WriteStar(output, s_poses, [1]));
        Assert.Throws<ArgumentException>(() => set.WriteStar(output, s_poses, null, [("rlnX", [1.0])]));
        Assert.False(File.Exists(output));
    }

    [Fact]
    public void Tables_made_in_memory_are_particles_too_and_their_other_columns_are_written()
    {
        using ParticleFolder folder = new();
        string stack = folder.Stack("a.mrcs", 2, 6);
        StarTable optics = new("optics"), particles = new("particles");
        optics.SetColumn("rlnOpticsGroup", [1]);
        optics.SetColumn("rlnImagePixelSize", [2.5]);
        particles.SetColumn("rlnImageName", ["2@a.mrcs", "1@a.mrcs"]);
        particles.SetColumn("rlnOpticsGroup", [1, 1]);
        particles.SetColumn("cryosparcUid", ["9876543210987654321", "12"]);
        StarFile file = new();
        file.Add(optics);
        file.Add(particles);
        ParticleSet set = ParticleSet.FromStar(file, folder.File("particles.cs"), new ParticleLoadOptions());
        Assert.Equal((2, 2.5, 1), (set.Count, set.PixelSizeAngstrom, set.ImageIndex(0)));
        Assert.Equal([stack], set.StackPaths);
        string output = folder.File("q.star");
        set.WriteStar(output, s_poses);
        Assert.Equal(["9876543210987654321", "12"], StarFile.Read(output).Get("particles").GetTexts("cryosparcUid"));
        AssertPoses(ParticleSet.Load(output));
        Assert.DoesNotContain("rlnAngleRot", particles.Columns);
    }

    private static void AssertPoses(ParticleSet set)
    {
        for (int i = 0; i < 2; i++)
        {
            Pose pose = set.Pose(i)!.Value;
            Assert.InRange(pose.Rotation.AngleToDegrees(s_poses[i].Rotation), 0, 1e-5);
            Assert.Equal(s_poses[i].OriginXAngstrom, pose.OriginXAngstrom, 6);
            Assert.Equal(s_poses[i].OriginYAngstrom, pose.OriginYAngstrom, 6);
        }
    }
}
