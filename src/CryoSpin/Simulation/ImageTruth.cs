namespace CryoSpin.Simulation;

/// <summary>What was done to one image besides its pose and CTF.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Contrast">Its signal was multiplied by this.</param>
/// <param name="NoiseLevel">Its noise was multiplied by this; the same for all images of a micrograph.</param>
/// <param name="DefocusErrorAngstrom">What the table's defoci exceed the true ones by; the same for all images of a micrograph.</param>
/// <param name="Gradient">Its background rises by so many standard deviations of the noise from edge to edge.</param>
/// <param name="GradientAngleDegrees">Direction in which it rises, from x to y.</param>
/// <param name="Neighbours">Neighbours at its edge, 0 to 2.</param>
/// <param name="HotPixels">Its hot and dead pixels.</param>
/// <param name="Micrograph">Its micrograph, from 0.</param>
public sealed record ImageTruth(
    ImageKind Kind, double Contrast, double NoiseLevel, double DefocusErrorAngstrom, double Gradient, double GradientAngleDegrees, int Neighbours,
    int HotPixels, int Micrograph)
{
    /// <summary>Of an image to which nothing was done.</summary>
    public static ImageTruth Plain { get; } = new(ImageKind.Particle, 1, 1, 0, 0, 0, 0, 0, 0);
}
