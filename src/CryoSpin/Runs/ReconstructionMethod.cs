namespace CryoSpin.Runs;

/// <summary>How a method holds the volume that it learns.</summary>
public enum VolumeKind
{
    /// <summary>Samples of the transform on a grid.</summary>
    Grid,

    /// <summary>A network from frequency to the transform's value.</summary>
    Network,
}

/// <summary>One of the methods that <c>reconstruct --method</c> knows: what help, reports and comparisons say of it.</summary>
/// <param name="Name">As typed.</param>
/// <param name="Summary">What it is, in a line.</param>
/// <param name="Source">Where it was published.</param>
/// <param name="UseWhen">When to use it, in a line.</param>
public sealed record ReconstructionMethod(string Name, string Summary, string Source, string UseWhen)
{
    /// <summary>Name of the default method.</summary>
    public const string CryoSpin = "cryospin";

    /// <summary>Name of stage 1 alone.</summary>
    public const string Amortized = "cryospin-amortized";

    /// <summary>Name of cryoSPARC's method.</summary>
    public const string CryoSparc = "cryosparc";

    /// <summary>Volumes that the method can learn, the usual one first.</summary>
    public IReadOnlyList<VolumeKind> Volumes { get; init; } = [VolumeKind.Grid];

    /// <summary>Whether it has an encoder whose number of heads can be chosen.</summary>
    public bool HasHeads { get; init; }

    /// <summary>All methods, the default first.</summary>
    public static IReadOnlyList<ReconstructionMethod> All { get; } =
    [
        new(
            CryoSpin, "Semi-amortized: a multi-head encoder with dense search, then every pose refined by gradient with half-sets apart.",
            "Shekarforoush et al., NeurIPS 2024 (arXiv 2406.10455), with our changes (docs/design/method.md)",
            "The default: for results.") { HasHeads = true },
        new(
            Amortized, "Fully amortized: the encoder's poses to the end, no search, no refinement of single poses.",
            "Stage 1 of Shekarforoush et al., NeurIPS 2024", "To see what the second stage is worth.") { HasHeads = true },
        new(
            CryoSparc, "Stochastic gradient with poses marginalised on a grid, then branch-and-bound search.",
            "Punjani et al., Nature Methods 2017", "To compare; a first map of few images."),
    ];

    /// <summary>The method of a name; null where there is none.</summary>
    public static ReconstructionMethod? Find(string name) => All.FirstOrDefault(m => m.Name == name);
}
