using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Validation;

/// <summary>
/// Checks particles before a long run and reports all problems at once. <see cref="Quick(ParticleSet, double)"/> reads tables and headers,
/// <see cref="Full(ParticleSet, WorkerTeam, Action{int, int}?, CancellationToken)"/> every pixel as well.
/// </summary>
public static class ParticleValidation
{
    /// <summary>Tables and the stacks' headers and lengths; no pixels. Never throws for what is wrong with the file.</summary>
    /// <param name="path">A particle file or a bare stack.</param>
    /// <param name="options">How it would be read.</param>
    public static ValidationReport Quick(string path, ParticleLoadOptions? options = null)
    {
        ProblemList problems = new();
        (ParticleRows? rows, _) = CheckFile(path, options, problems);
        return new ValidationReport(path, rows?.Total ?? 0, 0, problems.Sorted(), []);
    }

    /// <summary>The same of a set that was loaded, with its stacks.</summary>
    /// <param name="set">The particles.</param>
    /// <param name="workingPixelAngstrom">Pixel size that the images will be used at; 0 for their own.</param>
    public static ValidationReport Quick(ParticleSet set, double workingPixelAngstrom = 0)
    {
        ArgumentNullException.ThrowIfNull(set);
        ProblemList problems = new();
        CheckRows(ParticleRows.Of(set), problems, workingPixelAngstrom);
        return new ValidationReport(set.Source, set.Count, 0, problems.Sorted(), []);
    }

    /// <summary>What the values of a set say of themselves, and of its boxes; no stack is opened.</summary>
    /// <param name="set">The particles.</param>
    /// <param name="workingPixelAngstrom">Pixel size that the images will be used at; 0 for their own.</param>
    public static ValidationReport Values(ParticleSet set, double workingPixelAngstrom = 0)
    {
        ArgumentNullException.ThrowIfNull(set);
        ProblemList problems = new();
        ParticleRows rows = ParticleRows.Of(set);
        CheckValues(rows, problems);
        if (set.BoxSize > 0) RowChecks.RunWithBox(rows, set.BoxSize, workingPixelAngstrom, problems);
        return new ValidationReport(set.Source, set.Count, 0, problems.Sorted(), []);
    }

    /// <summary>Everything: tables, headers, and the pixels of every image that can be read.</summary>
    /// <param name="path">A particle file or a bare stack.</param>
    /// <param name="options">How it would be read.</param>
    /// <param name="team">Threads that read.</param>
    /// <param name="progress">Told how many of how many images have been read.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ValidationReport Full(
        string path, ParticleLoadOptions? options, WorkerTeam team, Action<int, int>? progress = null,
            CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(team);
        ProblemList problems = new();
        (ParticleRows? rows, int box) = CheckFile(path, options, problems);
        return Finish(path, rows, box, null, problems, team, progress, cancellation);
    }

    /// <summary>The same of a set that was loaded.</summary>
    public static ValidationReport Full(
        ParticleSet set, WorkerTeam team, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(team);
        ProblemList problems = new();
        ParticleRows rows = ParticleRows.Of(set);
        return Finish(set.Source, rows, CheckRows(rows, problems), null, problems, team, progress, cancellation);
    }

    /// <summary>The same of particles whose stacks are open: these are read, and not opened (or unpacked) once more.</summary>
    /// <param name="source">The particles.</param>
    /// <param name="team">Threads that read.</param>
    /// <param name="progress">Told how many of how many images have been read.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <param name="workingPixelAngstrom">Pixel size that the images will be used at; 0 for their own.</param>
    public static ValidationReport Full(
        ParticleSource source, WorkerTeam team, Action<int, int>? progress = null, CancellationToken cancellation = default,
        double workingPixelAngstrom = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(team);
        ProblemList problems = new();
        ParticleSet set = source.Set;
        ParticleRows rows = ParticleRows.Of(set);
        int box = CheckRows(rows, problems, workingPixelAngstrom);
        return Finish(set.Source, rows, box, source.Stacks, problems, team, progress, cancellation);
    }

    /// <summary>
    /// The particles whose images are unreadable, hold values that are not finite, or are constant, by index; for a run that is to leave
    /// them out. The stacks of the set need not all be there.
    /// </summary>
    /// <param name="set">The particles.</param>
    /// <param name="team">Threads that read.</param>
    /// <param name="progress">Told how many of how many images have been read.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static IReadOnlyList<BadParticle> FindBadParticles(
        ParticleSet set, WorkerTeam team, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(team);
        ParticleRows rows = ParticleRows.Of(set);
        int box = StackChecks.Run(rows, new ProblemList());
        return box > 0
            ? new ImageScan(rows, box, team).Run(progress, cancellation)
            : [.. Enumerable.Range(0, set.Count).Select(i => new BadParticle(i, ImageScan.Unreadable,
                $"{set.ImagePath(i)} cannot be read"))];
    }

    private static ValidationReport Finish(
        string path, ParticleRows? rows, int box, IReadOnlyList<MrcStackReader?>? open, ProblemList problems, WorkerTeam team,
        Action<int, int>? progress, CancellationToken cancellation)
    {
        if (rows is null || box == 0) return new ValidationReport(path, rows?.Total ?? 0, 0, problems.Sorted(), []);
        ImageScan scan = new(rows, box, team);
        IReadOnlyList<BadParticle> bad = open is null ? scan.Run(progress, cancellation) : scan.Run(open, progress, cancellation);
        Report(rows, bad, ImageScan.NotFinite, "finite numbers", problems);
        Report(rows, bad, ImageScan.Constant, "an image", problems);
        Report(rows, bad, ImageScan.Huge, FormattableString.Invariant($"{PixelRange.Greatest:g6} at most"), problems);
        // What makes an image unreadable has mostly been found at its stack.
        if (!problems.HasErrors) Report(rows, bad, ImageScan.Unreadable, "an image that can be read", problems);
        if (scan.Contrast == Contrast.Black)
        {
            problems.Add(
                Severity.Warning, "contrast.black", path, "the centres of the images are darker than their backgrounds",
                "white protein on black background, as RELION has it", "Invert the images; else the map becomes negative.", rows.Count);
        }
        Report(rows, scan.Identical, problems);
        int read = rows.Count - bad.Count(b => b.Code == ImageScan.Unreadable);
        return new ValidationReport(path, rows.Total, read, problems.Sorted(), [.. bad.Select(b => b with { Index = rows.RowOf(b.Index) })]);
    }

    private static void Report(ParticleRows rows, IReadOnlyList<BadParticle> bad, string code, string expected, ProblemList problems)
    {
        Dictionary<int, string> reasons = bad.Where(b => b.Code == code).ToDictionary(b => b.Index, b => b.Reason);
        problems.AddRows(
            Severity.Error, code, rows, [.. reasons.Keys.Order()], i => $"{reasons[i]}", expected,
                "Remove the particle or extract it again.");
    }

    private static void Report(ParticleRows rows, IdenticalImages identical, ProblemList problems) => problems.AddRows(
        identical.AreMost ? Severity.Error : Severity.Warning, "image.identical", rows, identical.Copies,
        i => $"pixels that all equal those of an earlier image", "images with noise of their own",
        "Remove the copies: half-maps that share images agree whatever the map is.");

    /// <summary>What the loader accepts is checked as loaded; of a table that it refuses, the rows that it would take.</summary>
    private static (ParticleRows? Rows, int Box) CheckFile(string path, ParticleLoadOptions? options, ProblemList problems)
    {
        options = (options ?? new ParticleLoadOptions()) with { RequireImages = false };
        try
        {
            bool isStar = Path.GetExtension(path).Equals(".star", StringComparison.OrdinalIgnoreCase);
            Dictionary<string, InputException> refused = [];
            ParticleRows? rows = isStar ? RowsOfTable(path, options, problems, refused) : ParticleRows.Of(ParticleSet.Load(path, options));
            if (rows is null) return (null, 0);
            int box = CheckRows(rows, problems);
            // What the loader would refuse and no check has found in its own words.
            foreach ((string code, InputException e) in refused.Where(r => !problems.Has(r.Key)))
            {
                problems.Add(Severity.Error, code, e.Where, e.What, "a value that can be", e.Remedy);
            }
            return (rows, box);
        }
        catch (InputException e)
        {
            problems.Add(Severity.Error, "file.refused", e.Where, e.What, "particles that can be used", e.Remedy);
            return (null, 0);
        }
    }

    private static ParticleRows? RowsOfTable(
        string path, ParticleLoadOptions options, ProblemList problems, Dictionary<string, InputException> refused)
    {
        StarFile file;
        try
        {
            file = StarFile.Read(path);
        }
        catch (InputException e)
        {
            problems.Add(Severity.Error, "file.unreadable", e.Where, e.What, "a STAR file of particles", e.Remedy);
            return null;
        }
        if (ReadableRows.Of(file, path, options.Subset, problems, options.IgnoreCtf) is not { } readable) return null;
        options = options with { Subset = null };
        if (options.PixelSizeAngstrom is not null || readable.HasPixelSize) return Rows(options);
        try
        {
            return Rows(options);
        }
        catch (InputException e)
        {
            // Everything else can be checked with any pixel size.
            ParticleRows rows = Rows(options with { PixelSizeAngstrom = 1 });
            problems.Add(Severity.Error, "pixelSize.missing", e.Where, e.What, "a column _rlnImagePixelSize", e.Remedy);
            Array.Fill(rows.PixelSize, double.NaN);
            return rows;
        }

        ParticleRows Rows(ParticleLoadOptions how) =>
            ParticleRows.Of(
                ParticleSet.FromStar(readable.File, path, how, (code, fault) => refused.TryAdd(code, fault)), readable.Rows, readable.Total);
    }

    private static void CheckValues(ParticleRows rows, ProblemList problems)
    {
        ValueRanges.Check(rows.Set, rows, problems);
        RowChecks.Run(rows, problems);
    }

    private static int CheckRows(ParticleRows rows, ProblemList problems, double workingPixelAngstrom = 0)
    {
        CheckValues(rows, problems);
        int box = StackChecks.Run(rows, problems);
        if (box > 0) RowChecks.RunWithBox(rows, box, workingPixelAngstrom, problems);
        foreach (string warning in rows.Warnings)
        {
            problems.Add(Severity.Warning, "file.warning", rows.Source, warning, "nothing unusual", "See the message.");
        }
        return box;
    }
}
