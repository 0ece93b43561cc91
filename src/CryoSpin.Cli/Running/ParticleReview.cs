using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Preprocessing;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;
using CryoSpin.Validation;

namespace CryoSpin.Cli.Running;

/// <summary>What a verb computes with of a particle file's values.</summary>
internal enum ValueUse
{
    /// <summary>Nothing: they go into another file as they are.</summary>
    None,

    /// <summary>Images and CTFs.</summary>
    Images,

    /// <summary>Poses.</summary>
    Poses,

    /// <summary>Images, CTFs and poses.</summary>
    All,
}

/// <summary>What validate finds, at the start of every reconstruction: hours are not to be lost on a wrong table or a bad pixel.</summary>
internal static class ParticleReview
{
    private const int ProblemsShown = 5;

    // A limit of the search, not of what is computed with poses that are known.
    private const string TooFew = "particles.few";

    // What the loader, the stacks and the preprocessing say by themselves.
    private static readonly string[] s_saidElsewhere =
        ["file.warning", "stack.oddity", "stack.boxes", "contrast.black", "halfSet.empty", "halfSet.range", "ctf.missing"];

    // Told image by image.
    private static readonly string[] s_ofImages = ["image.notFinite", "image.constant", "image.huge", "image.unreadable"];

    /// <summary>
    /// Reads every image, unless the options want no more than tables and headers, and refuses particles with errors, naming the first
    /// few of each kind at once. Holds one image per thread.
    /// </summary>
    /// <returns>The warnings, for the log.</returns>
    /// <exception cref="InputException">Something is wrong with them.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<string> Of(
        ReconstructionOptions options, ParticleSource particles, Terminal terminal, CancellationToken cancellation)
    {
        IReadOnlyList<string> ctf = CtfCheck.Of(particles.Set);
        // To leave bad images out all have been read already; what is left is good.
        // What is finer than the working box is never looked at.
        double pixel = ImageGrid.Of(particles.Set, options.Images.DownsampleBox).PixelSizeAngstrom;
        ValidationReport report = options.Particles.QuickValidation || options.Particles.SkipBad
            ? ParticleValidation.Quick(particles.Set, pixel)
            : Full(options, particles, pixel, terminal, cancellation);
        ValidationProblem[] problems = [.. report.Problems.Where(p => !s_saidElsewhere.Contains(p.Code) && !s_ofImages.Contains(p.Code))];
        // The poses that the particles have take no part in finding new ones.
        ValidationProblem[] errors = [.. problems.Where(p => p.Severity == Severity.Error && !IsOfPose(p))];
        if (report.BadParticles.Count + errors.Length > 0) throw Fault(options.Particles.DataDirectory, particles.Set, report.BadParticles, errors);
        return [.. ctf, .. problems.Select(Line)];
    }

    /// <summary>
    /// The same of what the values of the tables say alone, for verbs that compute with them: refuses particles with errors in what the
    /// verb uses.
    /// </summary>
    /// <param name="set">The particles.</param>
    /// <param name="use">What the verb computes with.</param>
    /// <param name="dataDirectory">--data-dir, for the message; null for none.</param>
    /// <param name="workingPixelAngstrom">Pixel size that the images will be used at; 0 for their own.</param>
    /// <returns>The other problems of what it uses, as lines.</returns>
    /// <exception cref="InputException">Something is wrong with them.</exception>
    public static IReadOnlyList<string> Values(
        ParticleSet set, ValueUse use, string? dataDirectory = null, double workingPixelAngstrom = 0)
    {
        ValidationProblem[] problems =
        [
            .. ParticleValidation.Values(set, workingPixelAngstrom).Problems.Where(p => p.Code != TooFew && !s_saidElsewhere.Contains(p.Code))
                .Where(p => use != ValueUse.Poses || IsOfPose(p)).Where(p => use != ValueUse.None || p.Severity == Severity.Error),
        ];
        ValidationProblem[] errors =
        [
            .. problems.Where(p => p.Severity == Severity.Error && use != ValueUse.None && (use != ValueUse.Images || !IsOfPose(p))),
        ];
        return errors.Length == 0 ? [.. problems.Select(Line)] : throw Fault(dataDirectory, set, [], errors);
    }

    private static bool IsOfPose(ValidationProblem problem) => problem.Code.StartsWith("pose.", StringComparison.Ordinal);

    private static string Line(ValidationProblem p) =>
        $"warning: {p.Where}: {p.Found} ({p.Count} such in all), expected {p.Expected}. {p.Remedy}";

    private static ValidationReport Full(
        ReconstructionOptions options, ParticleSource particles, double workingPixelAngstrom, Terminal terminal, CancellationToken cancellation)
    {
        terminal.Error.WriteLine($"Checking every pixel of {Wording.Count(particles.Set.Count)} {Plural.Noun(particles.Set.Count, "image")} ...");
        using WorkerTeam team = new(options.Resources.Threads);
        return ProgressView.Run(terminal, view => ParticleValidation.Full(particles, team, ReadingProgress.On(view), cancellation, workingPixelAngstrom));
    }

    private static InputException Fault(
        string? dataDirectory, ParticleSet set, IReadOnlyList<BadParticle> bad, ValidationProblem[] errors)
    {
        List<string> faults = [], remedies = [];
        if (bad.Count > 0)
        {
            IEnumerable<string> kinds = bad.GroupBy(b => b.Code).Select(g => $"{g.Count()} {Kind(g.Key)}");
            faults.Add(
                $"{bad.Count} of {Plural.Of(set.Count, "image")} cannot be used ({string.Join(", ", kinds)}): "
                + Shown([.. bad.Select(b => $"{AfterFile(set, set.Where(b.Index))}: {b.Reason}")]));
            remedies.Add("Extract them again, or leave them out with --skip-bad.");
        }
        if (errors.Length > 0)
        {
            faults.Add(Shown([.. errors.Select(p => $"{AfterFile(set, p.Where)} has {p.Found} ({p.Count} such in all), expected {p.Expected}")]));
            remedies.Add(errors[0].Remedy);
        }
        string where = dataDirectory is { } folder ? $" --data-dir {CommandText.Quote(folder)}" : "";
        remedies.Add($"Everything that is wrong: cryospin validate {CommandText.Quote(set.Source)}{where}");
        return new InputException(set.Source, string.Join(". ", faults) + ".", string.Join(' ', remedies));
    }

    // The message begins with the file.
    private static string AfterFile(ParticleSet set, string where)
    {
        string file = set.Source + ", ";
        return where.StartsWith(file, StringComparison.Ordinal) ? where[file.Length..] : where;
    }

    private static string Shown(string[] faults) =>
        string.Join("; ", faults.Take(ProblemsShown))
        + (faults.Length > ProblemsShown ? $" (and {faults.Length - ProblemsShown} more)" : "");

    private static string Kind(string code) => code switch
    {
        "image.notFinite" => "with values that are not finite",
        "image.constant" => "constant",
        "image.huge" => "with absurd grey values",
        _ => "unreadable",
    };
}
