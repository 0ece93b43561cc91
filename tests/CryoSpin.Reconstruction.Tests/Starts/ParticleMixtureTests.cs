using CryoSpin.Geometry;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Starts;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Tests.Starts;

public sealed class ParticleMixtureTests
{
    private readonly Random _random = new(7);

    [Theory]
    [InlineData(45, 24, 0)]
    [InlineData(45, 24, 0.15)]
    [InlineData(80, 28, 0.4)]
    [InlineData(35, 20, 0.3)]
    public void Images_of_nothing_and_images_of_more_are_told_from_particles(double likelihood, double spread, double junk)
    {
        const int Count = 2000;
        int empty = (int)(junk / 2 * Count), more = (int)(junk / 2 * Count), particles = Count - empty - more;
        ImageFit[] fits =
        [
            .. Enumerable.Range(0, particles).Select(_ => Particle(likelihood, spread, 165, 14)),
            .. Enumerable.Range(0, empty).Select(_ => Fit(Normal(4, 3), Normal(165, 14))),
            .. Enumerable.Range(0, more).Select(_ => Particle(likelihood, spread, 235, 30)),
        ];
        ParticleMixture mixture = ParticleMixture.Of(fits, Noise());
        int[] left = [.. Enumerable.Range(0, Count).Where(i => mixture.Probability(i) < 0.5)];
        // Of the particles next to none, of the others most.
        Assert.InRange(left.Count(i => i < particles), 0, 0.03 * particles);
        Assert.InRange(left.Count(i => i >= particles), 0.85 * (empty + more), empty + more);
        Assert.InRange(mixture.ParticleShare, 1 - junk - 0.04, 1 - junk + 0.04);
        Assert.All(left.Where(i => i >= particles && i < particles + empty), i => Assert.Equal(RejectionReason.NoParticle, mixture.Reason(i)));
        Assert.All(left.Where(i => i >= particles + empty), i => Assert.Equal(RejectionReason.Unexplained, mixture.Reason(i)));
        Assert.All(Enumerable.Range(0, Count), i => Assert.InRange(mixture.Probability(i), 0, 1));
    }

    [Fact]
    public void In_front_of_a_strong_map_where_all_noise_fits_equally_badly_particles_stay_particles()
    {
        ImageFit[] fits = [.. Enumerable.Range(0, 500).Select(_ => Particle(500, 100, 165, 14)), .. Enumerable.Range(0, 50).Select(_ => Fit(-60, 165))];
        ParticleMixture mixture = ParticleMixture.Of(fits, [.. Enumerable.Range(0, 300).Select(_ => Fit(-50, 157))]);
        Assert.InRange(Enumerable.Range(0, 500).Count(i => mixture.Probability(i) < 0.5), 0, 15);
        Assert.All(Enumerable.Range(500, 50), i => Assert.InRange(mixture.Probability(i), 0, 0.01));
    }

    [Fact]
    public void What_lies_far_beyond_every_kind_is_not_explained()
    {
        ImageFit[] fits = [.. Enumerable.Range(0, 500).Select(_ => Particle(60, 20, 165, 14)), Fit(60, 1e6)];
        ParticleMixture mixture = ParticleMixture.Of(fits, Noise());
        Assert.Equal(0, mixture.Probability(500));
        Assert.Equal(RejectionReason.Unexplained, mixture.Reason(500));
    }

    /// <summary>Likelihoods are never far below those of noise, and have a longer tail above.</summary>
    private ImageFit Particle(double likelihood, double spread, double residual, double deviation)
    {
        double sigma = Math.Sqrt(Math.Log(1 + spread * spread / (likelihood * likelihood)));
        return Fit(likelihood * Math.Exp(Normal(-sigma * sigma / 2, sigma)), Normal(residual, deviation));
    }

    private ImageFit[] Noise() => [.. Enumerable.Range(0, 300).Select(_ => Fit(Normal(4, 3), Normal(157, 12.5)))];

    private static ImageFit Fit(double likelihood, double residual) => new(new Candidate(Rotation.Identity, 0, 0, likelihood), residual);

    private double Normal(double mean, double deviation) =>
        mean + deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
