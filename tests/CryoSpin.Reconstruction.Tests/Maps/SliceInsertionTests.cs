using System.Numerics;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.AutoDecoding;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Reconstruction.Tests.Encoder;
using CryoSpin.Reconstruction.Tests.Likelihood;

namespace CryoSpin.Reconstruction.Tests.Maps;

[Trait("Category", "Kernel")]
public class SliceInsertionTests
{
    [Fact]
    public void A_phase_shift_is_the_product_with_a_phase()
    {
        using FitScene scene = new();
        Random random = new(1);
        scene.Show(TinyDataset.RandomPose(random, 2), 1, random);
        float[] re = new float[scene.Disc.PaddedCount], im = new float[scene.Disc.PaddedCount];
        PhaseShift.Apply(scene.Image, 1.3, -2.4, re, im);
        Complex[] expected = [.. Enumerable.Range(0, scene.Disc.PaddedCount).Select(p =>
            new Complex(scene.Image.Real[p], scene.Image.Imaginary[p])
            * Complex.FromPolarCoordinates(1, -2 * Math.PI * (scene.Disc.Kx[p] * 1.3 - scene.Disc.Ky[p] * 2.4) / 24))];
        Numbers.Close([.. expected.Select(c => c.Real)], [.. re.Select(v => (double)v)], 1e-5, "real parts");
        Numbers.Close([.. expected.Select(c => c.Imaginary)], [.. im.Select(v => (double)v)], 1e-5, "imaginary parts");
    }

    [Fact]
    public void Sine_and_cosine_of_turns_are_right_to_single_precision()
    {
        for (int i = -40_000; i <= 40_000; i++)
        {
            float turns = i * 3.1e-4f;
            PhaseShift.SinCosOfTurns(Lanes4.All(turns), out Lanes4 sin, out Lanes4 cos);
            PhaseShift.SinCosOfTurns(Lanes8.All(turns), out Lanes8 wideSin, out Lanes8 wideCos);
            Assert.Equal(Math.Sin(2 * Math.PI * turns), Lanes4.Sum(sin) / 4, 4e-7);
            Assert.Equal(Math.Cos(2 * Math.PI * turns), Lanes4.Sum(cos) / 4, 4e-7);
            Assert.Equal(Lanes4.Sum(sin) / 4, Lanes8.Sum(wideSin) / 8);
            Assert.Equal(Lanes4.Sum(cos) / 4, Lanes8.Sum(wideCos) / 8);
        }
    }

    [Fact]
    public void Shifting_by_the_origin_centres_the_image()
    {
        using FitScene scene = new();
        Random random = new(2);
        Candidate pose = TinyDataset.RandomPose(random, 0) with { OriginX = 2, OriginY = -3.5 };
        scene.Show(pose, 0, random);
        float[] re = new float[scene.Disc.PaddedCount], im = new float[scene.Disc.PaddedCount];
        PhaseShift.Apply(scene.Image, 2, -3.5, re, im);
        scene.Show(pose with { OriginX = 0, OriginY = 0 }, 0, random);
        Numbers.Close([.. scene.Image.Real.Select(v => (double)v)], [.. re.Select(v => (double)v)], 1e-5, "real parts");
        Numbers.Close([.. scene.Image.Imaginary.Select(v => (double)v)], [.. im.Select(v => (double)v)], 1e-5, "imaginary parts");
    }

    [Fact]
    public void A_weighted_slice_holds_ctf_times_data_and_ctf_squared()
    {
        using FitScene scene = new();
        Random random = new(3);
        Candidate pose = TinyDataset.RandomPose(random, 2);
        scene.Show(pose, 1, random);
        ImageOnDisc b = scene.Image;
        float[] real = new float[scene.Disc.PaddedCount], imaginary = new float[real.Length], weights = new float[real.Length];
        SliceInsertion.WeightedSlice(b, pose, 0.7f, real, imaginary, weights);
        for (int p = 0; p < scene.Disc.PaddedCount; p++)
        {
            Complex expected = 0.7 * b.Ctf[p] * new Complex(b.Real[p], b.Imaginary[p])
                * Complex.FromPolarCoordinates(1, -2 * Math.PI * (scene.Disc.Kx[p] * pose.OriginX + scene.Disc.Ky[p] * pose.OriginY) / 24);
            Assert.Equal(expected.Real, real[p], 1e-4);
            Assert.Equal(expected.Imaginary, imaginary[p], 1e-4);
            Assert.Equal(0.7 * b.Ctf[p] * b.Ctf[p], weights[p], 1e-7);
        }
    }

    [Fact]
    public void Workers_share_the_insertion_without_changing_the_sum()
    {
        TinyDataset set = TinyDataset.OfPhantom(31);
        using WorkerTeam single = new(1), two = new(2);
        CandidateTable poses = Table(set);
        AssertSame(Sum(single), Sum(two), single, tolerance: 0);

        BackProjection Sum(WorkerTeam team)
        {
            ParticleStore store = set.Load(team, 8);
            BackProjection sum = new(8, VolumeModel.Oversampling);
            new SliceInsertion(store, team).InsertAll(sum, 0, poses, 0);
            return sum;
        }
    }

    [Fact]
    public void Insertion_adds_every_candidate_by_its_share_and_can_be_repeated()
    {
        TinyDataset set = TinyDataset.OfPhantom(9);
        using WorkerTeam team = new(2);
        ParticleStore store = set.Load(team, 7);
        CandidateTable poses = Table(set);
        BackProjection expected = new(7, VolumeModel.Oversampling), sum = new(7, VolumeModel.Oversampling);
        ImageOnDisc b = new(store.Disc, store.Box);
        float[] real = new float[store.Disc.PaddedCount], imaginary = new float[real.Length], weights = new float[real.Length];
        foreach (int i in poses.Members[1])
        {
            b.Read(store.View(store.Disc), i);
            // Both candidates are equally likely.
            foreach (Candidate pose in poses[i])
            {
                SliceInsertion.WeightedSlice(b, pose, 0.5f, real, imaginary, weights);
                for (int twice = 0; twice < 2; twice++) expected.Insert(store.Disc, pose.Rotation, real, imaginary, weights);
            }
        }
        SliceInsertion insertion = new(store, team);
        insertion.InsertAll(sum, 0, poses, 1);
        insertion.InsertAll(sum, 0, poses, 1);
        AssertSame(expected, sum, team);
    }

    private static void AssertSame(BackProjection a, BackProjection b, WorkerTeam team, double tolerance = 1e-4)
    {
        Numbers.Close(a.MeanWeights(), b.MeanWeights(), 0.1 * tolerance, "weights");
        MapTransform transform = new(24, 6, VolumeModel.Oversampling, team);
        // A ridge that is not negligible: the quotient then depends on both sums and weights.
        double[] ridge = [.. a.MeanWeights()];
        Numbers.Close(Map(a), Map(b), tolerance, "map");

        double[] Map(BackProjection sum) => [.. transform.Reconstruct(sum, ridge).Voxels.Select(v => (double)v)];
    }

    private static CandidateTable Table(TinyDataset set)
    {
        Random random = new(7);
        return new CandidateTable(
            [.. set.Poses.Select(p => new[] { p, TinyDataset.Perturbed(p, random, 40, 1) })],
            set.HalfSet, PoseSpace.C1);
    }
}
