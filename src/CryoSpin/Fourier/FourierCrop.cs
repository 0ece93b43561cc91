using CryoSpin.Compute;

namespace CryoSpin.Fourier;

/// <summary>
/// Resamples images or volumes by cutting their spectrum (coarser grid) or surrounding it with zeros (finer grid). Grey values and the
/// box's centre stay; the width of the box in angstrom stays, so the pixel size becomes <see cref="PixelSize"/>.
/// </summary>
/// <remarks>
/// An even grid keeps one value for the frequencies +N/2 and -N/2. Padding gives half of it to each, cropping adds the two: so
/// crop(pad(x)) = x, Nyquist included, and the result of either is real. A plan may serve any number of threads unless it has a team.
/// </remarks>
internal sealed class FourierCrop
{
    private readonly int _dimensions;
    private readonly CentredFft2D? _from2D;
    private readonly CentredFft2D? _to2D;
    private readonly CentredFft3D? _from3D;
    private readonly CentredFft3D? _to3D;
    private readonly Band[] _axis;

    private FourierCrop(int dimensions, int from, int to, WorkerTeam? team)
    {
        FourierSizes.ThrowUnlessGood(from);
        FourierSizes.ThrowUnlessGood(to);
        _dimensions = dimensions;
        From = from;
        To = to;
        _axis = MakeAxis(from, to);
        if (from == to) return;
        if (dimensions == 2)
        {
            _from2D = new CentredFft2D(from);
            _to2D = new CentredFft2D(to);
            return;
        }
        _from3D = new CentredFft3D(from, team);
        _to3D = new CentredFft3D(to, team);
    }

    /// <summary>Edge before.</summary>
    public int From { get; }

    /// <summary>Edge after.</summary>
    public int To { get; }

    /// <summary>For square images.</summary>
    /// <param name="from">Edge before, a product of 2, 3, 5 and 7.</param>
    /// <param name="to">Edge after, likewise.</param>
    public static FourierCrop ForImages(int from, int to) => new(2, from, to, null);

    /// <summary>For cubic volumes.</summary>
    /// <param name="from">Edge before, a product of 2, 3, 5 and 7.</param>
    /// <param name="to">Edge after, likewise.</param>
    /// <param name="team">Threads for the transforms; null for the caller's.</param>
    public static FourierCrop ForVolumes(int from, int to, WorkerTeam? team = null) => new(3, from, to, team);

    /// <summary>Pixel size after going from <paramref name="from"/> to <paramref name="to"/> pixels, angstrom.</summary>
    public static double PixelSize(double pixelSizeAngstrom, int from, int to) => pixelSizeAngstrom * from / to;

    /// <summary>Resamples one image or volume.</summary>
    /// <param name="source">From^d values.</param>
    /// <param name="target">To^d values; may not overlap the source unless the sizes are equal.</param>
    public void Apply(ReadOnlySpan<float> source, Span<float> target)
    {
        if (From == To)
        {
            source.CopyTo(target);
            return;
        }
        using PooledFloats input = new(_from2D?.SpectrumLength ?? _from3D!.SpectrumLength);
        using PooledFloats output = new(_to2D?.SpectrumLength ?? _to3D!.SpectrumLength);
        if (_dimensions == 2) _from2D!.Forward(source, input.Span);
        else _from3D!.Forward(source, input.Span);
        Resize(input.Span, output.Span);
        if (_dimensions == 2) _to2D!.InverseInPlace(output.Span, target);
        else _to3D!.InverseInPlace(output.Span, target);
    }

    /// <summary>The same between half spectra with the centred origin (<see cref="CentredFft2D"/>, <see cref="CentredFft3D"/>).</summary>
    public void Resize(ReadOnlySpan<float> source, Span<float> target)
    {
        int halfFrom = From / 2 + 1, halfTo = To / 2 + 1;
        float scale = (float)Math.Pow((double)To / From, _dimensions);
        target.Clear();
        Band[] depth = _dimensions == 3 ? _axis : [new Band(0, 0, 1)];
        foreach (Band z in depth)
        {
            foreach (Band y in _axis)
            {
                ReadOnlySpan<float> a = source.Slice(2 * halfFrom * (z.Source * From + y.Source), 2 * halfFrom);
                Span<float> b = target.Slice(2 * halfTo * (z.Target * To + y.Target), 2 * halfTo);
                AddRow(a, b, scale * z.Weight * y.Weight);
            }
        }
        if (To < From && To % 2 == 0) FoldNyquistColumn(target);
    }

    private void AddRow(ReadOnlySpan<float> source, Span<float> target, float scale)
    {
        int band = Math.Min(From, To);
        int count = band / 2 + 1;
        for (int i = 0; i < 2 * count; i++) target[i] += scale * source[i];
        if (From >= To || band % 2 != 0) return;
        // Padding: what was +Nyquist and -Nyquist at once is now two columns; the other is this one's Hermitian partner.
        target[2 * count - 2] -= 0.5f * scale * source[2 * count - 2];
        target[2 * count - 1] -= 0.5f * scale * source[2 * count - 1];
    }

    /// <summary>
    /// Cropping: the column kx = +N/2 also takes the one of -N/2, which the half spectrum holds only as the conjugate of -k.
    /// </summary>
    private void FoldNyquistColumn(Span<float> target)
    {
        int half = To / 2 + 1;
        int planes = _dimensions == 3 ? To : 1;
        for (int kz = 0; kz < planes; kz++)
        {
            for (int ky = 0; ky < To; ky++)
            {
                int here = kz * To + ky;
                int there = (kz == 0 ? 0 : To - kz) * To + (ky == 0 ? 0 : To - ky);
                if (there < here) continue;
                Span<float> a = target.Slice(2 * half * here + 2 * (half - 1), 2);
                Span<float> b = target.Slice(2 * half * there + 2 * (half - 1), 2);
                float re = a[0] + b[0], im = a[1] - b[1];
                (a[0], a[1]) = (re, im);
                (b[0], b[1]) = (re, -im);
            }
        }
    }

    /// <summary>Which line of the source goes, with what weight, to which line of the target.</summary>
    private static Band[] MakeAxis(int from, int to)
    {
        int band = Math.Min(from, to);
        List<Band> axis = [];
        for (int k = -(band / 2); k <= band / 2; k++)
        {
            bool split = 2 * Math.Abs(k) == band && from < to;
            if (from == to && 2 * k == band) continue;
            axis.Add(new Band(Wrap(k, from), Wrap(k, to), split ? 0.5f : 1));
        }
        return [.. axis];
    }

    private static int Wrap(int k, int size) => (k + size) % size;

    private readonly record struct Band(int Source, int Target, float Weight);
}
