using System.Globalization;

namespace CryoSpin.Validation;

/// <summary>Gathers problems; those of many rows are put together.</summary>
internal sealed class ProblemList
{
    private const int RowsShown = 20;
    private readonly List<ValidationProblem> _problems = [];

    public bool HasErrors => _problems.Exists(p => p.Severity == Severity.Error);

    /// <summary>True where a problem of this code was found.</summary>
    public bool Has(string code) => _problems.Exists(p => p.Code == code);

    /// <summary>A problem that is not about rows.</summary>
    public void Add(Severity severity, string code, string where, string found, string expected, string remedy, int count = 1) =>
        _problems.Add(new ValidationProblem(severity, code, where, found, expected, remedy, count, []));

    /// <summary>One problem for all rows that fail; none where all pass. What is found is that of the first row.</summary>
    public void AddRows(
        Severity severity, string code, ParticleRows rows, Func<int, bool> fails, Func<int, FormattableString> found, string expected,
            string remedy)
    {
        List<int> failing = [];
        for (int i = 0; i < rows.Count; i++)
        {
            if (fails(i)) failing.Add(i);
        }
        AddRows(severity, code, rows, failing, found, expected, remedy);
    }

    /// <summary>One problem for the given rows, from 0; none where there are none.</summary>
    public void AddRows(
        Severity severity, string code, ParticleRows rows, IReadOnlyList<int> failing, Func<int, FormattableString> found, string expected,
        string remedy)
    {
        if (failing.Count == 0) return;
        string text = found(failing[0]).ToString(CultureInfo.InvariantCulture);
        _problems.Add(new ValidationProblem(
            severity, code, rows.Where(failing[0]), text, expected, remedy, failing.Count,
                [.. failing.Take(RowsShown).Select(i => rows.RowOf(i) + 1)]));
    }

    /// <summary>One problem for rows of a table of which no particle could be made, from 0; none where there are none.</summary>
    public void AddRows(string code, IReadOnlyList<int> rows, Func<int, string> where, string found, string expected, string remedy)
    {
        if (rows.Count == 0) return;
        _problems.Add(new ValidationProblem(
            Severity.Error, code, where(rows[0]), found, expected, remedy, rows.Count, [.. rows.Take(RowsShown).Select(r => r + 1)]));
    }

    /// <summary>Errors first, each kind in the order in which it was found.</summary>
    public IReadOnlyList<ValidationProblem> Sorted() => [.. _problems.OrderBy(p => p.Severity == Severity.Error ? 0 : 1)];
}
