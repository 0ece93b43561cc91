namespace CryoSpin.Simulation;

/// <summary>
/// The random choices of <see cref="NuisanceOptions"/>. Each depends on the seed, its purpose and the image's (or micrograph's) number
/// alone.
/// </summary>
internal sealed class NuisanceDraws(NuisanceOptions options, int seed)
{
    /// <summary>Images in a row of one micrograph.</summary>
    public const int ImagesPerMicrograph = 50;

    /// <summary>What numbers are drawn for. The values decide the streams: none may change, and 0 are the images' own.</summary>
    public enum Purpose
    {
        Junk = 1,
        JunkImage,
        Views,
        ViewDirections,
        Contrast,
        NoiseLevel,
        Defocus,
        Gradient,
        Neighbours,
        HotPixels,
    }

    /// <summary>The numbers of a purpose for an image or micrograph.</summary>
    public RandomStream Stream(Purpose purpose, int index) => new((uint)seed | (ulong)purpose << 32, (ulong)index);

    /// <summary>What is done to an image.</summary>
    public ImageTruth Of(int index)
    {
        if (!options.IsAny) return ImageTruth.Plain;
        int micrograph = index / ImagesPerMicrograph;
        RandomStream gradient = Stream(Purpose.Gradient, index), neighbours = Stream(Purpose.Neighbours, index);
        double contrast = LogNormal(Purpose.Contrast, index, options.ContrastSpread);
        return new ImageTruth(
            KindOf(index),
            // The mean of a log-normal number is not that of its logarithm.
            contrast / Math.Exp(options.ContrastSpread * options.ContrastSpread / 2),
            LogNormal(Purpose.NoiseLevel, micrograph, options.NoiseLevelSpread),
            options.DefocusErrorAngstrom * Stream(Purpose.Defocus, micrograph).Gaussian(),
            -options.Gradient * Math.Log(1 - gradient.NextDouble()),
            gradient.Uniform(0, 360),
            neighbours.NextDouble() < options.NeighbourShare ? 1 + neighbours.Next(2) : 0,
            Poisson(Stream(Purpose.HotPixels, index), options.HotPixels),
            micrograph);
    }

    private ImageKind KindOf(int index)
    {
        RandomStream random = Stream(Purpose.Junk, index);
        if (random.NextDouble() >= options.JunkShare) return ImageKind.Particle;
        return options.JunkKinds[random.Next(options.JunkKinds.Count)];
    }

    private double LogNormal(Purpose purpose, int index, double spread) => Math.Exp(spread * Stream(purpose, index).Gaussian());

    /// <summary>The number of events before the sum of exponential waiting times exceeds the mean.</summary>
    private static int Poisson(RandomStream random, double mean)
    {
        int count = 0;
        for (double sum = -Math.Log(1 - random.NextDouble()); sum < mean; sum -= Math.Log(1 - random.NextDouble())) count++;
        return count;
    }
}
