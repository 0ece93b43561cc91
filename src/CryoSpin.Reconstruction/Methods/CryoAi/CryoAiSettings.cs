using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Volumes;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction.Methods.CryoAi;

/// <summary>Settings of cryoAI as we run it (docs/design/methods.md says what is published and why ours differs).</summary>
internal sealed record CryoAiSettings
{
    /// <summary>How the volume is held.</summary>
    public VolumeKind Volume { get; init; } = VolumeKind.Network;

    /// <summary>Radius, shells, of the frequencies that are compared; never beyond what the images have.</summary>
    public double BandShells { get; init; } = 10;

    /// <summary>Edge of the encoder's images, pixels.</summary>
    public int InputSize { get; init; } = 32;

    /// <summary>The envelope's network.</summary>
    public SineShape Envelope { get; init; } = new(2, 64);

    /// <summary>The modulant's network.</summary>
    public SineShape Modulant { get; init; } = new(3, 128);

    /// <summary>
    /// The copies of an image, itself first, of which the one with the least error counts. The published two leave the encoder free to see
    /// all views as if from one half of the sphere; with mirrors, that half is all it needs.
    /// </summary>
    public IReadOnlyList<ImageFlip> Copies { get; init; } = ImageFlip.All;

    /// <summary>Images per step; the encoder sees all copies of each.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Adam's rate for the encoder.</summary>
    public double EncoderLearningRate { get; init; } = 1e-3;

    /// <summary>Adam's rate for the network volume.</summary>
    public double NetworkLearningRate { get; init; } = 1e-4;

    /// <summary>Adam's rate for the grid volume.</summary>
    public double GridLearningRate { get; init; } = 0.02;

    /// <summary>Images looked at in all, which sets the number of epochs.</summary>
    public long ImageVisits { get; init; } = 200_000;

    /// <summary>Fewest epochs, however many images there are.</summary>
    public int FewestEpochs { get; init; } = 4;

    /// <summary>The encoder; null for the compact one of <see cref="InputSize"/> pixels.</summary>
    public EncoderArchitecture? Architecture { get; init; }

    /// <summary>Whether all rates fall to 0 along half a cosine; otherwise they stay, as published.</summary>
    public bool RatesFall { get; init; } = true;

    /// <summary>Factor on all rates when a share of the run is done.</summary>
    public double RateFactor(double progress) => RatesFall ? 0.5 + 0.5 * Math.Cos(Math.PI * progress) : 1;

    /// <summary>Passes over so many images.</summary>
    public int EpochsFor(int images) => (int)Math.Max(FewestEpochs, (ImageVisits + images - 1) / images);
}
