using CryoSpin.Cli.Display;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Reporting.Html;
using CryoSpin.Runs;
using CryoSpin.Validation;

namespace CryoSpin.Cli.Running;

/// <summary>What validate finds, at the start of every reconstruction: hours are not to be lost on a wrong table or a bad pixel.</summary>
internal static class ParticleReview
{
    private const int ProblemsShown = 5;

    // What the loader, the stacks and the preprocessing say by themselves.
    private static readonly string[] s_saidElsewhere = ["file.warning", "stack.oddity", "stack.boxes", "contrast.black"];

    // Told image by image.
    private static readonly string[] s_ofImages = ["image.notFinite", "image.constant", "image.unreadable"];

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
        // To leave bad images out all have been read already; what is left is good.
        ValidationReport report = options.Particles.QuickValidation || options.Particles.SkipBad
            ? ParticleValidation.Quick(particles.Set)
            : Full(options, particles, terminal, cancellation);
        ValidationProblem[] problems = [.. report.Problems.Where(p => !s_saidElsewhere.Contains(p.Code) && !s_ofImages.Contains(p.Code))];
        ValidationProblem[] errors = [.. problems.Where(p => p.Severity == Severity.Error)];
        if (report.BadParticles.Count + errors.Length > 0) throw Fault(options, particles.Set, report.BadParticles, errors);
        return [.. problems.Select(p => $"warning: {p.Where}: {p.Found} ({p.Count} such in all), expected {p.Expected}. {p.Remedy}")];
    }

    private static ValidationReport Full(
        ReconstructionOptions options, ParticleSource particles, Terminal terminal, CancellationToken cancellation)
    {
        terminal.Error.WriteLine($"Checking every pixel of {Wording.Count(particles.Set.Count)} images ...");
        using WorkerTeam team = new(options.Resources.Threads);
        return ProgressView.Run(terminal, view => ParticleValidation.Full(particles, team, ReadingProgress.On(view), cancellation));
    }

    private static InputException Fault(
        ReconstructionOptions options, ParticleSet set, IReadOnlyList<BadParticle> bad, ValidationProblem[] errors)
    {
        List<string> faults = [], remedies = [];
        if (bad.Count > 0)
        {
            IEnumerable<string> kinds = bad.GroupBy(b => b.Code).Select(g => $"{g.Count()} {Kind(g.Key)}");
            faults.Add(
                $"{bad.Count} of {set.Count} images cannot be used ({string.Join(", ", kinds)}): "
                + Shown([.. bad.Select(b => $"{Row(set, b.Index)}: {b.Reason}")]));
            remedies.Add("Extract them again, or leave them out with --skip-bad.");
        }
        if (errors.Length > 0)
        {
            faults.Add(Shown([.. errors.Select(p => $"{p.Where} has {p.Found} ({p.Count} such in all), expected {p.Expected}")]));
            remedies.Add(errors[0].Remedy);
        }
        string where = options.Particles.DataDirectory is { } folder ? $" --data-dir {folder}" : "";
        remedies.Add($"Everything that is wrong: cryospin validate {set.Source}{where}");
        return new InputException(set.Source, string.Join(". ", faults) + ".", string.Join(' ', remedies));
    }

    // The message begins with the file.
    private static string Row(ParticleSet set, int particle)
    {
        string where = set.Where(particle), file = set.Source + ", ";
        return where.StartsWith(file, StringComparison.Ordinal) ? where[file.Length..] : where;
    }

    private static string Shown(string[] faults) =>
        string.Join("; ", faults.Take(ProblemsShown))
        + (faults.Length > ProblemsShown ? $" (and {faults.Length - ProblemsShown} more)" : "");

    private static string Kind(string code) => code switch
    {
        "image.notFinite" => "with values that are not finite",
        "image.constant" => "constant",
        _ => "unreadable",
    };
}
