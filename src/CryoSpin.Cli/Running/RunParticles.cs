using CryoSpin.Cli.Display;
using CryoSpin.Cli.Parsing;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Geometry;
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
    /// <summary>Column that marks the rows that were left out.</summary>
    public const string SkippedColumn = "cryospinSkipped";

    private readonly ParticleSet _all;

    private RunParticles(ParticleSet all, ParticleSource source, IReadOnlyList<BadParticle> skipped)
    {
        _all = all;
        Source = source;
        Skipped = skipped;
        Notes =
        [
            .. skipped.GroupBy(b => b.Code).Select(
                g => $"warning: {g.Count()} particles left out, {g.Key}; the first: {g.First().Reason}"),
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
        ParticleLoadOptions load = ParticleInput.Of(options);
        if (!options.SkipBad)
        {
            ParticleSource source = ParticleSource.Open(options.ParticlesPath, load);
            return new RunParticles(source.Set, source, []);
        }
        ParticleSet all = ParticleSet.Load(options.ParticlesPath, load with { RequireImages = false });
        terminal.Error.WriteLine("Looking for particles that cannot be used ...");
        using WorkerTeam team = new(options.Threads);
        IReadOnlyList<BadParticle> bad = ProgressView.Run(
            terminal, view => ParticleValidation.FindBadParticles(all, team, ReadingProgress.On(view), cancellation));
        if (bad.Count == all.Count)
        {
            throw new InputException(all.Source, $"none of the {all.Count} images can be used; the first: {bad[0].Reason}.", "Check the paths.");
        }
        ParticleSubset good = ParticleSubset.Without(load.Subset, bad.Select(b => b.Index));
        return new RunParticles(all, ParticleSource.Open(options.ParticlesPath, load with { Subset = good }), bad);
    }

    /// <summary>Writes a run's results: every row of the input, those left out marked, without half-set weight of their own.</summary>
    public void Write(RunDirectory folder, RunResults results)
    {
        if (Skipped.Count == 0)
        {
            folder.WriteResults(results, Source.Set);
            return;
        }
        HashSet<int> left = [.. Skipped.Select(b => b.Index)];
        Pose[] poses = new Pose[_all.Count];
        int[] halfSets = new int[_all.Count];
        double[] marks = new double[_all.Count];
        for (int i = 0, used = 0; i < _all.Count; i++)
        {
            bool skipped = left.Contains(i);
            poses[i] = skipped ? _all.Pose(i) ?? new Pose(Rotation.Identity, 0, 0) : results.Poses[used];
            halfSets[i] = skipped ? _all.RandomSubset(i) ?? 1 : results.HalfSets[used];
            marks[i] = skipped ? 1 : 0;
            if (!skipped) used++;
        }
        folder.WriteResults(results with { Poses = poses, HalfSets = halfSets }, _all, [(SkippedColumn, marks)]);
    }

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();
}
