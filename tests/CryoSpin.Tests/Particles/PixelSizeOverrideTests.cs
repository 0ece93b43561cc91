using CryoSpin.IO.Npy;
using CryoSpin.IO.Pickle;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Particles.CryoDrgn;
using CryoSpin.Tests.Particles.CryoSparc;

namespace CryoSpin.Tests.Particles;

/// <summary>Another pixel size changes what was counted in pixels and written in angstrom by the one before.</summary>
public sealed class PixelSizeOverrideTests : IDisposable
{
    private const string Posed = "_rlnAngleRot #6\n_rlnAngleTilt #7\n_rlnAnglePsi #8\n_rlnOriginXAngst #9\n_rlnOriginYAngst #10\n";
    private readonly ParticleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Origins_of_a_star_file_stay_the_same_in_pixels()
    {
        _folder.Stack("a.mrcs", 1, 6);
        string star = _folder.Star("p.star", ParticleSetTests.Optics + Posed + "_rlnImagePixelSize #11\n1@a.mrcs 7 10000 9000 0 10 20 30 5 -2.5 2.5\n");
        ParticleSet set = ParticleSet.Load(star, new ParticleLoadOptions(5));
        Assert.Equal((10, -5), (set.Pose(0)!.Value.OriginXAngstrom, set.Pose(0)!.Value.OriginYAngstrom));
        Assert.Contains(set.Warnings, w => w.Contains("rlnOriginXAngst", StringComparison.Ordinal));

        // The file that is written says one thing, read without the option.
        string output = _folder.File("out.star");
        set.WriteStar(output, null);
        ParticleSet back = ParticleSet.Load(output);
        Assert.Equal((5, 10), (back.PixelSizeAngstrom, back.Pose(0)!.Value.OriginXAngstrom));
        Assert.Equal(10, ParticleSet.Load(output, new ParticleLoadOptions(5)).Pose(0)!.Value.OriginXAngstrom);
    }

    [Fact]
    public void A_magnification_is_corrected_with_the_pixel_size()
    {
        _folder.Stack("a.mrcs", 1, 6);
        string columns = "data_\nloop_\n_rlnImageName\n_rlnMagnification\n_rlnDetectorPixelSize\n_rlnAngleRot\n_rlnAngleTilt\n_rlnAnglePsi\n_rlnOriginX\n";
        ParticleSet set = ParticleSet.Load(_folder.Star("old.star", columns + "1@a.mrcs 10000 2.5 10 20 30 2\n"), new ParticleLoadOptions(5));
        Assert.Equal(10, set.Pose(0)!.Value.OriginXAngstrom);
        Assert.Equal(5000, set.Data.Particles.GetDouble("rlnMagnification", 0));
    }

    [Fact]
    public void Shifts_of_a_dataset_stay_the_same_in_pixels_of_the_images()
    {
        _folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable records = Records.Blob([11, 12, 13]);
        Records.AddAlignment(records, "alignments3D", [1, 0, 0, 0, 1, 0, 0, 0, 1], [1, -2, 0, 0, 0.5f, 4]);
        string input = CryoSparcReadingTests.Write(_folder, "p.cs", records), output = _folder.File("out.cs");
        ParticleSet set = ParticleSet.Load(input, new ParticleLoadOptions(5.9));
        // Of 5.9 angstrom where images had 2.95: two pixels of an image then as now.
        Assert.Equal(11.8, set.Pose(0)!.Value.OriginXAngstrom, 5);
        set.WriteCryoSparc(output, null);
        RecordTable written = NpyReader.ReadTable(output);
        Assert.Equal([11.8f, 11.8f, 11.8f], written.Doubles("alignments3D/psize_A").Select(v => (float)v));
        Assert.Equal(11.8, ParticleSet.Load(output).Pose(0)!.Value.OriginXAngstrom, 5);
    }

    [Fact]
    public void Poses_of_a_pickle_are_fractions_of_the_box_in_any_pixel_size()
    {
        string stack = _folder.Stack("a.mrcs", 2, 6, pixelSize: 2.5), poses = _folder.File("pose.pkl");
        PickleWriter.Write(poses, TypedArray.Of([1f, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, -1, 0, 0, 0, 0, 1], 2, 3, 3), TypedArray.Of([0.5f, 0, 0, 0.25f], 2, 2));
        ParticleSet set = CryoDrgnFiles.Load(stack, [poses], new ParticleLoadOptions(5));
        Assert.Equal((15, 7.5), (set.Pose(0)!.Value.OriginXAngstrom, set.Pose(1)!.Value.OriginYAngstrom));
    }

    [Fact]
    public void A_ctf_pickle_keeps_origins_in_pixels_and_what_it_does_not_speak_of()
    {
        _folder.Stack("a.mrcs", 1, 6);
        string optics = ParticleSetTests.Optics.Replace("_rlnMtfFileName #8", "_rlnMtfFileName #8\n_rlnCtfDataArePhaseFlipped #9\n_rlnBeamTiltX #10", StringComparison.Ordinal)
            .Replace("mtf.star", "mtf.star 1 0.5", StringComparison.Ordinal);
        string star = _folder.Star("p.star", optics + Posed + "1@a.mrcs 7 10000 9000 0 10 20 30 5 -2.5\n"), ctf = _folder.File("ctf.pkl");
        PickleWriter.Write(ctf, TypedArray.Of([6, 5, 1e4f, 9e3f, 0, 300, 2.7f, 0.1f, 0], 1, 9));
        ParticleSet set = CryoDrgnFiles.Load(star, [ctf]);
        Assert.Equal((5, 10), (set.PixelSizeAngstrom, set.Pose(0)!.Value.OriginXAngstrom));
        Assert.Equal((true, 0.5), (set.Optics(0).IsPhaseFlipped, set.Optics(0).BeamTiltXMilliradians));
        Assert.Equal("mtf.star", set.Data.Optics!.GetText("rlnMtfFileName", 0));
    }

    [Fact]
    public void Origins_in_pixels_outlive_a_ctf_pickle()
    {
        _folder.Stack("a.mrcs", 1, 6);
        string columns = "data_\nloop_\n_rlnImageName\n_rlnImagePixelSize\n_rlnAngleRot\n_rlnAngleTilt\n_rlnAnglePsi\n_rlnOriginX\n", ctf = _folder.File("ctf.pkl");
        PickleWriter.Write(ctf, TypedArray.Of([6, 2.5f, 1e4f, 9e3f, 0, 300, 2.7f, 0.1f, 0], 1, 9));
        ParticleSet set = CryoDrgnFiles.Load(_folder.Star("old.star", columns + "1@a.mrcs 2.5 10 20 30 2\n"), [ctf]);
        Assert.Equal(5, set.Pose(0)!.Value.OriginXAngstrom);
    }

    [Fact]
    public void Origins_without_a_pixel_size_are_told_to_stay()
    {
        _folder.Stack("a.mrcs", 1, 6, pixelSize: 1);
        string columns = "data_\nloop_\n_rlnImageName\n_rlnAngleRot\n_rlnAngleTilt\n_rlnAnglePsi\n_rlnOriginXAngst\n";
        ParticleSet set = ParticleSet.Load(_folder.Star("p.star", columns + "1@a.mrcs 10 20 30 2\n"), new ParticleLoadOptions(5));
        Assert.Equal(2, set.Pose(0)!.Value.OriginXAngstrom);
        Assert.Contains(set.Warnings, w => w.Contains("stay as they are", StringComparison.Ordinal));
    }

    [Fact]
    public void A_table_of_a_star_file_is_not_changed_where_the_pixel_size_is_the_stated_one()
    {
        _folder.Stack("a.mrcs", 1, 6);
        string star = _folder.Star("p.star", ParticleSetTests.Optics + Posed + "1@a.mrcs 7 10000 9000 0 10 20 30 5.0000001 -2.5\n");
        StarTable table = ParticleSet.Load(star, new ParticleLoadOptions(2.5)).Data.Particles;
        Assert.Equal("5.0000001", table.GetText("rlnOriginXAngst", 0));
    }
}
