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

    /// <summary>Name of cryoDRGN2's method.</summary>
    public const string CryoDrgn2 = "cryodrgn2";

    /// <summary>Name of cryoDRGN-AI's method.</summary>
    public const string CryoDrgnAi = "cryodrgn-ai";

    /// <summary>Name of cryoAI's method.</summary>
    public const string CryoAi = "cryoai";

    /// <summary>Name of cryoSPARC's method.</summary>
    public const string CryoSparc = "cryosparc";

    /// <summary>Volumes that the method can learn, the usual one first.</summary>
    public IReadOnlyList<VolumeKind> Volumes { get; init; } = [VolumeKind.Grid];

    /// <summary>
    /// Numbers of copies of each image, itself among them, that its symmetric loss can compare, the usual one first; none where it has no such
    /// loss. Two are the image and itself turned by 180 degrees; four are these and their mirrors.
    /// </summary>
    public IReadOnlyList<int> ImageCopies { get; init; } = [];

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
            Amortized, "Fully amortized: stage 1 to the end, and the encoder's poses as they are, without refinement of single poses.",
            "Stage 1 of Shekarforoush et al., NeurIPS 2024", "To see what the second stage is worth.") { HasHeads = true },
        new(
            CryoDrgn2, "Hierarchical pose search, 15 degrees to about 0.9, in turn with the volume.",
            "Zhong et al., ICCV 2021", "To compare; where an encoder is not trusted."),
        new(
            CryoDrgnAi, "Hierarchical pose search first, then gradient steps on a table of poses.",
            "Levy et al., Nature Methods 2025", "To compare with semi-amortized inference."),
        new(
            CryoAi, "Fully amortized: an encoder with one pose and one shift, each image also seen turned by 180 degrees and mirrored, symmetric loss.",
            "Levy et al., ECCV 2022 (arXiv 2203.08138); as published, without mirrors: --copies 2", "To compare; particles should be centred.")
        {
            Volumes = [VolumeKind.Network, VolumeKind.Grid],
            ImageCopies = [4, 2],
        },
        new(
            CryoSparc, "Stochastic gradient with poses marginalised on a grid, then branch-and-bound search.",
            "Punjani et al., Nature Methods 2017", "To compare; a first map of few images."),
    ];

    /// <summary>The method of a name; null where there is none.</summary>
    public static ReconstructionMethod? Find(string name) => All.FirstOrDefault(m => m.Name == name);
}
