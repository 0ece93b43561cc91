namespace CryoSpin.Reconstruction.AutoEncoding;

/// <summary>How the first stage trains encoder and volume.</summary>
internal sealed record AutoEncodingSchedule
{
    private const int FewestSteps = 50;
    private const int ParticlesPerStep = 100;

    /// <summary>Heads of the encoder, M.</summary>
    public int Heads { get; init; } = 7;

    /// <summary>Images per step, synthetic ones included.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Share of synthetic images in a step once real ones have joined.</summary>
    public double SyntheticShare { get; init; } = 0.5;

    /// <summary>Whether each head also stands for the seven other turns and mirrors of its slice.</summary>
    public bool DihedralCopies { get; init; } = true;

    /// <summary>Most steps; the switch rule may end the stage sooner.</summary>
    public int Steps { get; init; } = 800;

    /// <summary>
    /// Steps that the stage goes on for where it would have ended, for a method without a second stage; the learning rate falls to 0 over
    /// them from what it was. Up to there the run is the same as one without.
    /// </summary>
    public int FurtherSteps { get; init; }

    /// <summary>
    /// Whether the candidates that the stage ends with are refined one by one, as those that it learns from always are; without it they
    /// are what the encoder says.
    /// </summary>
    public bool RefinesResult { get; init; } = true;

    /// <summary>
    /// Steps for a number of particles. Training must not cost more than it saves: where particles are few, the dense search that looks at
    /// all of them afterwards takes a second, and results do not depend on how much the encoder has learned.
    /// </summary>
    public int StepsFor(int particles) => Math.Min(Steps, Math.Max(FewestSteps, particles / ParticlesPerStep));

    /// <summary>Real images join the encoder's training after this share of the steps; before it only synthetic ones teach.</summary>
    public double WarmUpShare { get; init; } = 0.4;

    /// <summary>Noise of the first synthetic examples, relative to the data's; rises to 1 by the end of the warm-up.</summary>
    public double FirstNoise { get; init; } = 0.2;

    /// <summary>Greatest learning rate of the encoder; a cosine takes it to 0.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Share of the winner-takes-all gradient that the losing heads get.</summary>
    public double LosersShare { get; init; } = 0.05;

    /// <summary>Side of the encoder's input, pixels.</summary>
    public int InputSize { get; init; } = 32;

    /// <summary>Band, shells, in which all heads and their turned and mirrored copies are compared first.</summary>
    public double CoarseBand { get; init; } = 6;

    /// <summary>Candidates refined in that band.</summary>
    public int CoarseCandidates { get; init; } = 16;

    /// <summary>Candidates refined in the whole band.</summary>
    public int RefinedCandidates { get; init; } = 5;

    /// <summary>
    /// Share of the real images, the least likely first, that also get a dense search, which proposes where the heads miss.
    /// </summary>
    public double SearchShare { get; init; } = 0.25;

    /// <summary>Share of the volume's old sums kept per step.</summary>
    public double Memory { get; init; } = 0.97;

    /// <summary>Radius of the disc of shifts, pixels.</summary>
    public double MaxShiftPixels { get; init; } = 5;

    /// <summary>Spacing of shifts in periods of the highest frequency.</summary>
    public double ShiftSpacingPeriods { get; init; } = 0.235;
}
