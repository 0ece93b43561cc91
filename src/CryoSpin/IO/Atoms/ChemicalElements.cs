namespace CryoSpin.IO.Atoms;

/// <summary>Atomic numbers of element symbols.</summary>
internal static class ChemicalElements
{
    private static readonly string[] s_symbols =
    [
        "H", "HE", "LI", "BE", "B", "C", "N", "O", "F", "NE", "NA", "MG", "AL", "SI", "P", "S", "CL", "AR", "K", "CA",
        "SC", "TI", "V", "CR", "MN", "FE", "CO", "NI", "CU", "ZN", "GA", "GE", "AS", "SE", "BR", "KR", "RB", "SR", "Y", "ZR",
        "NB", "MO", "TC", "RU", "RH", "PD", "AG", "CD", "IN", "SN", "SB", "TE", "I", "XE", "CS", "BA", "LA", "CE", "PR", "ND",
        "PM", "SM", "EU", "GD", "TB", "DY", "HO", "ER", "TM", "YB", "LU", "HF", "TA", "W", "RE", "OS", "IR", "PT", "AU", "HG",
        "TL", "PB", "BI", "PO", "AT", "RN", "FR", "RA", "AC", "TH", "PA", "U", "NP", "PU", "AM", "CM", "BK", "CF", "ES", "FM",
        "MD", "NO", "LR", "RF", "DB", "SG", "BH", "HS", "MT", "DS", "RG", "CN", "NH", "FL", "MC", "LV", "TS", "OG",
    ];

    private static readonly Dictionary<string, int> s_numbers = MakeNumbers();

    private static readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> s_lookup =
        s_numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The atomic number of a symbol in any case, or 0; D and T are hydrogen.</summary>
    public static int AtomicNumber(ReadOnlySpan<char> symbol) => s_lookup.TryGetValue(symbol.Trim(), out int number) ? number : 0;

    /// <summary>
    /// The element that a four-character PDB atom name stands for: one-letter symbols stand in the second column, two-letter symbols in
    /// the first two, and hydrogens with long names begin in the first (wwPDB format 3.3, "ATOM").
    /// </summary>
    public static int FromAtomName(ReadOnlySpan<char> name)
    {
        if (name.Length < 2) return AtomicNumber(name);
        bool full = name.Length >= 4 && !name[..4].Contains(' ');
        if (full && name[0] is 'H' or 'D') return 1;
        if (!char.IsAsciiLetter(name[0])) return AtomicNumber(name.Slice(1, 1));
        int two = AtomicNumber(name[..2]);
        return two > 0 ? two : AtomicNumber(name[..1]);
    }

    private static Dictionary<string, int> MakeNumbers()
    {
        Dictionary<string, int> numbers = new(StringComparer.OrdinalIgnoreCase) { ["D"] = 1, ["T"] = 1 };
        for (int i = 0; i < s_symbols.Length; i++) numbers.Add(s_symbols[i], i + 1);
        return numbers;
    }
}
