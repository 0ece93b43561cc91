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
    /// <param name="passthrough">Further datasets; where empty, and images, CTF, poses or places in micrographs are missing, one beside the
    /// file is looked for.</param>
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

    // What a job took over unchanged, and a field that tells that a file has it.
    private static readonly (string What, Func<RecordTable, bool> IsIn)[] s_parts =
    [
        ("images", t => t.Has(CryoSparcFields.Path)),
        ("CTFs", t => t.Has(CryoSparcFields.Voltage)),
        ("poses", CryoSparcAlignment.HasPoses),
        ("places in micrographs", t => t.Has(CryoSparcFields.MicrographPath)),
    ];

    private static void FindMissing(RecordTable table, Dictionary<ulong, int> rowOf, List<string> read, List<string> warnings)
    {
        string[] needed = Missing(table);
        string? joined = null;
        List<(string File, string[] Parts)> partial = [];
        foreach (string file in needed.Length == 0 ? [] : PassthroughsBeside(table.Source))
        {
            if (Peek(file, table, warnings) is not { } other) continue;
            string[] answers = [.. needed.Except(Missing(other))];
            string[] useful = [.. answers.Intersect(Missing(table))];
            if (useful.Length > 0 && Join(table, other, rowOf, isGuess: true))
            {
                read.Add(file);
                warnings.Add($"{table.Source}: joined with {file} on uid, for {string.Join(", ", useful)}.");
                joined ??= file;
            }
            else if (useful.Length > 0)
            {
                partial.Add((file, useful));
            }
            else if (joined is not null && answers.Length > 0 && !Rows(table, other, rowOf).Contains(-1))
            {
                warnings.Add($"{table.Source}: {file} has these particles too; {joined} was taken. Name the right one with --passthrough.");
            }
        }
        WarnOfPartial(table, partial, warnings);
        if (!table.Has(CryoSparcFields.Path))
        {
            throw new InputException(
                table.Source, $"the file says nothing of the images (there is no field {CryoSparcFields.Path}).",
                "Give the job's passthrough file too (--passthrough P1_J1_passthrough_particles.cs), or its .csg.");
        }
    }

    private static string[] Missing(RecordTable table) => [.. s_parts.Where(p => !p.IsIn(table)).Select(p => p.What)];

    private static void WarnOfPartial(RecordTable table, List<(string File, string[] Parts)> partial, List<string> warnings)
    {
        string[] missing = Missing(table);
        foreach ((string file, string[] parts) in partial)
        {
            if (!parts.Any(missing.Contains)) continue;
            warnings.Add(
                $"{table.Source}: {file} has {string.Join(", ", parts)}, but not of every particle, and is not joined (--passthrough names "
                + "a file).");
        }
    }

    // Only images are needed: a file beside the particles that cannot be read must not keep them from being used.
    private static RecordTable? Peek(string file, RecordTable table, List<string> warnings)
    {
        try
        {
            return CryoSparcFile.Read(file);
        }
        catch (InputException e) when (table.Has(CryoSparcFields.Path))
        {
            warnings.Add($"{e.Message} It is not joined.");
            return null;
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

    // Fields that the first file has already are its own: newer than what a passthrough carries along. So are its poses, whatever the group
    // of fields is called that they stand in, and those of an alignment must not be mixed.
    private static bool Join(RecordTable table, RecordTable other, Dictionary<ulong, int> rowOf, bool isGuess)
    {
        int[] source = Rows(table, other, rowOf);
        int missing = source.Count(s => s < 0);
        if (missing > 0)
        {
            if (isGuess) return false;
            int first = Array.IndexOf(source, -1);
            throw new InputException(
                other.Source,
                FormattableString.Invariant(
                    $"{missing} of {Plural.Of(table.RowCount, "particle")} of {table.Source} {Plural.Choose(missing, "is", "are")} not in it, the first in row {first + 1} there."),
                "Is it the passthrough of another job, or of other classes?");
        }
        bool isAligned = CryoSparcAlignment.HasPoses(table);
        if (!isAligned && CryoSparcAlignment.HasPoses(other))
        {
            // What is left is the place of an alignment that was never made.
            foreach (string column in table.Columns.Where(CryoSparcAlignment.IsAlignment).ToArray()) table.Remove(column);
        }
        foreach (string column in other.Columns)
        {
            if (!table.Has(column) && !(isAligned && CryoSparcAlignment.IsAlignment(column))) table.Set(column, other.Find(column)!.Take(source));
        }
        return true;
    }

    /// <summary>The row of the other table for each of the first; -1 where it has none.</summary>
    private static int[] Rows(RecordTable table, RecordTable other, Dictionary<ulong, int> rowOf)
    {
        TypedArray uids = Uids(other);
        int[] source = new int[table.RowCount];
        Array.Fill(source, -1);
        for (int i = 0; i < uids.Count; i++)
        {
            if (rowOf.TryGetValue((ulong)uids.GetInt64(i), out int row)) source[row] = i;
        }
        return source;
    }
}
