using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.Optics;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Tests.Particles;

namespace CryoSpin.Tests.Preprocessing;

public sealed class PreparedParticlesTests : IDisposable
{
    private const string Optics = """
        data_optics
        loop_
        _rlnOpticsGroup
        _rlnOpticsGroupName
        _rlnVoltage
        _rlnSphericalAberration
        _rlnAmplitudeContrast
        _rlnImagePixelSize
        _rlnImageSize

        """;

    private readonly ParticleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(64, null, 64, 2.0)]
    [InlineData(65, null, 64, 2.0)]
    [InlineData(66, null, 64, 2.0)]
    [InlineData(94, null, 90, 2.0)]
    [InlineData(64, 32, 32, 4.0)]
    [InlineData(65, 48, 48, 2.0 * 64 / 48)]
    public void The_grid_is_the_largest_usable_one(int box, int? downsample, int expectedBox, double expectedPixel)
    {
        using ParticleSource source = Source(box, 2);
        ImageGrid grid = ImageGrid.Of(source.Set, downsample);
        Assert.Equal(expectedBox, grid.BoxSize);
        Assert.Equal(expectedPixel, grid.PixelSizeAngstrom, 1e-12);
    }

    [Theory]
    [InlineData(64, "downsampled")]
    [InlineData(31, "not a usable box")]
    [InlineData(26, "not a usable box")]
    public void A_box_that_cannot_be_is_refused(int downsample, string because)
    {
        using ParticleSource source = Source(32, 2);
        Assert.Contains(because, Assert.Throws<InputException>(() => ImageGrid.Of(source.Set, downsample)).Message);
    }

    [Fact]
    public void An_image_of_one_usable_group_is_the_files()
    {
        using ParticleSource source = Source(32, 2);
        PreparedParticles particles = PreparedParticles.Open(source, new PreparationOptions { Invert = false });
        float[] raw = new float[32 * 32], read = new float[32 * 32];
        source.ReadImage(3, raw);
        particles.ReadImage(3, read);
        Assert.Equal(raw, read);
        Assert.Empty(particles.Notes);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(-1, true)]
    public void The_contrast_is_detected_and_said(float sign, bool inverted)
    {
        using ParticleSource source = Source(32, 2, sign);
        PreparedParticles particles = PreparedParticles.Open(source);
        Assert.Equal(inverted, particles.IsInverted);
        Assert.Contains("Contrast", Assert.Single(particles.Notes));
        float[] read = new float[32 * 32];
        particles.ReadImage(0, read);
        Assert.True(read[16 * 32 + 16] > read[0]);
    }

    [Fact]
    public void The_user_has_the_last_word_on_contrast()
    {
        using ParticleSource source = Source(32, 2, -1);
        Assert.False(PreparedParticles.Open(source, new PreparationOptions { Invert = false }).IsInverted);
        using ParticleSource white = Source(32, 2);
        Assert.True(PreparedParticles.Open(white, new PreparationOptions { Invert = true }).IsInverted);
    }

    [Fact]
    public void Beam_tilt_and_odd_aberrations_are_taken_out()
    {
        OpticsGroup group = new("a", 300, 2.7, 0.1, 1.5, 48)
        {
            BeamTiltXMilliradians = 1.2,
            BeamTiltYMilliradians = -0.8,
            OddZernike = [0.5, -0.3, 1, 2, 0, -1],
        };
        AberrationPolynomial phase = ImageCorrection.OddPhase(group)!;
        float[] truth = Blob(48), image = [.. truth];
        Multiply(image, 48, (x, y) => phase.Evaluate(x / (48 * 1.5), y / (48 * 1.5)), (x, y) => 1);
        Assert.True(Distance(truth, image) > 0.02);
        ImageCorrection.For(new ImageGrid(48, 1.5), group, hasCtf: false, new PreparationOptions())!.Apply(image, null);
        Assert.InRange(Distance(truth, image), 0, 1e-5);
    }

    [Fact]
    public void Premultiplied_images_become_phase_flipped_ones()
    {
        OpticsGroup group = new("a", 300, 2.7, 0.1, 1.5, 48) { IsPremultiplied = true };
        CtfParameters parameters = new(9000, 8500, 20);
        ContrastTransferFunction signed = new(group with { IsPremultiplied = false }, parameters), own = new(group, parameters);
        float[] truth = Blob(48), file = [.. truth], expected = [.. truth];
        const double unit = 1 / (48 * 1.5);
        Multiply(file, 48, (_, _) => 0, (x, y) => Math.Pow(signed.Evaluate(x * unit, y * unit), 2));
        Multiply(expected, 48, (_, _) => 0, (x, y) => own.Evaluate(x * unit, y * unit));
        ImageCorrection.For(new ImageGrid(48, 1.5), group, hasCtf: true, new PreparationOptions())!.Apply(file, parameters);
        Assert.InRange(Distance(expected, file), 0, 1e-5);
    }

    [Fact]
    public void A_flipped_image_has_the_absolute_transfer_function()
    {
        OpticsGroup group = new("a", 300, 2.7, 0.1, 1.5, 48);
        CtfParameters parameters = new(9000, 8500, 20);
        ContrastTransferFunction signed = new(group, parameters);
        float[] file = Blob(48), expected = Blob(48);
        const double unit = 1 / (48 * 1.5);
        Multiply(file, 48, (_, _) => 0, (x, y) => signed.Evaluate(x * unit, y * unit));
        Multiply(expected, 48, (_, _) => 0, (x, y) => Math.Abs(signed.Evaluate(x * unit, y * unit)));
        ImageCorrection.For(new ImageGrid(48, 1.5), group, hasCtf: true, new PreparationOptions { FlipPhases = true })!.Apply(file, parameters);
        Assert.InRange(Distance(expected, file), 0, 1e-5);
    }

    [Fact]
    public void The_written_copy_is_what_was_read_and_its_optics_say_so()
    {
        using ParticleSource source = Source(40, 2);
        PreparedParticles particles = PreparedParticles.Open(source, new PreparationOptions { DownsampleBox = 32, FlipPhases = true });
        PreprocessedCopy copy = new(particles) { Normalise = false };
        using CryoSpin.Compute.WorkerTeam team = new(2);
        copy.WriteStack(_folder.File("copy.mrcs"), MrcMode.Single, team, _ => { }, default);
        copy.WriteStar(_folder.File("copy.star"), "copy.mrcs");
        using ParticleSource written = ParticleSource.Open(_folder.File("copy.star"));
        Assert.Equal(32, written.Set.BoxSize);
        Assert.Equal(2.5, written.Set.PixelSizeAngstrom, 1e-6);
        Assert.Equal(source.Set.Count, written.Set.Count);
        float[] expected = new float[32 * 32], found = new float[32 * 32];
        for (int i = 0; i < source.Set.Count; i++)
        {
            particles.ReadImage(i, expected);
            written.ReadImage(i, found);
            Assert.Equal(expected, found);
        }
        Assert.Equal(12345, written.Set.Data.Particles.GetDouble("myColumn", 0));
    }

    [Fact]
    public void A_normalised_copy_has_a_background_of_mean_0_and_deviation_1()
    {
        using ParticleSource source = Source(40, 2);
        PreprocessedCopy copy = new(PreparedParticles.Open(source));
        using CryoSpin.Compute.WorkerTeam team = new(2);
        copy.WriteStack(_folder.File("copy.mrcs"), MrcMode.Half, team, _ => { }, default);
        using MrcStackReader stack = MrcStackReader.Open(_folder.File("copy.mrcs"));
        float[] image = new float[40 * 40];
        for (int i = 0; i < stack.Count; i++)
        {
            stack.Read(i, image);
            BackgroundStatistics background = new ParticleNormalisation(40, 18).Measure(image);
            Assert.InRange(background.Mean, -1e-3, 1e-3);
            Assert.InRange(background.StandardDeviation, 0.999, 1.001);
        }
    }

    private static float[] Blob(int box)
    {
        float[] image = new float[box * box];
        for (int i = 0; i < image.Length; i++)
        {
            double x = i % box - box / 2, y = i / box - box / 2;
            image[i] = (float)(Math.Exp(-(x * x + y * y) / 20) + Math.Exp(-((x - 6) * (x - 6) + (y + 5) * (y + 5)) / 5));
        }
        return image;
    }

    /// <summary>Multiplies an image's transform, except at the Nyquist frequency, by size(k) exp(i phase(k)).</summary>
    private static void Multiply(float[] image, int box, Func<double, double, double> phase, Func<double, double, double> size)
    {
        RealFft2D fft = new(box);
        float[] spectrum = new float[fft.SpectrumLength];
        fft.Forward(image, spectrum);
        for (int i = 0; i < spectrum.Length / 2; i++)
        {
            int kx = i % fft.HalfSize, ky = i / fft.HalfSize > box / 2 ? i / fft.HalfSize - box : i / fft.HalfSize;
            bool nyquist = 2 * kx == box || 2 * ky == box;
            (double s, double c) = Math.SinCos(nyquist ? 0 : phase(kx, ky));
            double factor = size(kx, ky), re = spectrum[2 * i], im = spectrum[2 * i + 1];
            spectrum[2 * i] = (float)(factor * (c * re - s * im));
            spectrum[2 * i + 1] = (float)(factor * (s * re + c * im));
        }
        fft.Inverse(spectrum, image);
    }

    private static double Distance(float[] a, float[] b) => a.Zip(b).Max(p => Math.Abs(p.First - p.Second));

    // Ten images of a blob in noise.
    private ParticleSource Source(int box, double pixelSize, float sign = 1)
    {
        Random random = new(box);
        string name = FormattableString.Invariant($"stack{box}_{sign}");
        using (MrcStackWriter writer = new(_folder.File(name + ".mrcs"), box, box, pixelSize))
        {
            for (int i = 0; i < 10; i++)
            {
                writer.Append([.. Blob(box).Select(v => sign * v + (float)(random.NextDouble() - 0.5))]);
            }
            writer.Complete();
        }
        string rows = string.Concat(Enumerable.Range(1, 10).Select(
            i => FormattableString.Invariant($"{i}@{name}.mrcs 1 10000 9500 30 12345\n")));
        string star = FormattableString.Invariant($"{Optics}1 one 300 2.7 0.1 {pixelSize} {box}\n\n") + """
            data_particles
            loop_
            _rlnImageName
            _rlnOpticsGroup
            _rlnDefocusU
            _rlnDefocusV
            _rlnDefocusAngle
            _myColumn

            """ + rows;
        return ParticleSource.Open(_folder.Star(name + ".star", star));
    }
}
