namespace CryoSpin.Optics;

/// <summary>What the particles of one optics group share.</summary>
/// <param name="Name">rlnOpticsGroupName.</param>
/// <param name="VoltageKilovolts">Acceleration voltage.</param>
/// <param name="SphericalAberrationMillimeters">Cs.</param>
/// <param name="AmplitudeContrast">Q0, 0 to 1.</param>
/// <param name="PixelSizeAngstrom">Pixel size of the images.</param>
/// <param name="BoxSize">Width of the (square) images in pixels.</param>
public sealed record OpticsGroup(
    string Name, double VoltageKilovolts, double SphericalAberrationMillimeters, double AmplitudeContrast, double PixelSizeAngstrom,
    int BoxSize)
{
    /// <summary>Beam tilt along x, milliradians (rlnBeamTiltX); 0 for none.</summary>
    public double BeamTiltXMilliradians { get; init; }

    /// <summary>Beam tilt along y, milliradians (rlnBeamTiltY); 0 for none.</summary>
    public double BeamTiltYMilliradians { get; init; }

    /// <summary>Anisotropic magnification (rlnMagMat00 to rlnMagMat11); the identity for none.</summary>
    public MagnificationMatrix Magnification { get; init; } = MagnificationMatrix.Identity;

    /// <summary>The images were already multiplied by the sign of their transfer function (rlnCtfDataArePhaseFlipped).</summary>
    public bool IsPhaseFlipped { get; init; }

    /// <summary>The images were already multiplied by their transfer function (rlnCtfDataAreCtfPremultiplied).</summary>
    public bool IsPremultiplied { get; init; }

    /// <summary>
    /// Antisymmetric aberrations as RELION's odd Zernike coefficients (rlnOddZernike), radians at 1/angstrom; null for none.
    /// </summary>
    public IReadOnlyList<double>? OddZernike { get; init; }

    /// <summary>
    /// Symmetric aberrations beyond defocus, Cs and phase shift as RELION's even Zernike coefficients (rlnEvenZernike), radians at
    /// 1/angstrom; null for none.
    /// </summary>
    public IReadOnlyList<double>? EvenZernike { get; init; }
}

/// <summary>The per-particle part of the contrast transfer function.</summary>
/// <param name="DefocusUAngstrom">Largest defocus; underfocus is positive.</param>
/// <param name="DefocusVAngstrom">Smallest defocus.</param>
/// <param name="AstigmatismAngleDegrees">Angle of DefocusU from the x axis.</param>
/// <param name="PhaseShiftDegrees">Phase plate's shift; 0 without one.</param>
/// <param name="BFactorAngstromSquared">Envelope exp(-B k^2 / 4); 0 for none.</param>
/// <param name="Scale">Factor on the whole function; 1 normally.</param>
public readonly record struct CtfParameters(
    double DefocusUAngstrom, double DefocusVAngstrom, double AstigmatismAngleDegrees, double PhaseShiftDegrees = 0,
    double BFactorAngstromSquared = 0, double Scale = 1);
