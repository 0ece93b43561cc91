using System.Buffers;
using CryoSpin.Fourier;
using CryoSpin.Optics;

namespace CryoSpin.Preprocessing;

/// <summary>
/// What an optics group's images need in Fourier space once they are on the common grid: the phases of beam tilt and of odd aberrations
/// taken out, premultiplication undone, phases flipped. Immutable; any number of threads may use it.
/// </summary>
internal sealed class ImageCorrection
{
    private readonly RealFft2D _fft;
    private readonly float[]? _cos;
    private readonly float[]? _sin;
    private readonly float[] _kx;
    private readonly float[] _ky;
    private readonly double _unit;
    private readonly OpticsGroup _optics;
    private readonly Filter _filter;

    private ImageCorrection(ImageGrid grid, OpticsGroup optics, AberrationPolynomial? odd, Filter filter)
    {
        (_optics, _filter) = (optics with { IsPhaseFlipped = false, IsPremultiplied = false }, filter);
        _fft = new RealFft2D(grid.BoxSize);
        _unit = 1 / (grid.BoxSize * grid.PixelSizeAngstrom);
        int half = _fft.HalfSize, n = grid.BoxSize;
        _kx = new float[n * half];
        _ky = new float[n * half];
        for (int i = 0; i < _kx.Length; i++) (_kx[i], _ky[i]) = (i % half, i / half <= n / 2 ? i / half : i / half - n);
        if (odd is null) return;
        _cos = new float[_kx.Length];
        _sin = new float[_kx.Length];
        for (int i = 0; i < _kx.Length; i++)
        {
            // A Nyquist coefficient is its own Hermitian partner and can have no odd phase.
            bool nyquist = 2 * (int)_kx[i] == n || 2 * (int)_ky[i] == n;
            (double s, double c) = Math.SinCos(nyquist ? 0 : odd.Evaluate(_kx[i] * _unit, _ky[i] * _unit));
            (_cos[i], _sin[i]) = ((float)c, (float)s);
        }
    }

    private enum Filter
    {
        None,
        FlipPhases,
        UndoPremultiplication,
    }

    /// <summary>The correction of a group, or null where its images need none.</summary>
    /// <param name="grid">The grid on which images arrive.</param>
    /// <param name="group">The group.</param>
    /// <param name="hasCtf">Whether particles have transfer functions.</param>
    /// <param name="options">What the caller wants done.</param>
    public static ImageCorrection? For(ImageGrid grid, OpticsGroup group, bool hasCtf, PreparationOptions options)
    {
        AberrationPolynomial? odd = OddPhase(group);
        Filter filter = !hasCtf ? Filter.None
            : group.IsPremultiplied ? options.UndoPremultiplication ? Filter.UndoPremultiplication : Filter.None
            : options.FlipPhases && !group.IsPhaseFlipped ? Filter.FlipPhases : Filter.None;
        return odd is null && filter == Filter.None ? null : new ImageCorrection(grid, group, odd, filter);
    }

    /// <summary>The phase by which the group's odd aberrations moved its images' coefficients; null for none.</summary>
    public static AberrationPolynomial? OddPhase(OpticsGroup group)
    {
        AberrationPolynomial? odd = group.OddZernike is { Count: > 0 } zernike ? AberrationPolynomial.Odd(zernike) : null;
        if (group.BeamTiltXMilliradians != 0 || group.BeamTiltYMilliradians != 0)
        {
            AberrationPolynomial coma = AberrationPolynomial.Coma(group);
            odd = odd?.Plus(coma) ?? coma;
        }
        return odd is null || odd.IsZero ? null : odd;
    }

    /// <summary>Corrects one image in place.</summary>
    /// <param name="image">[Box][Box].</param>
    /// <param name="ctf">The particle's own values; null where there are none.</param>
    public void Apply(Span<float> image, in CtfParameters? ctf)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(_fft.SpectrumLength + _kx.Length);
        Span<float> spectrum = rented.AsSpan(0, _fft.SpectrumLength), factor = rented.AsSpan(_fft.SpectrumLength, _kx.Length);
        _fft.Forward(image, spectrum);
        if (_cos is not null) TurnBack(spectrum);
        if (_filter != Filter.None && ctf is { } parameters)
        {
            new ContrastTransferFunction(_optics, parameters).Evaluate(_kx, _ky, _unit, factor);
            MakeFilter(factor);
            for (int i = 0; i < factor.Length; i++)
            {
                spectrum[2 * i] *= factor[i];
                spectrum[2 * i + 1] *= factor[i];
            }
        }
        _fft.Inverse(spectrum, image);
        ArrayPool<float>.Shared.Return(rented);
    }

    private void MakeFilter(Span<float> ctf)
    {
        const float floor = (float)ContrastTransferFunction.PremultiplicationFloor;
        if (_filter == Filter.FlipPhases) for (int i = 0; i < ctf.Length; i++) ctf[i] = ctf[i] < 0 ? -1 : 1;
        else for (int i = 0; i < ctf.Length; i++) ctf[i] = 1 / Math.Max(Math.Abs(ctf[i]), floor);
    }

    // The model was multiplied by exp(i phase): the image by its conjugate.
    private void TurnBack(Span<float> spectrum)
    {
        for (int i = 0; i < _cos!.Length; i++)
        {
            float re = spectrum[2 * i], im = spectrum[2 * i + 1], c = _cos[i], s = _sin![i];
            spectrum[2 * i] = re * c + im * s;
            spectrum[2 * i + 1] = im * c - re * s;
        }
    }
}
