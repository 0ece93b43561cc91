namespace CryoSpin.Reconstruction.Encoder;

/// <summary>What follows a stage's convolutions.</summary>
internal enum PoolKind
{
    /// <summary>Nothing: the map keeps its side.</summary>
    None,

    /// <summary>The largest of 2x2 values; an odd last row or column is dropped.</summary>
    Maximum,

    /// <summary>The mean of 2x2 values; an odd last row or column is dropped.</summary>
    Average,
}

/// <summary>A run of convolutions at one resolution, each 3x3 with bias, batch normalisation and ReLU, and the pooling behind
/// them.</summary>
/// <param name="Channels">Output channels of each convolution; empty for a stage that only pools.</param>
/// <param name="Pool">What follows.</param>
internal sealed record EncoderStage(IReadOnlyList<int> Channels, PoolKind Pool);

/// <summary>
/// The shape of a <see cref="PoseEncoder"/>: frozen Gaussian filters, a convolutional trunk, and a number of heads that each map the
/// trunk's features to one pose candidate. After cryoSPIN (Shekarforoush et al., NeurIPS
/// 2024, arXiv 2406.10455, section 4 and supplement).
/// </summary>
internal sealed record EncoderArchitecture
{
    /// <summary>The published filter bank: variances in square pixels of the input.</summary>
    public static IReadOnlyList<double> PublishedVariances { get; } = [0.01, 0.1, 1, 10, 100];

    /// <summary>Rows and columns of the input images in pixels; at least 12, for the 11-pixel filters.</summary>
    public required int InputSize { get; init; }

    /// <summary>Variances of the Gaussian filters in square pixels, one input channel of the trunk each.</summary>
    public IReadOnlyList<double> GaussianVariances { get; init; } = PublishedVariances;

    /// <summary>The trunk's stages, first to last.</summary>
    public required IReadOnlyList<EncoderStage> Trunk { get; init; }

    /// <summary>Widths of each head's hidden layers.</summary>
    public IReadOnlyList<int> HeadWidths { get; init; } = [512, 256];

    /// <summary>Number of heads, M.</summary>
    public required int Heads { get; init; }

    /// <summary>Numbers per head: 6 for a rotation in 6-D form, 8 with a translation.</summary>
    public int OutputsPerHead { get; init; } = 6;

    /// <summary>Side of the trunk's last map in pixels.</summary>
    public int FeatureSide => Trunk.Aggregate(InputSize, (side, stage) => stage.Pool == PoolKind.None ? side : side / 2);

    /// <summary>Channels of the trunk's last map.</summary>
    public int FeatureChannels => Trunk.SelectMany(s => s.Channels).DefaultIfEmpty(GaussianVariances.Count).Last();

    /// <summary>Numbers that are trained: weights, biases, and scales and offsets of batch normalisation.</summary>
    public long ParameterCount
    {
        get
        {
            long count = 0, before = GaussianVariances.Count;
            foreach (long channels in Trunk.SelectMany(s => s.Channels))
            {
                count += channels * (9 * before + 3);
                before = channels;
            }
            long features = before * FeatureSide * FeatureSide;
            foreach (long width in HeadWidths)
            {
                count += Heads * width * (features + 3);
                features = width;
            }
            return count + Heads * OutputsPerHead * (features + 1);
        }
    }

    /// <summary>
    /// The published network: [64,64] max [128,128] max [256,256,256] max [256,256] average [256,256] average, max; heads of 512 and 256.
    /// At 128 px it has 2 x 2 x 256 features and costs 3.4 billion multiply-adds an image forward.
    /// </summary>
    /// <param name="inputSize">Input side in pixels, at least 64.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="outputsPerHead">Numbers per head.</param>
    public static EncoderArchitecture Paper(int inputSize, int heads, int outputsPerHead = 6) => new()
    {
        InputSize = inputSize,
        Heads = heads,
        OutputsPerHead = outputsPerHead,
        Trunk =
        [
            new([64, 64], PoolKind.Maximum),
            new([128, 128], PoolKind.Maximum),
            new([256, 256, 256], PoolKind.Maximum),
            new([256, 256], PoolKind.Average),
            new([256, 256], PoolKind.Average),
            new([], PoolKind.Maximum),
        ],
    };

    /// <summary>
    /// A narrow network for Fourier-cropped inputs of 32 to 48 px, where only the lowest frequencies are of use: one convolution per
    /// resolution, 32, 64, 128 and 128 channels, and heads of 256 and 128.
    /// </summary>
    /// <param name="inputSize">Input side in pixels, at least 16.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="outputsPerHead">Numbers per head.</param>
    public static EncoderArchitecture Compact(int inputSize, int heads, int outputsPerHead = 6) => new()
    {
        InputSize = inputSize,
        Heads = heads,
        OutputsPerHead = outputsPerHead,
        HeadWidths = [256, 128],
        Trunk =
        [
            new([32], PoolKind.Maximum),
            new([64], PoolKind.Maximum),
            new([128], PoolKind.Maximum),
            new([128], PoolKind.Maximum),
        ],
    };

    /// <summary>Refuses a shape that cannot be built.</summary>
    /// <exception cref="ArgumentException">A size is out of range; the message names it.</exception>
    public void Validate()
    {
        if (InputSize < GaussianFilterBank.Width + 1)
            throw new ArgumentException(
                $"The encoder's input has {InputSize} pixels a side; it needs at least {GaussianFilterBank.Width + 1}.");
        if (GaussianVariances.Count == 0 || GaussianVariances.Any(v => !(v > 0)))
            throw new ArgumentException("The encoder needs at least one Gaussian filter, each with a positive variance.");
        if (!Trunk.Any(s => s.Channels.Count > 0) || Trunk[0].Channels.Count == 0)
            throw new ArgumentException("The encoder's first stage needs a convolution.");
        if (Trunk.SelectMany(s => s.Channels).Concat(HeadWidths).Append(Heads).Append(OutputsPerHead).Any(n => n < 1))
            throw new ArgumentException("Channels, head widths, heads and outputs per head must be positive.");
        if (FeatureSide < 1)
            throw new ArgumentException($"An input of {InputSize} pixels is pooled away before the trunk's end.");
    }
}
