using CryoSpin.Cli.Display;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Particles;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;
using CryoSpin.Validation;

namespace CryoSpin.Cli.Running;

/// <summary>
/// The particles of a run: opened and, where the user asked for it, without those whose images cannot be used.
/// </summary>
internal sealed class RunParticles : IDisposable
{
    /// <summary>Column of rejected.star that says why a row was left out.</summary>
    public const string ReasonColumn = "cryospinRejectionReason";

    /// <summary>Column of rejected.star with the image's power at low frequencies over the median image's; 0 where it was not measured.</summary>
    public const string PowerColumn = "cryospinLowFrequencyPowerRatio";

    private readonly ParticleSet _all;
    private readonly string _path;
    private readonly ParticleLoadOptions _load;

    private RunParticles(ReconstructionOptions options, ParticleSet all, ParticleSource source, IReadOnlyList<BadParticle> skipped)
    {
        (_all, _path, _load) = (all, options.Particles.Path, options.Particles.ToLoadOptions() with { RequireImages = false });
        Source = source;
        Skipped = skipped;
        Notes =
        [
            .. skipped.GroupBy(b => b.Code).Select(
                g => $"warning: {Plural.Of(g.Count(), "particle")} left out, {g.Key}; the first: {g.First().Reason}"),
        ];
    }

    /// <summary>The particles that are used.</summary>
    public ParticleSource Source { get; }

    /// <summary>Those left out.</summary>
    public IReadOnlyList<BadParticle> Skipped { get; }

    /// <summary>What was left out and why, for the log.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Opens them.</summary>
    /// <exception cref="InputException">They cannot be read, or something is wrong with them.</exception>
    public static RunParticles Open(ReconstructionOptions options, Terminal terminal, CancellationToken cancellation)
    {
        ParticleLoadOptions load = options.Particles.ToLoadOptions();
        if (!options.Particles.SkipBad)
        {
            ParticleSource source = ParticleSource.Open(options.Particles.Path, load);
            return new RunParticles(options, source.Set, source, []);
        }
        ParticleSet all = ParticleSet.Load(options.Particles.Path, load with { RequireImages = false });
        terminal.Error.WriteLine("Looking for particles that cannot be used ...");
        using WorkerTeam team = new(options.Resources.Threads);
        IReadOnlyList<BadParticle> bad = ProgressView.Run(
            terminal, view => ParticleValidation.FindBadParticles(all, team, ReadingProgress.On(view), cancellation));
        if (bad.Count == all.Count)
        {
            throw new InputException(all.Source, $"none of {Plural.Of(all.Count, "image")} can be used; the first: {bad[0].Reason}.", "Check the paths.");
        }
        ParticleSubset good = ParticleSubset.Without(load.Subset, bad.Select(b => b.Index));
        return new RunParticles(options, all, ParticleSource.Open(options.Particles.Path, load with { Subset = good }), bad);
    }

    /// <summary>Writes a run's results. Rows that were left out, here or by the run, go to rejected.star with the reason.</summary>
    public void Write(RunDirectory folder, RunResults results)
    {
        SortedDictionary<int, (string Reason, double Power, double Probability)> left = [];
        foreach (BadParticle bad in Skipped) left[bad.Index] = (bad.Code, 0, 0);
        int[] used = [.. Enumerable.Range(0, _all.Count).Where(i => !left.ContainsKey(i))];
        foreach (RejectedImage image in results.Rejected) left[used[image.Particle]] = (WordFor(image.Reason), image.PowerRatio, image.ParticleProbability);
        if (left.Count == 0)
        {
            folder.WriteResults(results, _all);
            return;
        }
        folder.WriteResults(results, Rows(left.Keys));
        folder.WriteRejected(
            Rows(Enumerable.Range(0, _all.Count).Where(i => !left.ContainsKey(i))), (ReasonColumn, [.. left.Values.Select(v => v.Reason)]),
            (PowerColumn, [.. left.Values.Select(v => v.Power)]), (RunFiles.ProbabilityColumn, [.. left.Values.Select(v => v.Probability)]));
    }

    /// <summary>The reason in a word without spaces, as star files want them.</summary>
    private static string WordFor(RejectionReason reason) => reason switch
    {
        RejectionReason.BackgroundRamp => "image.backgroundRamp",
        RejectionReason.NoParticle => "image.noParticle",
        RejectionReason.Unexplained => "image.unexplained",
        _ => "image.lowFrequencyPower",
    };

    private ParticleSet Rows(IEnumerable<int> leftOut) =>
        ParticleSet.Load(_path, _load with { Subset = ParticleSubset.Without(_load.Subset, leftOut) });

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();
}
