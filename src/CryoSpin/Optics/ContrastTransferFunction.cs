using System.Numerics.Tensors;
using CryoSpin.Optics.Kernels;

namespace CryoSpin.Optics;

/// <summary>
/// The contrast transfer function of one particle, in RELION's sign: +AmplitudeContrast at zero frequency, before the first zero
/// the same sign as at zero for an underfocused image.
/// </summary>
/// <remarks>
/// With z(ang) = (U+V)/2 + (U-V)/2 cos 2(ang - t) and chi = -pi lambda z k^2 + pi/2 Cs lambda^3 k^4 - phi,
/// CTF = -(sqrt(1-Q0^2) sin chi - Q0 cos chi) * scale * exp(-B k^2/4) = -sin(chi - asin Q0) * scale * exp(-B k^2/4):
/// one sine is enough. z k^2 is a quadratic form in (kx, ky), so that no angle is ever needed. Even Zernike aberrations add to chi; those
/// of up to fourth order that are not a quadratic form or a multiple of k^4, and all higher ones, are evaluated one frequency at a time.
/// <para>Frequencies are those of the specimen: of an image with anisotropic magnification M that is M k, see
/// <see cref="OpticsGroup.Magnification"/>.</para>
/// <para>Phase-flipped images have the transfer function |CTF|. Premultiplied images F' = CTF F are divided by max(|CTF|, e), e =
/// <see cref="PremultiplicationFloor"/>, when they are loaded, which where |CTF| is above e gives back the phase-flipped image with its
/// white noise, exactly; so their transfer function is CTF^2 / max(|CTF|, e). Below e, where cropping and rounding after the
/// multiplication leave more in the file than the quotient could stand, the noise is overstated and the little information there
/// (CTF^2 is below e^2) is lost: less than 1 % of a full shell's.</para>
/// The default value of this type is a function that is zero everywhere.
/// </remarks>
public readonly struct ContrastTransferFunction
{
    /// <summary>Where |CTF| is smaller, premultiplied data are divided by this instead.</summary>
    public const double PremultiplicationFloor = 0.1;

    private readonly double _xx;
    private readonly double _xy;
    private readonly double _yy;
    private readonly double _quartic;
    private readonly double _offset;
    private readonly double _scale;
    private readonly double _quarterB;
    private readonly AberrationPolynomial? _rest;
    private readonly Form _form;

    /// <summary>Prepares the function of one particle.</summary>
    /// <param name="optics">
    /// Voltage, spherical aberration, amplitude contrast, even Zernike aberrations, and what was done to the images.
    /// </param>
    /// <param name="parameters">The particle's own values.</param>
    /// <exception cref="ArgumentException">
    /// A voltage that is not positive, an amplitude contrast outside 0..1, or a value that is not finite.
    /// </exception>
    public ContrastTransferFunction(OpticsGroup optics, in CtfParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(optics);
        double q0 = optics.AmplitudeContrast;
        if (!(q0 >= 0 && q0 <= 1))
        {
            throw new ArgumentException($"Amplitude contrast {q0} is not between 0 and 1.", nameof(optics));
        }
        double wavelength = WavelengthAngstrom(optics.VoltageKilovolts);
        double cs = optics.SphericalAberrationMillimeters * 1e7;
        double mean = (parameters.DefocusUAngstrom + parameters.DefocusVAngstrom) / 2;
        double half = (parameters.DefocusUAngstrom - parameters.DefocusVAngstrom) / 2;
        (double sin, double cos) = Math.SinCos(parameters.AstigmatismAngleDegrees * (Math.PI / 90));

        // Everything in turns (chi / 2 pi), so that range reduction is one subtraction of the nearest integer.
        _xx = -wavelength / 2 * (mean + half * cos);
        _xy = -wavelength * half * sin;
        _yy = -wavelength / 2 * (mean - half * cos);
        _quartic = cs * wavelength * wavelength * wavelength / 4;
        _offset = -parameters.PhaseShiftDegrees / 360 - Math.Asin(q0) / (2 * Math.PI);
        _scale = parameters.Scale;
        _quarterB = parameters.BFactorAngstromSquared / 4;
        _form = optics.IsPremultiplied ? Form.Premultiplied : optics.IsPhaseFlipped ? Form.PhaseFlipped : Form.Signed;
        if (optics.EvenZernike is { Count: > 0 } zernike)
        {
            AberrationPolynomial even = AberrationPolynomial.Even(zernike);
            const double turn = 1 / (2 * Math.PI);
            _offset += even[0, 0] * turn;
            _xx += even[2, 0] * turn;
            _xy += even[1, 1] * turn;
            _yy += even[0, 2] * turn;
            // What is left of the fourth order has no x^4.
            double fourth = even[4, 0];
            _quartic += fourth * turn;
            AberrationPolynomial rest = even.Less((i, j) => (i + j) switch
            {
                0 or 2 => even[i, j],
                4 => i % 2 == 1 ? 0 : i == 2 ? 2 * fourth : fourth,
                _ => 0,
            });
            if (!rest.IsZero) _rest = rest;
        }
        if (!double.IsFinite(_xx + _xy + _yy + _quartic + _offset + _scale + _quarterB + (_rest?.Evaluate(0.1, 0.1) ?? 0)))
        {
            throw new ArgumentException("A value of the contrast transfer function is not finite.", nameof(parameters));
        }
    }

    /// <summary>The relativistic wavelength of the electron, angstrom: 12.2643247 / sqrt(V (1 + 0.978466e-6 V)), V in volts.</summary>
    /// <param name="voltageKilovolts">Acceleration voltage; 300 gives 0.0196876.</param>
    public static double WavelengthAngstrom(double voltageKilovolts)
    {
        if (!(voltageKilovolts > 0) || double.IsInfinity(voltageKilovolts))
        {
            throw new ArgumentException($"A voltage of {voltageKilovolts} kV is not positive.", nameof(voltageKilovolts));
        }
        double volts = voltageKilovolts * 1000;
        return 12.2643247 / Math.Sqrt(volts * (1 + 0.978466e-6 * volts));
    }

    /// <summary>The value at one frequency.</summary>
    /// <param name="kx">Frequency along x, 1/angstrom.</param>
    /// <param name="ky">Frequency along y, 1/angstrom.</param>
    public double Evaluate(double kx, double ky)
    {
        double k2 = kx * kx + ky * ky;
        double turns = _xx * kx * kx + _xy * kx * ky + _yy * ky * ky + _quartic * k2 * k2 + _offset;
        if (_rest is not null) turns += _rest.Evaluate(kx, ky) / (2 * Math.PI);
        turns -= Math.Round(turns);
        return InForm(-_scale * Math.Sin(2 * Math.PI * turns) * Math.Exp(-_quarterB * k2));
    }

    /// <summary>
    /// The values at many frequencies: <c>ctf[i]</c> belongs to (kx[i], ky[i]) * unitPerAngstrom. Within 1e-6 * Scale of
    /// <see cref="Evaluate(double, double)"/> for any defocus, because the phase is formed and reduced in double precision.
    /// </summary>
    /// <param name="kx">Frequency coordinates along x, e.g. Fourier shells.</param>
    /// <param name="ky">The same along y.</param>
    /// <param name="unitPerAngstrom">What one unit of kx and ky is in 1/angstrom: 1 / (box * pixel size).</param>
    /// <param name="ctf">Receives the values; the same length.</param>
    /// <exception cref="ArgumentException">The spans' lengths differ.</exception>
    public void Evaluate(ReadOnlySpan<float> kx, ReadOnlySpan<float> ky, double unitPerAngstrom, Span<float> ctf)
    {
        if (kx.Length != ky.Length || kx.Length != ctf.Length)
        {
            throw new ArgumentException($"Lengths differ: {kx.Length} kx, {ky.Length} ky, {ctf.Length} values.", nameof(ctf));
        }
        if (_rest is not null)
        {
            for (int i = 0; i < ctf.Length; i++) ctf[i] = (float)Evaluate(kx[i] * unitPerAngstrom, ky[i] * unitPerAngstrom);
            return;
        }
        double u2 = unitPerAngstrom * unitPerAngstrom;
        CtfKernel.Evaluate(
            kx, ky, new CtfPhase(_xx * u2, _xy * u2, _yy * u2, _quartic * u2 * u2, _offset), (float)-_scale, (float)(-_quarterB * u2), ctf);
        if (_form == Form.PhaseFlipped) TensorPrimitives.Abs(ctf, ctf);
        else if (_form == Form.Premultiplied) for (int i = 0; i < ctf.Length; i++) ctf[i] = (float)InForm(ctf[i]);
    }

    private double InForm(double signed) => _form switch
    {
        Form.Signed => signed,
        Form.PhaseFlipped => Math.Abs(signed),
        _ => signed * signed / Math.Max(Math.Abs(signed), PremultiplicationFloor),
    };

    private enum Form : byte
    {
        Signed,
        PhaseFlipped,
        Premultiplied,
    }
}
