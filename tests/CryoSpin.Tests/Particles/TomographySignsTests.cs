using CryoSpin.Diagnostics;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Npy;
using CryoSpin.Particles;
using CryoSpin.Validation;

namespace CryoSpin.Tests.Particles;

/// <summary>Subtomograms and stacks of tilts are refused by whatever sign there is; images with harmless columns are not.</summary>
public class TomographySignsTests
{
    [Theory]
    [InlineData("data_general\n_rlnTomoSubTomosAre2DStacks 1\n", "", "1@a.mrcs", "")]
    [InlineData("", "_rlnTomoName\n", "1@a.mrcs", "TS_01")]
    [InlineData("", "_rlnTomoVisibleFrames\n", "1@a.mrcs", "[1,1]")]
    [InlineData("data_optics\nloop_\n_rlnOpticsGroup\n_rlnTomoTiltSeriesPixelSize\n1 1.35\n", "", "1@a.mrcs", "")]
    [InlineData("data_optics\nloop_\n_rlnOpticsGroup\n_rlnImageDimensionality\n1 3\n", "", "1@a.mrcs", "")]
    [InlineData("", "_rlnImageDimensionality\n", "1@a.mrcs", "3")]
    [InlineData("", "_rlnCtfImage\n", "1@a.mrcs", "subtomo/ts_1_ctf.mrc")]
    [InlineData("", "_rlnCoordinateZ\n", "1@a.mrcs", "12.5")]
    [InlineData("", "_rlnOriginZ\n", "1@a.mrcs", "-1")]
    [InlineData("", "_rlnOriginZAngst\n", "1@a.mrcs", "0.5")]
    [InlineData("", "_rlnCenteredCoordinateZAngst\n", "1@a.mrcs", "100")]
    [InlineData("", "_wrpCoordinateZ1\n", "1@a.mrcs", "100")]
    [InlineData("", "_wrpSourceName\n", "1@a.mrcs", "TS_01.tomostar")]
    [InlineData("", "_rlnMicrographName\n", "one.mrcs", "TS_01.tomostar")]
    [InlineData("", "", "a.mrcs", "")]
    [InlineData("", "", "volume.mrc", "")]
    [InlineData("", "", "1@7_stack2d.mrcs", "")]
    public void Every_sign_refuses_the_file_and_fails_validation(string before, string column, string image, string value)
    {
        using ParticleFolder folder = Make();
        string star = Star(folder, before, column, image, value);
        InputException e = Assert.Throws<InputException>(() => ParticleSet.Load(star));
        Assert.Contains("subtomograms", e.What);
        Assert.Throws<InputException>(() => ParticleSet.Load(star, new ParticleLoadOptions(RequireImages: false)));
        Assert.Contains(
            ParticleValidation.Quick(star).Problems, p => p.Severity == Severity.Error && p.Found.Contains("subtomograms", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("_rlnCtfImage\n", "1@a.mrcs", "CtfFind/job3/mic.ctf:mrc")]
    [InlineData("_rlnCtfImage\n", "1@a.mrcs", "None")]
    [InlineData("_rlnOriginZ\n", "1@a.mrcs", "0.000000")]
    [InlineData("_rlnCoordinateZ\n", "1@a.mrcs", "0")]
    [InlineData("_rlnMicrographName\n", "1@a.mrcs", "TS_01.tomostar")]
    [InlineData("_rlnImageDimensionality\n", "1@a.mrcs", "2")]
    [InlineData("", "one.mrcs", "")]
    public void Images_of_single_particles_are_read(string column, string image, string value)
    {
        using ParticleFolder folder = Make();
        Assert.Empty(ParticleSet.Load(Star(folder, "", column, image, value)).Warnings);
    }

    [Fact]
    public void Tables_of_tomography_without_images_are_told_as_such()
    {
        using ParticleFolder folder = new();
        foreach (string column in new[] { "_rlnTomoName", "_wrpCoordinateX1" })
        {
            string star = folder.Star("p.star", $"data_particles\nloop_\n{column}\nx\n");
            // A block of that name counts as the particles whatever it has.
            Assert.Throws<InputException>(() => ParticleSet.Load(star));
            Assert.Contains(ParticleValidation.Quick(star).Problems, p => p.Remedy.Contains("tomography", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Volumes_are_refused_as_a_bare_stack_in_a_list_and_in_cryosparcs_files()
    {
        using ParticleFolder folder = Make();
        MrcWriter.WriteVolume(folder.File("volume2.mrc"), new float[216], 6, 6, 6, 2);
        Assert.Contains("map (a volume)", Fault(folder.File("volume.mrc")));
        Assert.Contains("map (a volume)", Fault(folder.Star("list.txt", "volume.mrc\nvolume2.mrc\n")));
        Assert.Contains("tilt images", Fault(folder.Star("tilts.txt", "7_stack2d.mrcs\n")));
        Assert.Contains("tilt images", Fault(folder.File("7_stack2d.mrcs")));
        RecordTable records = CryoSparc.Records.Blob([1, 2]);
        records.Set("blob/path", new TypedArray(["volume.mrc", "volume2.mrc"]));
        records.Set("blob/idx", TypedArray.Of([0u, 0u]));
        NpyWriter.Write(folder.File("p.cs"), records);
        Assert.Contains("each of the 2 files is a cube", Fault(folder.File("p.cs")));
        records.Set("blob/shape", TypedArray.Of([6u, 6, 6, 6, 6, 6], 2, 3));
        NpyWriter.Write(folder.File("q.cs"), records);
        Assert.Contains("volumes (subtomograms)", Fault(folder.File("q.cs")));
        // The same in a star file that gives every volume a number.
        Assert.Contains("cube", Fault(folder.Star("p.star", "data_\nloop_\n_rlnImageName\n_rlnPixelSize\n1@volume.mrc 2\n1@volume2.mrc 2\n")));
    }

    [Fact]
    public void A_stack_of_as_many_images_as_pixels_is_doubted_and_read()
    {
        using ParticleFolder folder = new();
        Assert.Contains("looks like a map", Assert.Single(ParticleSet.Load(folder.Stack("a.mrcs", 6, 6)).Warnings));
    }

    [Fact]
    public void The_first_image_of_every_stack_alone_is_doubted()
    {
        using ParticleFolder folder = new();
        for (int i = 0; i < 3; i++) folder.Stack($"s{i}.mrcs", 5, 6);
        string star = folder.Star("p.star", "data_\nloop_\n_rlnImageName\n_rlnPixelSize\n1@s0.mrcs 2.5\n1@s1.mrcs 2.5\n1@s2.mrcs 2.5\n");
        Assert.Contains("stacks of tilts", Assert.Single(ParticleSet.Load(star).Warnings));
    }

    private static ParticleFolder Make()
    {
        ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        folder.Stack("one.mrcs", 1, 6);
        folder.Stack("7_stack2d.mrcs", 3, 6);
        MrcWriter.WriteVolume(folder.File("volume.mrc"), new float[216], 6, 6, 6, 2.5);
        return folder;
    }

    private static string Star(ParticleFolder folder, string before, string column, string image, string value) => folder.Star(
        "p.star", $"{before}data_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n_rlnImagePixelSize\n{column}{image} 1 2.5 {value}\n");

    private static string Fault(string path) => Assert.Throws<InputException>(() => ParticleSet.Load(path)).What;
}
