using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Optics;
using CryoSpin.Simulation;

namespace CryoSpin.Tests.Simulation;

public class ParticleSimulatorTests
{
    private static readonly SimulationOptions s_noCtf = new()
    {
        Particles = 8,
        Snr = double.PositiveInfinity,
        DefocusRangeMicrometers = (0, 0),
        MaxAstigmatismAngstrom = 0,
        SphericalAberrationMillimeters = 0,
        AmplitudeContrast = 1,
    };

    private static readonly Volume s_phantom = Phantom.Create(48, 4);

    [Fact]
    public void A_point_is_shifted_by_minus_the_origin()
    {
        const int size = 48;
        const double pixel = 2;
        Volume map = ScattererDensity.Render([new PointScatterer(6, -8, 11, 6)], size, pixel, 8, centre: false).Map;
        ParticleSimulator simulator = new(map, s_noCtf with { MaxShiftPixels = 6 });
        foreach (SimulatedParticle p in simulator.Images())
        {
            (double x, double y, _) = p.Pose.Rotation.Apply(6, -8, 11);
            (double cx, double cy) = KaiserBesselProjectorTests.CentreOfMass(p.Image, size);
            Assert.Equal(size / 2 + (x - p.Pose.OriginXAngstrom) / pixel, cx, 0.02);
            Assert.Equal(size / 2 + (y - p.Pose.OriginYAngstrom) / pixel, cy, 0.02);
            Assert.True(p.Image.Max() > 0);
        }
    }

    [Fact]
    public void Same_seed_same_bytes_whatever_the_threads()
    {
        SimulationOptions options = new() { Particles = 150, NoiseColour = NoiseColour.Pink };
        using WorkerTeam team = new(2);
        SimulatedParticle[] one = [.. ParticleSimulator.Simulate(s_phantom, options)];
        SimulatedParticle[] two = [.. ParticleSimulator.Simulate(s_phantom, options, team)];
        Assert.Equal(150, one.Length);
        for (int i = 0; i < one.Length; i++)
        {
            Assert.Equal(i, two[i].Index);
            Assert.Equal(one[i].Pose, two[i].Pose);
            Assert.Equal(one[i].Ctf, two[i].Ctf);
            Assert.Equal(one[i].Image, two[i].Image);
        }
        SimulatedParticle other = ParticleSimulator.Simulate(s_phantom, options with { Seed = 2 }).First();
        Assert.NotEqual(one[0].Image, other.Image);
        Assert.NotEqual(one[0].Pose, other.Pose);
    }

    [Fact]
    public void More_particles_do_not_change_the_first_poses()
    {
        ParticleSimulator few = new(s_phantom, new SimulationOptions { Particles = 3 });
        ParticleSimulator many = new(s_phantom, new SimulationOptions { Particles = 30 });
        for (int i = 0; i < 3; i++) Assert.Equal(few.Draw(i), many.Draw(i));
    }

    [Theory]
    [InlineData(NoiseColour.White)]
    [InlineData(NoiseColour.Pink)]
    public void Noise_has_the_asked_strength(NoiseColour colour)
    {
        const double snr = 0.2;
        SimulationOptions options = new() { Particles = 400, Snr = snr, NoiseColour = colour };
        ParticleSimulator simulator = new(s_phantom, options);
        double signal = 0;
        float[] clean = new float[48 * 48];
        List<double> correlations = [];
        foreach (SimulatedParticle p in simulator.Images())
        {
            simulator.Render(p.Pose, p.Ctf, clean);
            signal += Variance(clean) / options.Particles;
            // image = (clean + noise) / scale: what the clean image does not explain is noise over scale.
            (double gain, double residual) = Fit(clean, p.Image);
            correlations.Add(residual / (gain * gain));
        }
        Assert.InRange(signal / simulator.SignalVariance, 0.999, 1.001);
        Assert.InRange(signal / correlations.Average() / snr, 0.95, 1.05);
    }

    [Fact]
    public void Background_is_normalised()
    {
        ParticleNormalisation background = new(48, ParticleSimulator.BackgroundRadius * 48);
        foreach (SimulatedParticle p in ParticleSimulator.Simulate(s_phantom, new SimulationOptions { Particles = 5 }))
        {
            BackgroundStatistics s = background.Measure(p.Image);
            Assert.Equal(0, s.Mean, 1e-5);
            Assert.Equal(1, s.StandardDeviation, 1e-5);
        }
    }

    [Fact]
    public void Draws_cover_their_ranges()
    {
        SimulationOptions options = new() { Particles = 3000, MaxShiftPixels = 4, DefocusRangeMicrometers = (0.5, 1.5) };
        ParticleSimulator simulator = new(s_phantom, options with { Particles = 1 });
        double meanCos = 0, meanX = 0, farthest = 0;
        for (int i = 0; i < 3000; i++)
        {
            (Pose pose, CtfParameters ctf) = simulator.Draw(i);
            meanCos += pose.Rotation.M22 / 3000;
            meanX += pose.OriginXAngstrom / 3000;
            double x = pose.OriginXAngstrom, y = pose.OriginYAngstrom;
            farthest = Math.Max(farthest, Math.Sqrt(x * x + y * y));
            Assert.InRange((ctf.DefocusUAngstrom + ctf.DefocusVAngstrom) / 2, 5000, 15000);
            Assert.InRange((ctf.DefocusUAngstrom - ctf.DefocusVAngstrom) / 2, 0, options.MaxAstigmatismAngstrom);
            Assert.InRange(ctf.AstigmatismAngleDegrees, 0, 180);
        }
        Assert.InRange(meanCos, -0.04, 0.04);
        Assert.InRange(meanX, -0.6, 0.6);
        Assert.InRange(farthest, 15.8, 16);
    }

    [Fact]
    public void Another_box_size_keeps_the_width_in_angstrom()
    {
        ParticleSimulator simulator = new(s_phantom, new SimulationOptions { Particles = 1, BoxSize = 32 });
        Assert.Equal(32, simulator.Optics.BoxSize);
        Assert.Equal(6, simulator.Optics.PixelSizeAngstrom, 1e-12);
        Assert.Equal(32 * 32, simulator.Images().Single().Image.Length);
    }

    [Fact]
    public void All_faults_are_named_at_once()
    {
        SimulationOptions bad = new() { Particles = 0, Snr = 0, AmplitudeContrast = 2, DefocusRangeMicrometers = (3, 1), BoxSize = 34 };
        CryoSpinException e = Assert.Throws<CryoSpinException>(() => new ParticleSimulator(s_phantom, bad));
        foreach (string part in (string[])["particles", "signal-to-noise", "amplitude contrast", "defocus range", "32 or 36"])
        {
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
        }
    }

    private static double Variance(float[] v)
    {
        double mean = v.Average();
        return v.Average(x => (x - mean) * (x - mean));
    }

    private static (double Gain, double Residual) Fit(float[] model, float[] data)
    {
        double mm = model.Average(), dm = data.Average(), cov = 0;
        for (int i = 0; i < data.Length; i++) cov += (model[i] - mm) * (data[i] - dm) / data.Length;
        double gain = cov / Variance(model);
        return (gain, Variance(data) - gain * cov);
    }
}
