using System.Numerics;
using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Reconstruction.Tests.Encoder;

namespace CryoSpin.Reconstruction.Tests.Likelihood;

[Trait("Category", "Kernel")]
public sealed class NormalEquationsTests : IDisposable
{
    private readonly FitScene _scene = new();
    private readonly Random _random = new(21);

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void The_misfit_is_the_sum_over_the_half_plane()
    {
        for (int i = 0; i < 5; i++)
        {
            Candidate pose = TinyDataset.RandomPose(_random, 3);
            _scene.Show(TinyDataset.RandomPose(_random, 3), 1, _random);
            NormalEquations e = At(pose);
            double expected = _scene.Misfit(pose.Rotation, pose.OriginX, pose.OriginY);
            Assert.Equal(expected, e.Misfit, 1e-4 * Math.Abs(expected) + 1e-3);
        }
    }

    [Fact]
    public void The_gradient_is_half_the_slope_of_the_misfit_in_all_five_parameters()
    {
        for (int i = 0; i < 5; i++)
        {
            Candidate truth = TinyDataset.RandomPose(_random, 3);
            _scene.Show(truth, 0.5, _random);
            Candidate at = TinyDataset.Perturbed(truth, _random, 8, 1.5);
            NormalEquations e = At(at);
            double[] slope = new double[5], gradient = new double[5];
            for (int k = 0; k < 5; k++)
            {
                // Steps small enough that few points cross from one lattice cell, where the slope jumps, to the next.
                double h = k < 3 ? 2e-4 : 1e-3;
                slope[k] = (Displaced(at, k, h) - Displaced(at, k, -h)) / (4 * h);
                gradient[k] = e.Gradient[k];
            }
            Numbers.Close(slope[..3], gradient[..3], 0.02, "rotation");
            Numbers.Close(slope[3..], gradient[3..], 2e-3, "origin");
        }
    }

    [Fact]
    public void The_matrix_is_the_product_of_the_residuals_derivatives()
    {
        Candidate pose = TinyDataset.RandomPose(_random, 3);
        _scene.Show(TinyDataset.Perturbed(pose, _random, 5, 1), 0.5, _random);
        NormalEquations e = At(pose);
        ImageOnDisc b = _scene.Image;
        SliceOnDisc slice = _scene.Slice;
        double[] matrix = new double[15], gradient = new double[5];
        for (int p = 0; p < _scene.Disc.Count; p++)
        {
            double kx = _scene.Disc.Kx[p], ky = _scene.Disc.Ky[p], c = b.Ctf[p];
            Complex data = new Complex(b.Real[p], b.Imaginary[p])
                * Complex.FromPolarCoordinates(1, -2 * Math.PI * (kx * pose.OriginX + ky * pose.OriginY) / 24);
            Complex residual = c * new Complex(slice.Real[p], slice.Imaginary[p]) - data;
            Complex along = c * new Complex(slice.AlongReal[p], slice.AlongImaginary[p]), turn = c * new Complex(slice.TurnReal[p], slice.TurnImaginary[p]);
            Complex perPixel = Complex.ImaginaryOne * (2 * Math.PI / 24) * data;
            Complex[] j = [-ky * along, kx * along, turn, kx * perPixel, ky * perPixel];
            for (int row = 0, n = 0; row < 5; row++)
            {
                gradient[row] += (Complex.Conjugate(j[row]) * residual).Real;
                for (int col = row; col < 5; col++, n++) matrix[n] += (Complex.Conjugate(j[row]) * j[col]).Real;
            }
        }
        Numbers.Close(matrix, [.. Enumerable.Range(0, 15).Select(i => e.Matrix[i])], 1e-5, "matrix");
        Numbers.Close(gradient, [.. Enumerable.Range(0, 5).Select(i => e.Gradient[i])], 1e-4, "gradient");
    }

    [Fact]
    public void The_matrix_predicts_the_change_of_slope_near_a_perfect_fit()
    {
        // Without noise and at the true pose Gauss-Newton's matrix is the Hessian.
        Candidate truth = TinyDataset.RandomPose(_random, 1);
        _scene.Show(truth, 0, _random);
        NormalEquations e = At(truth);
        for (int k = 0, diagonal = 0; k < 5; diagonal += 5 - k, k++)
        {
            double h = k < 3 ? 0.05 : 0.2;
            double curvature = (Displaced(truth, k, h) - 2 * Displaced(truth, k, 0) + Displaced(truth, k, -h)) / (2 * h * h);
            Assert.InRange(e.Matrix[diagonal] / curvature, 0.9, 1.15);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    public void The_step_solves_the_damped_equations(double damping)
    {
        for (int i = 0; i < 10; i++)
        {
            NormalEquations e = default;
            double[,] j = new double[12, 5], h = new double[5, 5];
            for (int v = 0; v < 60; v++) j[v / 5, v % 5] = TinyDataset.Normal(_random);
            for (int row = 0, n = 0; row < 5; row++)
            {
                for (int col = row; col < 5; col++, n++)
                {
                    for (int p = 0; p < 12; p++) h[row, col] += j[p, row] * j[p, col];
                    h[col, row] = h[row, col];
                    e.Matrix[n] = h[row, col];
                }
                e.Gradient[row] = TinyDataset.Normal(_random);
            }
            Assert.True(e.TrySolve(damping, out NormalEquations.Vector5 step));
            for (int row = 0; row < 5; row++)
            {
                double left = damping * h[row, row] * step[row];
                for (int col = 0; col < 5; col++) left += h[row, col] * step[col];
                Assert.Equal(-e.Gradient[row], left, 1e-6);
            }
        }
    }

    [Fact]
    public void A_matrix_without_positive_pivots_is_refused()
    {
        NormalEquations e = default;
        Assert.False(e.TrySolve(1e-3, out _));
        for (int k = 0, diagonal = 0; k < 5; diagonal += 5 - k, k++) e.Matrix[diagonal] = 1;
        e.Matrix[1] = 3;
        Assert.False(e.TrySolve(1e-3, out _));
        e.Matrix[1] = double.NaN;
        Assert.False(e.TrySolve(1e-3, out _));
    }

    private NormalEquations At(in Candidate pose)
    {
        _scene.Sample(pose.Rotation);
        NormalEquations.Accumulate(_scene.Image, _scene.Slice, pose.OriginX, pose.OriginY, out NormalEquations e);
        return e;
    }

    private double Displaced(in Candidate at, int parameter, double h)
    {
        RotationVector w = new(parameter == 0 ? h : 0, parameter == 1 ? h : 0, parameter == 2 ? h : 0);
        return _scene.Misfit(So3.Exp(w) * at.Rotation, at.OriginX + (parameter == 3 ? h : 0), at.OriginY + (parameter == 4 ? h : 0));
    }
}
