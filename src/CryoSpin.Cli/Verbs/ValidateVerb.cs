using System.CommandLine;
using CryoSpin.Cli.Display;
using CryoSpin.Cli.Inspection;
using CryoSpin.Cli.Parsing;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.IO;
using CryoSpin.Particles;
using CryoSpin.Validation;

namespace CryoSpin.Cli.Verbs;

/// <summary>validate: everything that can be checked before a long run.</summary>
internal static class ValidateVerb
{
    public static Command Create()
    {
        Argument<string> particles = new("PARTICLES") { Description = "A particle file, or a bare stack." };
        Option<bool> quick = OptionFactory.Flag("--quick", "Check tables, headers and lengths only; read no pixels.");
        ParticleInput input = new(hasNoCtf: true);
        Option<int> threads = OptionFactory.Integer("--threads", "Worker threads.", "T", Environment.ProcessorCount, 1, 1024);
        Option<bool> json = OptionFactory.Flag("--json", "Print one JSON object.");
        return new Verb("validate", "Check particles before a long run: all problems at once, each with where, found, expected and remedy.")
        {
            Notes = ["The exit code is 0 where there are no errors (warnings do not count), and 1 where there are."],
            Examples = ["cryospin validate particles.star", "cryospin validate particles.star --quick --json"],
        }.With([particles, quick, .. input.Options, threads, json]).Does((parse, terminal, cancellation) =>
        {
            string path = parse.GetRequiredValue(particles);
            FolderInput.Refuse(path);
            if (!File.Exists(path)) throw new InputException(path, "there is no such file.", "Check the path.");
            ParticleLoadOptions options = input.Read(parse);
            ValidationReport report = parse.GetValue(quick)
                ? ParticleValidation.Quick(path, options)
                : Full(path, options, parse.GetValue(threads), terminal, cancellation);
            if (parse.GetValue(json)) ValidationText.ToFacts(report).Write(terminal.Out, json: true);
            else ValidationText.Write(report, terminal.Out);
            return report.Errors == 0 ? ExitCode.Done : ExitCode.Failed;
        });
    }

    private static ValidationReport Full(
        string path, ParticleLoadOptions options, int threads, Terminal terminal, CancellationToken cancellation)
    {
        using WorkerTeam team = new(threads);
        return ProgressView.Run(terminal, view => ParticleValidation.Full(path, options, team, ReadingProgress.On(view), cancellation));
    }
}
