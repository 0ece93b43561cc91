using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.IO.Mrc;
using CryoSpin.IO.Star;
using CryoSpin.Particles;

namespace CryoSpin.Validation;

/// <summary>
/// Checks particles before a long run and reports all problems at once. <see cref="Quick(ParticleSet)"/> reads tables and headers,
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
        return new ValidationReport(path, rows?.Count ?? 0, 0, problems.Sorted(), []);
    }

    /// <summary>The same of a set that was loaded, with its stacks.</summary>
    public static ValidationReport Quick(ParticleSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        ProblemList problems = new();
        CheckRows(ParticleRows.Of(set), set.Warnings, problems);
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
        return Finish(set.Source, rows, CheckRows(rows, set.Warnings, problems), null, problems, team, progress, cancellation);
    }

    /// <summary>The same of particles whose stacks are open: these are read, and not opened (or unpacked) once more.</summary>
    public static ValidationReport Full(
        ParticleSource source, WorkerTeam team, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(team);
        ProblemList problems = new();
        ParticleSet set = source.Set;
        ParticleRows rows = ParticleRows.Of(set);
        int box = CheckRows(rows, set.Warnings, problems);
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
        int box = StackChecks.Run(rows, new ProblemList(), checkPixelSize: false);
        return box > 0
            ? new ImageScan(rows, box, team).Run(progress, cancellation)
            : [.. Enumerable.Range(0, set.Count).Select(i => new BadParticle(i, ImageScan.Unreadable,
                $"{set.ImagePath(i)} cannot be read"))];
    }

    private static ValidationReport Finish(
        string path, ParticleRows? rows, int box, IReadOnlyList<MrcStackReader?>? open, ProblemList problems, WorkerTeam team,
        Action<int, int>? progress, CancellationToken cancellation)
    {
        if (rows is null || box == 0) return new ValidationReport(path, rows?.Count ?? 0, 0, problems.Sorted(), []);
        ImageScan scan = new(rows, box, team);
        IReadOnlyList<BadParticle> bad = open is null ? scan.Run(progress, cancellation) : scan.Run(open, progress, cancellation);
        Report(rows, bad, ImageScan.NotFinite, "finite numbers", problems);
        Report(rows, bad, ImageScan.Constant, "an image", problems);
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
        return new ValidationReport(path, rows.Count, read, problems.Sorted(), bad);
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

    /// <summary>What the loader accepts is checked as loaded; what it refuses, as far as its tables can be read.</summary>
    private static (ParticleRows? Rows, int Box) CheckFile(string path, ParticleLoadOptions? options, ProblemList problems)
    {
        options = (options ?? new ParticleLoadOptions()) with { RequireImages = false };
        try
        {
            ParticleSet set = ParticleSet.Load(path, options);
            ParticleRows rows = ParticleRows.Of(set);
            return (rows, CheckRows(rows, set.Warnings, problems));
        }
        catch (InputException e)
        {
            (ParticleRows? rows, int box) = Path.GetExtension(path).Equals(".star", StringComparison.OrdinalIgnoreCase)
                ? CheckTables(path, options, problems)
                : (null, 0);
            // Said in other words where the checks found the same fault themselves.
            if (!problems.HasErrors) problems.Add(Severity.Error, "file.refused", e.Where, e.What, "particles that can be used", e.Remedy);
            return (rows, box);
        }
    }

    private static (ParticleRows? Rows, int Box) CheckTables(string path, ParticleLoadOptions options, ProblemList problems)
    {
        StarFile file;
        try
        {
            file = StarFile.Read(path);
        }
        catch (InputException e)
        {
            problems.Add(Severity.Error, "file.unreadable", e.Where, e.What, "a STAR file of particles", e.Remedy);
            return (null, 0);
        }
        StarTable? particles = file.Find("particles") ?? file.Tables.FirstOrDefault(t => t.Name != "optics" && t.Has("rlnImageName"));
        if (particles is null || !particles.Has("rlnImageName"))
        {
            problems.Add(
                Severity.Error, "column.missing", path, $"the blocks {string.Join(", ", file.Tables.Select(t => "data_" + t.Name))}",
                "a block with a column _rlnImageName", "Give the star file of particles (e.g. particles.star or run_data.star).");
            return (null, 0);
        }
        if (particles.RowCount == 0)
        {
            problems.Add(Severity.Error, "particles.none", path, "no particles", "some thousands", "Was the selection empty?", 0);
            return (null, 0);
        }
        ParticleRows rows = ParticleRows.Of(particles, file.Find("optics"), problems);
        if (options.PixelSizeAngstrom is { } given) Array.Fill(rows.PixelSize, given);
        return (rows, CheckRows(rows, null, problems));
    }

    private static int CheckRows(ParticleRows rows, IReadOnlyList<string>? warnings, ProblemList problems)
    {
        RowChecks.Run(rows, problems);
        // A loaded set brings its own warnings about pixel sizes.
        int box = StackChecks.Run(rows, problems, checkPixelSize: warnings is null);
        if (box > 0) RowChecks.RunWithBox(rows, box, problems);
        foreach (string warning in warnings ?? [])
        {
            problems.Add(Severity.Warning, "file.warning", rows.Source, warning, "nothing unusual", "See the message.");
        }
        return box;
    }
}
