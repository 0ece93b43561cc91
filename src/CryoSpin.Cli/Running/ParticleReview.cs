using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Validation;

namespace CryoSpin.Cli.Running;

/// <summary>What validate finds without reading pixels, at the start of every reconstruction: hours are not to be lost on a wrong table.</summary>
internal static class ParticleReview
{
    private const int ProblemsShown = 5;

    // What the loader and the stacks say by themselves.
    private static readonly string[] s_saidElsewhere = ["file.warning", "stack.oddity", "stack.boxes"];

    /// <summary>Refuses particles with errors, naming the first few at once; returns the warnings, for the log.</summary>
    /// <exception cref="InputException">Something is wrong with them.</exception>
    public static IReadOnlyList<string> Of(ParticleSet particles)
    {
        ValidationReport report = ParticleValidation.Quick(particles);
        ValidationProblem[] problems = [.. report.Problems.Where(p => !s_saidElsewhere.Contains(p.Code))];
        ValidationProblem[] errors = [.. problems.Where(p => p.Severity == Severity.Error)];
        if (errors.Length > 0)
        {
            string more = errors.Length > ProblemsShown ? $" (and {errors.Length - ProblemsShown} more)" : "";
            IEnumerable<string> found = errors.Take(ProblemsShown).Select(
                p => $"{p.Where} has {p.Found} ({p.Count} such in all), expected {p.Expected}");
            throw new InputException(
                particles.Source, string.Join("; ", found) + more + ".",
                $"{errors[0].Remedy} Everything that is wrong: cryospin validate {particles.Source}");
        }
        return [.. problems.Select(p => $"warning: {p.Where}: {p.Found} ({p.Count} such in all), expected {p.Expected}. {p.Remedy}")];
    }
}
