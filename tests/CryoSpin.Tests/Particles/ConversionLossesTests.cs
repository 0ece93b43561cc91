using CryoSpin.IO.Npy;
using CryoSpin.Particles;
using CryoSpin.Tests.Particles.CryoSparc;

namespace CryoSpin.Tests.Particles;

public sealed class ConversionLossesTests : IDisposable
{
    private readonly ParticleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rlnCtfDataArePhaseFlipped", "1", ParticleForm.CryoSparc, "phase-flipped")]
    [InlineData("rlnCtfDataArePhaseFlipped", "1", ParticleForm.CryoDrgn, "phase-flipped")]
    [InlineData("rlnCtfDataAreCtfPremultiplied", "1", ParticleForm.CryoSparc, "CTF-premultiplied")]
    [InlineData("rlnCtfDataAreCtfPremultiplied", "1", ParticleForm.CryoDrgn, "CTF-premultiplied")]
    [InlineData("rlnEvenZernike", "[0,0,1]", ParticleForm.CryoSparc, "rlnEvenZernike")]
    [InlineData("rlnOddZernike", "[0,0,1]", ParticleForm.CryoDrgn, "higher aberrations")]
    [InlineData("rlnCtfScalefactor", "0.9", ParticleForm.CryoDrgn, "scale factor")]
    [InlineData("rlnCtfBfactor", "50", ParticleForm.CryoDrgn, "B-factor")]
    [InlineData("rlnBeamTiltX", "0.5", ParticleForm.CryoDrgn, "beam tilt")]
    [InlineData("rlnMagMat00", "1.01", ParticleForm.CryoDrgn, "anisotropic magnification")]
    [InlineData("rlnRandomSubset", "1", ParticleForm.CryoDrgn, "rlnRandomSubset")]
    [InlineData("rlnMicrographName", "m.mrc", ParticleForm.CryoSparc, "rlnMicrographName")]
    [InlineData("rlnGroupName", "g", ParticleForm.CryoSparc, "rlnGroupName")]
    [InlineData("rlnHelicalTubeID", "1", ParticleForm.CryoSparc, "rlnHelicalTubeID")]
    [InlineData("csparcSign", "-1", ParticleForm.Relion, "dark on light")]
    [InlineData("csparcSign", "-1", ParticleForm.CryoDrgn, "dark on light")]
    public void A_property_that_the_target_cannot_say_gets_a_line(string column, string value, ParticleForm form, string said)
    {
        Assert.DoesNotContain(ConversionLosses.Of(Set("rlnPhaseShift", "10"), form), l => l.Contains(said, StringComparison.Ordinal));
        Assert.Contains(ConversionLosses.Of(Set(column, value), form), l => l.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_all_said_has_no_lines()
    {
        ParticleSet set = Set("rlnPhaseShift", "10");
        Assert.Empty(ConversionLosses.Of(set, ParticleForm.Relion));
        Assert.Empty(ConversionLosses.Of(set, ParticleForm.CryoDrgn));
        // The optics groups of this file have names and a detector's curve of their own.
        Assert.Contains("rlnOpticsGroupName, rlnMtfFileName", Assert.Single(ConversionLosses.Of(set, ParticleForm.CryoSparc)));
    }

    [Fact]
    public void Pickles_of_some_of_the_images_do_not_go_with_the_stack()
    {
        _folder.Stack("a.mrcs", 2, 6);
        string star = _folder.Star("p.star", ParticleSetTests.Optics + "2@a.mrcs 7 10000 9000 0\n");
        Assert.Contains("one row for each particle", Assert.Single(ConversionLosses.Of(ParticleSet.Load(star), ParticleForm.CryoDrgn)));
    }

    [Fact]
    public void Places_in_micrographs_go_to_relion_and_back()
    {
        _folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable records = Records.Blob([11, 12, 13]);
        records.Set("location/micrograph_path", new TypedArray([">J0/m1.mrc", "J0/m1.mrc", "J0/m2.mrc"]));
        records.Set("location/micrograph_shape", TypedArray.Of([400u, 500, 400, 500, 400, 500], 3, 2));
        records.Set("location/center_x_frac", TypedArray.Of([0.1f, 0.5f, 0.9f]));
        records.Set("location/center_y_frac", TypedArray.Of([0.2f, 0.25f, 0.75f]));
        records.Set("location/micrograph_psize_A", Records.Floats(3, _ => 1.5f));
        records.Set("pick_stats/ncc_score", TypedArray.Of([0.5f, 0.25f, 0.125f]));
        records.Set("motion/path", new TypedArray(["a", "b", "c"]));
        ParticleSet set = ParticleSet.Load(CryoSparcReadingTests.Write(_folder, "p.cs", records));
        Assert.Contains("motion", Assert.Single(ConversionLosses.Of(set, ParticleForm.Relion)));

        string star = _folder.File("p.star"), back = _folder.File("back.cs");
        set.WriteStar(star, null);
        ParticleSet read = ParticleSet.Load(star);
        Assert.Equal(["J0/m1.mrc", "J0/m1.mrc", "J0/m2.mrc"], read.Data.Particles.GetTexts("rlnMicrographName"));
        Assert.Equal([50, 250, 450], read.Data.Particles.GetDoubles("rlnCoordinateX"));
        Assert.Equal([80, 100, 300], read.Data.Particles.GetDoubles("rlnCoordinateY"));
        Assert.Equal([0.5, 0.25, 0.125], read.Data.Particles.GetDoubles("rlnAutopickFigureOfMerit"));
        Assert.Equal(1.5, read.Data.Optics!.GetDouble("rlnMicrographPixelSize", 0));

        read.WriteCryoSparc(back, null);
        RecordTable written = NpyReader.ReadTable(back);
        foreach (string field in new[] { "location/micrograph_shape", "location/center_x_frac", "location/center_y_frac", "location/micrograph_psize_A" })
        {
            Assert.Equal(records.Find(field)!.ToTexts(), written.Find(field)!.ToTexts());
        }
        Assert.Equal(["J0/m1.mrc", "J0/m1.mrc", "J0/m2.mrc"], written.Texts("location/micrograph_path"));
        Assert.Empty(ConversionLosses.Of(read, ParticleForm.CryoSparc));
    }

    private ParticleSet Set(string column, string value)
    {
        _folder.Stack("a.mrcs", 2, 6);
        string rows = $"1@a.mrcs 7 10000 9000 0 {value}\n2@a.mrcs 7 10000 9000 0 {value}\n";
        return ParticleSet.Load(_folder.Star("p.star", ParticleSetTests.Optics + $"_{column} #6\n" + rows));
    }
}
