using System.Buffers;
using System.Numerics.Tensors;
using CryoSpin.Fourier;
using CryoSpin.Optics;

namespace CryoSpin.Imaging;

/// <summary>
/// Brings square images onto another box and pixel size, and takes out anisotropic magnification. The centre (pixel size/2, integer
/// division) stays the centre, grey values stay. Immutable; any number of threads may use it.
/// </summary>
/// <remarks>
/// The cheapest of these that is exact to a twentieth of a pixel at the edge: a copy; a cut, or a border of the image's edge mean, where
/// only the box differs; a cut spectrum where only the sampling does; else band-limited interpolation along rows and then columns.
/// With magnification M, F'(k) = F(M^-1 k): the image becomes det(M) times itself at M^T x, which two passes along the axes can do
/// because M is near the identity (Catmull and Smith, SIGGRAPH 1980).
/// </remarks>
internal sealed class ImageResampler
{
    private const double EdgeTolerancePixels = 0.05;
    private readonly FourierCrop? _crop;
    private readonly LineResampler? _rows;
    private readonly LineResampler? _columns;
    private readonly double _factor = 1;

    /// <summary>Prepares for one optics group.</summary>
    /// <param name="from">Width of the images, pixels.</param>
    /// <param name="fromPixelSizeAngstrom">Their pixel size.</param>
    /// <param name="to">Width of the results, pixels; even.</param>
    /// <param name="toPixelSizeAngstrom">Pixel size of the results.</param>
    /// <param name="magnification">The images' distortion; the identity for none.</param>
    /// <exception cref="ArgumentException">A size below 2, a pixel size that is not positive, or a matrix that cannot be undone.</exception>
    public ImageResampler(
        int from, double fromPixelSizeAngstrom, int to, double toPixelSizeAngstrom, MagnificationMatrix magnification)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, 2);
        double scale = toPixelSizeAngstrom / fromPixelSizeAngstrom;
        if (!(scale > 0 && double.IsFinite(scale)))
        {
            throw new ArgumentException($"Pixel sizes {fromPixelSizeAngstrom} and {toPixelSizeAngstrom}.", nameof(toPixelSizeAngstrom));
        }
        MagnificationMatrix m = magnification;
        double determinant = m.XX * m.YY - m.XY * m.YX;
        if (!(determinant > 0.25 && m.XX > 0.5 && m.YY > 0.5 && double.IsFinite(determinant)))
        {
            throw new ArgumentException($"The magnification matrix {m} is not near the identity.", nameof(magnification));
        }
        (From, To) = (from, to);
        bool plain = m.IsIdentity;
        double reach = Math.Min(from / 2.0, to * scale / 2);
        if (plain && Math.Abs(scale - 1) * reach < EdgeTolerancePixels) return;
        if (plain && Math.Abs(to * scale - from) / 2 < EdgeTolerancePixels && from % 2 == 0 && FourierSizes.IsGood(from)
            && FourierSizes.IsGood(to))
        {
            _crop = FourierCrop.ForImages(from, to);
            return;
        }
        // Source position = scale M^T (target position) = L x'; first along x at every source row, then along y.
        double xx = scale * m.XX, xy = scale * m.YX, yx = scale * m.XY, yy = scale * m.YY;
        _rows = new LineResampler(from, to, xx - xy * yx / yy, xy / yy);
        _columns = new LineResampler(from, to, yy, yx);
        _factor = determinant;
    }

    /// <summary>Width of the images.</summary>
    public int From { get; }

    /// <summary>Width of the results.</summary>
    public int To { get; }

    /// <summary>True when images pass unchanged.</summary>
    public bool IsCopy => From == To && _crop is null && _rows is null;

    /// <summary>Resamples one image.</summary>
    /// <param name="source">[From][From].</param>
    /// <param name="target">[To][To]; may not overlap the source.</param>
    public void Apply(ReadOnlySpan<float> source, Span<float> target)
    {
        if (_crop is not null) _crop.Apply(source, target);
        else if (_rows is not null) Interpolate(source[..(From * From)], target[..(To * To)]);
        else Cut(source[..(From * From)], target[..(To * To)]);
    }

    private void Cut(ReadOnlySpan<float> source, Span<float> target)
    {
        if (From == To)
        {
            source.CopyTo(target);
            return;
        }
        int offset = From / 2 - To / 2, first = Math.Max(0, -offset), count = Math.Min(From, To);
        if (To > From) target.Fill(EdgeMean(source));
        for (int y = first; y < first + count; y++)
        {
            source.Slice((y + offset) * From + first + offset, count).CopyTo(target.Slice(y * To + first, count));
        }
    }

    private void Interpolate(ReadOnlySpan<float> source, Span<float> target)
    {
        int length = Math.Max(From, To) * Math.Max(From, To);
        float[] a = ArrayPool<float>.Shared.Rent(length), b = ArrayPool<float>.Shared.Rent(length);
        // Without the mean of its edge, what lies outside the image is 0 and the seam of the periodic interpolation is small.
        float mean = EdgeMean(source);
        TensorPrimitives.Subtract(source, mean, a);
        _rows!.Apply(a, From, b);
        Transpose(b, From, To, a);
        _columns!.Apply(a, To, b);
        Transpose(b, To, To, target);
        TensorPrimitives.Add(target, mean, target);
        TensorPrimitives.Multiply(target, (float)_factor, target);
        ArrayPool<float>.Shared.Return(a);
        ArrayPool<float>.Shared.Return(b);
    }

    private float EdgeMean(ReadOnlySpan<float> image)
    {
        double sum = 0;
        for (int i = 0; i < From; i++)
        {
            sum += (double)image[i] + image[From * (From - 1) + i];
            if (i is not 0 && i != From - 1) sum += (double)image[From * i] + image[From * i + From - 1];
        }
        return (float)(sum / (4 * (From - 1)));
    }

    private static void Transpose(ReadOnlySpan<float> source, int rows, int columns, Span<float> target)
    {
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<float> line = source.Slice(r * columns, columns);
            for (int c = 0; c < columns; c++) target[c * rows + r] = line[c];
        }
    }
}
