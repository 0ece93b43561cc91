using CryoSpin.Compute;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Tests.Particles;

namespace CryoSpin.Tests.Preprocessing;

/// <summary>Contrast, and what else was done to single images, is each particle's own.</summary>
public sealed class ContrastOfParticlesTests : IDisposable
{
    private const int Box = 32;
    private const int Count = 24;
    private readonly ParticleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_image_is_multiplied_by_its_own_sign(bool mixed)
    {
        int Sign(int i) => mixed && i % 2 == 0 ? 1 : -1;
        using ParticleSource source = Source(Sign, i => Sign(i), _ => 1);
        PreparedParticles particles = PreparedParticles.Open(source);
        Assert.All(Enumerable.Range(0, Count), i => Assert.True(Centre(particles, i) > 0.5, $"image {i}"));
        Assert.Contains(particles.Notes, n => n.Contains($"{(mixed ? Count / 2 : Count)} of {Count} images are inverted", StringComparison.Ordinal));
        Assert.False(particles.IsInverted);
    }

    [Fact]
    public void Optics_groups_of_opposite_contrast_are_told_apart()
    {
        using ParticleSource source = Source(i => i < Count / 2 ? 1 : -1, _ => 1, i => i < Count / 2 ? 1 : 2);
        PreparedParticles particles = PreparedParticles.Open(source);
        Assert.All(Enumerable.Range(0, Count), i => Assert.True(Centre(particles, i) > 0.5, $"image {i}"));
        Assert.Contains(particles.Notes, n => n.Contains("optics group two: particles are darker", StringComparison.Ordinal));
        Assert.All(
            Enumerable.Range(0, Count), i => Assert.Equal(i >= Count / 2, Centre(PreparedParticles.Open(source, new PreparationOptions { Invert = false }), i) < 0));
    }

    [Fact]
    public void A_copy_says_what_is_true_of_its_own_images()
    {
        using ParticleSource source = Source(i => i % 2 == 0 ? 1 : -1, i => i % 2 == 0 ? 1 : -1, _ => 1, "_rlnNormCorrection\n_rlnCtfDataArePhaseFlipped\n", i => $"0.9 {i % 2}");
        PreparedParticles particles = PreparedParticles.Open(source, new PreparationOptions { UndoPremultiplication = false });
        PreprocessedCopy copy = new(particles);
        using WorkerTeam team = new(1);
        copy.WriteStack(_folder.File("copy.mrcs"), MrcMode.Single, team, _ => { }, default);
        string star = _folder.File("copy.star");
        copy.WriteStar(star, "copy.mrcs");
        StarTable table = StarFile.Read(star).Get("particles");
        Assert.False(table.Has("csparcSign"));
        Assert.False(table.Has("rlnNormCorrection"));
        ParticleSet read = ParticleSet.Load(star);
        Assert.Equal(0, read.DarkParticles);
        Assert.Equal([false, true, false], Enumerable.Range(0, 3).Select(i => read.Optics(i).IsPhaseFlipped));
    }

    private static float Centre(PreparedParticles particles, int i)
    {
        float[] image = new float[Box * Box];
        particles.ReadImage(i, image);
        return image[(Box / 2 * Box) + (Box / 2)];
    }

    private ParticleSource Source(Func<int, int> contrast, Func<int, int> stated, Func<int, int> group, string further = "", Func<int, string>? values = null)
    {
        Random random = new(1);
        using (MrcStackWriter writer = new(_folder.File("s.mrcs"), Box, Box, 2))
        {
            for (int i = 0; i < Count; i++)
            {
                writer.Append([.. Enumerable.Range(0, Box * Box).Select(p => (contrast(i) * Blob(p)) + (float)(0.2 * (random.NextDouble() - 0.5)))]);
            }
            writer.Complete();
        }
        string rows = string.Concat(Enumerable.Range(0, Count).Select(i => $"{i + 1}@s.mrcs {group(i)} 10000 9500 30 {stated(i)} {values?.Invoke(i)}\n"));
        return ParticleSource.Open(_folder.Star("p.star", $"""
            data_optics
            loop_
            _rlnOpticsGroup
            _rlnOpticsGroupName
            _rlnVoltage
            _rlnSphericalAberration
            _rlnAmplitudeContrast
            _rlnImagePixelSize
            _rlnImageSize
            1 one 300 2.7 0.1 2 {Box}
            2 two 300 2.7 0.1 2 {Box}

            data_particles
            loop_
            _rlnImageName
            _rlnOpticsGroup
            _rlnDefocusU
            _rlnDefocusV
            _rlnDefocusAngle
            _csparcSign
            {further}{rows}
            """));
    }

    private static float Blob(int p)
    {
        double x = (p % Box) - (Box / 2), y = (p / Box) - (Box / 2);
        return (float)Math.Exp(-((x * x) + (y * y)) / 20);
    }
}
