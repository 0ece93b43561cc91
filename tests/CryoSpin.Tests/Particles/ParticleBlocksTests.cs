using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Validation;

namespace CryoSpin.Tests.Particles;

/// <summary>No part of a star file is left unread without a word.</summary>
public class ParticleBlocksTests
{
    private const string Optics = "data_optics\nloop_\n_rlnOpticsGroup\n_rlnImagePixelSize\n1 2.5\n";
    private const string Particles = "data_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n1@a.mrcs 1\n2@a.mrcs 1\n";

    [Theory]
    [InlineData(Optics + Particles + Optics + Particles, "data_particles", "line 21")]
    [InlineData(Optics + Optics + Particles, "data_optics", "line 10")]
    [InlineData("data_\nloop_\n_rlnImageName\n1@a.mrcs\ndata_\nloop_\n_rlnImageName\n2@a.mrcs\n", "data_", "line 8")]
    public void A_repeated_block_is_refused_by_name_and_place(string text, string block, string where)
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        string star = folder.Star("p.star", text);
        InputException e = Assert.Throws<InputException>(() => ParticleSet.Load(star));
        Assert.Contains($"second block {block};", e.What);
        Assert.Contains(where, e.Where);
        Assert.Contains(ParticleValidation.Quick(star).Problems, p => p.Severity == Severity.Error && p.Found == e.What);
    }

    [Fact]
    public void Another_block_that_names_images_is_told()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        string star = folder.Star("p.star", Optics + Particles + "data_images\nloop_\n_rlnImageName\n3@a.mrcs\n");
        ParticleSet set = ParticleSet.Load(star);
        Assert.Equal(2, set.Count);
        Assert.Contains("data_images names images too; its 1 row is not read", Assert.Single(set.Warnings));
    }

    [Theory]
    [InlineData("Created by a script\n")]
    [InlineData("loop_\n_rlnA\n1\n\n")]
    [InlineData("_rlnA 1\n")]
    public void What_stands_before_the_first_block_is_skipped_and_told(string text)
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        ParticleSet set = ParticleSet.Load(folder.Star("p.star", text + Optics + Particles));
        Assert.Equal(2, set.Count);
        Assert.Contains("line 1: text before the first data_ block is skipped", Assert.Single(set.Warnings));
    }

    [Fact]
    public void Origins_in_pixels_beside_an_optics_table_are_read_and_told()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 3, 6);
        const string columns = "_rlnAngleRot\n_rlnAngleTilt\n_rlnAnglePsi\n_rlnOriginX\n_rlnOriginY\n";
        string table = "data_particles\nloop_\n_rlnImageName\n_rlnOpticsGroup\n" + columns + "1@a.mrcs 1 0 0 0 2 -4\n";
        ParticleSet set = ParticleSet.Load(folder.Star("p.star", Optics + table));
        Assert.Equal((5, -10), (set.Pose(0)!.Value.OriginXAngstrom, set.Pose(0)!.Value.OriginYAngstrom));
        Assert.Equal(2, set.Warnings.Count);
        Assert.All(set.Warnings, w => Assert.Contains("beside data_optics", w));
    }
}
