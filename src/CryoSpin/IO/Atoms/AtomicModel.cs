namespace CryoSpin.IO.Atoms;

/// <summary>One atom.</summary>
/// <param name="X">Angstrom.</param>
/// <param name="Y">Angstrom.</param>
/// <param name="Z">Angstrom.</param>
/// <param name="AtomicNumber">1 for hydrogen and deuterium.</param>
/// <param name="Occupancy">0 to 1; alternative locations of an atom are separate atoms that share its occupancy.</param>
public readonly record struct Atom(double X, double Y, double Z, int AtomicNumber, double Occupancy);

/// <summary>Which atoms to keep.</summary>
/// <param name="Hydrogens">Keep hydrogen and deuterium.</param>
/// <param name="Waters">Keep water molecules (HOH, DOD, WAT, H2O).</param>
public sealed record AtomSelection(bool Hydrogens = false, bool Waters = false);

/// <summary>The atoms of the first model of a file; the asymmetric unit as deposited.</summary>
/// <param name="Atoms">In file order.</param>
public sealed record AtomicModel(IReadOnlyList<Atom> Atoms);
