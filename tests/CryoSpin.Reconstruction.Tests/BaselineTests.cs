using CryoSpin.Benchmarks.Roofline;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Tests.AutoDecoding;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Reconstruction.Tests.Encoder;
using CryoSpin.Reconstruction.Tests.Likelihood;
using CryoSpin.Reconstruction.Tests.Search;
using CryoSpin.TestSupport;

namespace CryoSpin.Reconstruction.Tests;

/// <summary>Allocations and counts of the hot loops against benchmarks/baselines.json.</summary>
public class BaselineTests
{
    [Fact]
    public void One_particle_is_refined()
    {
        using FitScene scene = new(7, 3);
        PoseRefiner refiner = new(scene.Lattice, scene.Image);
        Random random = new(1);
        Candidate truth = TinyDataset.RandomPose(random, 3), start = TinyDataset.Perturbed(truth, random, 4, 1);
        scene.Show(truth, 1, random);
        Dictionary<string, double> counts = new()
        {
            ["points"] = scene.Disc.Count,
            ["operationsPerPoint"] = OperationCounts.GradientPoint + OperationCounts.NormalEquationsPoint,
        };
        Baselines.Check("poseRefinement", counts, () => refiner.Refine(start, new PoseRefinementLimits(5, 3, 5)));
    }

    [Fact]
    public void One_particle_is_read()
    {
        using SearchScene scene = new(2, workers: 1);
        ImageOnDisc image = new(scene.Disc, scene.Set.Box);
        Baselines.Check("particleRead", new() { ["points"] = scene.Disc.Count }, () => image.Read(scene.View, 1));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    public void One_product_of_the_search(int band)
    {
        using SearchScene scene = new(24, band, workers: 1);
        ShiftGrid shifts = scene.Shifts(2, 1);
        Rotation[] grid = ViewGrid.ForBand(band, new Random(1));
        DenseSearch search = new(scene.Disc, shifts, scene.Team);
        search.SetModel(scene.Lattice, grid);
        int[] particles = [.. Enumerable.Range(0, 24)];
        int k = scene.Disc.PaddedCount;
        double rows = shifts.Shifts.Length;
        Dictionary<string, double> counts = new()
        {
            ["rotations"] = grid.Length,
            ["shifts"] = shifts.Shifts.Length,
            ["numbersPerImage"] = 2 * k,
            ["operationsPerImage"] = OperationCounts.Product(rows, grid.Length, 2 * k) + OperationCounts.Product(1, grid.Length, k),
        };
        Baselines.Check($"search{band}", counts, () => search.Score(scene.View, particles, (_, _, _, _, _) => { }), calls: 1);
    }

    [Fact]
    public void One_step_of_the_encoder()
    {
        const int Batch = 8;
        EncoderArchitecture shape = EncoderArchitecture.Compact(32, 7);
        using WorkerTeam team = new(1);
        using PoseEncoder encoder = new(shape, Batch, 1, team);
        float[] images = Numbers.UniformFloats(new Random(1), Batch * 32 * 32);
        float[] gradient = Numbers.UniformFloats(new Random(2), Batch * encoder.OutputsPerImage);
        Baselines.Check("encoderStep", Counts(EncoderCounts.Training(shape), encoder), () =>
        {
            encoder.Forward(images, Batch, training: true);
            encoder.Backward(gradient);
            encoder.Step(1e-4);
        });
        Baselines.Check("encoderForward", Counts(EncoderCounts.Forward(shape), encoder), () => encoder.Forward(images, Batch, training: false));
    }

    private static Dictionary<string, double> Counts(EncoderCounts counts, PoseEncoder encoder) => new()
    {
        ["parameters"] = encoder.ParameterCount,
        ["operationsPerImage"] = counts.Executed,
        ["directOperationsPerImage"] = counts.Direct,
    };
}
