namespace CryoSpin.Imaging;

/// <summary>What the background of an image was before it was normalised.</summary>
/// <param name="Mean">Mean grey value outside the circle.</param>
/// <param name="StandardDeviation">Standard deviation outside the circle; 0 for a blank image.</param>
internal readonly record struct BackgroundStatistics(double Mean, double StandardDeviation);

/// <summary>The plane through the background of an image: Mean + SlopeX x + SlopeY y, where x and y count pixels from the box's centre.</summary>
/// <param name="Mean">Grey value at the box's centre.</param>
/// <param name="SlopeX">Grey values per pixel along a row.</param>
/// <param name="SlopeY">Grey values per pixel along a column.</param>
/// <param name="StandardDeviation">Standard deviation of the background about the plane; 0 for an image that is a plane.</param>
internal readonly record struct BackgroundPlane(double Mean, double SlopeX, double SlopeY, double StandardDeviation);

/// <summary>
/// RELION's normalisation of particles: the pixels outside a circle about the box's centre, the background, get mean 0 and standard
/// deviation 1; a plane through them takes ramps of ice thickness and illumination off. Immutable; any number of threads may use it.
/// </summary>
internal sealed class ParticleNormalisation
{
    // Per row the first and the last column inside the circle; first > last where the row misses it.
    private readonly (int First, int Last)[] _inside;
    private readonly int _background;
    private readonly PlaneFit _plane;

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
        _plane = PlaneFit.Of(size, _inside);
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

    /// <summary>The plane through the pixels outside the circle, by least squares.</summary>
    /// <param name="image">[Size][Size].</param>
    public BackgroundPlane MeasurePlane(ReadOnlySpan<float> image)
    {
        // About the mean: the plane of a raw micrograph would drown in the rounding of its grey values.
        double mean = Measure(image).Mean, sum = 0, sumX = 0, sumY = 0;
        for (int y = 0; y < Size; y++)
        {
            (int first, int last) = _inside[y];
            ReadOnlySpan<float> row = image.Slice(y * Size, Size);
            double ofRow = 0, ofRowX = 0;
            for (int x = 0; x < first; x++) AddTo(row[x] - mean, x, ref ofRow, ref ofRowX);
            for (int x = last + 1; x < Size; x++) AddTo(row[x] - mean, x, ref ofRow, ref ofRowX);
            sum += ofRow;
            sumX += ofRowX;
            sumY += ofRow * (y - Size / 2);
        }
        (double level, double slopeX, double slopeY) = _plane.Solve(sum, sumX, sumY);
        return new BackgroundPlane(mean + level, slopeX, slopeY, DeviationFrom(image, mean + level, slopeX, slopeY));

        void AddTo(double v, int x, ref double total, ref double moment)
        {
            total += v;
            moment += v * (x - Size / 2);
        }
    }

    /// <summary>Takes the plane through the background off an image, in place.</summary>
    /// <param name="image">[Size][Size].</param>
    /// <returns>The plane.</returns>
    public BackgroundPlane Level(Span<float> image)
    {
        BackgroundPlane plane = MeasurePlane(image);
        for (int y = 0; y < Size; y++)
        {
            Span<float> row = image.Slice(y * Size, Size);
            double start = plane.Mean + plane.SlopeY * (y - Size / 2) - plane.SlopeX * (Size / 2);
            for (int x = 0; x < Size; x++) row[x] = (float)(row[x] - (start + plane.SlopeX * x));
        }
        return plane;
    }

    /// <summary>Takes the plane off and normalises, in place; an image that is a plane (deviation 0) only loses it.</summary>
    /// <param name="image">[Size][Size].</param>
    /// <returns>What the background was before.</returns>
    public BackgroundPlane ApplyWithPlane(Span<float> image)
    {
        BackgroundPlane plane = Level(image);
        if (!(plane.StandardDeviation > 0)) return plane;
        for (int i = 0; i < Size * Size; i++) image[i] = (float)(image[i] / plane.StandardDeviation);
        return plane;
    }

    /// <summary>Variance of a plane over the background's pixels, by its slopes: what a ramp adds to the background's own variance.</summary>
    public double VarianceOf(in BackgroundPlane plane) => _plane.Variance(plane.SlopeX, plane.SlopeY);

    private double DeviationFrom(ReadOnlySpan<float> image, double level, double slopeX, double slopeY)
    {
        double squares = 0;
        for (int y = 0; y < Size; y++)
        {
            (int first, int last) = _inside[y];
            ReadOnlySpan<float> row = image.Slice(y * Size, Size);
            double start = level + slopeY * (y - Size / 2) - slopeX * (Size / 2);
            for (int x = 0; x < first; x++) squares += Square(row[x] - (start + slopeX * x));
            for (int x = last + 1; x < Size; x++) squares += Square(row[x] - (start + slopeX * x));
        }
        return Math.Sqrt(squares / _background);

        static double Square(double v) => v * v;
    }

    /// <summary>The least-squares plane over a fixed set of pixels: the inverse of the matrix of their moments.</summary>
    private sealed class PlaneFit
    {
        private readonly double _count;
        private readonly double _x;
        private readonly double _y;
        private readonly double _xx;
        private readonly double _xy;
        private readonly double _yy;

        private PlaneFit(double count, double x, double y, double xx, double xy, double yy) =>
            (_count, _x, _y, _xx, _xy, _yy) = (count, x / count, y / count, xx / count, xy / count, yy / count);

        public static PlaneFit Of(int size, (int First, int Last)[] inside)
        {
            double n = 0, sx = 0, sy = 0, xx = 0, xy = 0, yy = 0;
            for (int row = 0; row < size; row++)
            {
                for (int column = 0; column < size; column++)
                {
                    if (column >= inside[row].First && column <= inside[row].Last) continue;
                    double x = column - size / 2, y = row - size / 2;
                    n++;
                    sx += x;
                    sy += y;
                    xx += x * x;
                    xy += x * y;
                    yy += y * y;
                }
            }
            return new PlaneFit(n, sx, sy, xx, xy, yy);
        }

        /// <summary>Level at the centre and slopes from the sums of value, value x and value y.</summary>
        public (double Level, double SlopeX, double SlopeY) Solve(double sum, double sumX, double sumY)
        {
            double mean = sum / _count, vx = sumX / _count - mean * _x, vy = sumY / _count - mean * _y;
            double a = _xx - _x * _x, b = _xy - _x * _y, c = _yy - _y * _y, determinant = a * c - b * b;
            // Too few pixels to have a slope, e.g. four corners of one column.
            if (!(determinant > 1e-9 * a * c)) return (mean, 0, 0);
            double slopeX = (c * vx - b * vy) / determinant, slopeY = (a * vy - b * vx) / determinant;
            return (mean - slopeX * _x - slopeY * _y, slopeX, slopeY);
        }

        public double Variance(double slopeX, double slopeY) =>
            slopeX * slopeX * (_xx - _x * _x) + 2 * slopeX * slopeY * (_xy - _x * _y) + slopeY * slopeY * (_yy - _y * _y);
    }
}
