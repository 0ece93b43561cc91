using CryoSpin.Diagnostics;
using CryoSpin.IO.CryoSparc;
using CryoSpin.IO.Npy;

namespace CryoSpin.Particles.CryoSparc;

/// <summary>
/// Gathers the records of one set of particles: cryoSPARC spreads them over a job's own file and a passthrough file with what the job took
/// over unchanged. They are joined on uid, never on the order of rows.
/// </summary>
internal static class CryoSparcRecords
{
    private const string Uid = CryoSparcFields.Uid;

    /// <summary>Reads a .cs or .csg and what belongs to it. Rows stand in the order of the first file.</summary>
    /// <param name="path">A dataset or a result group.</param>
    /// <param name="passthrough">Further datasets; where empty, and images or CTF are missing, one beside the file is looked for.</param>
    /// <param name="read">Receives the files that were read.</param>
    /// <param name="warnings">Receives what the user should know.</param>
    /// <exception cref="InputException">A file cannot be read, or lacks particles of the first.</exception>
    public static RecordTable Read(string path, IReadOnlyList<string> passthrough, List<string> read, List<string> warnings)
    {
        string[] files = IsGroup(path) ? GroupFiles(path) : [path];
        read.AddRange([.. files, .. passthrough]);
        RecordTable table = CryoSparcFile.Read(files[0]);
        Dictionary<ulong, int> rowOf = RowsByUid(table);
        foreach (string file in files.Skip(1).Concat(passthrough)) Join(table, CryoSparcFile.Read(file), rowOf, isGuess: false);
        if (passthrough.Count == 0 && files.Length == 1) FindMissing(table, rowOf, read, warnings);
        return table;
    }

    private static bool IsGroup(string path) => Path.GetExtension(path).Equals(".csg", StringComparison.OrdinalIgnoreCase);

    // The file of the poses comes first: its rows are the particles that the job kept.
    private static string[] GroupFiles(string path)
    {
        CryoSparcGroup group = CryoSparcGroup.Read(path);
        string folder = Path.GetDirectoryName(path) ?? "";
        return
        [
            .. group.Files.Where(f => !f.Slot.StartsWith("alignments2D", StringComparison.Ordinal))
                .OrderBy(f => f.Slot.StartsWith("alignments", StringComparison.Ordinal) ? 0 : f.Slot == "blob" ? 1 : 2)
                .Select(f => Path.Combine(folder, f.File)).DistinctBy(Path.GetFullPath),
        ];
    }

    private static void FindMissing(RecordTable table, Dictionary<ulong, int> rowOf, List<string> read, List<string> warnings)
    {
        if (table.Has(CryoSparcFields.Path) && table.Has(CryoSparcFields.Voltage)) return;
        foreach (string file in PassthroughsBeside(table.Source))
        {
            RecordTable other = CryoSparcFile.Read(file);
            bool useful = (!table.Has(CryoSparcFields.Path) && other.Has(CryoSparcFields.Path))
                || (!table.Has(CryoSparcFields.Voltage) && other.Has(CryoSparcFields.Voltage));
            if (!useful || !Join(table, other, rowOf, isGuess: true)) continue;
            read.Add(file);
            warnings.Add($"{table.Source}: joined with {file} on uid.");
        }
        if (!table.Has(CryoSparcFields.Path))
        {
            throw new InputException(
                table.Source, $"the file says nothing of the images (there is no field {CryoSparcFields.Path}).",
                "Give the job's passthrough file too (--passthrough P1_J1_passthrough_particles.cs), or its .csg.");
        }
    }

    private static IEnumerable<string> PassthroughsBeside(string path)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        return Directory.EnumerateFiles(folder, "*passthrough*.cs").Where(f => Path.GetFullPath(f) != Path.GetFullPath(path))
            .Order(StringComparer.Ordinal);
    }

    private static Dictionary<ulong, int> RowsByUid(RecordTable table)
    {
        TypedArray uids = Uids(table);
        Dictionary<ulong, int> rows = new(uids.Count);
        for (int i = 0; i < uids.Count; i++)
        {
            ulong uid = (ulong)uids.GetInt64(i);
            if (!rows.TryAdd(uid, i))
            {
                throw new InputException(
                    table.Where(i), FormattableString.Invariant($"uid {uid} also stands in row {rows[uid] + 1}."),
                    "Remove duplicate particles in cryoSPARC; files cannot be joined without unique uids.");
            }
        }
        return rows;
    }

    private static TypedArray Uids(RecordTable table)
    {
        TypedArray uids = table.Numbers(Uid);
        return uids.Element.IsWhole
            ? uids
            : throw new InputException(table.Source, "field uid does not hold whole numbers.", "Export the file from cryoSPARC again.");
    }

    // Fields that the first file has already are its own: newer than what a passthrough carries along.
    private static bool Join(RecordTable table, RecordTable other, Dictionary<ulong, int> rowOf, bool isGuess)
    {
        TypedArray uids = Uids(other);
        int[] source = new int[table.RowCount];
        Array.Fill(source, -1);
        for (int i = 0; i < uids.Count; i++)
        {
            if (rowOf.TryGetValue((ulong)uids.GetInt64(i), out int row)) source[row] = i;
        }
        int missing = source.Count(s => s < 0);
        if (missing > 0)
        {
            if (isGuess) return false;
            int first = Array.IndexOf(source, -1);
            throw new InputException(
                other.Source,
                FormattableString.Invariant(
                    $"{missing} of {table.RowCount} particles of {table.Source} are not in it, the first in row {first + 1} there."),
                "Is it the passthrough of another job, or of other classes?");
        }
        foreach (string column in other.Columns)
        {
            if (!table.Has(column)) table.Set(column, other.Find(column)!.Take(source));
        }
        return true;
    }
}
