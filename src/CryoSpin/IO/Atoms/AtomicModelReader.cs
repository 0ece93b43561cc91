using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Atoms;

/// <summary>Reads atoms from PDB (wwPDB format 3.3) and mmCIF files, plain or compressed with gzip.</summary>
public static class AtomicModelReader
{
    /// <summary>Reads the first model of a file. PDB and mmCIF are told apart by their content.</summary>
    /// <param name="path">The file.</param>
    /// <param name="selection">Which atoms to keep; by default neither hydrogens nor waters.</param>
    /// <exception cref="InputException">The file cannot be read, a value is wrong, or no atom is left.</exception>
    public static AtomicModel Read(string path, AtomSelection? selection = null)
    {
        AtomCollector atoms = new(path, selection ?? new AtomSelection());
        string text = InputFile.ReadText(path);
        if (IsCif(text)) CifAtoms.Read(text, atoms);
        else PdbAtoms.Read(text, atoms);
        return atoms.ToModel();
    }

    // An mmCIF file starts with data_; comments may stand above it.
    private static bool IsCif(ReadOnlySpan<char> text)
    {
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            ReadOnlySpan<char> start = line.TrimStart();
            if (start.IsEmpty || start[0] == '#') continue;
            return start.StartsWith("data_", StringComparison.OrdinalIgnoreCase);
        }
        return false;
    }
}
