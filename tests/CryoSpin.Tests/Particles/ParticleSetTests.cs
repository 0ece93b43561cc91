using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Optics;
using CryoSpin.Particles;

namespace CryoSpin.Tests.Particles;

public class ParticleSetTests
{
    internal const string Optics = """
        data_optics
        loop_
        _rlnOpticsGroup #1
        _rlnOpticsGroupName #2
        _rlnVoltage #3
        _rlnSphericalAberration #4
        _rlnAmplitudeContrast #5
        _rlnImagePixelSize #6
        _rlnImageSize #7
        _rlnMtfFileName #8
        7 first 300 2.7 0.1 2.5 6 mtf.star
        3 second 200 2.0 0.07 2.5 6 mtf.star

        data_particles
        loop_
        _rlnImageName #1
        _rlnOpticsGroup #2
        _rlnDefocusU #3
        _rlnDefocusV #4
        _rlnDefocusAngle #5

        """;

    private const string Modern = Optics + """
        _rlnAngleRot #6
        _rlnAngleTilt #7
        _rlnAnglePsi #8
        _rlnOriginXAngst #9
        _rlnOriginYAngst #10
        _rlnRandomSubset #11
        _rlnPhaseShift #12
        _rlnCtfBfactor #13
        _rlnCtfScalefactor #14
        _rlnOriginX #15
        _rlnMyOwn #16
        000002@a.mrcs 3 10000 9000 12.5 30 60 45 1.5 -2.5 1 90 50 0.9 77 x
        000001@sub/b.mrcs 7 11000 10000 -5 0 0 0 0 0 2 0 0 1 77 y
        3@a.mrcs 3 12000 11000 0 10 20 30 4 5 1 0 0 1 77 z

        """;

    [Fact]
    public void Relion_3_1_files_are_read()
    {
        using ParticleFolder folder = new();
        string a = folder.Stack("a.mrcs", 3, 6), b = folder.Stack("sub/b.mrcs", 1, 6);
        ParticleSet set = ParticleSet.Load(folder.Star("p.star", Modern));

        Assert.Equal((3, 6, 2.5, true, true), (set.Count, set.BoxSize, set.PixelSizeAngstrom, set.HasCtf, set.HasPoses));
        Assert.Equal([a, b], set.StackPaths);
        Assert.Equal([(a, 1), (b, 0), (a, 2)], Enumerable.Range(0, 3).Select(i => (set.ImagePath(i), set.ImageIndex(i))));
        Assert.Equal(new OpticsGroup("second", 200, 2, 0.07, 2.5, 6), set.Optics(0));
        Assert.Equal(new OpticsGroup("first", 300, 2.7, 0.1, 2.5, 6), set.Optics(1));
        Assert.Equal(set.OpticsGroupOf(0), set.OpticsGroupOf(2));
        Assert.Equal(2, set.OpticsGroups.Count);
        Assert.Equal(new CtfParameters(10000, 9000, 12.5, 90, 50, 0.9), set.Ctf(0));
        // The columns in angstrom count, as in RELION.
        Assert.Equal(new Pose(new EulerAngles(30, 60, 45).ToRotation(), 1.5, -2.5), set.Pose(0));
        Assert.Equal([1, 2, 1], Enumerable.Range(0, 3).Select(i => set.RandomSubset(i)!.Value));
        Assert.Contains("_rlnOriginX and _rlnOriginXAngst differ; the one in angstrom is taken", Assert.Single(set.Warnings));
        Assert.EndsWith("p.star, row 2 (line 33)", set.Where(1));
    }

    [Fact]
    public void Older_files_are_read_with_origins_in_pixels()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6, pixelSize: 0);
        ParticleSet set = ParticleSet.Load(folder.Star("p.star", """
            data_
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
            1@a.mrcs 1 2 3 300 2.7 0.1 5 20000 10 20 30 2 -4
            2@a.mrcs 4 5 6 200 2.7 0.1 5 20000 10 20 30 0 1
            3@a.mrcs 7 8 9 300 2.7 0.1 5 20000 10 20 30 0 0

            """));
        Assert.Equal(2.5, set.PixelSizeAngstrom);
        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(set.OpticsGroupOf));
        Assert.Equal(["opticsGroup1", "opticsGroup2"], set.OpticsGroups.Select(g => g.Name));
        Assert.Equal((5.0, -10.0), (set.Pose(0)!.Value.OriginXAngstrom, set.Pose(0)!.Value.OriginYAngstrom));
        Assert.Equal(2.5, set.Pose(1)!.Value.OriginYAngstrom);
        Assert.Null(set.RandomSubset(0));
    }

    [Fact]
    public void Particle_rows_beat_the_optics_table()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 2, 6);
        ParticleSet set = ParticleSet.Load(folder.Star("p.star", Optics + """
            _rlnVoltage #6
            1@a.mrcs 3 1 2 3 120
            2@a.mrcs 3 1 2 3 200

            """));
        Assert.Equal([120, 200], Enumerable.Range(0, 2).Select(i => set.Optics(i).VoltageKilovolts));
        Assert.Equal(["second", "second"], Enumerable.Range(0, 2).Select(i => set.Optics(i).Name));
        Assert.Null(set.Pose(0));
    }

    [Fact]
    public void Files_without_ctf_or_poses_are_read()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 2, 7, pixelSize: 3);
        ParticleSet set = ParticleSet.Load(folder.Star("p.star", "data_particles\nloop_\n_rlnImageName\n1@a.mrcs\n2@a.mrcs\n"));
        Assert.Equal((7, 3.0, false, false), (set.BoxSize, set.PixelSizeAngstrom, set.HasCtf, set.HasPoses));
        Assert.Null(set.Ctf(0));
        Assert.Contains("header", Assert.Single(set.Warnings));
        Assert.True(double.IsNaN(set.Optics(0).VoltageKilovolts));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_meaningless_header_pixel_size_is_no_pixel_size(double header)
    {
        using ParticleFolder folder = new();
        string stack = folder.Stack("a.mrcs", 2, 6, pixelSize: header);
        string star = folder.Star("p.star", "data_particles\nloop_\n_rlnImageName\n1@a.mrcs\n");
        Assert.Contains("_rlnImagePixelSize", Assert.Throws<InputException>(() => ParticleSet.Load(star)).Message);
        Assert.Equal(1.7, ParticleSet.Load(star, new ParticleLoadOptions(1.7)).PixelSizeAngstrom);
        Assert.Throws<InputException>(() => ParticleSet.Load(star, new ParticleLoadOptions(-1)));

        ParticleSet bare = ParticleSet.Load(stack);
        Assert.Equal((2, 6, 1.0, false, false), (bare.Count, bare.BoxSize, bare.PixelSizeAngstrom, bare.HasCtf, bare.HasPoses));
        Assert.Contains("pixel size", Assert.Single(bare.Warnings));
        Assert.Empty(ParticleSet.Load(stack, new ParticleLoadOptions(1.7)).Warnings);
        Assert.Equal(1, bare.ImageIndex(1));
    }

    [Fact]
    public void Images_are_found_as_written_beside_the_star_file_and_by_name()
    {
        using ParticleFolder folder = new();
        string a = folder.Stack("star/a.mrcs", 1, 6), b = folder.Stack("star/deep/b.mrcs", 1, 6), c = folder.Stack("else/c.mrcs", 1, 6);
        ParticleSet set = ParticleSet.Load(folder.Star(
            "star/p.star", $"data_particles\nloop_\n_rlnImageName\n1@Extract/job9/a.mrcs\n1@deep/b.mrcs\n1@{c}\n"));
        Assert.Equal([a, b, c], set.StackPaths);

        string missing = folder.Star(
            "star/q.star", "data_particles\nloop_\n_rlnImageName\n1@Extract/none.mrcs\n1@gone.mrcs\n1@deep/b.mrcs\n");
        InputException e = Assert.Throws<InputException>(() => ParticleSet.Load(missing));
        Assert.Contains("2 of 3", e.What);
        foreach (string tried in new[]
            {
                Path.GetFullPath("Extract/none.mrcs"), folder.File("Extract", "none.mrcs"), folder.File("star", "Extract", "none.mrcs"), folder.File("star", "none.mrcs"),
                folder.File("star", "gone.mrcs"),
            })
        {
            Assert.Contains(tried, e.What);
        }
    }

    [Fact]
    public void Metadata_alone_can_be_read()
    {
        using ParticleFolder folder = new();
        string star = folder.Star("p.star", Modern);
        ParticleSet set = ParticleSet.Load(star, new ParticleLoadOptions(RequireImages: false));
        Assert.Equal((3, 6, 2.5), (set.Count, set.BoxSize, set.PixelSizeAngstrom));
        Assert.Throws<InputException>(() => ParticleSet.Load(star));
        Assert.Throws<InputException>(() => new ParticleSource(set));
    }

    [Theory]
    [InlineData("_rlnVoltage")]
    [InlineData("_rlnSphericalAberration")]
    [InlineData("_rlnAmplitudeContrast")]
    [InlineData("_rlnDefocusU")]
    [InlineData("_rlnDefocusV")]
    [InlineData("_rlnDefocusAngle")]
    [InlineData("_rlnOpticsGroup")]
    public void A_missing_column_is_named(string column)
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        string star = folder.Star("p.star", (Optics + "1@a.mrcs 3 1 2 3\n").Replace(column + " ", "_other "));
        InputException e = Assert.Throws<InputException>(() => ParticleSet.Load(star));
        Assert.Contains(star, e.Message);
        Assert.Contains(column, e.What);
    }

    [Theory]
    [InlineData("1@a.mrcs 4 1 2 3", "_rlnOpticsGroup", "optics group 4")]
    [InlineData("0@a.mrcs 3 1 2 3", "row 1", "'0@a.mrcs'")]
    [InlineData("x@a.mrcs 3 1 2 3", "row 1", "'x@a.mrcs'")]
    [InlineData("1@ 3 1 2 3", "row 1", "'1@'")]
    [InlineData("1@a.mrcs 3 1 oops 3", "_rlnDefocusV", "'oops'")]
    public void A_wrong_value_is_named_with_its_row(string row, string where, string what)
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        InputException e = Assert.Throws<InputException>(() => ParticleSet.Load(folder.Star("p.star", Optics + row + "\n")));
        Assert.Contains(where, e.Where);
        Assert.Contains(what, e.What);
    }

    [Fact]
    public void What_cannot_be_reconstructed_is_refused()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        folder.Stack("wide.mrcs", 1, 6, 4);
        string good = Optics + "1@a.mrcs 3 1 2 3\n2@a.mrcs 7 1 2 3\n";
        Assert.Equal(2, ParticleSet.Load(folder.Star("p.star", good)).Count);
        foreach ((string star, string message) in new[]
            {
                (good.Replace("1@a", "1@wide"), "6 x 4"),
                (good.Replace("2.5 6", "2.5 8"), "_rlnImageSize is 8"),
                (good.Replace("0.1 2.5", "0.1 0"), "pixel size is 0"),
                (good.Replace("300 2.7", "300000 2.7"), "300000 kV"),
                (good.Replace("2.7 0.1", "2.7 10"), "contrast is 10"),
                (good.Replace("7 first", "3 first"), "described twice"),
                (good.Replace("_rlnMtfFileName", "_rlnImageDimensionality").Replace("mtf.star", "3"), "two-dimensional"),
                (Optics, "no particles"),
                ("data_x\n_a 1\n", "_rlnImageName"),
            })
        {
            Assert.Contains(message, Assert.Throws<InputException>(() => ParticleSet.Load(folder.Star("q.star", star))).Message);
        }
    }
}
