using CryoSpin.Fourier;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.AutoEncoding;

/// <summary>
/// Makes the encoder's input: the image times its transfer function, whitened and cut to the band in use, as a small real image.
/// </summary>
/// <remarks>
/// Multiplying by the transfer function gives all defoci the same polarity and weighs each frequency by how much it can say: the network
/// need
/// not learn optics. Frequencies beyond the band would be noise the volume cannot yet explain.
/// </remarks>
internal sealed class EncoderImages
{
    private readonly RealFft2D _fft;
    private readonly int[] _position;
    private readonly float[] _sign;
    private readonly float[][] _spectrum;
    private readonly FrequencyDisc _disc;

    public EncoderImages(FrequencyDisc disc, int side, int workers)
    {
        if (2 * disc.Extent >= side) throw new ArgumentException($"A band of {disc.Extent} shells does not fit an image of {side} pixels.", nameof(side));
        _disc = disc;
        Side = side;
        _fft = new RealFft2D(side);
        _position = new int[disc.Count];
        _sign = new float[disc.Count];
        for (int p = 0; p < disc.Count; p++)
        {
            int kx = (int)disc.Kx[p], ky = (int)disc.Ky[p];
            _position[p] = (ky < 0 ? ky + side : ky) * (side + 2) + 2 * kx;
            // The image's centre, not its corner, is the origin.
            _sign[p] = ((kx + ky) & 1) == 0 ? 1 : -1;
        }
        _spectrum = [.. Enumerable.Range(0, workers).Select(_ => new float[side * (side + 2)])];
    }

    /// <summary>Pixels on a side.</summary>
    public int Side { get; }

    /// <summary>Writes one image.</summary>
    /// <param name="real">Whitened data over the disc, real parts.</param>
    /// <param name="imaginary">Imaginary parts.</param>
    /// <param name="ctf">Whitened transfer function.</param>
    /// <param name="pixels">Side x side values.</param>
    /// <param name="worker">Worker that calls.</param>
    public void Make(ReadOnlySpan<float> real, ReadOnlySpan<float> imaginary, ReadOnlySpan<float> ctf, Span<float> pixels, int worker)
    {
        float[] spectrum = _spectrum[worker];
        Array.Clear(spectrum);
        for (int p = 0; p < _disc.Count; p++)
        {
            float c = _sign[p] * ctf[p];
            int at = _position[p];
            spectrum[at] = c * real[p];
            spectrum[at + 1] = c * imaginary[p];
            // The inverse transform reads both ends of column 0, of which the list holds one.
            if (_disc.Kx[p] == 0 && _disc.Ky[p] > 0)
            {
                int partner = (Side - (int)_disc.Ky[p]) * (Side + 2);
                spectrum[partner] = spectrum[at];
                spectrum[partner + 1] = -spectrum[at + 1];
            }
        }
        _fft.Inverse(spectrum, pixels);
    }
}
