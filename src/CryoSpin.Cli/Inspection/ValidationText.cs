using CryoSpin.Cli.Display;
using CryoSpin.Diagnostics;
using CryoSpin.Validation;

namespace CryoSpin.Cli.Inspection;

/// <summary>A validation's outcome, for people and for programs.</summary>
internal static class ValidationText
{
    /// <summary>One block of lines for each problem, and a last line with the verdict.</summary>
    public static void Write(ValidationReport report, TextWriter writer)
    {
        foreach (ValidationProblem problem in report.Problems)
        {
            string many = problem.Count > 1 ? $" ({problem.Count} cases)" : "";
            writer.WriteLine($"{(problem.Severity == Severity.Error ? "error" : "warning"),-9}{problem.Code}{many}");
            writer.WriteLine($"  where     {problem.Where}");
            if (problem.Rows.Count > 1) writer.WriteLine($"  rows      {Rows(problem)}");
            writer.WriteLine($"  found     {problem.Found}");
            writer.WriteLine($"  expected  {problem.Expected}");
            writer.WriteLine($"  remedy    {problem.Remedy}");
            writer.WriteLine();
        }
        string read = report.ImagesRead > 0 ? $", {Plural.Of(report.ImagesRead, "image")} read" : "";
        string verdict = report.Problems.Count == 0
            ? "nothing to complain of"
            : $"{Plural.Of(report.Errors, "error")}, "
                + $"{Plural.Of(report.Warnings, "warning")}";
        writer.WriteLine($"{report.Path}: {Plural.Of(report.Particles, "particle")}{read}: {verdict}.");
    }

    /// <summary>The whole report for JSON.</summary>
    public static FactSheet ToFacts(ValidationReport report) => new FactSheet()
        .Add("file", null, report.Path)
        .Add("valid", null, report.Errors == 0)
        .Add("particles", null, report.Particles)
        .Add("imagesRead", null, report.ImagesRead)
        .Add("errors", null, report.Errors)
        .Add("warnings", null, report.Warnings)
        .Add("problems", null, report.Problems.Select(p => new FactSheet()
            .Add("severity", null, p.Severity == Severity.Error ? "error" : "warning")
            .Add("code", null, p.Code)
            .Add("where", null, p.Where)
            .Add("found", null, p.Found)
            .Add("expected", null, p.Expected)
            .Add("remedy", null, p.Remedy)
            .Add("count", null, p.Count)
            .Add("rows", null, p.Rows.ToArray())).ToArray())
        .Add("badParticles", null, report.BadParticles.Select(b => new FactSheet()
            .Add("row", null, b.Index + 1)
            .Add("code", null, b.Code)
            .Add("reason", null, b.Reason)).ToArray());

    private static string Rows(ValidationProblem problem) =>
        string.Join(", ", problem.Rows) + (problem.Count > problem.Rows.Count ? ", ..." : "");
}
