using CryoSpin.Fourier;

namespace CryoSpin.Simulation;

/// <summary>How the power of simulated noise depends on frequency.</summary>
public enum NoiseColour
{
    /// <summary>The same power at all frequencies.</summary>
    White,

    /// <summary>
    /// Power proportional to 1 / (0.1 + |k| / Nyquist): eleven times as much at zero frequency as at Nyquist, as ice and detectors give.
    /// </summary>
    Pink,

    /// <summary>
    /// Flat at high frequencies, five times as much at zero frequency, halfway at 1/60 per angstrom: power 1 + 4 / (1 + (60 A k)^2), as
    /// backgrounds of micrographs have.
    /// </summary>
    Coloured,
}

/// <summary>What to simulate. Everything drawn depends on <see cref="Seed"/> and the particle's number alone.</summary>
public sealed record SimulationOptions
{
    /// <summary>Number of particles.</summary>
    public int Particles { get; init; } = 5000;

    /// <summary>
    /// Width of the images; null for the map's. Another one crops (or pads) the map's spectrum and keeps its width in angstrom.
    /// </summary>
    public int? BoxSize { get; init; }

    /// <summary>
    /// Variance of the signal after CTF over that of the noise, both over the whole box, the signal averaged over the images.
    /// Positive infinity makes images without noise, which are then not normalised either.
    /// </summary>
    public double Snr { get; init; } = 0.1;

    /// <summary>Radius of the disc from which shifts are drawn, pixels of the images.</summary>
    public double MaxShiftPixels { get; init; } = 3;

    /// <summary>Least and greatest mean defocus, micrometres; underfocus is positive.</summary>
    public (double Minimum, double Maximum) DefocusRangeMicrometers { get; init; } = (1, 3);

    /// <summary>Greatest astigmatism (U - V)/2, angstrom; its angle is uniform.</summary>
    public double MaxAstigmatismAngstrom { get; init; } = 300;

    /// <summary>Acceleration voltage.</summary>
    public double VoltageKilovolts { get; init; } = 300;

    /// <summary>Cs.</summary>
    public double SphericalAberrationMillimeters { get; init; } = 2.7;

    /// <summary>Q0, 0 to 1. With 1, no defocus and no aberration the CTF is 1 everywhere.</summary>
    public double AmplitudeContrast { get; init; } = 0.1;

    /// <summary>Envelope exp(-B k^2 / 4) of every image; 0 for none.</summary>
    public double BFactorAngstromSquared { get; init; }

    /// <summary>Chooses the random numbers.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Spectrum of the noise.</summary>
    public NoiseColour NoiseColour { get; init; } = NoiseColour.White;

    /// <summary>What real stacks have beside particles and noise; nothing, unless it is set.</summary>
    public NuisanceOptions Nuisances { get; init; } = new();

    /// <summary>Everything wrong with these options, one sentence each; empty when they can be used.</summary>
    /// <param name="mapSize">Edge of the map in voxels.</param>
    public IReadOnlyList<string> Problems(int mapSize)
    {
        List<string> problems = [];
        int box = BoxSize ?? mapSize;
        Require(Particles >= 1, $"The number of particles is {Particles}; it must be at least 1.");
        Require(
            mapSize % 2 == 0 && FourierSizes.IsGood(mapSize),
            $"The map's edge of {mapSize} voxels cannot be transformed; crop or pad it to {Near(mapSize)}.");
        Require(
            box >= 8 && box % 2 == 0 && FourierSizes.IsGood(box),
            $"The box of {box} pixels is not an even product of 2, 3, 5 and 7 of at least 8; use {Near(Math.Max(8, box))}.");
        Require(Snr > 0, $"The signal-to-noise ratio is {Snr}; it must be positive (0.1 is typical, infinity means no noise).");
        Require(
            MaxShiftPixels >= 0 && MaxShiftPixels < box / 2.0,
            $"The largest shift is {MaxShiftPixels} pixels; it must lie between 0 and half the box.");
        (double low, double high) = DefocusRangeMicrometers;
        Require(
            low <= high && double.IsFinite(low) && double.IsFinite(high),
            $"The defocus range {low} to {high} micrometres is not a range.");
        Require(
            MaxAstigmatismAngstrom >= 0 && double.IsFinite(MaxAstigmatismAngstrom),
            $"The astigmatism is {MaxAstigmatismAngstrom} angstrom; it must be 0 or more.");
        Require(VoltageKilovolts > 0 && double.IsFinite(VoltageKilovolts), $"The voltage is {VoltageKilovolts} kV; it must be positive.");
        Require(
            SphericalAberrationMillimeters >= 0 && double.IsFinite(SphericalAberrationMillimeters),
            $"The spherical aberration is {SphericalAberrationMillimeters} mm; it must be 0 or more.");
        Require(AmplitudeContrast is >= 0 and <= 1, $"The amplitude contrast is {AmplitudeContrast}; it must lie between 0 and 1.");
        Require(double.IsFinite(BFactorAngstromSquared), $"The B-factor is {BFactorAngstromSquared}; it must be finite.");
        Require(Enum.IsDefined(NoiseColour), $"The noise colour {NoiseColour} is unknown.");
        problems.AddRange(Nuisances.Problems());
        return problems;

        void Require(bool holds, string problem)
        {
            if (!holds) problems.Add(problem);
        }
    }

    private static string Near(int size) => $"{FourierSizes.PreviousGood(size)} or {FourierSizes.NextGood(size + 1)}";
}
