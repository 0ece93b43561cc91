using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.IO.Npy;
using CryoSpin.IO.Pickle;
using CryoSpin.Particles;
using CryoSpin.Particles.CryoDrgn;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.Particles.CryoDrgn;

public class CryoDrgnFilesTests
{
    private const string Posed = ParticleSetTests.Optics + """
        _rlnAngleRot #6
        _rlnAngleTilt #7
        _rlnAnglePsi #8
        _rlnOriginXAngst #9
        _rlnOriginYAngst #10
        _rlnPhaseShift #11
        2@a.mrcs 3 10000 9000 12.5 30 60 45 1.5 -3 90
        1@a.mrcs 7 11000 10000 -5 90 0 0 0 0 0
        """;

    [Fact]
    public void Poses_are_matrices_and_fractions_of_the_box()
    {
        using ParticleFolder folder = new();
        folder.Stack("a.mrcs", 2, 6);
        string poses = folder.File("pose.pkl"), ctf = folder.File("ctf.pkl");
        ParticleSet set = ParticleSet.Load(folder.Star("p.star", Posed));

        CryoDrgnFiles.WritePoses(set, poses);
        CryoDrgnFiles.WriteCtf(set, ctf);

        IReadOnlyList<TypedArray> read = PickleReader.ReadArrays(poses);
        Assert.Equal([2, 3, 3], read[0].Shape);
        // (10, 20, 30) goes to (-3.0619, 20.4857, 31.1603) with rot 30, tilt 60, psi 45.
        double[] m = read[0].ToDoubles();
        Assert.Equal(-3.0619, 10 * m[0] + 20 * m[1] + 30 * m[2], 3);
        Assert.Equal(20.4857, 10 * m[3] + 20 * m[4] + 30 * m[5], 3);
        // 1.5 and -3 angstrom of 6 pixels of 2.5 angstrom.
        Assert.Equal([0.1f, -0.2f, 0, 0], read[1].ToDoubles());
        TypedArray rows = Assert.Single(PickleReader.ReadArrays(ctf));
        Assert.Equal([2, 9], rows.Shape);
        Assert.Equal([6, 2.5f, 10000, 9000, 12.5f, 200, 2, 0.07f, 90, 6, 2.5f, 11000, 10000, -5, 300, 2.7f, 0.1f, 0], rows.ToDoubles());
    }

    [Fact]
    public void A_stack_with_both_pickles_becomes_particles_again()
    {
        using ParticleFolder folder = new();
        string stack = folder.Stack("a.mrcs", 2, 6, pixelSize: 1);
        string poses = folder.File("pose.pkl"), ctf = folder.File("ctf.pkl"), star = folder.File("out/p.star");
        ParticleSet set = ParticleSet.Load(folder.Star("p.star", Posed));
        CryoDrgnFiles.WritePoses(set, poses);
        CryoDrgnFiles.WriteCtf(set, ctf);

        CryoDrgnFiles.Load(stack, [ctf, poses]).WriteStar(star, null);

        ParticleSet read = ParticleSet.Load(star);
        for (int i = 0; i < 2; i++)
        {
            Pose expected = set.Pose(i)!.Value, found = read.Pose(i)!.Value;
            Assert.InRange(found.Rotation.AngleToDegrees(expected.Rotation), 0, 3e-5);
            Assert.Equal(expected.OriginXAngstrom, found.OriginXAngstrom, 5);
            Assert.Equal(expected.OriginYAngstrom, found.OriginYAngstrom, 5);
            Assert.Equal(set.Ctf(i)!.Value, read.Ctf(i)!.Value);
            Assert.Equal(set.Optics(i) with { Name = "" }, read.Optics(i) with { Name = "" });
            Assert.Equal(i, read.ImageIndex(i));
        }
    }

    [Fact]
    public void A_downsampled_stack_has_larger_pixels()
    {
        using ParticleFolder folder = new();
        string stack = folder.Stack("a.mrcs", 2, 6, pixelSize: 1), ctf = folder.File("ctf.pkl"), poses = folder.File("pose.pkl");
        PickleWriter.Write(ctf, TypedArray.Of([12, 1.25f, 1e4f, 9e3f, 0, 300, 2.7f, 0.1f, 0, 12, 1.25f, 1e4f, 9e3f, 0, 300, 2.7f, 0.1f, 0], 2, 9));
        PickleWriter.Write(poses, TypedArray.Of([1f, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1], 2, 3, 3), TypedArray.Of([0.5f, 0, 0, 0.25f], 2, 2));
        ParticleSet set = CryoDrgnFiles.Load(stack, [poses, ctf]);
        Assert.Equal((2.5, 6), (set.PixelSizeAngstrom, set.BoxSize));
        Assert.Equal((7.5, 3.75), (set.Pose(0)!.Value.OriginXAngstrom, set.Pose(1)!.Value.OriginYAngstrom));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using ParticleFolder folder = new();
        string stack = folder.Stack("a.mrcs", 2, 6), path = folder.File("x.pkl");
        Assert.Contains("3 rows where", Fault(TypedArray.Of(new float[27], 3, 9)));
        Assert.Contains("it holds 2 x 8", Fault(TypedArray.Of(new float[16], 2, 8)));
        Assert.Contains("row 1: the matrix is not a rotation", Fault(TypedArray.Of(new float[18], 2, 3, 3)));
        Assert.Contains("row 2: NaN", Fault(TypedArray.Of([.. new float[9], float.NaN, .. new float[8]], 2, 9)));
        float[] mirrored = [1, 0, 0, 0, 1, 0, 0, 0, -1];
        Assert.Contains("not a rotation", Fault(TypedArray.Of([.. mirrored, .. mirrored], 2, 3, 3)));
        Assert.Throws<CryoSpinException>(() => CryoDrgnFiles.WritePoses(ParticleSet.Load(stack), path));

        string Fault(TypedArray array)
        {
            PickleWriter.Write(path, array);
            return Assert.Throws<InputException>(() => CryoDrgnFiles.Load(stack, [path])).Message;
        }
    }

    [SharedFact("data/C_formats/cryodrgn/pose.cs.pkl")]
    public void The_poses_of_a_real_dataset_are_those_that_cryodrgn_makes_of_it()
    {
        using ParticleFolder folder = new();
        string path = folder.File("pose.pkl");
        CryoDrgnFiles.WritePoses(
            ParticleSet.Load(
                SharedData.Path("data/C_formats/cryodrgn/cryosparc_P12_J24_001_particles.cs"), new ParticleLoadOptions(RequireImages: false)),
            path);
        IReadOnlyList<TypedArray> ours = PickleReader.ReadArrays(path);
        IReadOnlyList<TypedArray> theirs = PickleReader.ReadArrays(SharedData.Path("data/C_formats/cryodrgn/pose.cs.pkl"));
        Assert.Equal(0, ours[0].ToDoubles().Zip(theirs[0].ToDoubles(), (a, b) => Math.Abs(a - b)).Max(), 6);
        Assert.Equal(0, ours[1].ToDoubles().Zip(theirs[1].ToDoubles(), (a, b) => Math.Abs(a - b)).Max(), 7);
    }
}
