using System.Buffers;
using CryoSpin.Compute.Kernels;

namespace CryoSpin.Imaging;

/// <summary>
/// Band-limited interpolation of lines: out[r][j] = in_r(scale (j - To/2) + slope (r - Rows/2)), positions in input pixels from the
/// line's centre (From/2, integer division), lines periodic. Frequencies above the new Nyquist are left out, as
/// <see cref="Fourier.FourierCrop"/> does.
/// </summary>
/// <remarks>
/// The interpolant is the trigonometric polynomial through the samples. Where no line is displaced by its row, one matrix of its values
/// serves all lines; otherwise each line's coefficients are turned between the two matrices. At these sizes (box 500 and below) a dense
/// product costs a few milliseconds an image and, unlike a chirp transform, no more code.
/// </remarks>
internal sealed class LineResampler
{
    private readonly int _from;
    private readonly int _to;
    private readonly double _slope;
    private readonly int _terms;
    private readonly float[]? _direct;
    private readonly float[] _analysis;
    private readonly float[] _synthesis;

    /// <param name="from">Samples of an input line.</param>
    /// <param name="to">Samples of an output line.</param>
    /// <param name="scale">Input pixels per output pixel.</param>
    /// <param name="slope">Input pixels by which a line is displaced per row.</param>
    public LineResampler(int from, int to, double scale, double slope)
    {
        (_from, _to, _slope) = (from, to, slope);
        double[] weight = Weights(from, scale);
        _terms = weight.Length;
        if (slope == 0)
        {
            _analysis = _synthesis = [];
            _direct = Direct(from, to, scale, weight);
            return;
        }
        _analysis = new float[from * 2 * _terms];
        _synthesis = new float[2 * _terms * to];
        for (int k = 0; k < _terms; k++)
        {
            double both = (k == 0 ? 1.0 : 2.0) * weight[k] / from;
            for (int i = 0; i < from; i++)
            {
                (double s, double c) = Math.SinCos(2 * Math.PI * k * (i - from / 2) / from);
                _analysis[i * 2 * _terms + 2 * k] = (float)c;
                _analysis[i * 2 * _terms + 2 * k + 1] = (float)s;
            }
            for (int j = 0; j < to; j++)
            {
                double at = scale * (j - to / 2);
                (double s, double c) = Math.SinCos(2 * Math.PI * k * at / from);
                _synthesis[2 * k * to + j] = (float)(both * c);
                _synthesis[(2 * k + 1) * to + j] = (float)(both * s);
            }
        }
    }

    /// <summary>Resamples lines.</summary>
    /// <param name="lines">[rows][From].</param>
    /// <param name="rows">Number of lines.</param>
    /// <param name="result">[rows][To].</param>
    public void Apply(ReadOnlySpan<float> lines, int rows, Span<float> result)
    {
        if (_direct is not null)
        {
            MatrixProduct.Multiply(null, lines[..(rows * _from)], rows, _from, _direct, _to, result[..(rows * _to)]);
            return;
        }
        float[] rented = ArrayPool<float>.Shared.Rent(rows * 2 * _terms);
        Span<float> coefficients = rented.AsSpan(0, rows * 2 * _terms);
        MatrixProduct.Multiply(null, lines[..(rows * _from)], rows, _from, _analysis, 2 * _terms, coefficients);
        for (int r = 0; r < rows; r++) Displace(coefficients.Slice(r * 2 * _terms, 2 * _terms), _slope * (r - rows / 2));
        MatrixProduct.Multiply(null, coefficients, rows, 2 * _terms, _synthesis, _to, result[..(rows * _to)]);
        ArrayPool<float>.Shared.Return(rented);
    }

    // a cos k(x) + b sin k(x) at x + d: the pair (a, b) turned by the phase of d.
    private void Displace(Span<float> pairs, double by)
    {
        for (int k = 1; k < _terms; k++)
        {
            (double s, double c) = Math.SinCos(2 * Math.PI * k * by / _from);
            float a = pairs[2 * k], b = pairs[2 * k + 1];
            pairs[2 * k] = (float)(a * c + b * s);
            pairs[2 * k + 1] = (float)(b * c - a * s);
        }
    }

    // Weight of each frequency from 0: 1, and a half for the input's own Nyquist frequency, which the sums below would count twice.
    private static double[] Weights(int from, double scale)
    {
        double highest = from / (2 * Math.Max(1, Math.Abs(scale)));
        int last = (int)Math.Floor(highest + 1e-9);
        double[] weight = new double[last + 1];
        Array.Fill(weight, 1);
        if (2 * last == from) weight[last] = 0.5;
        return weight;
    }

    // The matrix [From][To]. Output pixels outside the line stay 0; half a pixel is the line's own.
    private static float[] Direct(int from, int to, double scale, double[] weight)
    {
        float[] matrix = new float[from * to];
        for (int j = 0; j < to; j++)
        {
            double at = from / 2 + scale * (j - to / 2);
            if (at < -1 || at > from) continue;
            for (int i = 0; i < from; i++)
            {
                double sum = weight[0];
                for (int k = 1; k < weight.Length; k++) sum += 2 * weight[k] * Math.Cos(2 * Math.PI * k * (at - i) / from);
                matrix[i * to + j] = (float)(sum / from);
            }
        }
        return matrix;
    }
}
