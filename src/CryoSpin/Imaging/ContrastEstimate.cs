namespace CryoSpin.Imaging;

/// <summary>The sign of the protein in particle images.</summary>
internal enum Contrast
{
    /// <summary>Too close to call.</summary>
    Unclear,

    /// <summary>Protein brighter than background: RELION's convention, used everywhere here.</summary>
    White,

    /// <summary>Protein darker than background: raw micrographs; such images must be inverted.</summary>
    Black,
}

/// <summary>
/// Tells whether protein is white or black from the difference between the mean of each image's central disc and that of its background:
/// at zero frequency and amplitude contrast Q0 a defocused particle keeps Q0 of its density with the protein's sign, and within the first
/// ring of the CTF more. Averaged over images; the mean's own error says how far to trust it. Add from one thread.
/// </summary>
internal sealed class ContrastEstimate
{
    private const double NeededSigmas = 4;
    private readonly ParticleNormalisation _background;
    private readonly int _innerSquared;
    private double _sum;
    private double _squares;

    /// <summary>Starts an estimate.</summary>
    /// <param name="size">Edge of the images.</param>
    /// <param name="radiusPixels">
    /// Radius of the circle that holds the particle; the inner three quarters of it are compared with what is outside.
    /// </param>
    public ContrastEstimate(int size, double radiusPixels)
    {
        _background = new ParticleNormalisation(size, radiusPixels);
        double inner = 0.75 * radiusPixels;
        _innerSquared = (int)(inner * inner);
    }

    /// <summary>Images added so far.</summary>
    public int Images { get; private set; }

    /// <summary>Mean of centre less background, in standard deviations of the background's pixels.</summary>
    public double MeanDifference => Images == 0 ? 0 : _sum / Images;

    /// <summary>How many of its own standard errors the mean difference is from 0; 0 below two images.</summary>
    public double Sigmas
    {
        get
        {
            if (Images < 2) return 0;
            double mean = MeanDifference;
            double variance = Math.Max(0, (_squares - Images * mean * mean) / (Images - 1));
            return variance == 0 ? (mean == 0 ? 0 : Math.Sign(mean) * double.PositiveInfinity) : mean / Math.Sqrt(variance / Images);
        }
    }

    /// <summary>The verdict: the sign of the mean difference when it is at least four standard errors from 0.</summary>
    public Contrast Verdict => Sigmas >= NeededSigmas ? Contrast.White : Sigmas <= -NeededSigmas ? Contrast.Black : Contrast.Unclear;

    /// <summary>Adds one image; one with a blank background says nothing and is left out.</summary>
    /// <param name="image">[Size][Size].</param>
    public void Add(ReadOnlySpan<float> image)
    {
        BackgroundStatistics background = _background.Measure(image);
        if (!(background.StandardDeviation > 0)) return;
        int size = _background.Size;
        double sum = 0;
        int count = 0;
        for (int i = 0; i < size * size; i++)
        {
            int x = i % size - size / 2, y = i / size - size / 2;
            if (x * x + y * y > _innerSquared) continue;
            sum += image[i];
            count++;
        }
        double difference = (sum / count - background.Mean) / background.StandardDeviation;
        _sum += difference;
        _squares += difference * difference;
        Images++;
    }
}
