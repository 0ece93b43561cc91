using CryoSpin.Geometry;

namespace CryoSpin.Tests.Geometry;

public class RandomRotationsTests
{
    [Fact]
    public void They_are_uniform()
    {
        Rotation[] r = new Rotation[20000];
        RandomRotations.Fill(new Random(1), r);
        // Moments of the Haar measure: every entry has mean 0 and mean square 1/3; the mean angle is 90 + 360/pi^2 degrees.
        Assert.All(Enumerable.Range(0, 9), i =>
        {
            Assert.Equal(0, r.Average(m => Matrices.Nine(m)[i]), 0.02);
            Assert.Equal(1.0 / 3, r.Average(m => Matrices.Nine(m)[i] * Matrices.Nine(m)[i]), 0.01);
        });
        Assert.Equal(90 + 360 / (Math.PI * Math.PI), r.Average(m => m.AngleToDegrees(Rotation.Identity)), 1.0);
    }

    [Fact]
    public void The_seed_decides()
    {
        Assert.Equal(RandomRotations.Next(new Random(5)), RandomRotations.Next(new Random(5)));
        Assert.NotEqual(RandomRotations.Next(new Random(5)), RandomRotations.Next(new Random(6)));
    }
}
