using CryoSpin.Geometry;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Tests.Particles;

public sealed class PoseColumnsTests : IDisposable
{
    private const string Columns = ParticleSetTests.Optics + "_rlnAngleRot #6\n_rlnAngleTilt #7\n_rlnAnglePsi #8\n_rlnOriginXAngst #9\n_rlnOriginYAngst #10\n";
    private const string Ctf = "7 10000 9000 0";
    private readonly ParticleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-999 -999 -999 0 0")]
    [InlineData("10 -999 30 0 0")]
    [InlineData("10 20 30 -999 0")]
    public void Minus_999_means_that_a_particle_has_no_pose(string row)
    {
        ParticleSet set = Set("30 60 45 1 2", row, "31 61 46 1 2");
        Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(i => set.Pose(i) is null));
        Assert.Contains(set.Warnings, w => w.Contains("1 of 3 particles has no pose", StringComparison.Ordinal));
    }

    [Fact]
    public void Angles_of_0_in_several_rows_are_none_and_in_one_row_a_view()
    {
        Assert.NotNull(Set("30 60 45 1 2", "0 0 0 0 0").Pose(1));
        ParticleSet set = Set("30 60 45 1 2", "0 0 0 0 0", "0 0 0 1 2");
        Assert.Equal([false, true, true], Enumerable.Range(0, 3).Select(i => set.Pose(i) is null));
        Assert.False(Set("0 0 0 0 0", "0 0 0 0 0").HasPoses);
    }

    [Fact]
    public void Angles_of_a_2d_classification_are_no_poses()
    {
        ParticleSet set = Set("0 0 45 1 2", "0 0 -45 1 2", "0 0 0 0 0");
        Assert.False(set.HasPoses);
        Assert.Contains(set.Warnings, w => w.Contains("2D classification", StringComparison.Ordinal));
    }

    [Fact]
    public void A_particle_without_a_pose_is_written_so_that_it_has_none_again()
    {
        ParticleSet set = Set("30 60 45 1 2", "-999 -999 -999 0 0");
        string star = _folder.File("out.star"), dataset = _folder.File("out.cs");
        set.WriteStar(star, null);
        set.WriteCryoSparc(dataset, null);
        Assert.Equal([false, true], Posed(star));
        Assert.Equal([false, true], Posed(dataset));

        bool[] Posed(string path)
        {
            ParticleSet back = ParticleSet.Load(path);
            return [back.Pose(0) is null, back.Pose(1) is null];
        }
    }

    [Fact]
    public void New_poses_leave_nothing_of_the_alignment_before()
    {
        string[] old = ["rlnAngleTiltPrior", "rlnAnglePsiPrior", "rlnAnglePsiFlipRatio", "rlnNormCorrection", "rlnMaxValueProbDistribution", "rlnClassNumber"];
        ParticleSet set = WithColumns(old, "30 60 45 1 2 90 10 0.5 0.9 0.7 3", "31 61 46 1 2 90 11 0.5 0.8 0.6 1");
        string path = _folder.File("new.star");
        set.WriteStar(path, [.. Enumerable.Range(0, 2).Select(i => new Pose(new EulerAngles(i, 20, 30).ToRotation(), 0, 0))]);
        StarTable table = StarFile.Read(path).Get("particles");
        Assert.All(old, column => Assert.False(table.Has(column), column));
        Assert.True(table.Has("rlnDefocusU"));
    }

    // The mirror along z makes (rot, tilt, psi) to (rot + 180, tilt, psi + 180).
    [Fact]
    public void Priors_follow_the_frame_and_what_belongs_to_the_images_stays()
    {
        ParticleSet set = WithColumns(["rlnAngleTiltPrior", "rlnAnglePsiPrior", "rlnNormCorrection", "rlnClassNumber"], "30 60 45 1 2 85 10 0.9 3");
        string path = _folder.File("mirrored.star");
        set.WriteStarChanged(path, p => p with { Rotation = p.Rotation.FlipHand() });
        StarTable table = StarFile.Read(path).Get("particles");
        Assert.Equal(85, table.GetDouble("rlnAngleTiltPrior", 0), 5);
        Assert.Equal(-170, table.GetDouble("rlnAnglePsiPrior", 0), 5);
        Assert.Equal((0.9, 3), (table.GetDouble("rlnNormCorrection", 0), table.GetInt32("rlnClassNumber", 0)));
    }

    [Fact]
    public void Half_sets_that_cannot_be_used_are_drawn_and_told()
    {
        Assert.Equal([1, 2], HalfSetSplit.Of(WithColumns(["rlnRandomSubset"], "30 60 45 1 2 1", "31 60 45 1 2 2"), out string? note)!);
        Assert.Null(note);
        Assert.Null(HalfSetSplit.Of(WithColumns(["rlnRandomSubset"], "30 60 45 1 2 1", "31 60 45 1 2 1"), out note));
        Assert.Contains("2 particles into half-set 1 and 0 into half-set 2", note);
        Assert.Null(HalfSetSplit.Of(WithColumns(["rlnRandomSubset"], "30 60 45 1 2 1", "31 60 45 1 2 0"), out note));
        Assert.Contains("row 2", note);
        Assert.Contains("_rlnRandomSubset is 0", note);
    }

    private ParticleSet Set(params string[] rows) => WithColumns([], rows);

    private ParticleSet WithColumns(string[] further, params string[] rows)
    {
        _folder.Stack("a.mrcs", rows.Length, 6);
        string names = string.Concat(further.Select(c => $"_{c}\n"));
        string table = string.Join('\n', rows.Select((r, i) => FormattableString.Invariant($"{i + 1}@a.mrcs {Ctf} {r}")));
        return ParticleSet.Load(_folder.Star("p.star", Columns + names + table + "\n"));
    }
}
