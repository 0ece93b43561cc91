using System.Globalization;
using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Atoms;

/// <summary>Gathers the atoms that the caller wants, and reports bad values with their line.</summary>
internal sealed class AtomCollector(string path, AtomSelection selection)
{
    private readonly List<Atom> _atoms = [];
    private int _seen;

    public void Add(Fields atom, int line)
    {
        _seen++;
        if (!selection.Waters && IsWater(atom.Residue)) return;
        if (atom.AtomicNumber == 0)
        {
            throw Fault(
                line, $"the element of atom '{atom.Name.Trim()}' is not known.", "Correct the element column, or remove dummy atoms.");
        }
        if (!selection.Hydrogens && atom.AtomicNumber == 1) return;
        double occupancy = atom.Occupancy.Trim() is "" or "." or "?" ? 1 : Number(atom.Occupancy, line, "occupancy");
        _atoms.Add(new Atom(Number(atom.X, line, "x"), Number(atom.Y, line, "y"), Number(atom.Z, line, "z"), atom.AtomicNumber, occupancy));
    }

    public AtomicModel ToModel()
    {
        if (_atoms.Count > 0) return new AtomicModel(_atoms);
        throw _seen == 0
            ? new InputException(path, "there are no atoms.", "Give a PDB or mmCIF file with coordinates.")
            : new InputException(path, $"all {_seen} atoms are hydrogens or waters.", "Keep them, or give another file.");
    }

    public InputException Fault(int line, string what, string remedy) => new($"{path}, line {line}", what, remedy);

    private double Number(ReadOnlySpan<char> text, int line, string name) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Fault(line, $"the {name} of an atom is '{text.Trim()}'.", "Correct the value.");

    private static bool IsWater(ReadOnlySpan<char> residue) => residue.Trim() is "HOH" or "DOD" or "WAT" or "H2O";

    /// <summary>An atom's fields as they stand in the file.</summary>
    internal readonly ref struct Fields
    {
        public required ReadOnlySpan<char> Name { get; init; }

        public required ReadOnlySpan<char> Residue { get; init; }

        public required int AtomicNumber { get; init; }

        public required ReadOnlySpan<char> X { get; init; }

        public required ReadOnlySpan<char> Y { get; init; }

        public required ReadOnlySpan<char> Z { get; init; }

        public required ReadOnlySpan<char> Occupancy { get; init; }
    }
}
