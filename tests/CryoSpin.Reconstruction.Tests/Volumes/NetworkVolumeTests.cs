using CryoSpin.Compute;
using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Paper;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Tests.Data;
using CryoSpin.Reconstruction.Volumes;

namespace CryoSpin.Reconstruction.Tests.Volumes;

public sealed unsafe class NetworkVolumeTests
{
    [Fact]
    public void Slices_equal_a_plain_evaluation_of_the_formula()
    {
        using WorkerTeam team = new(2);
        using NetworkVolume volume = VolumeScene.Network(team);
        VolumeScene scene = new(volume, 3, 1);
        scene.Value(scene.Rotations);
        FrequencyDisc disc = volume.Disc;
        for (int s = 0; s < 3; s++)
        {
            for (int i = 0; i < disc.Count; i++)
            {
                Rotation a = scene.Rotations[s];
                double x = a.M00 * disc.Kx[i] + a.M10 * disc.Ky[i], y = a.M01 * disc.Kx[i] + a.M11 * disc.Ky[i];
                double z = a.M02 * disc.Kx[i] + a.M12 * disc.Ky[i], sign = z < 0 ? -1 : z > 0 ? 1 : 0, scale = sign / disc.Radius;
                double[] point = [scale * x, scale * y, scale * z];
                double e = Math.Exp(Plain(volume.Parameters, "envelope", point)[0]);
                double[] m = Plain(volume.Parameters, "modulant", point);
                Assert.Equal(e * m[0], scene.Real[s * disc.PaddedCount + i], 2e-4);
                Assert.Equal(sign * e * m[1], scene.Imaginary[s * disc.PaddedCount + i], 2e-4);
            }
        }
    }

    [Fact]
    public void Gradients_in_the_weights_equal_finite_differences()
    {
        using WorkerTeam team = new(2);
        using NetworkVolume volume = VolumeScene.Network(team);
        VolumeScene scene = new(volume, 4, 2);
        scene.Backward();
        Random random = new(3);
        foreach (Parameter parameter in volume.Parameters.Parameters)
        {
            double dot = 0, square = 0, difference = 0;
            for (int trial = 0; trial < 6; trial++)
            {
                int i = random.Next(parameter.LogicalLength);
                float kept = parameter.Value[i], step = 1e-3f;
                parameter.Value[i] = kept + step;
                double plus = scene.Value(scene.Rotations);
                parameter.Value[i] = kept - step;
                double slope = (plus - scene.Value(scene.Rotations)) / (2 * step);
                parameter.Value[i] = kept;
                dot += slope * slope;
                square += Math.Pow(parameter.Gradient[i], 2);
                difference += Math.Pow(slope - parameter.Gradient[i], 2);
            }
            Assert.True(difference < 1e-3 * Math.Max(dot, square), $"{parameter.Name}: {difference} of {dot}, {square}");
        }
    }

    [Fact]
    public void Gradients_in_the_pose_equal_finite_differences()
    {
        using WorkerTeam team = new(2);
        using NetworkVolume volume = VolumeScene.Network(team);
        VolumeScene scene = new(volume, 3, 5);
        scene.Backward();
        for (int s = 0; s < 3; s++)
        {
            double[] found = [scene.Turns[s].X, scene.Turns[s].Y, scene.Turns[s].Z];
            double[] expected = [Slope(s, 1, 0, 0), Slope(s, 0, 1, 0), Slope(s, 0, 0, 1)];
            double scale = expected.Max(Math.Abs);
            for (int axis = 0; axis < 3; axis++) Assert.Equal(expected[axis], found[axis], 0.02 * scale);
        }

        double Slope(int slice, double x, double y, double z)
        {
            const double Step = 1e-3;
            return (At(Step) - At(-Step)) / (2 * Step);

            double At(double h)
            {
                Rotation[] moved = [.. scene.Rotations];
                moved[slice] = So3.Exp(new RotationVector(h * x, h * y, h * z)) * moved[slice];
                return scene.Value(moved);
            }
        }
    }

    [Fact]
    public void Slices_are_Hermitian_and_those_of_the_map()
    {
        using WorkerTeam team = new(2);
        using NetworkVolume volume = VolumeScene.Network(team);
        VolumeScene scene = new(volume, 1, 6);
        scene.Value(scene.Rotations);
        float[] real = [.. scene.Real], imaginary = [.. scene.Imaginary];
        Rotation a = scene.Rotations[0];
        scene.Value([new Rotation(-a.M00, -a.M01, -a.M02, -a.M10, -a.M11, -a.M12, a.M20, a.M21, a.M22)]);
        FrequencyDisc disc = volume.Disc;
        for (int i = 0; i < disc.Count; i++)
        {
            Assert.Equal(real[i], scene.Real[i]);
            Assert.Equal(-imaginary[i], scene.Imaginary[i]);
        }
        scene.Value([Rotation.Identity]);
        Volume map = volume.ToMap(2, 3, team);
        CentredFft3D fft = new(map.Size, team);
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(map.Voxels, spectrum);
        for (int i = 0; i < disc.Count; i++)
        {
            int x = (int)disc.Kx[i], y = (int)disc.Ky[i], at = ((y < 0 ? y + map.Size : y) * fft.HalfSize + x) * 2;
            Assert.Equal(3 * scene.Real[i], spectrum[at], 1e-3);
            Assert.Equal(3 * scene.Imaginary[i], spectrum[at + 1], 1e-3);
        }
    }

    [Fact]
    public void With_true_poses_a_small_volume_is_fitted_in_a_few_hundred_steps()
    {
        using WorkerTeam team = new(2);
        TinyDataset set = TinyDataset.OfPhantom(128, 24, snr: 5, maxShift: 0);
        using ParticleStore store = set.Load(team);
        FrequencyDisc disc = new(6);
        BandView view = store.View(disc);
        using NetworkVolume volume = new(24, disc, new SineShape(2, 32), new SineShape(2, 64), new Random(1), team);
        const int Batch = 16;
        int row = disc.PaddedCount;
        float[] real = new float[Batch * row], imaginary = new float[Batch * row];
        RotationVector[] turns = new RotationVector[Batch];
        TargetImage target = new(disc, 24);
        SliceLoss loss = new(disc, PaperLoss.Square);
        for (int step = 0; step < 300; step++)
        {
            Candidate[] poses = [.. Enumerable.Range(0, Batch).Select(i => set.Poses[(step * Batch + i) % set.Count])];
            Rotation[] rotations = [.. poses.Select(p => p.Rotation)];
            volume.Slice(rotations, Batch, real, imaginary);
            for (int i = 0; i < Batch; i++)
            {
                view.Read((step * Batch + i) % set.Count, target.Real, target.Imaginary, target.Ctf);
                for (int k = 0; k < row; k++) target.Ctf[k] *= 24;
                Span<float> re = real.AsSpan(i * row, row), im = imaginary.AsSpan(i * row, row);
                loss.Evaluate(re, im, target, 1.0 / Batch, re, im);
                for (int k = 0; k < row; k++)
                {
                    re[k] *= target.Ctf[k];
                    im[k] *= target.Ctf[k];
                }
            }
            volume.Backward(rotations, Batch, real, imaginary, turns);
            volume.Step(1e-3);
        }
        Volume map = volume.ToMap(6, 24, team);
        Volume truth = LowPass(set.Truth, disc.Radius, team);
        double correlation = TinyDataset.Correlation(map, truth);
        Assert.True(correlation > 0.9, $"correlation {correlation}");
    }

    [Fact]
    public void Slices_gradients_and_steps_allocate_nothing()
    {
        using WorkerTeam team = new(1);
        using NetworkVolume volume = VolumeScene.Network(team);
        VolumeScene scene = new(volume, 4, 8);
        Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 3; i++) Once();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Once()
        {
            scene.Value(scene.Rotations);
            scene.Backward();
            volume.Step(1e-4);
        }
    }

    [Fact]
    public void All_numbers_are_counted()
    {
        using WorkerTeam team = new(1);
        using NetworkVolume volume = VolumeScene.Network(team);
        long envelope = 3 * 16 + 16 + 16 * 16 + 16 + 16 + 1, modulant = 3 * 32 + 32 + 2 * (32 * 32 + 32) + 2 * 32 + 2;
        Assert.Equal(envelope + modulant, volume.ParameterCount);
    }

    private static Volume LowPass(Volume map, double radius, WorkerTeam team)
    {
        CentredFft3D fft = new(map.Size, team);
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(map.Voxels, spectrum);
        int n = map.Size;
        return BallTransform.ToMap(
            n, map.PixelSizeAngstrom, radius,
            (x, y, z) =>
            {
                // The images' mean was taken off, and with it the origin.
                int at = ((((z + n) % n * n) + ((y + n) % n)) * fft.HalfSize + x) * 2;
                return x == 0 && y == 0 && z == 0 ? (0, 0) : (spectrum[at], spectrum[at + 1]);
            },
            team);
    }

    /// <summary>A sine network in double precision, weight by weight.</summary>
    private static double[] Plain(ParameterStore store, string name, double[] input)
    {
        Parameter[] own = [.. store.Parameters.Where(p => p.Name.StartsWith(name + ".", StringComparison.Ordinal))];
        double[] x = input;
        for (int l = 0; l < own.Length; l += 2)
        {
            Parameter weights = own[l], bias = own[l + 1];
            double[] y = new double[bias.LogicalLength];
            for (int o = 0; o < y.Length; o++)
            {
                y[o] = bias.Value[o];
                for (int i = 0; i < x.Length; i++) y[o] += x[i] * weights.Value[i * y.Length + o];
                if (l + 2 < own.Length) y[o] = Math.Sin(30 * y[o]);
            }
            x = y;
        }
        return x;
    }
}
