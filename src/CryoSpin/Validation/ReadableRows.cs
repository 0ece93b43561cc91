using CryoSpin.Diagnostics;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Validation;

/// <summary>
/// The rows of a particle table that the loader would take, with a problem for everything that it would not: cells that are no numbers,
/// names that name no image, optics groups that are not there, columns that a CTF lacks. What is left goes to the loader, which alone
/// decides what values mean and where the images are.
/// </summary>
internal sealed class ReadableRows
{
    /// <summary>Code of what is said of a column that is not there.</summary>
    public const string MissingColumn = "column.missing";

    private readonly StarTable _all;
    private readonly StarTable? _optics;
    private readonly ProblemList _problems;
    private readonly bool[] _left;

    private ReadableRows(StarTable all, StarTable? optics, ProblemList problems) =>
        (_all, _optics, _problems, _left) = (all, optics, problems, new bool[all.RowCount]);

    /// <summary>The tables for the loader.</summary>
    public required StarFile File { get; init; }

    /// <summary>The rows left, from 0, among those asked for; null where all are left.</summary>
    public required int[]? Rows { get; init; }

    /// <summary>Number of rows asked for.</summary>
    public required int Total { get; init; }

    /// <summary>True where a column says the pixel size.</summary>
    public required bool HasPixelSize { get; init; }

    /// <summary>Takes the rows out that cannot be read.</summary>
    /// <param name="file">The file's tables.</param>
    /// <param name="path">The file.</param>
    /// <param name="subset">Which rows are meant; null for all.</param>
    /// <param name="problems">Receives what is wrong.</param>
    /// <param name="ignoreCtf">True where CTF values are not looked at.</param>
    /// <returns>Null where no row is left, or none can be.</returns>
    /// <exception cref="InputException">Blocks are repeated, or the subset cannot be read.</exception>
    public static ReadableRows? Of(StarFile file, string path, ParticleSubset? subset, ProblemList problems, bool ignoreCtf = false)
    {
        ParticleBlocks blocks = new(file, path);
        if (blocks.FindParticles() is not { } table || !table.Has(ImageNames.Column))
        {
            InputException e = blocks.NoParticles();
            problems.Add(Severity.Error, MissingColumn, path, e.What, "a block with a column _rlnImageName", e.Remedy);
            return null;
        }
        if (table.RowCount == 0)
        {
            problems.Add(Severity.Error, "particles.none", path, "no particles", "some thousands", "Was the selection empty?", 0);
            return null;
        }
        (StarTable particles, StarTable? optics) = blocks.Find([]);
        StarTable all = subset is null ? particles : particles.Select(subset.Rows(particles.RowCount, path, []));
        ReadableRows reading = new(all, optics, problems) { File = file, Rows = null, Total = all.RowCount, HasPixelSize = false };
        return reading.TakeOut(particles, ignoreCtf);
    }

    private ReadableRows? TakeOut(StarTable original, bool ignoreCtf)
    {
        CheckNames();
        StarTable? optics = CheckOptics();
        IEnumerable<string> reals = ignoreCtf ? ParticleColumns.Reals.Except(ParticleColumns.OfCtf) : ParticleColumns.Reals;
        foreach (string column in reals.Where(_all.Has)) CheckCells(column, i => _all.HasDouble(column, i), "a finite number");
        foreach (string column in ParticleColumns.Wholes.Where(_all.Has))
        {
            CheckCells(column, i => _all.TryGetInt32(column, i, out _), "a whole number");
        }
        MatchOptics(optics);
        int[] rows = [.. Enumerable.Range(0, _all.RowCount).Where(i => !_left[i])];
        if (rows.Length == 0) return null;
        StarTable kept = rows.Length == _all.RowCount ? _all : _all.Select(rows);
        if (!ignoreCtf && !HasWholeCtf()) kept = WithoutCtf(kept);
        StarFile result = new(File.Source) { Warnings = File.Warnings };
        foreach (StarTable table in File.Tables)
        {
            StarTable? replaced = table == original ? kept : table == _optics ? optics : table;
            if (replaced is not null) result.Add(replaced);
        }
        return new ReadableRows(_all, optics, _problems)
        {
            File = result,
            Rows = rows.Length == _all.RowCount ? null : rows,
            Total = _all.RowCount,
            HasPixelSize = Has("rlnImagePixelSize") || Has("rlnPixelSize") || (Has("rlnDetectorPixelSize") && Has("rlnMagnification")),
        };
    }

    private bool Has(string column) => _all.Has(column) || _optics?.Has(column) == true;

    private void CheckNames()
    {
        int[] wrong = Leave(i => ImageNames.TryParse(_all.GetSpan(ImageNames.Column, i), out _, out _));
        _problems.AddRows(
            "image.name", wrong, _all.Where, wrong.Length == 0 ? "" : $"_rlnImageName is '{_all.GetText(ImageNames.Column, wrong[0])}'",
            "000001@stack.mrcs, counted from 1", "Correct the name.");
    }

    private void CheckCells(string column, Func<int, bool> isRight, string expected)
    {
        int[] wrong = Leave(isRight);
        _problems.AddRows(
            "value.notNumber", wrong, _all.Where, wrong.Length == 0 ? "" : $"_{column} is '{_all.GetText(column, wrong[0])}'", expected,
            "Correct the value.");
    }

    /// <summary>The optics groups whose values can be read; a value of the particles' own beats theirs and is not looked at.</summary>
    private StarTable? CheckOptics()
    {
        if (_optics is null) return null;
        bool[] wrong = new bool[_optics.RowCount];
        foreach (string column in ParticleColumns.Reals.Where(c => _optics.Has(c) && !_all.Has(c)))
        {
            int[] rows = [.. Enumerable.Range(0, _optics.RowCount).Where(r => !_optics.HasDouble(column, r))];
            _problems.AddRows(
                "value.notNumber", rows, _optics.Where, rows.Length == 0 ? "" : $"_{column} is '{_optics.GetText(column, rows[0])}'",
                "a finite number", "Correct the value.");
            foreach (int r in rows) wrong[r] = true;
        }
        int[] good = [.. Enumerable.Range(0, wrong.Length).Where(r => !wrong[r])];
        return good.Length == wrong.Length ? _optics : _optics.Select(good);
    }

    // As the loader matches them: by number; without numbers, only where there is no choice.
    private void MatchOptics(StarTable? optics)
    {
        if (_optics is null || optics is null) return;
        if (!_all.Has("rlnOpticsGroup") || !_optics.Has("rlnOpticsGroup"))
        {
            if (_optics.RowCount > 1) Missing("rlnOpticsGroup", "data_optics has several groups");
            if (optics.RowCount == 0 || _optics.RowCount > 1) Array.Fill(_left, true);
            return;
        }
        HashSet<int> known = Numbers(_optics), usable = Numbers(optics);
        bool[] before = [.. _left];
        int[] unknown = [.. Leave(i => _all.TryGetInt32("rlnOpticsGroup", i, out int g) && known.Contains(g)).Where(i => !before[i])];
        _problems.AddRows(
            "optics.unknownGroup", unknown, _all.Where,
            unknown.Length == 0 ? "" : $"optics group {_all.GetText("rlnOpticsGroup", unknown[0])}",
            $"one of {string.Join(", ", known)}, the groups of data_optics", "Correct _rlnOpticsGroup or add the group.");
        // Those of a group that has been told of.
        Leave(i => _all.TryGetInt32("rlnOpticsGroup", i, out int g) && usable.Contains(g));
    }

    private static HashSet<int> Numbers(StarTable optics)
    {
        HashSet<int> numbers = [];
        for (int r = 0; r < optics.RowCount; r++)
        {
            if (optics.TryGetInt32("rlnOpticsGroup", r, out int number)) numbers.Add(number);
        }
        return numbers;
    }

    private bool HasWholeCtf()
    {
        if (!ParticleColumns.Defocus.Any(_all.Has)) return true;
        string[] missing = [.. ParticleColumns.Defocus.Concat(ParticleColumns.CtfConstants).Where(c => !Has(c))];
        foreach (string column in missing) Missing(column, "the CTF needs it");
        return missing.Length == 0;
    }

    private static StarTable WithoutCtf(StarTable table)
    {
        StarTable copy = table.Copy();
        foreach (string column in ParticleColumns.Defocus) copy.RemoveColumn(column);
        return copy;
    }

    private void Missing(string column, string why) => _problems.Add(
        Severity.Error, MissingColumn, _all.Source, $"there is no column _{column}", $"a column _{column}; {why}",
        "Add the column, or export the particles again.");

    private int[] Leave(Func<int, bool> isRight)
    {
        int[] wrong = [.. Enumerable.Range(0, _all.RowCount).Where(i => !isRight(i))];
        foreach (int i in wrong) _left[i] = true;
        return wrong;
    }
}
