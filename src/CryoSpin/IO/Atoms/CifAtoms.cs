using CryoSpin.Diagnostics;

namespace CryoSpin.IO.Atoms;

/// <summary>The _atom_site category of an mmCIF file.</summary>
internal static class CifAtoms
{
    private const string Category = "_atom_site.";

    public static void Read(ReadOnlySpan<char> text, AtomCollector atoms)
    {
        CifTokenizer tokens = new(text);
        bool more = tokens.Read(atoms);
        while (more)
        {
            if (tokens.Kind != CifTokenKind.Loop)
            {
                more = tokens.Read(atoms);
                continue;
            }
            List<string> tags = [];
            while ((more = tokens.Read(atoms)) && tokens.Kind == CifTokenKind.Tag) tags.Add(tokens.Text.ToString().ToLowerInvariant());
            if (tags.Count > 0 && tags[0].StartsWith(Category, StringComparison.Ordinal))
            {
                ReadRows(ref tokens, tags, atoms);
                return;
            }
            while (more && tokens.Kind == CifTokenKind.Value) more = tokens.Read(atoms);
        }
    }

    private static void ReadRows(ref CifTokenizer tokens, List<string> tags, AtomCollector atoms)
    {
        int start = tokens.Line;
        int x = Need(tags, "cartn_x", start, atoms), y = Need(tags, "cartn_y", start, atoms), z = Need(tags, "cartn_z", start, atoms);
        int symbol = Need(tags, "type_symbol", start, atoms);
        int name = Find(tags, "label_atom_id", "auth_atom_id"), residue = Find(tags, "label_comp_id", "auth_comp_id");
        int occupancy = Find(tags, "occupancy"), model = Find(tags, "pdbx_pdb_model_num");
        int[] used = [x, y, z, symbol, name, residue, occupancy, model];
        string[] row = new string[tags.Count];
        string? firstModel = null;
        while (tokens.Kind == CifTokenKind.Value)
        {
            int line = tokens.Line;
            for (int i = 0; i < row.Length; i++)
            {
                if (tokens.Kind != CifTokenKind.Value)
                {
                    throw atoms.Fault(
                        line, $"the last row of atoms has {Plural.Of(i, "value")} for {Plural.Of(row.Length, "column")}.",
                        "The file is truncated; download it again.");
                }
                row[i] = used.Contains(i) ? tokens.Text.ToString() : "";
                tokens.Read(atoms);
            }
            firstModel ??= model < 0 ? "" : row[model];
            if (model >= 0 && row[model] != firstModel) return;
            atoms.Add(
                new AtomCollector.Fields
                {
                    Name = name < 0 ? row[symbol] : row[name],
                    Residue = residue < 0 ? "" : row[residue],
                    AtomicNumber = ChemicalElements.AtomicNumber(row[symbol]),
                    X = row[x],
                    Y = row[y],
                    Z = row[z],
                    Occupancy = occupancy < 0 ? "" : row[occupancy],
                },
                line);
        }
    }

    private static int Need(List<string> tags, string name, int line, AtomCollector atoms)
    {
        int i = Find(tags, name);
        return i >= 0 ? i : throw atoms.Fault(line, $"the atoms have no column {Category}{name}.", "Give a complete mmCIF file.");
    }

    private static int Find(List<string> tags, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            int i = tags.IndexOf(Category + name);
            if (i >= 0) return i;
        }
        return -1;
    }
}
