using System.Diagnostics;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Tests.Geometry;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.Evaluation;

public class PoseComparisonTests
{
    [SharedFact("golden/metric_predicted.npy", "golden/metric_error_mirrored_deg.npy")]
    public void The_published_metric_equals_independent_numbers()
    {
        Rotation[] predicted = Matrices.All(NpyArray.Golden("metric_predicted").Values);
        Rotation[] truth = Matrices.All(NpyArray.Golden("metric_truth").Values);
        double[] error = NpyArray.Golden("metric_error_deg").Values;
        double[] view = NpyArray.Golden("metric_viewdir_deg").Values;
        double[] mirroredError = NpyArray.Golden("metric_error_mirrored_deg").Values;

        PoseComparisonResult same = PoseComparison.PublishedMetric(predicted, truth, 200);
        Assert.False(same.Mirrored);
        PoseComparisonResult other = PoseComparison.PublishedMetric([.. predicted.Select(p => p.FlipHand())], truth, 200);
        Assert.True(other.Mirrored);
        for (int i = 0; i < error.Length; i++)
        {
            Assert.Equal(error[i], same.RotationErrorsDegrees[i], 1e-4);
            // The golden number is the arc cosine of single-precision rows, which keeps some of their rounding.
            Assert.Equal(view[i], same.ViewErrorsDegrees[i], view[i] < 5 ? 5e-3 : 5e-4);
            Assert.Equal(mirroredError[i], other.RotationErrorsDegrees[i], 1e-4);
        }
        // The robust frame is at least as good as any single particle's.
        Assert.True(PoseComparison.Compare(predicted, truth).MedianDegrees < same.MedianDegrees);
    }

    [Theory]
    [InlineData(false, "C1")]
    [InlineData(true, "C1")]
    [InlineData(false, "C7")]
    [InlineData(true, "D3")]
    [InlineData(true, "T")]
    [InlineData(false, "I")]
    public void Frame_hand_and_symmetry_are_removed(bool mirror, string symmetry)
    {
        PointGroup group = PointGroup.Parse(symmetry);
        Random random = new(12);
        Rotation frame = RandomRotations.Next(random);
        Rotation[] truth = new Rotation[group.Order > 20 ? 200 : 700];
        RandomRotations.Fill(random, truth);
        Rotation[] estimated = new Rotation[truth.Length];
        double[] injected = new double[truth.Length];
        for (int i = 0; i < truth.Length; i++)
        {
            // Every fifth pose is wrong altogether; the others by some degrees in the image's frame.
            Rotation error = i % 5 == 0 ? RandomRotations.Next(random) : Small(random, 1);
            Rotation p = error * truth[i] * group.Elements[random.Next(group.Order)] * frame.Transpose();
            estimated[i] = mirror ? p.FlipHand() : p;
            injected[i] = error.AngleToDegrees(Rotation.Identity);
        }
        PoseComparisonResult result = PoseComparison.Compare(estimated, truth, group);
        Assert.Equal(mirror, result.Mirrored);
        double precision = group.Order > 20 ? 0.5 : 0.25;
        Assert.Contains(group.Elements, s => (frame * s).AngleToDegrees(result.GlobalRotation) < precision);
        Assert.Equal(OrderStatistics.Median(injected), result.MedianDegrees, group.Order > 1 ? 0.4 : 0.02);
        Assert.InRange(result.ShareWithin5Degrees, 0.8, group.Order > 20 ? 0.95 : 0.83);
        for (int i = 0; i < truth.Length; i++)
        {
            if (i % 5 != 0) Assert.Equal(injected[i], result.RotationErrorsDegrees[i], precision);
            Assert.True(result.ViewErrorsDegrees[i] <= result.RotationErrorsDegrees[i] + 1e-9);
            if (group.Order == 1) Assert.Equal(injected[i], result.RotationErrorsDegrees[i], 0.25);
        }
    }

    [Fact]
    public void Errors_in_plane_leave_the_view_direction_alone()
    {
        Rotation[] truth = new Rotation[101];
        RandomRotations.Fill(new Random(3), truth);
        Rotation[] estimated = [.. truth.Select((t, i) => So3.Exp(new RotationVector(0, 0, 0.02 * (i % 11 - 5))) * t)];
        PoseComparisonResult result = PoseComparison.Compare(estimated, truth);
        Assert.Equal(0.06 * 180 / Math.PI, result.MedianDegrees, 0.3);
        Assert.True(result.MedianViewDegrees < 0.5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_shift_of_the_whole_map_is_no_error_of_the_origins(bool mirror)
    {
        Random random = new(5);
        Pose[] truth = new Pose[500];
        Pose[] estimated = new Pose[500];
        Rotation frame = RandomRotations.Next(random);
        for (int i = 0; i < truth.Length; i++)
        {
            Rotation r = RandomRotations.Next(random);
            truth[i] = new Pose(r, 20 * random.NextDouble(), 20 * random.NextDouble());
            Rotation p = r * frame.Transpose();
            if (mirror) p = p.FlipHand();
            (double x, double y, _) = p.Apply(3, -4, 5);
            double angle = 2 * Math.PI * random.NextDouble();
            estimated[i] = new Pose(
                p, truth[i].OriginXAngstrom + x + 0.7 * Math.Cos(angle), truth[i].OriginYAngstrom + y + 0.7 * Math.Sin(angle));
        }
        PoseComparisonResult result = PoseComparison.Compare(estimated, truth);
        Assert.Equal(mirror, result.Mirrored);
        Assert.NotNull(result.Origins);
        Assert.Equal(3, result.Origins.MapShiftAngstrom.X, 0.15);
        Assert.Equal(-4, result.Origins.MapShiftAngstrom.Y, 0.15);
        Assert.Equal(5, result.Origins.MapShiftAngstrom.Z, 0.15);
        Assert.Equal(0.7, result.Origins.MedianAngstrom, 0.02);
        Assert.All(result.Origins.ErrorsAngstrom, e => Assert.Equal(0.7, e, 0.2));
    }

    [Fact]
    public void Random_poses_score_as_random_ones_do()
    {
        Random random = new(1);
        Rotation[] a = new Rotation[5000], b = new Rotation[5000];
        RandomRotations.Fill(random, a);
        RandomRotations.Fill(random, b);
        PoseComparisonResult result = PoseComparison.Compare(a, b);
        Assert.InRange(result.MeanDegrees, 120, 128);
        Assert.True(result.ShareWithin10Degrees < 0.01);
    }

    [Fact]
    public void Fifty_thousand_particles_take_seconds()
    {
        Random random = new(1);
        Rotation[] truth = new Rotation[50000];
        RandomRotations.Fill(random, truth);
        Rotation frame = RandomRotations.Next(random);
        Rotation[] estimated = [.. truth.Select(t => Small(random, 3) * t * frame)];
        Stopwatch clock = Stopwatch.StartNew();
        PoseComparisonResult result = PoseComparison.Compare(estimated, truth);
        // The median length of a vector of three unit normal numbers is 1.538.
        Assert.Equal(3 * 1.538, result.MedianDegrees, 0.05);
        // Half a second on a quiet machine; the margin is for busy ones.
        Assert.True(clock.Elapsed.TotalSeconds < 10, $"{clock.Elapsed.TotalSeconds:F1} s");
    }

    [Fact]
    public void One_particle_has_no_error_and_none_is_refused()
    {
        Rotation[] one = [RandomRotations.Next(new Random(2))];
        Assert.Equal(0, PoseComparison.Compare(one, [Rotation.Identity]).MedianDegrees, 1e-6);
        Assert.Throws<ArgumentException>(() => PoseComparison.Compare(Array.Empty<Rotation>(), []));
        Assert.Throws<ArgumentException>(() => PoseComparison.Compare(one, [Rotation.Identity, Rotation.Identity]));
    }

    /// <summary>A rotation vector of three normal numbers of the given standard deviation.</summary>
    private static Rotation Small(Random random, double degrees)
    {
        double Normal() =>
            degrees * Math.PI / 180 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return So3.Exp(new RotationVector(Normal(), Normal(), Normal()));
    }
}
