using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Optics;

namespace CryoSpin.Simulation;

/// <summary>One image with its truth.</summary>
/// <param name="Index">The particle's number, from 0.</param>
/// <param name="Image">[y][x], Size^2 grey values, protein white.</param>
/// <param name="Pose">Its rotation and origin.</param>
/// <param name="Ctf">Its defocus and astigmatism.</param>
public sealed record SimulatedParticle(int Index, float[] Image, Pose Pose, CtfParameters Ctf)
{
    /// <summary>What else was done to it.</summary>
    public ImageTruth Truth { get; init; } = ImageTruth.Plain;

    /// <summary>The CTF that a table says, which may be wrong: <see cref="Ctf"/> with the error of the defocus.</summary>
    public CtfParameters WrittenCtf => Ctf with
    {
        DefocusUAngstrom = Ctf.DefocusUAngstrom + Truth.DefocusErrorAngstrom,
        DefocusVAngstrom = Ctf.DefocusVAngstrom + Truth.DefocusErrorAngstrom,
    };
}

/// <summary>
/// Simulates particle images of a map with known truth: projection, contrast transfer function, shift by -Origin, noise, and the
/// background normalised to mean 0 and standard deviation 1; and what real stacks have, where it is asked for. Same options, same bytes, for any number of threads.
/// </summary>
public sealed class ParticleSimulator
{
    /// <summary>Radius, as a fraction of the box, outside which the background is normalised.</summary>
    public const double BackgroundRadius = 0.45;

    // The mean signal variance is taken from this many particles: within about 1 % of that of all, without making all of them twice.
    private const int SignalSamples = 512;
    private const int Batch = 64;
    private readonly SimulationOptions _options;
    private readonly WorkerTeam? _team;
    private readonly KaiserBesselProjector _projector;
    private readonly CentredFft2D _fft;
    private readonly NoiseSource _noise;
    private readonly ParticleNormalisation _normalisation;
    private readonly RealStack _real;
    private readonly float[] _kx;
    private readonly float[] _ky;

    /// <summary>Prepares: transforms the map and measures its signal.</summary>
    /// <param name="map">The truth.</param>
    /// <param name="options">What to draw.</param>
    /// <param name="team">Threads; null for the caller's.</param>
    /// <exception cref="CryoSpinException">Options that cannot be used; the message lists all faults.</exception>
    public ParticleSimulator(Volume map, SimulationOptions options, WorkerTeam? team = null)
    {
        IReadOnlyList<string> problems = options.Problems(map.Size);
        if (problems.Count > 0) throw new CryoSpinException("The simulation cannot start. " + string.Join(" ", problems));
        _options = options;
        _team = team;
        Truth = options.BoxSize is { } box && box != map.Size ? map.FourierCropTo(box, team) : map;
        int size = Truth.Size;
        Optics = new OpticsGroup(
            "opticsGroup1", options.VoltageKilovolts, options.SphericalAberrationMillimeters, options.AmplitudeContrast,
            Truth.PixelSizeAngstrom, size);
        _projector = new KaiserBesselProjector(Truth, team);
        _fft = new CentredFft2D(size);
        _normalisation = new ParticleNormalisation(size, BackgroundRadius * size);
        (_kx, _ky) = Frequencies(size);
        _real = new RealStack(this, options.Nuisances, options.Seed);
        SignalVariance = MeasureSignal();
        NoiseStandardDeviation = double.IsPositiveInfinity(options.Snr) ? 0 : Math.Sqrt(SignalVariance / options.Snr);
        _noise = new NoiseSource(size, options.NoiseColour, NoiseStandardDeviation, Truth.PixelSizeAngstrom);
    }

    /// <summary>The map the images are projections of, at their pixel size.</summary>
    public Volume Truth { get; }

    /// <summary>The optics group of all images.</summary>
    public OpticsGroup Optics { get; }

    /// <summary>Number of particles.</summary>
    public int Count => _options.Particles;

    /// <summary>Whether the images have nothing that real stacks have beside particles and noise.</summary>
    public bool IsIdeal => !_options.Nuisances.IsAny;

    /// <summary>Mean variance of an image without noise, over the whole box.</summary>
    public double SignalVariance { get; }

    /// <summary>Standard deviation of the noise before normalisation; 0 when none is added.</summary>
    public double NoiseStandardDeviation { get; }

    /// <summary>The images in order, made in batches on the team's threads as they are asked for; each has its own array.</summary>
    public static IEnumerable<SimulatedParticle> Simulate(Volume map, SimulationOptions options, WorkerTeam? team = null) =>
        new ParticleSimulator(map, options, team).Images();

    /// <summary>The images in order, made in batches on the team's threads as they are asked for; each has its own array.</summary>
    public IEnumerable<SimulatedParticle> Images()
    {
        SimulatedParticle[] batch = new SimulatedParticle[Batch * (_team?.Workers ?? 1)];
        for (int start = 0; start < Count; start += batch.Length)
        {
            int first = start;
            int count = Math.Min(batch.Length, Count - start);
            For(count, i => batch[i] = Make(first + i));
            for (int i = 0; i < count; i++) yield return batch[i];
        }
    }

    /// <summary>The pose and optics of one particle, without making its image.</summary>
    public (Pose Pose, CtfParameters Ctf) Draw(int index) => Draw(index, Stream(index));

    /// <summary>A projection without CTF, in the image's centre.</summary>
    /// <param name="rotation">Map to image coordinates.</param>
    /// <param name="image">Receives [y][x] Size^2 values; sums over voxels along the view.</param>
    internal void Project(in Rotation rotation, Span<float> image)
    {
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        _projector.Slice(rotation, spectrum.Span);
        _fft.InverseInPlace(spectrum.Span, image);
    }

    /// <summary>An image without noise: projection, CTF and shift.</summary>
    /// <param name="pose">Rotation and origin.</param>
    /// <param name="ctf">Defocus and astigmatism.</param>
    /// <param name="image">Receives [y][x] Size^2 values; sums over voxels along the view.</param>
    public void Render(in Pose pose, in CtfParameters ctf, Span<float> image)
    {
        using PooledFloats spectrum = new(_fft.SpectrumLength);
        RenderSpectrum(pose, ctf, spectrum.Span);
        _fft.InverseInPlace(spectrum.Span, image);
    }

    private SimulatedParticle Make(int index)
    {
        RandomStream random = Stream(index);
        (Pose pose, CtfParameters ctf) = Draw(index, random);
        ImageTruth truth = _real.TruthOf(index);
        float[] image = new float[Truth.Size * Truth.Size];
        _real.Paint(index, pose, ctf, truth, image);
        if (NoiseStandardDeviation > 0)
        {
            _noise.Add(random, image, truth.NoiseLevel);
            _real.AddBackground(index, truth, image);
            _normalisation.Apply(image);
        }
        return new SimulatedParticle(index, image, pose, ctf) { Truth = truth };
    }

    private RandomStream Stream(int index) => new((ulong)_options.Seed, (ulong)index);

    private (Pose Pose, CtfParameters Ctf) Draw(int index, RandomStream random)
    {
        Rotation rotation = RandomRotations.Next(random);
        double radius = _options.MaxShiftPixels * Math.Sqrt(random.NextDouble()) * Truth.PixelSizeAngstrom;
        (double sin, double cos) = Math.SinCos(random.Uniform(0, 2 * Math.PI));
        (double low, double high) = _options.DefocusRangeMicrometers;
        double defocus = random.Uniform(low, high) * 1e4;
        double astigmatism = random.Uniform(0, _options.MaxAstigmatismAngstrom);
        double angle = random.Uniform(0, 180);
        return (
            _real.PoseOf(index, new Pose(rotation, radius * cos, radius * sin)),
            new CtfParameters(
                defocus + astigmatism, defocus - astigmatism, angle,
                BFactorAngstromSquared: _options.BFactorAngstromSquared));
    }

    private void RenderSpectrum(in Pose pose, in CtfParameters ctf, Span<float> spectrum)
    {
        int size = Truth.Size, half = size / 2 + 1;
        _projector.Slice(pose.Rotation, spectrum);
        using PooledFloats values = new(size * half);
        new ContrastTransferFunction(Optics, ctf).Evaluate(_kx, _ky, 1 / (size * Truth.PixelSizeAngstrom), values.Span);
        // Shifting the image by -Origin multiplies F(k) by exp(+2 pi i k.Origin / N).
        double stepX = 2 * Math.PI * pose.OriginXAngstrom / (Truth.PixelSizeAngstrom * size);
        double stepY = 2 * Math.PI * pose.OriginYAngstrom / (Truth.PixelSizeAngstrom * size);
        for (int row = 0, i = 0; row < size; row++)
        {
            (double sy, double cy) = Math.SinCos(stepY * Shells.Frequency(row, size));
            (double sx, double cx) = Math.SinCos(stepX);
            for (int kx = 0; kx < half; kx++, i++)
            {
                float re = spectrum[2 * i], im = spectrum[2 * i + 1], c = (float)cy * values.Span[i], s = (float)sy * values.Span[i];
                spectrum[2 * i] = re * c - im * s;
                spectrum[2 * i + 1] = re * s + im * c;
                (cy, sy) = (cy * cx - sy * sx, cy * sx + sy * cx);
            }
        }
    }

    private double MeasureSignal()
    {
        int samples = Math.Min(Count, SignalSamples);
        double[] variances = new double[samples];
        For(samples, i =>
        {
            (Pose pose, CtfParameters ctf) = Draw(i);
            using PooledFloats spectrum = new(_fft.SpectrumLength);
            RenderSpectrum(pose, ctf, spectrum.Span);
            variances[i] = Variance(spectrum.Span);
        });
        return variances.Average();
    }

    /// <summary>Variance over the pixels, by Parseval's theorem: the power of all frequencies but zero.</summary>
    private double Variance(ReadOnlySpan<float> spectrum)
    {
        int size = Truth.Size, half = size / 2 + 1;
        double sum = 0;
        for (int i = 1; i < size * half; i++)
        {
            double re = spectrum[2 * i], im = spectrum[2 * i + 1];
            sum += Shells.Multiplicity(i % half, size) * (re * re + im * im);
        }
        return sum / ((double)size * size * size * size);
    }

    private void For(int count, Action<int> body)
    {
        if (_team is not null)
        {
            _team.ForEach(count, (i, _) => body(i));
            return;
        }
        for (int i = 0; i < count; i++) body(i);
    }

    private static (float[] Kx, float[] Ky) Frequencies(int size)
    {
        int half = size / 2 + 1;
        float[] kx = new float[size * half], ky = new float[size * half];
        for (int i = 0; i < kx.Length; i++)
        {
            kx[i] = i % half;
            ky[i] = Shells.Frequency(i / half, size);
        }
        return (kx, ky);
    }
}
