using CryoSpin.Geometry;
using CryoSpin.TestSupport;

namespace CryoSpin.Tests.Geometry;

public class So3Tests
{
    [SharedFact("golden/so3_exp.npy", "golden/so3_grad.npy")]
    public void Exp_and_its_gradient_equal_independent_numbers()
    {
        double[] w = NpyArray.Golden("so3_axis_angle").Values;
        double[] exp = NpyArray.Golden("so3_exp").Values;
        double[] upstream = NpyArray.Golden("so3_upstream").Values;
        double[] gradient = NpyArray.Golden("so3_grad").Values;
        for (int i = 0; i < w.Length / 3; i++)
        {
            RotationVector v = new(w[3 * i], w[3 * i + 1], w[3 * i + 2]);
            double[] r = Matrices.Nine(So3.Exp(v));
            for (int j = 0; j < 9; j++) Assert.Equal(exp[9 * i + j], r[j], 1e-12);
            RotationVector g = So3.ExpGradient(v, upstream.AsSpan(9 * i, 9));
            Assert.Equal(gradient[3 * i], g.X, 1e-9);
            Assert.Equal(gradient[3 * i + 1], g.Y, 1e-9);
            Assert.Equal(gradient[3 * i + 2], g.Z, 1e-9);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-300)]
    [InlineData(1e-9)]
    [InlineData(1e-4)]
    [InlineData(0.3)]
    [InlineData(0.999999)]
    [InlineData(1.000001)]
    [InlineData(2.5)]
    [InlineData(3.1415)]
    [InlineData(3.1415926)]
    [InlineData(3.14159265358)]
    public void Log_undoes_exp(double angle)
    {
        Random random = new(11);
        for (int i = 0; i < 50; i++)
        {
            RotationVector w = Direction(random, angle);
            Rotation r = So3.Exp(w);
            Assert.Equal(1, r.Determinant, 1e-12);
            RotationVector back = So3.Log(r);
            // Near pi an error of the matrix can turn w into w less a whole turn: the matrices must still agree.
            Assert.True(Distance(w, back) < 1e-9 * Math.Max(1e-6, angle) || (angle > 3.14 && So3.Exp(back).AngleToDegrees(r) < 1e-6),
                $"{w} became {back}");
        }
    }

    [Fact]
    public void Log_of_exact_half_turns()
    {
        Rotation[] halfTurns =
        [
            new Rotation(1, 0, 0, 0, -1, 0, 0, 0, -1), new Rotation(-1, 0, 0, 0, 1, 0, 0, 0, -1),
            new Rotation(-1, 0, 0, 0, -1, 0, 0, 0, 1), new Rotation(0, 1, 0, 1, 0, 0, 0, 0, -1),
        ];
        foreach (Rotation r in halfTurns)
        {
            RotationVector w = So3.Log(r);
            Assert.Equal(Math.PI, w.Angle, 1e-12);
            Assert.Equal(0, So3.Exp(w).AngleToDegrees(r), 1e-6);
        }
        Assert.Equal(new RotationVector(0, 0, 0), So3.Log(Rotation.Identity));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-8)]
    [InlineData(1e-3)]
    [InlineData(0.99)]
    [InlineData(1.01)]
    [InlineData(3.1)]
    [InlineData(6.0)]
    public void The_gradient_is_that_of_finite_differences(double angle)
    {
        Random random = new(2);
        for (int trial = 0; trial < 20; trial++)
        {
            RotationVector w = Direction(random, angle);
            double[] g = [.. Enumerable.Range(0, 9).Select(_ => random.NextDouble() - 0.5)];
            RotationVector d = So3.ExpGradient(w, g);
            Assert.Equal(Slope(e => Matrices.Dot(g, So3.Exp(w with { X = w.X + e }))), d.X, 1e-8);
            Assert.Equal(Slope(e => Matrices.Dot(g, So3.Exp(w with { Y = w.Y + e }))), d.Y, 1e-8);
            Assert.Equal(Slope(e => Matrices.Dot(g, So3.Exp(w with { Z = w.Z + e }))), d.Z, 1e-8);
        }
    }

    [Fact]
    public void The_left_gradient_is_that_of_finite_differences_and_survives_the_matrix_form()
    {
        Random random = new(4);
        double[] g = [.. Enumerable.Range(0, 9).Select(_ => random.NextDouble() - 0.5)];
        Rotation r = RandomRotations.Next(random);
        RotationVector d = So3.LeftGradient(r, g);
        Assert.Equal(Slope(e => Matrices.Dot(g, So3.Exp(new RotationVector(e, 0, 0)) * r)), d.X, 1e-8);
        Assert.Equal(Slope(e => Matrices.Dot(g, So3.Exp(new RotationVector(0, e, 0)) * r)), d.Y, 1e-8);
        Assert.Equal(Slope(e => Matrices.Dot(g, So3.Exp(new RotationVector(0, 0, e)) * r)), d.Z, 1e-8);

        double[] matrix = new double[9];
        So3.MatrixGradient(r, d, matrix);
        Assert.True(Distance(d, So3.LeftGradient(r, matrix)) < 1e-14);
    }

    private static double Slope(Func<double, double> f)
    {
        const double H = 1e-4;
        return (8 * (f(H) - f(-H)) - (f(2 * H) - f(-2 * H))) / (12 * H);
    }

    private static RotationVector Direction(Random random, double length)
    {
        RotationVector w = new(random.NextDouble() - 0.5, random.NextDouble() - 0.5, random.NextDouble() - 0.5);
        double s = length / w.Angle;
        return new RotationVector(w.X * s, w.Y * s, w.Z * s);
    }

    private static double Distance(RotationVector a, RotationVector b) => new RotationVector(a.X - b.X, a.Y - b.Y, a.Z - b.Z).Angle;
}
