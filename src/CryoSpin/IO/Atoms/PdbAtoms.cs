namespace CryoSpin.IO.Atoms;

/// <summary>The ATOM and HETATM records of a PDB file: fixed columns.</summary>
internal static class PdbAtoms
{
    public static void Read(ReadOnlySpan<char> text, AtomCollector atoms)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            number++;
            if (line.StartsWith("ENDMDL")) return;
            if (!line.StartsWith("ATOM  ") && !line.StartsWith("HETATM")) continue;
            if (line.Length < 54)
            {
                throw atoms.Fault(
                    number, $"an atom record has {line.Length} characters, fewer than the 54 that hold its coordinates.",
                    "Is the file truncated?");
            }
            ReadOnlySpan<char> name = line.Slice(12, 4);
            // Old files have other things, such as the entry's code, where the element should be.
            int element = ChemicalElements.AtomicNumber(Columns(line, 76, 2));
            atoms.Add(
                new AtomCollector.Fields
                {
                    Name = name,
                    Residue = line.Slice(17, 3),
                    AtomicNumber = element > 0 ? element : ChemicalElements.FromAtomName(name),
                    X = line.Slice(30, 8),
                    Y = line.Slice(38, 8),
                    Z = line.Slice(46, 8),
                    Occupancy = Columns(line, 54, 6),
                },
                number);
        }
    }

    private static ReadOnlySpan<char> Columns(ReadOnlySpan<char> line, int start, int length) =>
        line.Length <= start ? [] : line.Slice(start, Math.Min(length, line.Length - start));
}
