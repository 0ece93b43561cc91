namespace CryoSpin.Simulation;

/// <summary>An atom, or a bead that stands for several.</summary>
/// <param name="XAngstrom">Position; the map's x axis.</param>
/// <param name="YAngstrom">Position; the map's y axis.</param>
/// <param name="ZAngstrom">Position; the map's z axis.</param>
/// <param name="AtomicNumber">Electrons; the weight is this times the occupancy.</param>
/// <param name="Occupancy">Share of particles that have the atom, usually 1.</param>
public readonly record struct PointScatterer(
    double XAngstrom, double YAngstrom, double ZAngstrom, double AtomicNumber, double Occupancy = 1)
{
    /// <summary>Weight in a density map.</summary>
    public double Weight => AtomicNumber * Occupancy;
}
