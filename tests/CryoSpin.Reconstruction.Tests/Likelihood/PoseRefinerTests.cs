using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;

namespace CryoSpin.Reconstruction.Tests.Likelihood;

public sealed class PoseRefinerTests : IDisposable
{
    private static readonly PoseRefinementLimits s_limits = new(12, 6, 5);
    private readonly FitScene _scene = new(7, 3);
    private readonly PoseRefiner _refiner;
    private readonly Random _random = new(31);

    public PoseRefinerTests() => _refiner = new PoseRefiner(_scene.Lattice, _scene.Image);

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(0.0, 0.3, 0.03)]
    [InlineData(1.0, 2.5, 0.15)]
    public void A_perturbed_pose_is_recovered(double noise, double degrees, double pixels)
    {
        List<double> angles = [], distances = [];
        for (int i = 0; i < 20; i++)
        {
            Candidate truth = TinyDataset.RandomPose(_random, 3);
            _scene.Show(truth, noise, _random);
            Candidate found = _refiner.Refine(TinyDataset.Perturbed(truth, _random, 4, 1), s_limits);
            angles.Add(found.Rotation.AngleToDegrees(truth.Rotation));
            distances.Add(Distance(found, truth));
            // The optimum is at least as likely as the truth, even where a view says little about one of the angles.
            Assert.True(found.LogLikelihood >= _refiner.LogLikelihood(truth) - 0.05);
            Assert.InRange(angles[^1], 0, 7);
            Assert.InRange(distances[^1], 0, 0.3);
        }
        Assert.InRange(TinyDataset.Median(angles), 0, degrees);
        Assert.InRange(TinyDataset.Median(distances), 0, pixels);
    }

    [Fact]
    public void Refinement_never_worsens_the_likelihood_and_reports_that_of_its_pose()
    {
        for (int i = 0; i < 30; i++)
        {
            _scene.Show(TinyDataset.RandomPose(_random, 3), 1, _random);
            Candidate start = TinyDataset.RandomPose(_random, 3), found = _refiner.Refine(start, s_limits);
            Assert.True(found.LogLikelihood >= _refiner.LogLikelihood(start));
            double expected = -_scene.Misfit(found.Rotation, found.OriginX, found.OriginY);
            Assert.Equal(expected, found.LogLikelihood, 1e-3 * Math.Abs(expected) + 0.01);
            Assert.Equal(1, found.Rotation.Determinant, 1e-9);
        }
    }

    [Fact]
    public void Where_no_shift_is_allowed_the_origin_stays_and_the_rotation_is_recovered()
    {
        Assert.Equal((0.0, 6.0), (PoseRefinementLimits.ShiftOf(0), PoseRefinementLimits.ShiftOf(5)));
        List<double> angles = [];
        for (int i = 0; i < 20; i++)
        {
            Candidate truth = TinyDataset.RandomPose(_random, 3) with { OriginX = 0, OriginY = 0 };
            _scene.Show(truth, 1, _random);
            Candidate start = TinyDataset.Perturbed(truth, _random, 4, 0) with { OriginX = 0, OriginY = 0 };
            Candidate found = _refiner.Refine(start, s_limits with { MaxShiftPixels = 0 });
            Assert.Equal((0.0, 0.0), (found.OriginX, found.OriginY));
            angles.Add(found.Rotation.AngleToDegrees(truth.Rotation));
        }
        Assert.InRange(TinyDataset.Median(angles), 0, 2.5);
    }

    [Fact]
    public void More_evaluations_never_make_it_worse()
    {
        for (int i = 0; i < 30; i++)
        {
            _scene.Show(TinyDataset.RandomPose(_random, 3), 1, _random);
            Candidate start = TinyDataset.RandomPose(_random, 3);
            double before = double.NegativeInfinity;
            for (int evaluations = 1; evaluations <= 12; evaluations++)
            {
                // Steps this long often overshoot.
                Candidate found = _refiner.Refine(start, s_limits with { MaxEvaluations = evaluations, TrustDegrees = 60 });
                Assert.True(found.LogLikelihood >= before);
                before = found.LogLikelihood;
            }
        }
    }

    [Fact]
    public void One_evaluation_only_scores_the_start()
    {
        _scene.Show(TinyDataset.RandomPose(_random, 3), 1, _random);
        Candidate start = TinyDataset.RandomPose(_random, 3), found = _refiner.Refine(start, s_limits with { MaxEvaluations = 1 });
        Assert.Equal(start.Rotation, found.Rotation);
        Assert.Equal((start.OriginX, start.OriginY), (found.OriginX, found.OriginY));
        Assert.Equal(_refiner.LogLikelihood(start), found.LogLikelihood);
    }

    [Fact]
    public void The_origin_stays_within_its_disc()
    {
        int atRim = 0;
        for (int i = 0; i < 20; i++)
        {
            Candidate truth = TinyDataset.RandomPose(_random, 0) with { OriginX = 2.5, OriginY = -1.5 };
            _scene.Show(truth, 0.3, _random);
            Candidate found = _refiner.Refine(truth with { OriginX = 0, OriginY = 0 }, s_limits with { MaxShiftPixels = 1.5 });
            double r = Math.Sqrt(found.OriginX * found.OriginX + found.OriginY * found.OriginY);
            Assert.InRange(r, 0, 1.5 + 1e-9);
            if (r > 1.49) atRim++;
        }
        Assert.InRange(atRim, 15, 20);
    }

    private static double Distance(in Candidate a, in Candidate b) =>
        Math.Sqrt((a.OriginX - b.OriginX) * (a.OriginX - b.OriginX) + (a.OriginY - b.OriginY) * (a.OriginY - b.OriginY));
}
