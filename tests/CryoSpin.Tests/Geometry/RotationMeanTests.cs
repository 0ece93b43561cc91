using CryoSpin.Geometry;

namespace CryoSpin.Tests.Geometry;

public class RotationMeanTests
{
    [Fact]
    public void The_nearest_rotation_beats_every_neighbour()
    {
        Random random = new(3);
        Rotation[] around = So3Grid.Local(3, 1);
        for (int trial = 0; trial < 100; trial++)
        {
            double[] m = [.. Enumerable.Range(0, 9).Select(_ => random.NextDouble() - 0.5)];
            Rotation best = RotationMean.Nearest(m);
            Assert.Equal(1, best.Determinant, 1e-12);
            double score = Matrices.Dot(m, best);
            Assert.All(around, d => Assert.True(Matrices.Dot(m, d * best) <= score + 1e-12));
            // No other maximum is higher either.
            Assert.All(So3Grid.Healpix(0), r => Assert.True(Matrices.Dot(m, r) <= score + 1e-12));
        }
    }

    [Fact]
    public void The_mean_of_symmetric_perturbations_is_their_centre()
    {
        Rotation centre = RandomRotations.Next(new Random(8));
        Rotation[] cloud = [.. So3Grid.Local(20, 5).Select(d => centre * d)];
        Assert.True(RotationMean.Chordal(cloud).AngleToDegrees(centre) < 1e-9);
        double[] weights = new double[cloud.Length];
        weights[17] = 2;
        Assert.True(RotationMean.Chordal(cloud, weights).AngleToDegrees(cloud[17]) < 1e-6);
    }

    [Fact]
    public void Degenerate_matrices_give_some_rotation()
    {
        Assert.Equal(1, RotationMean.Nearest(new double[9]).Determinant, 1e-12);
        Assert.Equal(1, RotationMean.Nearest([1, 0, 0, 0, 1, 0, 0, 0, -1]).Determinant, 1e-12);
        Assert.Equal(1, RotationMean.Nearest([-1, 0, 0, 0, -1, 0, 0, 0, -1]).Determinant, 1e-12);
        Assert.Throws<ArgumentException>(() => RotationMean.Chordal([]));
        Assert.Throws<ArgumentException>(() => RotationMean.Chordal([Rotation.Identity], [1, 2]));
    }
}
