using CryoSpin.Geometry;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.Geometry;

public class Rotation6DTests
{
    [SharedFact("golden/rot6d.npy", "golden/rot6d_grad.npy")]
    public void Matrix_and_gradient_equal_independent_numbers()
    {
        float[] six = NpyArray.Golden("rot6d").Floats;
        double[] matrix = NpyArray.Golden("rot6d_matrix").Values;
        double[] upstream = NpyArray.Golden("rot6d_upstream").Values;
        double[] expected = NpyArray.Golden("rot6d_grad").Values;
        float[] gradient = new float[6];
        for (int i = 0; i < six.Length / 6; i++)
        {
            double[] r = Matrices.Nine(Rotation6D.ToRotation(six.AsSpan(6 * i, 6)));
            for (int j = 0; j < 9; j++) Assert.Equal(matrix[9 * i + j], r[j], 1e-5);
            Rotation6D.Gradient(six.AsSpan(6 * i, 6), upstream.AsSpan(9 * i, 9), gradient);
            double largest = expected.Skip(6 * i).Take(6).Max(Math.Abs);
            for (int j = 0; j < 6; j++) Assert.Equal(expected[6 * i + j], gradient[j], 1e-5 * largest);
        }
    }

    [Fact]
    public void The_gradient_is_that_of_finite_differences()
    {
        Random random = new(9);
        for (int trial = 0; trial < 50; trial++)
        {
            double[] six = [.. Enumerable.Range(0, 6).Select(_ => 4 * random.NextDouble() - 2)];
            double[] g = [.. Enumerable.Range(0, 9).Select(_ => random.NextDouble() - 0.5)];
            double[] gradient = new double[6];
            Rotation6D.Gradient(six, g, gradient);
            for (int j = 0; j < 6; j++)
            {
                double old = six[j];
                six[j] = old + 1e-5;
                double up = Matrices.Dot(g, Rotation6D.ToRotation(six));
                six[j] = old - 1e-5;
                double down = Matrices.Dot(g, Rotation6D.ToRotation(six));
                six[j] = old;
                Assert.Equal((up - down) / 2e-5, gradient[j], 1e-6 * (1 + Math.Abs(gradient[j])));
            }
        }
    }

    [Fact]
    public void The_first_two_rows_stand_for_a_rotation()
    {
        Random random = new(1);
        float[] six = new float[6];
        for (int i = 0; i < 100; i++)
        {
            Rotation r = RandomRotations.Next(random);
            Rotation6D.FromRotation(r, six);
            Assert.True(Rotation6D.ToRotation(six).AngleToDegrees(r) < 1e-4);
        }
    }

    [Theory]
    [InlineData(0, 0, 0, 0, 0, 0)]
    [InlineData(0, 0, 0, 1, 2, 3)]
    [InlineData(1, 0, 0, 0, 0, 0)]
    [InlineData(1, 2, 3, -2, -4, -6)]
    [InlineData(0.1, 0.2, 0.3, 0.3, 0.6, 0.9)]
    [InlineData(1e-20, 0, 0, 0, 1e-20, 0)]
    public void Where_the_form_is_singular_the_result_is_still_a_rotation(double a, double b, double c, double d, double e, double f)
    {
        double[] six = [a, b, c, d, e, f];
        Rotation r = Rotation6D.ToRotation(six);
        Assert.Equal(1, r.Determinant, 1e-12);
        Assert.Equal(0, (r * r.Transpose()).AngleToDegrees(Rotation.Identity), 1e-6);
        double[] gradient = new double[6];
        Rotation6D.Gradient(six, [1, 2, 3, 4, 5, 6, 7, 8, 9], gradient);
        Assert.All(gradient, g => Assert.True(double.IsFinite(g) && Math.Abs(g) < 1e6));
    }
}
