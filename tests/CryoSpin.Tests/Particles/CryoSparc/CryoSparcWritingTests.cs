using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Particles.CryoDrgn;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.Particles.CryoSparc;

public class CryoSparcWritingTests
{
    [Fact]
    public void A_star_file_goes_through_a_dataset_and_back_unharmed()
    {
        using ParticleFolder folder = new();
        folder.Stack("sub/a.mrcs", 4, 6);
        string star = folder.Star("in.star", ParticleSetTests.Optics + """
            _rlnPhaseShift #6
            _rlnCtfBfactor #7
            _rlnCtfScalefactor #8
            _rlnRandomSubset #9
            1@sub/a.mrcs 7 10000.25 9000.5 12.5 90 50 0.5 1
            2@sub/a.mrcs 3 11000 10000 -5 0 0 1 2
            3@sub/a.mrcs 3 12000 11000 179 10.125 0 1 1
            4@sub/a.mrcs 7 12000 11000 0 0 0 1 2
            """);
        // The identity, half a turn, nearly half a turn, and something common.
        Pose[] poses =
        [
            new(Rotation.Identity, 0, 0), new(new EulerAngles(0, 180, 0).ToRotation(), 1.5, -2.25),
            new(So3.Exp(new RotationVector(0, Math.PI - 1e-7, 0)), -30.125, 12), new(new EulerAngles(30, 60, 45).ToRotation(), 7.375, 0.0625),
        ];
        ParticleSet input = ParticleSet.Load(star);
        string posed = folder.File("posed.star"), dataset = folder.File("out/p.cs"), back = folder.File("back.star");
        input.WriteStar(posed, poses);

        ParticleSet.Load(posed).WriteCryoSparc(dataset, null);
        ParticleSet.Load(dataset).WriteStar(back, null);

        ParticleSet before = ParticleSet.Load(posed), after = ParticleSet.Load(back);
        for (int i = 0; i < 4; i++)
        {
            Pose expected = before.Pose(i)!.Value, found = after.Pose(i)!.Value;
            Assert.InRange(found.Rotation.AngleToDegrees(expected.Rotation), 0, 3e-5);
            Assert.Equal(expected.OriginXAngstrom, found.OriginXAngstrom, 5);
            Assert.Equal(expected.OriginYAngstrom, found.OriginYAngstrom, 5);
            Assert.Equal(before.RandomSubset(i), after.RandomSubset(i));
            Assert.Equal(before.ImageIndex(i), after.ImageIndex(i));
            Assert.Equal(Path.GetFullPath(before.ImagePath(i)), Path.GetFullPath(after.ImagePath(i)));
            CryoSpin.Optics.CtfParameters a = before.Ctf(i)!.Value, b = after.Ctf(i)!.Value;
            Assert.Equal((a.DefocusUAngstrom, a.DefocusVAngstrom, a.BFactorAngstromSquared, a.Scale),
                (b.DefocusUAngstrom, b.DefocusVAngstrom, b.BFactorAngstromSquared, b.Scale));
            Assert.Equal(a.AstigmatismAngleDegrees, b.AstigmatismAngleDegrees, 5);
            Assert.Equal(a.PhaseShiftDegrees, b.PhaseShiftDegrees, 5);
            Assert.Equal(before.Optics(i) with { Name = "" }, after.Optics(i) with { Name = "" });
        }
        Assert.Equal(0, after.OpticsGroupOf(3));
    }

    [Fact]
    public void A_new_dataset_has_what_cryosparc_imports()
    {
        using ParticleFolder folder = new();
        folder.Stack("sub/a.mrcs", 2, 6);
        string star = folder.Star("in.star", ParticleSetTests.Optics + "2@sub/a.mrcs 7 10000 9000 180\n1@sub/a.mrcs 3 11000 10000 -5\n");
        Pose[] poses = [new(new EulerAngles(0, 0, 90).ToRotation(), 5, -2.5), new(Rotation.Identity, 0, 0)];
        string path = folder.File("out/p.cs");

        ParticleSet.Load(star).WriteCryoSparc(path, poses, [2, 1]);

        RecordTable t = NpyReader.ReadTable(path);
        Assert.Equal(
            [
                "uid <u8", "blob/path |S13", "blob/idx <u4", "blob/shape <u4 2", "blob/psize_A <f4", "blob/sign <f4", "blob/import_sig <u8",
                "ctf/type |S8", "ctf/exp_group_id <u4", "ctf/accel_kv <f4", "ctf/cs_mm <f4", "ctf/amp_contrast <f4", "ctf/df1_A <f4",
                "ctf/df2_A <f4", "ctf/df_angle_rad <f4", "ctf/phase_shift_rad <f4", "ctf/scale <f4", "ctf/scale_const <f4",
                "ctf/shift_A <f4 2", "ctf/tilt_A <f4 2", "ctf/trefoil_A <f4 2", "ctf/tetra_A <f4 4", "ctf/anisomag <f4 4", "ctf/bfactor <f4",
                "alignments3D/split <u4", "alignments3D/shift <f4 2", "alignments3D/pose <f4 3", "alignments3D/psize_A <f4",
            ],
            t.Columns.Take(28).Select(c => $"{c} {t.Find(c)!.Element.Code}{(t.Find(c)!.Width > 1 ? $" {t.Find(c)!.Width}" : "")}"));
        Assert.Equal(["../sub/a.mrcs", "../sub/a.mrcs"], t.Texts("blob/path"));
        Assert.Equal([1, 0], t.Doubles("blob/idx"));
        Assert.Equal([6, 6, 6, 6], t.Doubles("blob/shape", 2));
        Assert.Equal([1, 1], t.Doubles("blob/sign"));
        Assert.Equal((float)Math.PI, t.Doubles("ctf/df_angle_rad")[0]);
        Assert.Equal([1, 0], t.Doubles("alignments3D/split"));
        // Angstrom over 2.5 angstrom per pixel; A = Rz(-90) is exp([pose]x)^T with pose +90 about z.
        Assert.Equal([2, -1, 0, 0], t.Doubles("alignments3D/shift", 2));
        Assert.Equal([0, 0, Math.PI / 2, 0, 0, 0], t.Doubles("alignments3D/pose", 3).Select(v => Math.Round(v, 6)), Close);
        string[] uids = t.Find("uid")!.ToTexts();
        Assert.Equal(2, uids.Distinct().Count());

        ParticleSet.Load(star).WriteCryoSparc(path, null);
        Assert.Equal(uids, NpyReader.ReadTable(path).Find("uid")!.ToTexts());
        Assert.False(NpyReader.ReadTable(path).Has("alignments3D/pose"));
    }

    [Fact]
    public void Every_field_of_the_input_is_kept_and_only_poses_are_replaced()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        ulong[] uids = [9, 8, ulong.MaxValue];
        RecordTable records = Records.Blob(uids, sign: -1);
        records.Set("location/micrograph_path", new TypedArray(["m1", "m2", "m3"]));
        Records.AddAlignment(records, "alignments3D", [1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1]);
        records.Set("alignments3D/error", TypedArray.Of([7f, 8, 9]));
        string input = CryoSparcReadingTests.Write(folder, "p.cs", records), same = folder.File("same.cs"), path = folder.File("new.cs");
        ParticleSet set = ParticleSet.Load(input);

        set.WriteCryoSparc(same, null);
        set.WriteCryoSparc(path, [.. Enumerable.Range(0, 3).Select(i => new Pose(Rotation.Identity, 2.95 * i, 0))], [2, 2, 1]);

        Assert.Equal(File.ReadAllBytes(input), File.ReadAllBytes(same));
        RecordTable t = NpyReader.ReadTable(path);
        Assert.Equal(records.Columns, t.Columns.Take(records.Columns.Count));
        foreach (string column in records.Columns.Where(c => !c.StartsWith("alignments3D", StringComparison.Ordinal)))
        {
            Assert.Equal(records.Find(column)!.ToTexts(), t.Find(column)!.ToTexts());
        }
        Assert.Equal([1, 1, 0], t.Doubles("alignments3D/split"));
        // Not exactly 0, which would say that the particles have no pose.
        Assert.All(t.Doubles("alignments3D/pose", 3), v => Assert.InRange(v, 0, 1e-6));
        Assert.True(ParticleSet.Load(path, new ParticleLoadOptions(DataDirectory: folder.Path)).HasPoses);
        Assert.Equal([0, 0, 1, 0, 2, 0], t.Doubles("alignments3D/shift", 2));
        Assert.Equal([2.95f, 2.95f, 2.95f], t.Doubles("alignments3D/psize_A").Select(v => (float)v));
    }

    [Fact]
    public void New_poses_leave_no_poses_of_classes_beside_them_and_a_turn_leaves_the_rest()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable records = Records.Blob([9, 8, 7]);
        Records.AddAlignment(records, "alignments3D", [1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1]);
        records.Set("alignments3D/error", TypedArray.Of([7f, 8, 9]));
        records.Set("alignments3D/class_posterior", TypedArray.Of([0.25f, 0.5f, 1]));
        Records.AddAlignment(records, "alignments_class_0", [1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1]);
        Records.AddAlignment(records, "alignments2D", [1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1]);
        ParticleSet set = ParticleSet.Load(CryoSparcReadingTests.Write(folder, "p.cs", records));
        string path = folder.File("new.cs");

        set.WriteCryoSparc(path, [.. Enumerable.Range(1, 3).Select(i => new Pose(new EulerAngles(i, 20, 30).ToRotation(), 0, 0))]);
        RecordTable found = NpyReader.ReadTable(path);
        Assert.DoesNotContain(found.Columns, c => c.StartsWith("alignments_class", StringComparison.Ordinal));
        Assert.True(found.Has("alignments2D/pose"));
        Assert.Equal([0, 0, 0], found.Doubles("alignments3D/error"));

        set.WriteCryoSparcChanged(path, p => p with { Rotation = p.Rotation.FlipHand() });
        RecordTable turned = NpyReader.ReadTable(path);
        Assert.DoesNotContain(turned.Columns, c => c.StartsWith("alignments_class", StringComparison.Ordinal));
        Assert.Equal([7, 8, 9], turned.Doubles("alignments3D/error"));
        Assert.Equal([0.25, 0.5, 1], turned.Doubles("alignments3D/class_posterior"));
        Assert.Equal([0, 1, 0], turned.Doubles("alignments3D/split"));
        Rotation expected = set.Pose(0)!.Value.Rotation.FlipHand();
        Assert.InRange(ParticleSet.Load(path).Pose(0)!.Value.Rotation.AngleToDegrees(expected), 0, 1e-4);
    }

    [Fact]
    public void Half_sets_that_are_none_are_no_split_and_classes_are_carried()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 2, 6);
        string columns = ParticleSetTests.Optics + "_rlnAngleRot #6\n_rlnAngleTilt #7\n_rlnAnglePsi #8\n_rlnRandomSubset #9\n_rlnClassNumber #10\n";
        string star = folder.Star("p.star", columns + "1@a.mrcs 7 10000 9000 0 10 20 30 2 3\n2@a.mrcs 7 10000 9000 0 11 20 30 0 1\n");
        ParticleSet.Load(star).WriteCryoSparc(folder.File("p.cs"), null);
        RecordTable table = NpyReader.ReadTable(folder.File("p.cs"));
        Assert.Equal([0, 0], table.Doubles("alignments3D/split"));
        Assert.Equal([2, 0], table.Doubles("alignments3D/class"));
    }

    [Fact]
    public void A_number_that_single_precision_cannot_hold_is_refused()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 1, 6);
        string columns = ParticleSetTests.Optics + "_rlnAngleRot #6\n_rlnAngleTilt #7\n_rlnAnglePsi #8\n_rlnOriginXAngst #9\n";
        ParticleSet set = ParticleSet.Load(folder.Star("p.star", columns + "1@a.mrcs 7 10000 9000 0 10 20 30 1e308\n"));
        Assert.Contains("row 1", Assert.Throws<InputException>(() => set.WriteCryoSparc(folder.File("p.cs"), null)).Message);
        Assert.Throws<InputException>(() => CryoDrgnFiles.WritePoses(set, folder.File("p.pkl")));
    }

    [Fact]
    public void Stacks_called_mrc_are_named_so_that_relion_reads_them()
    {
        using ParticleFolder folder = new();
        string stack = folder.Stack("J1/extract/a.mrc", 3, 6);
        ParticleSet set = ParticleSet.Load(CryoSparcReadingTests.Write(folder, "J2/p.cs", Records.Blob([1, 2, 3])));
        string path = folder.File("out/p.star");
        set.WriteStar(path, null);
        Assert.Equal("000001@../J1/extract/a.mrc:mrcs", StarFile.Read(path).Get("particles").GetText("rlnImageName", 0));
        Assert.Equal(Path.GetFullPath(stack), Path.GetFullPath(ParticleSet.Load(path).ImagePath(0)));
    }

    private static bool Close(double a, double b) => Math.Abs(a - b) < 1e-6;
}
