using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.Imaging;
using CryoSpin.Simulation;

namespace CryoSpin.Tests.Simulation;

/// <summary>Each thing that real stacks have is measured in the images, as strong as it was asked for.</summary>
public class NuisanceTests
{
    private const int Size = 32;
    private static readonly Volume s_phantom = Phantom.Create(Size, 6);
    private static readonly SimulationOptions s_usual = new() { Particles = 300, Snr = 0.5, MaxShiftPixels = 1 };

    private static readonly NuisanceOptions s_all = new()
    {
        JunkShare = 0.5,
        Views = ViewSpread.Strong,
        ContrastSpread = 0.3,
        NoiseLevelSpread = 0.2,
        DefocusErrorAngstrom = 300,
        Gradient = 1,
        NeighbourShare = 0.4,
        HotPixels = 2,
    };

    [Fact]
    public void Same_seed_same_bytes_whatever_the_threads()
    {
        SimulationOptions options = s_usual with { Particles = 150, Nuisances = s_all, NoiseColour = NoiseColour.Coloured };
        using WorkerTeam team = new(2);
        SimulatedParticle[] one = Made(options), two = [.. ParticleSimulator.Simulate(s_phantom, options, team)];
        Assert.Equal(one.Select(p => (p.Pose, p.Ctf, p.Truth)), two.Select(p => (p.Pose, p.Ctf, p.Truth)));
        for (int i = 0; i < one.Length; i++) Assert.Equal(one[i].Image, two[i].Image);
        Assert.NotEqual(one[0].Image, Made(options with { Particles = 1, Seed = 2 })[0].Image);
        Assert.NotEqual(one.Select(p => p.Truth), Made(options with { Seed = 2 }).Select(p => p.Truth));
    }

    [Fact]
    public void Each_leaves_the_others_as_they_were()
    {
        SimulatedParticle[] ideal = Made(s_usual), all = Made(s_usual with { Nuisances = s_all });
        SimulatedParticle[] some = Made(s_usual with { Nuisances = s_all with { Views = ViewSpread.Uniform, HotPixels = 0, JunkShare = 0 } });
        Assert.Equal(ideal.Select(p => p.Ctf), all.Select(p => p.Ctf));
        Assert.Equal(ideal.Select(p => p.Pose), some.Select(p => p.Pose));
        Assert.Equal(
            all.Select(p => (p.Truth.Contrast, p.Truth.NoiseLevel, p.Truth.DefocusErrorAngstrom, p.Truth.Gradient, p.Truth.Neighbours)),
            some.Select(p => (p.Truth.Contrast, p.Truth.NoiseLevel, p.Truth.DefocusErrorAngstrom, p.Truth.Gradient, p.Truth.Neighbours)));
        Assert.All(ideal, p => Assert.Equal(ImageTruth.Plain, p.Truth));
    }

    [Fact]
    public void The_share_of_junk_is_the_one_asked_for_and_its_kinds_are_as_frequent()
    {
        NuisanceOptions junk = new() { JunkShare = 0.3 };
        ImageKind[] kinds = [.. Made(s_usual with { Particles = 2000, Nuisances = junk }).Select(p => p.Truth.Kind)];
        Assert.Equal(0.3, kinds.Count(k => k != ImageKind.Particle) / 2000.0, 0.03);
        foreach (ImageKind kind in NuisanceOptions.AllJunk) Assert.InRange(kinds.Count(k => k == kind), 70, 135);
        SimulatedParticle[] two = Made(s_usual with { Nuisances = junk with { JunkKinds = [ImageKind.Ice, ImageKind.Noise] } });
        Assert.Equal([ImageKind.Particle, ImageKind.Noise, ImageKind.Ice], two.Select(p => p.Truth.Kind).Distinct().Order());
    }

    [Fact]
    public void Junk_is_what_it_is_called()
    {
        Dictionary<ImageKind, double> deviation = NuisanceOptions.AllJunk.ToDictionary(k => k, k => Mean(Clean(k), Deviation));
        double particle = Mean(Clean(null), Deviation);
        Assert.Equal(0, deviation[ImageKind.Noise]);
        Assert.InRange(deviation[ImageKind.Ice] / particle, 3, 5);
        Assert.InRange(deviation[ImageKind.Carbon] / particle, 3, 5);
        Assert.InRange(deviation[ImageKind.Denatured] / particle, 0.8, 1.3);
        // Two particles have twice the variance where the image cuts none of them.
        Assert.InRange(deviation[ImageKind.Overlap] / particle, 1.1, 1.6);
        Assert.InRange(deviation[ImageKind.OffCentre] / particle, 0.5, 1);
        Assert.True(Mean(Clean(ImageKind.OffCentre), DistanceFromCentre) > Mean(Clean(null), DistanceFromCentre) + Size / 8.0);
        // Ice is smooth.
        Assert.True(Mean(Clean(ImageKind.Ice), p => ShareBelow(p, 4)) > 0.9);
    }

    [Fact]
    public void A_denatured_particle_is_like_no_view_of_the_map()
    {
        SimulatedParticle[] denatured = Clean(ImageKind.Denatured), particles = Clean(null);
        double own = Mean(particles, p => Best(p, particles.Where(q => q != p))), other = Mean(denatured, p => Best(p, particles));
        Assert.True(other < own - 0.05, $"{other} against {own}");
    }

    [Theory]
    [InlineData(ViewSpread.Uniform, 0.034, 0.07)]
    [InlineData(ViewSpread.Mild, 0.1, 0.17)]
    [InlineData(ViewSpread.Strong, 0.45, 0.55)]
    public void Views_gather_where_they_are_preferred(ViewSpread spread, double least, double most)
    {
        ParticleSimulator simulator = new(s_phantom, s_usual with { Particles = 1500, Nuisances = new NuisanceOptions { Views = spread } });
        (double X, double Y, double Z)[] views =
            [.. Enumerable.Range(0, 1500).Select(i => simulator.Draw(i).Pose.Rotation).Select(r => (r.M20, r.M21, r.M22))];
        double cos = Math.Cos(15 * Math.PI / 180);
        int Near((double X, double Y, double Z) v) => views.Count(w => v.X * w.X + v.Y * w.Y + v.Z * w.Z > cos);
        // The share within 15 degrees of the two most frequent directions; 0.034 of a uniform sphere.
        (double X, double Y, double Z) first = views.MaxBy(Near);
        (double X, double Y, double Z)[] rest = [.. views.Where(w => first.X * w.X + first.Y * w.Y + first.Z * w.Z < Math.Cos(35 * Math.PI / 180))];
        double share = (Near(first) + Near(rest.MaxBy(Near))) / 1500.0;
        Assert.InRange(share, least, most);
        Assert.All(Enumerable.Range(0, 20), i => Assert.True(simulator.Draw(i).Pose.Rotation is var r && r.AngleToDegrees(r.Orthonormalised()) < 1e-3));
    }

    [Fact]
    public void Contrast_spreads_about_1()
    {
        SimulatedParticle[] made = Made(s_usual with { Particles = 1000, Snr = double.PositiveInfinity, Nuisances = new NuisanceOptions { ContrastSpread = 0.3 } });
        SimulatedParticle[] ideal = Made(s_usual with { Particles = 1000, Snr = double.PositiveInfinity });
        double[] ratios = [.. made.Zip(ideal, (a, b) => Deviation(a) / Deviation(b))];
        for (int i = 0; i < ratios.Length; i++) Assert.Equal(made[i].Truth.Contrast, ratios[i], 1e-3);
        Assert.Equal(1, ratios.Average(), 0.04);
        double[] logarithms = [.. ratios.Select(r => Math.Log(r))];
        Assert.Equal(0.3, Math.Sqrt(logarithms.Select(l => l - logarithms.Average()).Average(d => d * d)), 0.03);
    }

    [Fact]
    public void Defoci_are_wrong_in_the_table_alone()
    {
        SimulatedParticle[] made = Made(s_usual with { Particles = 2000, Nuisances = new NuisanceOptions { DefocusErrorAngstrom = 200 } });
        SimulatedParticle[] ideal = Made(s_usual with { Particles = 2000 });
        Assert.Equal(ideal[7].Image, made[7].Image);
        Assert.Equal(ideal[7].Ctf, made[7].Ctf);
        double[] errors = [.. made.Select(p => p.WrittenCtf.DefocusUAngstrom - p.Ctf.DefocusUAngstrom)];
        Assert.All(made, p => Assert.Equal(p.Truth.DefocusErrorAngstrom, p.WrittenCtf.DefocusVAngstrom - p.Ctf.DefocusVAngstrom, 1e-6));
        // One for each micrograph of 50 images.
        Assert.Equal(40, errors.Select(e => Math.Round(e, 6)).Distinct().Count());
        Assert.Equal(200, Math.Sqrt(errors.Average(e => e * e)), 60.0);
    }

    [Fact]
    public void The_background_rises_by_the_gradient()
    {
        SimulatedParticle[] made = Made(s_usual with { Snr = 1e-4, Nuisances = new NuisanceOptions { Gradient = 3 } });
        ParticleNormalisation planes = new(Size, 0.45 * Size);
        double error = 0;
        foreach (SimulatedParticle p in made)
        {
            BackgroundPlane plane = planes.MeasurePlane(p.Image);
            double angle = p.Truth.GradientAngleDegrees * Math.PI / 180, scale = Size / plane.StandardDeviation;
            error += Math.Pow(plane.SlopeX * scale - p.Truth.Gradient * Math.Cos(angle), 2) / made.Length;
            error += Math.Pow(plane.SlopeY * scale - p.Truth.Gradient * Math.Sin(angle), 2) / made.Length;
        }
        // What noise alone makes of a slope.
        Assert.InRange(Math.Sqrt(error), 0, 0.4);
        Assert.Equal(3, made.Average(p => p.Truth.Gradient), 0.6);
    }

    [Fact]
    public void Coloured_noise_is_five_times_as_strong_at_the_lowest_frequencies()
    {
        double[] power = NoisePower(NoiseColour.Coloured), white = NoisePower(NoiseColour.White);
        // 1/60 per angstrom is shell 3.2 of a box of 192 angstrom.
        Assert.Equal(1 + 4 / (1 + Math.Pow(60.0 / 192, 2)), power[1] / power[14] * (1 + 4 / (1 + Math.Pow(60 * 14.0 / 192, 2))), 0.5);
        Assert.InRange(power[3] / power[14], 2.4, 3.2);
        Assert.InRange(white[1] / white[14], 0.85, 1.15);
    }

    [Fact]
    public void Noise_differs_between_micrographs()
    {
        SimulationOptions options = s_usual with { Snr = 0.1 };
        SimulatedParticle[] clean = Made(s_usual with { Snr = double.PositiveInfinity }), ideal = Made(options);
        SimulatedParticle[] made = Made(options with { Nuisances = new NuisanceOptions { NoiseLevelSpread = 0.4 } });
        Assert.Equal(6, made.Select(p => p.Truth.NoiseLevel).Distinct().Count());
        for (int first = 0; first < made.Length; first += 50)
        {
            // Backgrounds are normalised, so that the signal is the weaker the stronger the noise was.
            double signal = 0, usual = 0;
            for (int i = first; i < first + 50; i++)
            {
                signal += Product(made[i].Image, clean[i].Image);
                usual += Product(ideal[i].Image, clean[i].Image);
            }
            Assert.Equal(1 / made[first].Truth.NoiseLevel, signal / usual, 0.15);
            Assert.Equal(made[first].Truth.NoiseLevel, made[first + 49].Truth.NoiseLevel);
        }
    }

    [Fact]
    public void Neighbours_stand_at_the_edge_alone()
    {
        SimulationOptions options = s_usual with { Snr = double.PositiveInfinity };
        SimulatedParticle[] made = Made(options with { Nuisances = new NuisanceOptions { NeighbourShare = 0.4 } }), ideal = Made(options);
        Assert.Equal(0.4, made.Count(p => p.Truth.Neighbours > 0) / 300.0, 0.08);
        Assert.Equal([0, 1, 2], made.Select(p => p.Truth.Neighbours).Distinct().Order());
        double inside = 0, outside = 0;
        for (int i = 0; i < made.Length; i++)
        {
            SimulatedParticle difference = Difference(made[i], ideal[i]);
            if (made[i].Truth.Neighbours == 0) Assert.Equal(0, Deviation(difference));
            for (int k = 0; k < difference.Image.Length; k++)
            {
                double square = difference.Image[k] * difference.Image[k];
                if (Radius(k) < Size / 4.0) inside += square;
                else outside += square;
            }
        }
        Assert.True(outside > 10 * inside, $"{outside} {inside}");
    }

    [Fact]
    public void Hot_pixels_stand_out_by_tens_of_deviations()
    {
        SimulationOptions options = s_usual with { Snr = 0.05 };
        SimulatedParticle[] made = Made(options with { Nuisances = new NuisanceOptions { HotPixels = 2 } }), ideal = Made(options);
        Assert.Equal(2, made.Average(p => p.Truth.HotPixels), 0.3);
        Assert.All(ideal, p => Assert.True(p.Image.Max(Math.Abs) < 8));
        int found = made.Sum(p => p.Image.Count(v => Math.Abs(v) > 5)), asked = made.Sum(p => p.Truth.HotPixels);
        Assert.InRange(found / (double)asked, 0.8, 1.05);
        Assert.Contains(made, p => p.Image.Min() < -8);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        NuisanceOptions[] wrong =
        [
            new() { JunkShare = 1.1 }, new() { JunkShare = double.NaN }, new() { ContrastSpread = -1 }, new() { NoiseLevelSpread = 3 }, new() { HotPixels = -1 },
            new() { DefocusErrorAngstrom = double.PositiveInfinity }, new() { Gradient = 101 }, new() { NeighbourShare = 2 }, new() { Views = (ViewSpread)9 },
            new() { JunkKinds = [] }, new() { JunkKinds = [ImageKind.Particle] },
        ];
        foreach (NuisanceOptions options in wrong)
        {
            Assert.Single(options.Problems());
            Assert.Throws<CryoSpinException>(() => new ParticleSimulator(s_phantom, s_usual with { Nuisances = options }));
        }
    }

    private static SimulatedParticle[] Made(SimulationOptions options) => [.. ParticleSimulator.Simulate(s_phantom, options)];

    /// <summary>Images of one kind without noise; null for particles.</summary>
    private static SimulatedParticle[] Clean(ImageKind? kind) => Made(s_usual with
    {
        Particles = 100,
        Snr = double.PositiveInfinity,
        Nuisances = kind is { } k ? new NuisanceOptions { JunkShare = 1, JunkKinds = [k] } : new NuisanceOptions(),
    });

    private static double[] NoisePower(NoiseColour colour)
    {
        RealFft2D fft = new(Size);
        double[] sum = new double[Shells.Count(Size)];
        foreach (SimulatedParticle p in Made(s_usual with { Snr = 1e-6, NoiseColour = colour }))
        {
            float[] spectrum = new float[fft.SpectrumLength];
            fft.Forward(p.Image, spectrum);
            double[] power = Shells.PowerSpectrum(spectrum, Size, 2);
            for (int s = 0; s < sum.Length; s++) sum[s] += power[s];
        }
        return sum;
    }

    private static double ShareBelow(SimulatedParticle particle, int shell)
    {
        RealFft2D fft = new(Size);
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(particle.Image, spectrum);
        double[] power = Shells.PowerSpectrum(spectrum, Size, 2);
        double[] weighted = [.. power.Select((p, s) => s == 0 ? 0 : p * s)];
        return weighted.Take(shell + 1).Sum() / weighted.Sum();
    }

    /// <summary>The greatest correlation with any of some images.</summary>
    private static double Best(SimulatedParticle particle, IEnumerable<SimulatedParticle> others) =>
        others.Max(o => Correlation(particle.Image, o.Image));

    private static double Correlation(float[] a, float[] b)
    {
        double ma = a.Average(), mb = b.Average(), ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double x = a[i] - ma, y = b[i] - mb;
            (ab, aa, bb) = (ab + x * y, aa + x * x, bb + y * y);
        }
        return ab / Math.Sqrt(aa * bb);
    }

    private static double Product(float[] a, float[] b)
    {
        double mean = b.Average(), sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * (b[i] - mean);
        return sum;
    }

    private static SimulatedParticle Difference(SimulatedParticle a, SimulatedParticle b) =>
        a with { Image = [.. a.Image.Zip(b.Image, (x, y) => x - y)] };

    private static double Radius(int pixel) => double.Hypot(pixel % Size - Size / 2, pixel / Size - Size / 2);

    private static double DistanceFromCentre(SimulatedParticle particle)
    {
        double sum = 0, weighted = 0;
        for (int i = 0; i < particle.Image.Length; i++)
        {
            double square = particle.Image[i] * particle.Image[i];
            (sum, weighted) = (sum + square, weighted + square * Radius(i));
        }
        return weighted / sum;
    }

    private static double Deviation(SimulatedParticle particle)
    {
        double mean = particle.Image.Average(v => (double)v);
        return Math.Sqrt(particle.Image.Average(v => (v - mean) * (v - mean)));
    }

    private static double Mean(SimulatedParticle[] particles, Func<SimulatedParticle, double> value) => particles.Average(value);
}
