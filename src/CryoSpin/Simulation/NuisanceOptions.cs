namespace CryoSpin.Simulation;

/// <summary>What an image holds.</summary>
public enum ImageKind
{
    /// <summary>A particle.</summary>
    Particle,

    /// <summary>Noise alone: an empty pick.</summary>
    Noise,

    /// <summary>One or two blobs of contaminating ice, stronger than a particle.</summary>
    Ice,

    /// <summary>The edge of the carbon foil.</summary>
    Carbon,

    /// <summary>A particle with a second one partly on top.</summary>
    Overlap,

    /// <summary>A particle so far off the centre that the image cuts it.</summary>
    OffCentre,

    /// <summary>As strong and as wide as a particle, but without its structure.</summary>
    Denatured,
}

/// <summary>How views are spread over the sphere.</summary>
public enum ViewSpread
{
    /// <summary>Evenly.</summary>
    Uniform,

    /// <summary>40 % of the views within about 25 degrees of three directions.</summary>
    Mild,

    /// <summary>70 % of the views within about 15 degrees of two directions.</summary>
    Strong,
}

/// <summary>What real stacks have beside particles and noise. Each has random numbers of its own, so that one does not change the others.</summary>
public sealed record NuisanceOptions
{
    /// <summary>Images that are no single, whole particle, as a share of all.</summary>
    public double JunkShare { get; init; }

    /// <summary>Kinds of these, each as frequent as the others.</summary>
    public IReadOnlyList<ImageKind> JunkKinds { get; init; } = AllJunk;

    /// <summary>How views are spread.</summary>
    public ViewSpread Views { get; init; }

    /// <summary>Spread of the contrast between images: standard deviation of its natural logarithm; the mean contrast stays 1.</summary>
    public double ContrastSpread { get; init; }

    /// <summary>Spread of the noise between micrographs: standard deviation of the natural logarithm of its standard deviation.</summary>
    public double NoiseLevelSpread { get; init; }

    /// <summary>Standard deviation of the error of a micrograph's defocus, angstrom: images have the true one, the table the wrong one.</summary>
    public double DefocusErrorAngstrom { get; init; }

    /// <summary>
    /// Ramp of the background from edge to edge in standard deviations of the noise: the mean of an exponential distribution. Directions
    /// are uniform.
    /// </summary>
    public double Gradient { get; init; }

    /// <summary>Images with a part of one or two neighbours at the edge, as a share of all.</summary>
    public double NeighbourShare { get; init; }

    /// <summary>Hot and dead pixels per image, on average; 10 to 60 standard deviations of the noise each.</summary>
    public double HotPixels { get; init; }

    /// <summary>All kinds but particles.</summary>
    public static IReadOnlyList<ImageKind> AllJunk { get; } = [.. Enum.GetValues<ImageKind>().Where(k => k != ImageKind.Particle)];

    /// <summary>Whether there are any.</summary>
    public bool IsAny =>
        JunkShare > 0 || Views != ViewSpread.Uniform || ContrastSpread > 0 || NoiseLevelSpread > 0 || DefocusErrorAngstrom > 0 || Gradient > 0
        || NeighbourShare > 0 || HotPixels > 0;

    internal IEnumerable<string> Problems()
    {
        (string Name, double Value, double Greatest)[] limits =
        [
            ("share of junk", JunkShare, 1), ("spread of the contrast", ContrastSpread, 2), ("spread of the noise", NoiseLevelSpread, 2),
            ("error of the defocus", DefocusErrorAngstrom, 1e5), ("background's gradient", Gradient, 100),
            ("share with neighbours", NeighbourShare, 1), ("number of hot pixels", HotPixels, 1000),
        ];
        foreach ((string name, double value, double greatest) in limits)
        {
            if (!(value >= 0 && value <= greatest)) yield return FormattableString.Invariant($"The {name} is {value}; it must lie between 0 and {greatest}.");
        }
        if (!Enum.IsDefined(Views)) yield return $"The spread of views {Views} is unknown.";
        if (JunkKinds.Count == 0 || JunkKinds.Any(k => k == ImageKind.Particle || !Enum.IsDefined(k)))
        {
            yield return "The kinds of junk are none, or one of them is no kind of junk.";
        }
    }
}
