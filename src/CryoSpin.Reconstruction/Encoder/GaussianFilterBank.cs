using System.Runtime.Intrinsics;
using CryoSpin.Compute;
using CryoSpin.Compute.Kernels;
using CryoSpin.Reconstruction.Encoder.Kernels;

namespace CryoSpin.Reconstruction.Encoder;

/// <summary>
/// The encoder's frozen first layer: 11x11 Gaussian filters, each summing to 1, over the image reflected at its edges (the edge pixel
/// itself not repeated); then each channel of each image is brought to mean 0.45 and standard deviation 0.226 (unbiased).
/// cryoSPIN, arXiv 2406.10455, supplement.
/// </summary>
/// <remarks>A Gaussian filter is a product of two one-dimensional ones, also after truncation and scaling to sum 1.</remarks>
internal sealed unsafe class GaussianFilterBank : IDisposable
{
    /// <summary>Rows and columns of a filter.</summary>
    public const int Width = 11;

    private const int Radius = Width / 2;
    private const double Mean = 0.45;
    private const double Deviation = 0.226;

    // Taps below this share of the sum are far below single precision and are skipped.
    private const double Negligible = 1e-10;

    private readonly WorkerTeam _team;
    private readonly int _size;
    private readonly float[][] _taps;
    private readonly bool _normalise;
    private readonly AlignedBuffer[] _scratch;
    private readonly Action<int, int> _filter;
    private float* _images;
    private float* _target;
    private MapLayout _layout;

    /// <summary>Prepares the filters.</summary>
    /// <param name="team">Workers that share the images.</param>
    /// <param name="size">Rows and columns of the images in pixels, at least 6.</param>
    /// <param name="variances">Variances of the filters in square pixels.</param>
    /// <param name="normalise">Whether to bring each channel to the fixed mean and standard deviation.</param>
    public GaussianFilterBank(WorkerTeam team, int size, IReadOnlyList<double> variances, bool normalise = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, Radius + 1);
        (_team, _size, _normalise) = (team, size, normalise);
        _taps = [.. variances.Select(Taps)];
        long rows = size + (2 * Radius);
        _scratch = new AlignedBuffer[team.Workers];
        long length = (rows * PaddedPitch) + (rows * PlainPitch) + ((long)size * PlainPitch) + 64;
        for (int w = 0; w < _scratch.Length; w++) _scratch[w] = new AlignedBuffer(length);
        _filter = FilterImage;
    }

    /// <summary>Number of filters.</summary>
    public int Channels => _taps.Length;

    private int PaddedPitch => MapLayout.Padded(_size + (2 * Radius)) + 16;

    private int PlainPitch => MapLayout.Padded(_size);

    /// <summary>Filters images.</summary>
    /// <param name="images">[image][y][x], tightly packed.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="target">Receives [image][y][x][channel], tightly packed.</param>
    public void Apply(ReadOnlySpan<float> images, int count, Span<float> target)
    {
        long pixels = (long)count * _size * _size;
        ArgumentOutOfRangeException.ThrowIfLessThan(images.Length, pixels, nameof(images));
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, pixels * Channels, nameof(target));
        MapLayout layout = new(_size, Channels, 1);
        using AlignedBuffer maps = new(layout.Length(count));
        fixed (float* from = images) Apply(from, count, maps.Pointer, layout);
        int row = _size * Channels;
        for (int i = 0; i < count * _size; i++)
        {
            float* source = maps.Pointer + (i / _size * layout.Image) + layout.Origin + (i % _size * layout.Row);
            new ReadOnlySpan<float>(source, row).CopyTo(target.Slice(i * row, row));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AlignedBuffer b in _scratch) b.Dispose();
    }

    /// <summary>Filters images into maps whose first channels receive the results.</summary>
    internal void Apply(float* images, int count, float* target, MapLayout layout)
    {
        _images = images;
        _target = target;
        _layout = layout;
        _team.ForEach(count, _filter);
    }

    // The non-negligible middle of the one-dimensional filter, an odd number of taps.
    private static float[] Taps(double variance)
    {
        double[] w = [.. Enumerable.Range(-Radius, Width).Select(i => Math.Exp(-i * i / (2 * variance)))];
        double sum = w.Sum();
        int skip = w.TakeWhile(x => x / sum < Negligible).Count();
        return [.. w.Skip(skip).Take(Width - (2 * skip)).Select(x => (float)(x / sum))];
    }

    private void FilterImage(int image, int worker)
    {
        int rows = _size + (2 * Radius);
        float* padded = _scratch[worker].Pointer;
        float* across = padded + ((nint)rows * PaddedPitch);
        float* plain = across + ((nint)rows * PlainPitch);
        Reflect(_images + ((nint)image * _size * _size), padded);
        for (int channel = 0; channel < _taps.Length; channel++)
        {
            float[] taps = _taps[channel];
            int skip = Radius - (taps.Length / 2);
            fixed (float* t = taps)
            {
                for (int y = 0; y < rows; y++)
                    Combine(padded + ((nint)y * PaddedPitch) + skip, 1, t, taps.Length, across + ((nint)y * PlainPitch));
                for (int y = 0; y < _size; y++)
                    Combine(across + ((nint)(y + skip) * PlainPitch), PlainPitch, t, taps.Length, plain + ((nint)y * PlainPitch));
            }
            Deliver(plain, _target + (image * _layout.Image) + _layout.Origin + channel);
        }
    }

    private void Reflect(float* image, float* padded)
    {
        for (int y = -Radius; y < _size + Radius; y++, padded += PaddedPitch)
        {
            float* row = image + ((nint)Mirror(y) * _size);
            for (int x = 1; x <= Radius; x++)
            {
                padded[Radius - x] = row[x];
                padded[Radius + _size - 1 + x] = row[_size - 1 - x];
            }
            new Span<float>(row, _size).CopyTo(new Span<float>(padded + Radius, _size));
        }
    }

    private int Mirror(int y) => y < 0 ? -y : y >= _size ? (2 * (_size - 1)) - y : y;

    // One row of sum over j of taps[j] * source[j * step + x]; writes whole vectors, up to the row's pitch.
    private void Combine(float* source, nint step, float* taps, int count, float* target)
    {
        if (Vector256.IsHardwareAccelerated) Combine<Lanes8>(source, step, taps, count, target);
        else Combine<Lanes4>(source, step, taps, count, target);
    }

    private void Combine<T>(float* source, nint step, float* taps, int count, float* target)
        where T : unmanaged, ILanes<T>
    {
        for (int x = 0; x < _size; x += T.Count)
        {
            T sum = T.Zero;
            for (int j = 0; j < count; j++) sum = T.Fma(T.All(taps[j]), T.Load(source + (j * step) + x), sum);
            sum.Store(target + x);
        }
    }

    private void Deliver(float* plain, float* target)
    {
        double scale = 1, shift = 0;
        if (_normalise)
        {
            double n = (double)_size * _size, sum = 0, squares = 0;
            for (int y = 0; y < _size; y++)
                foreach (float v in new ReadOnlySpan<float>(plain + ((nint)y * PlainPitch), _size)) sum += v;
            double mean = sum / n;
            for (int y = 0; y < _size; y++)
                foreach (float v in new ReadOnlySpan<float>(plain + ((nint)y * PlainPitch), _size)) squares += (v - mean) * (v - mean);
            double deviation = Math.Sqrt(squares / (n - 1));
            // A constant channel has nothing to scale; it becomes the mean.
            scale = deviation > 0 ? Deviation / deviation : 0;
            shift = Mean - (mean * scale);
        }
        for (int y = 0; y < _size; y++)
        {
            float* from = plain + ((nint)y * PlainPitch);
            float* to = target + (y * _layout.Row);
            for (int x = 0; x < _size; x++, to += _layout.Channels) *to = (float)((from[x] * scale) + shift);
        }
    }
}
