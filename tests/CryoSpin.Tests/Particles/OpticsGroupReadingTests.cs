using CryoSpin.Diagnostics;
using CryoSpin.IO.Star;
using CryoSpin.Optics;
using CryoSpin.Particles;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.Particles;

public class OpticsGroupReadingTests
{
    private const string Columns = """
        data_optics
        loop_
        _rlnOpticsGroup
        _rlnOpticsGroupName
        _rlnVoltage
        _rlnSphericalAberration
        _rlnAmplitudeContrast
        _rlnImagePixelSize
        _rlnImageSize

        """;

    private const string Particles = """

        data_particles
        loop_
        _rlnImageName
        _rlnOpticsGroup
        _rlnDefocusU
        _rlnDefocusV
        _rlnDefocusAngle
        1@a.mrcs 1 10000 9000 12
        1@b.mrcs 2 10000 9000 12

        """;

    [Fact]
    public void Groups_keep_their_own_box_and_pixel_size()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 1, 6);
        folder.Stack("b.mrcs", 1, 8, start: 7);
        string star = folder.Star("p.star", Columns + "1 big 300 2.7 0.1 2.5 6\n2 small 300 2.7 0.1 1.25 8\n" + Particles);
        using ParticleSource source = ParticleSource.Open(star);
        Assert.Equal([(2.5, 6), (1.25, 8)], source.Set.OpticsGroups.Select(g => (g.PixelSizeAngstrom, g.BoxSize)));
        Assert.Equal((6, 2.5, false), (source.Set.BoxSize, source.Set.PixelSizeAngstrom, source.Set.HasOneGrid));
        float[] image = new float[64];
        source.ReadImage(1, image);
        Assert.Equal(7 + 63, image[63]);
        Assert.Throws<ArgumentException>(() => source.ReadImage(0, image));
        source.Set.WriteStar(folder.File("q.star"), null);
        Assert.Equal(source.Set.OpticsGroups, ParticleSet.Load(folder.File("q.star")).OpticsGroups);

        string wrong = folder.Star("w.star", Columns + "1 big 300 2.7 0.1 2.5 6\n2 small 300 2.7 0.1 1.25 6\n" + Particles);
        Assert.Contains("_rlnImageSize is 6 but", Assert.Throws<InputException>(() => ParticleSet.Load(wrong)).What);
    }

    [Fact]
    public void Boxes_that_no_table_tells_come_from_each_stack()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 2, 6, pixelSize: 2);
        folder.Stack("b.mrcs", 1, 7, pixelSize: 2);
        string star = folder.Star(
            "p.star", "data_\nloop_\n_rlnImageName\n_rlnImagePixelSize\n1@a.mrcs 2\n1@b.mrcs 2\n2@a.mrcs 2\n");
        using ParticleSource source = ParticleSource.Open(star);
        Assert.Equal([6, 7, 6], Enumerable.Range(0, 3).Select(i => source.Set.Optics(i).BoxSize));
        Assert.Contains("7 pixels wide", Assert.Single(source.Warnings));
        Assert.False(source.Set.HasOneGrid);
        source.Set.WriteStar(folder.File("q.star"), null);
        Assert.Equal([6, 7], StarFile.Read(folder.File("q.star")).Get("optics").GetInt32s("rlnImageSize"));
    }

    [Fact]
    public void Aberrations_magnification_and_flags_are_read()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 1, 6);
        folder.Stack("b.mrcs", 1, 6);
        string extra = """
            _rlnBeamTiltX
            _rlnBeamTiltY
            _rlnMagMat00
            _rlnMagMat01
            _rlnMagMat10
            _rlnMagMat11
            _rlnCtfDataAreCtfPremultiplied
            _rlnCtfDataArePhaseFlipped
            _rlnOddZernike
            _rlnEvenZernike
            1 one 300 2.7 0.1 2.5 6 0.5 -0.25 1.01 0.002 0.003 0.99 1 0 [1.5,0,-2] [0,0]
            2 two 300 2.7 0.1 2.5 6 0 0 1 0 0 1 0 1 [] [1e-1]

            """;
        ParticleSet set = ParticleSet.Load(folder.Star("p.star", Columns + extra + Particles));
        OpticsGroup one = set.Optics(0), two = set.Optics(1);
        Assert.Equal((0.5, -0.25), (one.BeamTiltXMilliradians, one.BeamTiltYMilliradians));
        Assert.Equal((true, false), (one.IsPremultiplied, one.IsPhaseFlipped));
        Assert.Equal(new MagnificationMatrix(1.01, 0.002, 0.003, 0.99), one.Magnification);
        Assert.Equal([1.5, 0, -2], one.OddZernike!);
        Assert.Null(one.EvenZernike);
        Assert.Equal((0.0, true), (two.BeamTiltXMilliradians, two.Magnification.IsIdentity));
        Assert.Equal((false, true), (two.IsPremultiplied, two.IsPhaseFlipped));
        Assert.Null(two.OddZernike);
        Assert.Equal([0.1], two.EvenZernike!);
        InputException e = Assert.Throws<InputException>(() => ParticleSet.Load(
            folder.Star("q.star", (Columns + extra + Particles).Replace("[1.5,0,-2]", "[1.5,x]"))));
        Assert.Contains("_rlnOddZernike", e.Where);
    }

    [Fact]
    public void Beam_tilts_in_the_rows_of_older_files_make_groups_and_go_to_the_optics_table()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        string star = folder.Star("p.star", """
            data_
            loop_
            _rlnImageName
            _rlnImagePixelSize
            _rlnBeamTiltX
            _rlnBeamTiltY
            1@a.mrcs 2 0.5 0.25
            2@a.mrcs 2 0 0
            3@a.mrcs 2 0.5 0.25

            """);
        ParticleSet set = ParticleSet.Load(star);
        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(set.OpticsGroupOf));
        set.WriteStar(folder.File("q.star"), null);
        StarTable optics = StarFile.Read(folder.File("q.star")).Get("optics");
        Assert.Equal([0.5, 0], optics.GetDoubles("rlnBeamTiltX"));
        Assert.Equal([0.25, 0], optics.GetDoubles("rlnBeamTiltY"));
    }

    [SharedFact("data/B_particles/cryodrgn/relion31.6opticsgroups.star")]
    public void Six_groups_of_a_real_project_are_read_with_their_aberrations()
    {
        string star = SharedData.Path("data/B_particles/cryodrgn/relion31.6opticsgroups.star");
        ParticleSet set = ParticleSet.Load(star, new ParticleLoadOptions(RequireImages: false));
        Assert.Equal(6, StarFile.Read(star).Get("optics").RowCount);
        Assert.Equal([1.24, 1.25], set.OpticsGroups.Select(g => g.PixelSizeAngstrom).Distinct().Order());
        OpticsGroup first = set.OpticsGroups.Single(g => g.Name == "opticsGroup5");
        Assert.Equal((0.657334, 0.884982, 196), (first.BeamTiltXMilliradians, first.BeamTiltYMilliradians, first.BoxSize));
        Assert.Equal(new MagnificationMatrix(1.011472, 0.004231, 0.004560, 1.008858), first.Magnification);
        Assert.Equal((6, 1.70554063513), (first.OddZernike!.Count, first.OddZernike[0]));
        Assert.Equal((9, 10.2031413351), (first.EvenZernike!.Count, first.EvenZernike[8]));
    }

    [SharedFact("data/B_particles/aspire/sample_particles_relion30.star", "data/B_particles/aspire_sample.mrcs")]
    public void The_same_particles_in_two_versions_of_relion_are_the_same_set()
    {
        // The stars name sample.mrcs; the stack lies elsewhere under another name.
        using ParticleFolder folder = new();
        File.Copy(SharedData.Path("data/B_particles/aspire_sample.mrcs"), folder.File("sample.mrcs"));
        ParticleSet[] sets = [.. new[] { "relion30", "relion31" }.Select(v => ParticleSet.Load(
            SharedData.Path($"data/B_particles/aspire/sample_particles_{v}.star"), new ParticleLoadOptions(DataDirectory: folder.Path)))];
        ParticleSet old = sets[0], modern = sets[1];
        // The newer file was made by hand: its pixel size is rounded, its origins keep the numbers in another unit, and the text of
        // row 15 has another pose.
        const int other = 14;
        Assert.Equal((17, 200, 1.338000027), (old.Count, old.BoxSize, old.PixelSizeAngstrom));
        Assert.Equal((17, 200, 1.4), (modern.Count, modern.BoxSize, modern.PixelSizeAngstrom));
        for (int i = 0; i < 17; i++)
        {
            Assert.Equal(old.ImageIndex(i), modern.ImageIndex(i));
            Assert.Equal(old.Ctf(i), modern.Ctf(i));
            Assert.Equal(old.RandomSubset(i), modern.RandomSubset(i));
            if (i == other) continue;
            Assert.InRange(old.Pose(i)!.Value.Rotation.AngleToDegrees(modern.Pose(i)!.Value.Rotation), 0, 1e-4);
            Assert.Equal(old.Pose(i)!.Value.OriginXAngstrom, 1.338 * modern.Pose(i)!.Value.OriginXAngstrom, 4);
            Assert.Equal(old.Pose(i)!.Value.OriginYAngstrom, 1.338 * modern.Pose(i)!.Value.OriginYAngstrom, 4);
        }
        // Our own conversion of the older file says the same in the newer form.
        string converted = folder.File("converted.star");
        old.WriteStar(converted, null);
        ParticleSet again = ParticleSet.Load(converted);
        Assert.Equal(old.PixelSizeAngstrom, again.PixelSizeAngstrom, 6);
        for (int i = 0; i < 17; i++)
        {
            Assert.Equal((old.Ctf(i), old.RandomSubset(i), old.ImageIndex(i)), (again.Ctf(i), again.RandomSubset(i), again.ImageIndex(i)));
            Assert.InRange(old.Pose(i)!.Value.Rotation.AngleToDegrees(again.Pose(i)!.Value.Rotation), 0, 1e-5);
            Assert.Equal(old.Pose(i)!.Value.OriginXAngstrom, again.Pose(i)!.Value.OriginXAngstrom, 6);
        }
    }
}
