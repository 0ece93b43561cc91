using CryoSpin.Cli.Running;
using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Particles;
using CryoSpin.Reconstruction;
using CryoSpin.Reporting.Comparison;
using CryoSpin.Reporting.Files;
using CryoSpin.Runs;

namespace CryoSpin.Cli.Comparing;

/// <summary>Holds finished runs, and every snapshot of them, against the truth.</summary>
/// <param name="options">The comparison.</param>
/// <param name="source">The particles.</param>
/// <param name="truth">What is known.</param>
internal sealed class RunScorer(ComparisonOptions options, ParticleSource source, ComparisonTruth truth) : IDisposable
{
    // Part of every key: raised when scores mean something else than before.
    private const string Version = "2";
    private const string FinalPhase = "final map";
    private const int FewestPoses = 20;
    private const int PosteriorSnapshots = 6;
    private readonly WorkerTeam _team = new(options.Common.Resources.Threads);
    private PosePosterior? _posterior;

    /// <summary>The scores of a finished run, from its folder where they are there.</summary>
    public RunScore Score(PlannedRun run, CancellationToken cancellation)
    {
        // Figures of single particles are shown of one seed, else the page would be endless.
        bool posteriors = options.Common.Output.Watched.Count > 0 && run.Seed == options.Seeds[0];
        string key = KeyOf(run.Folder, posteriors);
        bool whole = truth.Map is null || File.Exists(Path.Combine(run.Folder, RunScore.AlignedMap));
        if (whole && RunScore.Read(run.Folder, key) is { } known) return known;
        (RunScore score, ScoredSnapshot? last) = Final(run.Folder, key);
        string folder = Path.Combine(run.Folder, SnapshotFolder.Name);
        IReadOnlyList<SnapshotEntry> entries = SnapshotFolder.ReadIndex(folder);
        int[] pictured = posteriors ? Spread([.. Enumerable.Range(0, entries.Count).Where(i => entries[i].Watched.Count > 0)]) : [];
        List<ScoredSnapshot> course = [];
        List<ScoredPosterior> views = [];
        ScoredHeads? heads = null;
        for (int i = 0; i < entries.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            RunSnapshot snapshot = SnapshotFolder.Read(folder, entries[i]);
            PoseComparisonResult? poses = Compare(snapshot.Poses);
            course.Add(Of(snapshot, poses));
            if (snapshot.Heads is { } guesses && poses is not null) heads = Of(guesses, poses);
            if (pictured.Contains(i)) views.AddRange(Posteriors(snapshot, poses, cancellation));
        }
        // A course ends with the result, also that of a method that keeps no snapshots.
        if (last is { } end) course.Add(end with { ImageVisits = course.Count > 0 ? course[^1].ImageVisits : 0 });
        score = score with { Course = course, Heads = heads, Posteriors = views };
        score.Write(run.Folder);
        return score;
    }

    /// <summary>The final map: brought onto the truth where there is one.</summary>
    public Volume MapOf(PlannedRun run) =>
        MapFile.Read(Path.Combine(run.Folder, truth.Map is null ? RunFiles.Map : RunScore.AlignedMap));

    /// <inheritdoc/>
    public void Dispose()
    {
        _posterior?.Dispose();
        _team.Dispose();
    }

    private (RunScore Score, ScoredSnapshot? Last) Final(string folder, string key)
    {
        (Pose[], Pose[])? poses = null;
        if (truth.Poses is { } t)
        {
            ParticleSet set = ParticleSet.Load(Path.Combine(folder, RunFiles.Particles), new ParticleLoadOptions(RequireImages: false));
            int[] posed = [.. Enumerable.Range(0, set.Count).Where(i => set.Pose(i) is not null)];
            poses = ([.. posed.Select(i => set.Pose(i)!.Value)], [.. posed.Select(i => t[i])]);
        }
        (Volume, Volume)? maps = truth.Map is null ? null : (InTruthsBox(MapFile.Read(Path.Combine(folder, RunFiles.Map))), truth.Map);
        TruthComparison comparison = TruthComparison.Of(poses, maps, truth.Group);
        if (comparison.Map is { } aligned) MapFile.Write(Path.Combine(folder, RunScore.AlignedMap), aligned.Map, "map of a run, aligned with the true map");
        RunScore score = new()
        {
            Key = key,
            MeanRotationErrorDegrees = comparison.Poses?.MeanDegrees,
            MedianRotationErrorDegrees = comparison.Poses?.MedianDegrees,
            ShareWithin10Degrees = comparison.Poses?.ShareWithin10Degrees,
            MedianShiftErrorAngstrom = comparison.Poses?.Origins?.MedianAngstrom,
            TruthFsc = comparison.Fsc?.Values.ToArray(),
        };
        if (poses is null && maps is null) return (score, null);
        double seconds = RunDirectory.ReadRun(folder)!.PhaseTimes.Sum(p => p.Seconds);
        return (score, new ScoredSnapshot(
            FinalPhase, 0, 0, seconds, Known(comparison.Fsc?.ResolutionAngstrom(0.5)), comparison.Poses?.MeanDegrees,
            comparison.Poses?.MedianDegrees, comparison.Poses?.ShareWithin(30)));
    }

    private ScoredSnapshot Of(RunSnapshot s, PoseComparisonResult? poses) => new(
        s.Phase, s.Epoch, s.ImageVisits, s.ElapsedSeconds, Resolution(s.Map, poses), poses?.MeanDegrees, poses?.MedianDegrees,
        poses?.ShareWithin(30));

    /// <summary>Errors over the particles that have a pose; null where too few have one, or the truth is not known.</summary>
    private PoseComparisonResult? Compare(IReadOnlyList<Pose?> poses)
    {
        if (truth.Poses is not { } t || poses.Count != t.Length) return null;
        int[] posed = [.. Enumerable.Range(0, t.Length).Where(i => poses[i] is not null)];
        if (posed.Length < FewestPoses) return null;
        Rotation[] estimated = [.. posed.Select(i => poses[i]!.Value.Rotation)], known = [.. posed.Select(i => t[i].Rotation)];
        return PoseComparison.Compare(estimated, known, truth.Group);
    }

    /// <summary>
    /// Where the FSC with the truth falls below 0.5. The map's frame is that of its poses: where they are not found yet the map is not
    /// either, and a search would only find chance agreement.
    /// </summary>
    private double? Resolution(Volume map, PoseComparisonResult? poses)
    {
        if (truth.Map is null || !map.Voxels.Any(v => v != 0) || map.Voxels.Any(v => !float.IsFinite(v))) return null;
        Volume whole = InTruthsBox(map);
        AlignedMap aligned = poses is { } frame
            ? MapAlignment.WithRotation(whole, truth.Map, frame.GlobalRotation, frame.Mirrored, _team)
            : MapAlignment.Search(whole, truth.Map, tryMirror: true, _team);
        return Known(FourierShellCorrelation.Compute(aligned.Map, truth.Map, default, _team).ResolutionAngstrom(0.5));
    }

    // Maps that agree on nothing have no resolution; a mean over runs could not be taken of infinity.
    private static double? Known(double? resolution) => resolution is { } r && double.IsFinite(r) ? r : null;

    private Volume InTruthsBox(Volume map) => ComparisonTruth.InBox(map, truth.Map!.Size, truth.Map.PixelSizeAngstrom, _team);

    private ScoredHeads Of(HeadGuesses guesses, PoseComparisonResult frame)
    {
        int heads = guesses.Rotations.Count == 0 ? 0 : guesses.Rotations[0].Length;
        double[][] errors = new double[heads][];
        for (int h = 0; h < heads; h++)
        {
            errors[h] = [.. guesses.Particles.Select((p, i) => Error(guesses.Rotations[i][h], p))];
        }
        double[][] views = [.. guesses.Particles.Select(p => View(truth.Poses![p].Rotation))];
        double[] shares = new double[heads];
        foreach (int winner in guesses.Winners) shares[winner] += 1.0 / guesses.Winners.Count;
        return new ScoredHeads(views, errors, shares);

        double Error(in Rotation guess, int particle) =>
            (truth.Group ?? PointGroup.C1).AngleDegrees(InTruthsFrame(guess, frame), truth.Poses![particle].Rotation);
    }

    private IEnumerable<ScoredPosterior> Posteriors(RunSnapshot snapshot, PoseComparisonResult? frame, CancellationToken cancellation)
    {
        // Opened once: the images are the same for every snapshot of every run.
        _posterior ??= PosePosterior.Open(options.Common, source, options.Common.Output.Watched, cancellation);
        IReadOnlyList<double[]> likelihoods = _posterior.OverViews(snapshot.Map, snapshot.BandShells, snapshot.Poses);
        for (int i = 0; i < options.Common.Output.Watched.Count; i++)
        {
            int particle = options.Common.Output.Watched[i];
            WatchedParticle? watched = snapshot.Watched.FirstOrDefault(w => w.Particle == particle);
            yield return new ScoredPosterior(
                particle, snapshot.Phase, snapshot.Epoch, likelihoods[i],
                [.. (watched?.Candidates ?? []).Select(c => View(c.Pose.Rotation))],
                frame is null ? null : View(InEstimatesFrame(truth.Poses![particle].Rotation, frame)));
        }
    }

    private static Rotation InTruthsFrame(in Rotation estimated, PoseComparisonResult frame) =>
        (frame.Mirrored ? estimated.FlipHand() : estimated) * frame.GlobalRotation;

    private static Rotation InEstimatesFrame(in Rotation known, PoseComparisonResult frame)
    {
        Rotation turned = known * frame.GlobalRotation.Transpose();
        return frame.Mirrored ? turned.FlipHand() : turned;
    }

    private static double[] View(in Rotation r) => [r.M20, r.M21, r.M22];

    /// <summary>Some of many, the first and the last among them.</summary>
    private static int[] Spread(int[] many) => many.Length <= PosteriorSnapshots
        ? many
        : [.. Enumerable.Range(0, PosteriorSnapshots).Select(i => many[i * (many.Length - 1) / (PosteriorSnapshots - 1)])];

    private string KeyOf(string folder, bool posteriors)
    {
        string?[] files =
        [
            Path.Combine(folder, RunFiles.Run), Path.Combine(folder, RunFiles.Map),
            Path.Combine(folder, SnapshotFolder.Name, SnapshotFolder.Index),
            options.TruthPoses, options.TruthMap,
        ];
        IEnumerable<string> stamps = files.Select(Stamp).Prepend(posteriors ? Version + "p" : Version);
        // Without a symmetry the key is what it was before there was the option.
        return string.Join(' ', options.TruthSymmetry is { } group ? stamps.Append(group.ToUpperInvariant()) : stamps);

        static string Stamp(string? file)
        {
            FileInfo? info = file is null ? null : new FileInfo(file);
            return info is { Exists: true } ? FormattableString.Invariant($"{info.Length}@{info.LastWriteTimeUtc.Ticks}") : "-";
        }
    }
}
