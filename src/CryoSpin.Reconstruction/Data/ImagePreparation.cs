using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Data;

/// <summary>
/// Normalises the images' backgrounds and measures noise and contrast on a sample of them before any is used.
/// </summary>
internal sealed class ImagePreparation
{
    // The background is what lies outside this share of half the box; RELION's own default is 0.75 of it, for tightly picked particles.
    private const double BackgroundShare = 0.9;
    private const int SampledImages = 1000;

    // Images whose poses would be certain to e^600 are not measured ones: they are noise-free simulations, whose misfit is interpolation
    // error.
    private const double GreatestInformation = 600;
    private readonly ReconstructionInput _input;
    private readonly ParticleNormalisation _normalisation;
    private readonly float _typicalDeviation;

    public ImagePreparation(ReconstructionInput input)
    {
        _input = input;
        double radius = BackgroundShare * input.BoxSize / 2;
        _normalisation = new ParticleNormalisation(input.BoxSize, radius);
        NoiseSpectrum noise = new(input.BoxSize, radius);
        ContrastEstimate contrast = new(input.BoxSize, radius);
        float[] pixels = new float[input.BoxSize * input.BoxSize];
        int sampled = Math.Min(SampledImages, input.Count);
        double squares = 0;
        for (int i = 0; i < sampled; i++)
        {
            Read((int)((long)i * input.Count / sampled), pixels);
            noise.Add(pixels);
            contrast.Add(pixels);
            squares += TensorPrimitives.SumOfSquares<float>(pixels) / pixels.Length;
        }
        _typicalDeviation = squares > 0 ? (float)Math.Sqrt(squares / sampled) : 1;
        NoisePower = noise.Power;
        Contrast = contrast.Verdict;
    }

    /// <summary>Measures the images, and warns of particles that are darker than their background.</summary>
    public static ImagePreparation Of(ReconstructionInput input, IRunObserver observer)
    {
        ImagePreparation preparation = new(input);
        if (preparation.Contrast == Contrast.Black)
        {
            observer.Log(
                "warning: Particles look darker than their background: the map will have negative density. Leave --invert out, or give it.");
        }
        return preparation;
    }

    /// <summary>Noise power per complex coefficient and shell, as the backgrounds show it.</summary>
    public double[] NoisePower { get; }

    /// <summary>Whether protein is white or black.</summary>
    public Contrast Contrast { get; }

    /// <summary>Reads and normalises one image: a plane through its background is taken off. Thread-safe.</summary>
    public void Read(int particle, Span<float> pixels) => ReadMeasured(particle, pixels);

    /// <summary>Loads all images, with the noise level set.</summary>
    /// <param name="halfSet">1 or 2 per particle.</param>
    /// <param name="scratchFolder">Folder for a scratch file that holds them; null for memory.</param>
    /// <param name="team">Workers.</param>
    /// <param name="observer">Told when the noise level is not the measured one.</param>
    /// <param name="loaded">Receives the number of particles read so far.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public (ParticleStore Store, double[] SignalPower) Load(
        int[] halfSet, string? scratchFolder, WorkerTeam team, IRunObserver observer, Action<int>? loaded, CancellationToken cancellation)
    {
        ParticleStore store = Fill(halfSet, scratchFolder, team, null, loaded, cancellation);
        return (store, SetNoise(store, observer));
    }

    /// <summary>Loads all images; the noise level is still to be set.</summary>
    /// <param name="halfSet">1 or 2 per particle.</param>
    /// <param name="scratchFolder">Folder for a scratch file that holds them; null for memory.</param>
    /// <param name="team">Workers.</param>
    /// <param name="power">Receives each image's power at low frequencies; null where it is not wanted.</param>
    /// <param name="loaded">Receives the number of particles read so far.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public ParticleStore Fill(
        int[] halfSet, string? scratchFolder, WorkerTeam team, LowFrequencyPower[]? power, Action<int>? loaded,
        CancellationToken cancellation) => ParticleStore.Load(
        _input.BoxSize, _input.PixelSizeAngstrom, DiscFor(_input.BoxSize), power is null ? Read : (i, pixels) => power[i] = ReadMeasured(i, pixels),
        _input.Ctf, halfSet, new StorePlace(scratchFolder, _typicalDeviation), team, loaded, cancellation);

    /// <summary>Sets the noise level of loaded images to what their backgrounds show.</summary>
    /// <returns>Per shell, the variance of the map's transform (<see cref="SignalPower"/>).</returns>
    public double[] SetNoise(ParticleStore store, IRunObserver observer)
    {
        int shells = store.Disc.Extent + 2;
        double[] measured = new double[shells];
        for (int s = 0; s < shells; s++) measured[s] = NoisePower[Math.Min(s, NoisePower.Length - 1)];
        double[] signal = SignalPower.PerShell(store, measured);
        double total = Enumerable.Range(1, shells - 1).Average(s => store.MeanPower[s]);
        double[] used = [.. measured.Select(n => Math.Max(n, 1e-3 * total))];
        double information = Information(store, used);
        if (information > GreatestInformation)
        {
            observer.Log($"The images hold almost no noise; a noise level {information / GreatestInformation:G3} times the measured one is assumed.");
            used = [.. used.Select(n => n * information / GreatestInformation)];
        }
        store.SetNoise(used);
        return signal;
    }

    /// <summary>The frequencies used of a box: to just below Nyquist, whose row and column are their own Hermitian partners.</summary>
    public static FrequencyDisc DiscFor(int box) => new(RadiusFor(box));

    /// <summary>Radius of <see cref="DiscFor"/>, shells.</summary>
    public static double RadiusFor(int box) => box / 2.0 - 0.01;

    private LowFrequencyPower ReadMeasured(int particle, Span<float> pixels)
    {
        _input.ReadImage(particle, pixels);
        if (!pixels[1..].ContainsAnyExcept(pixels[0]))
        {
            throw new InputException(
                _input.Name, $"every pixel of particle {particle + 1} is {pixels[0]}.", "Remove it, or leave such particles out with --skip-bad.");
        }
        BackgroundPlane plane = _normalisation.Level(pixels);
        double variance = plane.StandardDeviation * plane.StandardDeviation;
        // Without noise there is no background to normalise by: only its plane is taken off.
        bool noisy = variance > 1e-4 * TensorPrimitives.SumOfSquares<float>(pixels) / pixels.Length;
        LowFrequencyPower power = LowFrequencyPower.Of(
            pixels, _input.BoxSize, plane, noisy ? variance : 1, noisy ? _normalisation.VarianceOf(plane) : 0);
        if (noisy) TensorPrimitives.Multiply(pixels, (float)(1 / plane.StandardDeviation), pixels);
        return power;
    }

    /// <summary>Expected log likelihood ratio of an image at its true pose, over the shells that a first map needs.</summary>
    private static double Information(ParticleStore store, double[] noise)
    {
        double sum = 0;
        for (int p = 0; p < store.Disc.Count; p++)
        {
            int s = store.Disc.Shell[p];
            if (s is >= 1 and <= 10) sum += Math.Max(0, store.MeanPower[s] - noise[s]) / noise[s];
        }
        return sum;
    }
}
