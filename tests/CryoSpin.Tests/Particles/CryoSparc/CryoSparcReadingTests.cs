using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Npy;
using CryoSpin.Particles;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.Particles.CryoSparc;

public class CryoSparcReadingTests
{
    private static readonly ulong[] Uids = [11, ulong.MaxValue, 5];
    private static readonly float[] Poses = [0, 0, (float)(Math.PI / 2), 0.1f, 0.2f, 0.3f, 3, 0, 0];
    private static readonly float[] Shifts = [1, -2, 0, 0, 0.5f, 4];

    [Fact]
    public void A_file_without_images_is_joined_with_the_passthrough_beside_it_on_uid()
    {
        using ParticleFolder folder = new();
        string stack = folder.Stack("J1/extract/a.mrc", 3, 6);
        string main = Write(folder, "J2/cryosparc_P1_J2_005_particles.cs", Records.Alignment(Uids, Poses, Shifts));
        // Another order, and particles that the job threw away.
        Write(folder, "J2/P1_J2_passthrough_particles.cs", Records.Blob([7, 5, 11, 3, ulong.MaxValue]).Take([1, 4, 0, 3, 2]));

        ParticleSet set = ParticleSet.Load(main);

        Assert.Equal((3, 6, true, true), (set.Count, set.BoxSize, set.HasCtf, set.HasPoses));
        Assert.Equal(2.95, set.PixelSizeAngstrom);
        Assert.Equal(Path.GetFullPath(stack), Path.GetFullPath(Assert.Single(set.StackPaths)));
        Assert.Equal([2, 4, 1], Enumerable.Range(0, 3).Select(set.ImageIndex));
        Assert.Equal(["11", "18446744073709551615", "5"], set.Data.Particles.GetTexts("csparcUid"));
        Assert.Equal([1, 2, 1], Enumerable.Range(0, 3).Select(i => set.RandomSubset(i)!.Value));
        Assert.Contains(set.Warnings, w => w.Contains("passthrough", StringComparison.Ordinal));
        Assert.Equal($"{main}, row 2", set.Where(1));
    }

    [Fact]
    public void A_second_passthrough_with_the_same_particles_is_told()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        string main = Write(folder, "J2/cryosparc_P1_J2_005_particles.cs", Records.Alignment(Uids, Poses, Shifts));
        string taken = Write(folder, "J2/P1_J2_passthrough_particles.cs", Records.Blob(Uids));
        string other = Write(folder, "J2/P1_J2_passthrough_particles_old.cs", Records.Blob(Uids, "J0/extract/b.mrc"));
        Write(folder, "J2/P1_J2_passthrough_particles_unselected.cs", Records.Blob([1, 2]));
        string warning = Assert.Single(ParticleSet.Load(main).Warnings, w => w.Contains("too;", StringComparison.Ordinal));
        Assert.Contains(other, warning);
        Assert.Contains(taken, warning);
    }

    [Fact]
    public void Poses_and_places_are_taken_from_the_passthrough_where_the_file_has_none()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        string main = Write(folder, "J2/P1_J2_particles.cs", Records.Blob(Uids));
        RecordTable passthrough = Records.Alignment(Uids, Poses, Shifts).Take([2, 0, 1]);
        passthrough.Set("location/micrograph_path", new TypedArray(["m3", "m1", "m2"]));
        Write(folder, "J2/P1_J2_passthrough_particles.cs", passthrough);

        ParticleSet set = ParticleSet.Load(main);

        Assert.Equal(5.9, set.Pose(0)!.Value.OriginXAngstrom, 5);
        Assert.Equal(["m1", "m2", "m3"], set.Data.Particles.GetTexts("rlnMicrographName"));
        Assert.Contains(set.Warnings, w => w.Contains("for poses, places in micrographs", StringComparison.Ordinal));
    }

    [Fact]
    public void Poses_of_nothing_but_zeros_give_way_to_those_of_the_passthrough()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable own = Records.Blob(Uids);
        Records.AddAlignment(own, "alignments3D", new float[9], new float[6]);
        string main = Write(folder, "J2/P1_J2_particles.cs", own);
        Write(folder, "J2/P1_J2_passthrough_particles.cs", Records.Alignment(Uids, Poses, Shifts));
        Assert.Equal(5.9, ParticleSet.Load(main).Pose(0)!.Value.OriginXAngstrom, 5);
    }

    [Fact]
    public void A_passthrough_of_other_particles_is_told_and_not_joined()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        string main = Write(folder, "J2/P1_J2_particles.cs", Records.Blob(Uids));
        Write(folder, "J2/P1_J2_passthrough_particles.cs", Records.Alignment(Uids, Poses, Shifts).Take([0, 1]));
        ParticleSet set = ParticleSet.Load(main);
        Assert.False(set.HasPoses);
        Assert.Contains(set.Warnings, w => w.Contains("has poses, but not of every particle", StringComparison.Ordinal));
    }

    [Fact]
    public void An_older_pose_of_the_passthrough_does_not_beat_the_jobs_own()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable own = Records.Alignment(Uids, Poses, Shifts);
        foreach (string column in own.Columns.Where(c => c != "uid").ToArray())
        {
            own.Set(column.Replace("alignments3D/", "alignments_class_0/", StringComparison.Ordinal), own.Find(column)!);
            own.Remove(column);
        }
        string main = Write(folder, "J2/P1_J2_particles.cs", own);
        RecordTable passthrough = Records.Blob(Uids);
        Records.AddAlignment(passthrough, "alignments3D", [0.5f, 0, 0, 0.5f, 0, 0, 0.5f, 0, 0], [9, 9, 9, 9, 9, 9]);
        Write(folder, "J2/P1_J2_passthrough_particles.cs", passthrough);
        ParticleSet set = ParticleSet.Load(main);
        Assert.Equal(5.9, set.Pose(0)!.Value.OriginXAngstrom, 5);
        Assert.False(set.Data.CryoSparcRecords!.Has("alignments3D/pose"));
    }

    [Fact]
    public void Without_a_shape_the_stack_tells_the_box()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable table = Records.Blob(Uids);
        table.Remove("blob/shape");
        ParticleSet set = ParticleSet.Load(Write(folder, "p.cs", table));
        Assert.Equal(6, set.BoxSize);
        set.WriteCryoSparc(folder.File("out.cs"), null);
        Assert.Equal([6, 6, 6, 6, 6, 6], NpyReader.ReadTable(folder.File("out.cs")).Doubles("blob/shape", 2));
    }

    // A z rotation by +90 degrees of the map moves x to y; the pose's matrix is its transpose.
    [Fact]
    public void Poses_shifts_and_ctf_have_relions_signs_and_units()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable table = Records.Blob(Uids);
        Records.AddAlignment(table, "alignments3D", Poses, Shifts);
        ParticleSet set = ParticleSet.Load(Write(folder, "p.cs", table));

        Pose first = set.Pose(0)!.Value;
        Assert.Equal(0, first.Rotation.AngleToDegrees(new Rotation(0, 1, 0, -1, 0, 0, 0, 0, 1)), 5);
        Assert.Equal(0, set.Pose(2)!.Value.Rotation.AngleToDegrees(So3.Exp(new RotationVector(-3, 0, 0))), 4);
        // Shifts count pixels of the alignment, twice as wide as the images'.
        Assert.Equal((5.9, -11.8), (Math.Round(first.OriginXAngstrom, 6), Math.Round(first.OriginYAngstrom, 6)));
        CryoSpin.Optics.CtfParameters ctf = set.Ctf(2)!.Value;
        Assert.Equal((15303.1, 14918.4, 20, 0.75), (ctf.DefocusUAngstrom, ctf.DefocusVAngstrom, ctf.BFactorAngstromSquared, ctf.Scale));
        Assert.Equal(0.2f * 180 / Math.PI, ctf.AstigmatismAngleDegrees, 6);
        Assert.Equal(180 / Math.PI, ctf.PhaseShiftDegrees, 6);
        Assert.Equal(["exposureGroup23", "exposureGroup7"], set.OpticsGroups.Select(g => g.Name));
        Assert.Equal([0, 1, 0], Enumerable.Range(0, 3).Select(set.OpticsGroupOf));
        Assert.Equal((300, 2.7, 0.07, 6), (set.Optics(0).VoltageKilovolts, set.Optics(0).SphericalAberrationMillimeters,
            set.Optics(0).AmplitudeContrast, set.Optics(0).BoxSize));
        Assert.Equal(["1", "1.25", "1.5"], set.Data.Particles.GetTexts("csparcAlpha"));
    }

    [Fact]
    public void The_most_probable_class_gives_the_pose()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable classes = Records.Blob(Uids);
        Records.AddAlignment(classes, "alignments_class_0", Poses, Shifts);
        Records.AddAlignment(classes, "alignments_class_1", [1, 0, 0, 0, 1, 0, 0, 0, 1], [9, 9, 8, 8, 7, 7], 1);
        classes.Set("alignments_class_0/class_posterior", TypedArray.Of([0.9f, 0.5f, 0.1f]));
        classes.Set("alignments_class_1/class_posterior", TypedArray.Of([0.1f, 0.5f, 0.9f]));
        RecordTable multi = Records.Blob(Uids);
        multi.Set("alignments3D_multi/pose", TypedArray.Of([.. Interleave(Poses, [1, 0, 0, 0, 1, 0, 0, 0, 1], 3)], 3, 2, 3));
        multi.Set("alignments3D_multi/shift", TypedArray.Of([.. Interleave(Shifts, [9, 9, 8, 8, 7, 7], 2)], 3, 2, 2));
        multi.Set("alignments3D_multi/psize_A", TypedArray.Of([5.9f, 1, 5.9f, 1, 5.9f, 1], 3, 2));
        multi.Set("alignments3D_multi/class_posterior", TypedArray.Of([0.9f, 0.1f, 0.5f, 0.5f, 0.1f, 0.9f], 3, 2));
        foreach (RecordTable table in new[] { classes, multi })
        {
            ParticleSet set = ParticleSet.Load(Write(folder, "p.cs", table));
            Assert.Equal(["1", "1", "2"], set.Data.Particles.GetTexts("rlnClassNumber"));
            Assert.Equal(5.9, set.Pose(0)!.Value.OriginXAngstrom, 5);
            Assert.Equal(0, set.Pose(1)!.Value.OriginXAngstrom);
            Assert.Equal(7, set.Pose(2)!.Value.OriginXAngstrom);
            Assert.Equal(0, set.Pose(2)!.Value.Rotation.AngleToDegrees(So3.Exp(new RotationVector(0, 0, -1))), 4);
            Assert.Contains(set.Warnings, w => w.Contains("of 2 classes", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_refined_pose_beats_those_of_the_classes_and_two_dimensional_ones_do_not_count()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable table = Records.Blob(Uids);
        Records.AddAlignment(table, "alignments2D_0", [1, 1, 1, 1, 1, 1, 1, 1, 1], Shifts);
        Assert.False(ParticleSet.Load(Write(folder, "none.cs", table)).HasPoses);
        Records.AddAlignment(table, "alignments_class_0", [1, 1, 1, 1, 1, 1, 1, 1, 1], Shifts);
        Records.AddAlignment(table, "alignments3D", Poses, Shifts);
        ParticleSet set = ParticleSet.Load(Write(folder, "p.cs", table));
        Assert.Equal(0, set.Pose(2)!.Value.Rotation.AngleToDegrees(So3.Exp(new RotationVector(-3, 0, 0))), 4);
    }

    [Fact]
    public void Poses_of_nothing_but_zeros_are_none()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable table = Records.Blob(Uids);
        Records.AddAlignment(table, "alignments3D", new float[9], Shifts);
        Assert.False(ParticleSet.Load(Write(folder, "p.cs", table)).HasPoses);
        Records.AddAlignment(table, "alignments3D", [0, 0, 0, 1, 0, 0, 0, 0, 0], Shifts);
        ParticleSet set = ParticleSet.Load(Write(folder, "p.cs", table));
        Assert.Contains(set.Warnings, w => w.Contains("2 of 3 particles have no pose", StringComparison.Ordinal));
        Assert.Equal([true, false, true], Enumerable.Range(0, 3).Select(i => set.Pose(i) is null));
    }

    [Fact]
    public void Dark_images_beam_tilt_and_magnification_are_carried_and_told()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        RecordTable table = Records.Blob(Uids, sign: -1);
        table.Set("ctf/tilt_A", TypedArray.Of([.. Enumerable.Repeat(new[] { 27000f, -13500 }, 3).SelectMany(t => t)], 3, 2));
        table.Set("ctf/anisomag", TypedArray.Of([.. Enumerable.Repeat(new[] { 0.01f, 0.002f, 0.003f, -0.01f }, 3).SelectMany(t => t)], 3, 4));
        ParticleSet set = ParticleSet.Load(Write(folder, "p.cs", table));
        // sin(tilt) Cs = tilt_A: 27000 A / 2.7e7 A = 1e-3.
        Assert.Equal(1, set.Data.Optics!.GetDouble("rlnBeamTiltX", 0), 5);
        Assert.Equal(-0.5, set.Data.Optics!.GetDouble("rlnBeamTiltY", 0), 5);
        Assert.Equal(["1.01", "0.002", "0.003", "0.99"], new[] { "00", "01", "10", "11" }.Select(
            k => set.Data.Optics!.GetDouble("rlnMagMat" + k, 0).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal((3, -1), (set.DarkParticles, set.ContrastSign(1)));
        Assert.Contains(ConversionLosses.Of(set, ParticleForm.Relion), w => w.Contains("dark on light", StringComparison.Ordinal));
    }

    [Fact]
    public void A_group_is_read_with_its_files()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        Write(folder, "J2/own.cs", Records.Alignment([5, 11], Poses[..6], Shifts[..4]));
        Write(folder, "J2/pass.cs", Records.Blob(Uids));
        string group = folder.Star("J2/J2_particles.csg", """
            group:
              type: particle
            results:
              blob:
                metafile: '>pass.cs'
              alignments3D:
                metafile: '>own.cs'
            """);
        ParticleSet set = ParticleSet.Load(group);
        Assert.Equal(["5", "11"], set.Data.Particles.GetTexts("csparcUid"));
        Assert.True(set.HasCtf && set.HasPoses);
    }

    [Fact]
    public void A_subset_keeps_the_uids()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        string main = Write(folder, "p.cs", Records.Blob(Uids));
        ParticleSet set = ParticleSet.Load(main, new ParticleLoadOptions(Subset: ParticleSubset.Parse(folder.Star("i.txt", "2\n0\n"))));
        Assert.Equal(["5", "11"], set.Data.Particles.GetTexts("csparcUid"));
        string written = folder.File("out.cs");
        set.WriteCryoSparc(written, null);
        Assert.Equal(["5", "11"], NpyReader.ReadTable(written).Find("uid")!.ToTexts());
        Assert.Equal([2, 0], NpyReader.ReadTable(written).Doubles("blob/idx"));
    }

    [Fact]
    public void Faults_name_file_row_and_remedy()
    {
        using ParticleFolder folder = new();
        folder.Stack("J1/extract/a.mrc", 3, 6);
        string alone = Write(folder, "alone/p.cs", Records.Alignment(Uids, Poses, Shifts));
        Assert.Contains("--passthrough", Fault(alone));
        string other = Write(folder, "x/other.cs", Records.Blob([11, 5]));
        Assert.Contains("1 of 3 particles", Fault(alone, other));
        Assert.Contains("uid 5 also stands in row 1", Fault(Write(folder, "twice.cs", Records.Blob([5, 6, 5]))));
        Assert.Contains("a.mrc", Fault(Write(folder, "J9/missing.cs", Records.Blob(Uids, "J7/other/a.mrc"))));
        RecordTable nan = Records.Blob(Uids);
        Records.AddAlignment(nan, "alignments3D", [0, 0, 1, float.NaN, 0, 0, 0, 0, 0], Shifts);
        Assert.Contains("nan.cs, row 2, field alignments3D/pose", Fault(Write(folder, "nan.cs", nan)));
        RecordTable classes = Records.Blob(Uids);
        Records.AddAlignment(classes, "alignments_class_0", Poses, Shifts);
        Records.AddAlignment(classes, "alignments_class_1", Poses, Shifts);
        Assert.Contains("class_posterior", Fault(Write(folder, "classes.cs", classes)));
        RecordTable wide = Records.Blob(Uids);
        wide.Set("blob/shape", TypedArray.Of([6u, 6, 6, 8, 6, 6], 3, 2));
        Assert.Contains("8 x 6", Fault(Write(folder, "wide.cs", wide)));
        RecordTable texts = Records.Blob(Uids);
        texts.Set("ctf/df1_A", new TypedArray(["a", "b", "c"]));
        Assert.Contains("not numbers", Fault(Write(folder, "texts.cs", texts)));
    }

    [SharedFact("data/C_formats/cryodrgn/cryosparc_P12_J24_001_particles.cs")]
    public void The_real_dataset_of_2019_particles_is_read()
    {
        string path = SharedData.Path("data/C_formats/cryodrgn/cryosparc_P12_J24_001_particles.cs");
        Assert.Contains("50 of 50 image stacks were not found", Fault(path));
        ParticleSet set = ParticleSet.Load(path, new ParticleLoadOptions(RequireImages: false));
        Assert.Equal((2019, 180, 2.95), (set.Count, set.BoxSize, set.PixelSizeAngstrom));
        Assert.Equal("15494748553812943456", set.Data.Particles.GetText("csparcUid", 0));
        Assert.Equal(11.334375 * 2.95, set.Pose(0)!.Value.OriginXAngstrom, 5);
    }

    internal static string Write(ParticleFolder folder, string name, RecordTable table)
    {
        string path = folder.File(name);
        NpyWriter.Write(path, table);
        return path;
    }

    private static string Fault(string path, params string[] passthrough) =>
        Assert.Throws<InputException>(() => ParticleSet.Load(path, new ParticleLoadOptions(Passthrough: passthrough))).Message;

    private static IEnumerable<float> Interleave(float[] a, float[] b, int width) =>
        a.Chunk(width).Zip(b.Chunk(width)).SelectMany(p => p.First.Concat(p.Second));
}
