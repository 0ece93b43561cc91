namespace CryoSpin.Reconstruction.Paper;

/// <summary>
/// Settings of the published algorithm. The defaults are those of its released code; <see cref="AsWritten"/> are those of the text, where
/// they differ. cryoSPIN: Shekarforoush, Lindell, Brubaker and Fleet, NeurIPS 2024, arXiv 2406.10455.
/// </summary>
internal sealed record PaperOptions
{
    /// <summary>Heads of the encoder, M: 7 for simulated data, 15 for measured.</summary>
    public int Heads { get; init; } = 7;

    /// <summary>Seed of the first weights, the first volume and the order of the images.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Epochs of auto-encoding: 7 for simulated data, 15 for measured.</summary>
    public int AutoEncodingEpochs { get; init; } = 7;

    /// <summary>Epochs of auto-decoding: 13 for simulated data, 15 for measured.</summary>
    public int AutoDecodingEpochs { get; init; } = 13;

    /// <summary>Images per step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The data term.</summary>
    public PaperLoss Loss { get; init; } = PaperLoss.Modulus;

    /// <summary>Adam's rate for the encoder.</summary>
    public double EncoderLearningRate { get; init; } = 1e-4;

    /// <summary>Adam's rate for the volume while auto-encoding.</summary>
    public double VolumeLearningRate { get; init; } = 0.005;

    /// <summary>Adam's rate for the volume while auto-decoding.</summary>
    public double DecodingVolumeLearningRate { get; init; } = 0.002;

    /// <summary>Adam's rate for poses while auto-decoding: radians for rotations, pixels for origins.</summary>
    public double PoseLearningRate { get; init; } = 0.05;

    /// <summary>Steps on the poses of a batch before one on the volume.</summary>
    public int PoseSteps { get; init; } = 5;

    /// <summary>
    /// Greatest distance of a particle from the centre, pixels of the input, along each axis. 0 for centred particles, as the released code
    /// assumes; above 0 each head returns an origin too, as the text says.
    /// </summary>
    public double MaxShiftPixels { get; init; }

    /// <summary>The settings of the text: squared error, batches of 64, faster steps on the volume.</summary>
    public static PaperOptions AsWritten { get; } = new()
    {
        BatchSize = 64,
        Loss = PaperLoss.Square,
        VolumeLearningRate = 0.05,
        DecodingVolumeLearningRate = 0.02,
    };

    /// <summary>Refuses settings that cannot work.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it.</exception>
    public void Validate()
    {
        if (Heads < 1) throw new ArgumentException($"{Heads} heads are fewer than 1.");
        if (AutoEncodingEpochs < 1) throw new ArgumentException($"{AutoEncodingEpochs} epochs of auto-encoding are fewer than 1.");
        if (AutoDecodingEpochs < 0) throw new ArgumentException($"{AutoDecodingEpochs} epochs of auto-decoding are fewer than 0.");
        if (BatchSize < 2) throw new ArgumentException($"A batch of {BatchSize} images has no statistics; it needs 2.");
        if (PoseSteps < 0) throw new ArgumentException($"{PoseSteps} pose steps are fewer than 0.");
        if (!(MaxShiftPixels >= 0)) throw new ArgumentException($"The greatest shift of {MaxShiftPixels} pixels is negative.");
        double[] rates = [EncoderLearningRate, VolumeLearningRate, DecodingVolumeLearningRate, PoseLearningRate];
        if (rates.Any(r => !(r > 0))) throw new ArgumentException("A learning rate is not positive.");
    }
}
