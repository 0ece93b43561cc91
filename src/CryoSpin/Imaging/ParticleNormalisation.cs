namespace CryoSpin.Imaging;

/// <summary>What the background of an image was before it was normalised.</summary>
/// <param name="Mean">Mean grey value outside the circle.</param>
/// <param name="StandardDeviation">Standard deviation outside the circle; 0 for a blank image.</param>
public readonly record struct BackgroundStatistics(double Mean, double StandardDeviation);

/// <summary>
/// RELION's normalisation of particles: the pixels outside a circle about the box's centre, the background, get mean 0 and standard
/// deviation 1. Immutable; any number of threads may use it.
/// </summary>
public sealed class ParticleNormalisation
{
    // Per row the first and the last column inside the circle; first > last where the row misses it.
    private readonly (int First, int Last)[] _inside;
    private readonly int _background;

    /// <summary>Prepares for one box.</summary>
    /// <param name="size">Edge of the images in pixels.</param>
    /// <param name="radiusPixels">Radius of the circle; some pixels must lie outside.</param>
    /// <exception cref="ArgumentException">No pixel lies outside the circle.</exception>
    public ParticleNormalisation(int size, double radiusPixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        Size = size;
        RadiusPixels = radiusPixels;
        _inside = new (int, int)[size];
        _background = size * size;
        double squared = radiusPixels * radiusPixels;
        for (int y = 0; y < size; y++)
        {
            double rest = squared - (double)(y - size / 2) * (y - size / 2);
            int reach = rest < 0 ? -1 : (int)Math.Min(Math.Sqrt(rest), size);
            _inside[y] = reach < 0 ? (size, size - 1) : (Math.Max(0, size / 2 - reach), Math.Min(size - 1, size / 2 + reach));
            _background -= _inside[y].Last - _inside[y].First + 1;
        }
        if (_background == 0)
        {
            throw new ArgumentException(
                $"A circle of radius {radiusPixels} leaves no background in a box of {size} pixels.", nameof(radiusPixels));
        }
    }

    /// <summary>Edge of the images in pixels.</summary>
    public int Size { get; }

    /// <summary>Radius of the circle that holds the particle, pixels.</summary>
    public double RadiusPixels { get; }

    /// <summary>Mean and standard deviation of the pixels outside the circle.</summary>
    /// <param name="image">[Size][Size].</param>
    public BackgroundStatistics Measure(ReadOnlySpan<float> image)
    {
        double sum = 0;
        for (int y = 0; y < Size; y++)
        {
            (int first, int last) = _inside[y];
            ReadOnlySpan<float> row = image.Slice(y * Size, Size);
            foreach (float v in row[..first]) sum += v;
            foreach (float v in row[(last + 1)..]) sum += v;
        }
        double mean = sum / _background;
        // A second pass about the mean: raw micrographs have means thousands of times their noise.
        double squares = 0;
        for (int y = 0; y < Size; y++)
        {
            (int first, int last) = _inside[y];
            ReadOnlySpan<float> row = image.Slice(y * Size, Size);
            foreach (float v in row[..first]) squares += (v - mean) * (v - mean);
            foreach (float v in row[(last + 1)..]) squares += (v - mean) * (v - mean);
        }
        return new BackgroundStatistics(mean, Math.Sqrt(squares / _background));
    }

    /// <summary>Normalises an image in place; a blank background (deviation 0) only loses its mean.</summary>
    /// <param name="image">[Size][Size].</param>
    /// <returns>What the background was before.</returns>
    public BackgroundStatistics Apply(Span<float> image)
    {
        BackgroundStatistics found = Measure(image);
        double scale = found.StandardDeviation > 0 ? 1 / found.StandardDeviation : 1;
        for (int i = 0; i < Size * Size; i++) image[i] = (float)((image[i] - found.Mean) * scale);
        return found;
    }
}
