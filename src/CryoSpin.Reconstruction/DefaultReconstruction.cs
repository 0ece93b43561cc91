using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Evaluation;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Encoder;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Starts;
using CryoSpin.Reconstruction.Verdicts;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>
/// The default method: a marginalised search starts the volume, auto-encoding teaches the encoder and refines the volume, the encoder's
/// heads
/// (and a search) propose poses for every particle, auto-decoding refines them with half-sets kept apart.
/// </summary>
internal sealed class DefaultReconstruction(
    ReconstructionInput input, MethodOptions options, MethodSettings settings, MemoryPlan memory, IRunObserver observer, WorkerTeam team,
    RunCheckpoints checkpoints)
{
    private const double FirstMaskShare = 0.8;

    // Of a map of 10 shells, whose own blur hides where the particle ends.
    private const double MaskMargin = 1.15;

    private const int FirstTighterPass = 2;
    private const int FirstShapedPass = 3;

    private const int ParticlesPerReport = 2048;

    // The encoder looks at so many particles, spread over the set, for a snapshot.
    private const int SnapshotSample = 2000;

    // No point group is known of the molecule.
    private static readonly PoseSpace s_space = PoseSpace.C1;
    private readonly RunTracker _track = new(input, observer, observer.Watched);
    private readonly SavedRandom _random = new((ulong)options.Seed);
    private readonly SignalMask _mask = new(options.MaskDiameterAngstrom, FirstMaskShare * input.BoxSize * input.PixelSizeAngstrom, observer);
    private double[] _signal = [];
    private StartsState _starts = StartsState.None;

    /// <summary>Called when all images have been read.</summary>
    public Action Loaded { get; init; } = () => { };

    /// <summary>Runs all, or what is left of it.</summary>
    /// <param name="from">Where an interrupted run had come to; null to begin at the beginning.</param>
    /// <param name="cancellation">Stops the run.</param>
    public ReconstructionOutcome Run(RunState? from, CancellationToken cancellation)
    {
        _track.Start("loading", 0, 0.01);
        int[] halfSet = input.HalfSet ?? HalfSets.Draw(input.Count, _random);
        using LoadedParticles all = LoadedParticles.Load(
            input, halfSet, options.KeepAll, memory.ScratchFolder, team, observer, _track.Particles, cancellation);
        _track.Use(all.Input);
        Loaded();
        StartingMaps starts = new(options, settings, s_space, _mask.DiameterAngstrom, _random, _track, observer, team, checkpoints);
        LoadedParticles loaded = from is null ? all : starts.Restore(all, from.Starts);
        if ((from?.Candidates?.Length ?? from?.Search?.Order.Length) is { } count && count != loaded.Store.Count)
        {
            throw new ResumeRefusedException($"The checkpoint is of {count} particles where the run has {loaded.Store.Count}. Start a new run.");
        }
        try
        {
            return Find(starts, loaded, from, cancellation);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // For a run without checkpoints, which have maps of their own.
            _track.LeaveMap();
            throw;
        }
    }

    private ReconstructionOutcome Find(StartingMaps starts, LoadedParticles loaded, RunState? from, CancellationToken cancellation)
    {
        if (from is not null) _track.Restore(from.Course);
        VolumeModel model;
        bool searches = from is null || from.Search is not null || (from.Candidates is null && !starts.AreEnough);
        if (searches) (loaded, model) = starts.Run(loaded, from, cancellation);
        else model = Restored(from!);
        ParticleStore store = loaded.Store;
        (input, _signal, _starts) = (loaded.Input, loaded.SignalPower, starts.State);
        CandidateTable table = from?.Decoding is null
            ? Propose(store, model, from, cancellation)
            : new CandidateTable(from.Candidates!, store.HalfSet, s_space);
        return Decode(store, starts, model, table, from, cancellation) with { Rejected = loaded.Rejected };
    }

    private VolumeModel Restored(RunState from)
    {
        _random.State = from.Random;
        VolumeModel model = new(from.Map.Size, from.Map.PixelSizeAngstrom, _mask.DiameterAngstrom, team);
        model.Restore(from.Map, from.Band, from.Lattice);
        return model;
    }

    private CandidateTable Propose(ParticleStore store, VolumeModel model, RunState? from, CancellationToken cancellation)
    {
        int[] all = [.. Enumerable.Range(0, store.Count)];
        Candidate[][] candidates = from?.Candidates ?? [.. all.Select(_ => (Candidate[])[])];
        IReadOnlyList<ulong> random = _random.State;
        if (settings.AutoEncoding is not null && from?.Candidates is null)
        {
            Encode(store, model, all, candidates, cancellation);
            random = _random.State;
            checkpoints.Write(() => State(model, random) with { Candidates = candidates });
        }
        if (settings.Proposals == SearchProposals.All)
        {
            _track.Start("proposals", 0.65, 0.75);
            FrequencyDisc disc = new(model.Lattice.Radius);
            ShiftGrid shifts = new(options.MaxShiftPixels, settings.Search.ShiftSpacingPeriods * store.Box / disc.Radius, disc, store.Box);
            Rotation[] grid = s_space.Grid(disc.Radius, _random);
            CandidateSearch proposals = new(store, s_space, team);
            for (int first = from?.Proposed ?? 0; first < all.Length; first += ParticlesPerReport)
            {
                cancellation.ThrowIfCancellationRequested();
                int start = first, end = Math.Min(first + ParticlesPerReport, all.Length);
                proposals.Find(
                    model.Lattice, disc, grid, shifts, all.AsMemory(start, end - start), settings.Candidates, settings.SeparationDegrees,
                    (i, c) => candidates[start + i] = [.. candidates[start + i], .. c]);
                _track.Particles(end);
                // The random numbers are those before the grid was drawn: a resumed run draws it again.
                checkpoints.Offer(() => State(model, random) with { Candidates = candidates, Proposed = end });
            }
        }
        return new CandidateTable(candidates, store.HalfSet, s_space);
    }

    private void Encode(ParticleStore store, VolumeModel model, int[] all, Candidate[][] candidates, CancellationToken cancellation)
    {
        _track.Start("auto-encoding", 0.2, 0.65);
        AutoEncodingSchedule schedule = settings.AutoEncoding! with
        {
            MaxShiftPixels = options.MaxShiftPixels,
            Heads = options.Heads,
            Steps = options.EncoderSteps ?? settings.AutoEncoding.StepsFor(input.Count),
        };
        using AutoEncodingStage stage = new(store, model, SignalPower.Inverse(_signal), schedule, s_space, _random, team);
        int[] sample = [.. Sample(all.Length).Union(_track.Watched).Order()];
        stage.Run(
            r =>
            {
                _track.Encoding(r, schedule, model.Lattice.Radius);
                SnapshotOfEncoder(stage, sample, model, r.Step, cancellation);
            },
            cancellation);
        if (schedule.RefinesResult) stage.Infer(all, (i, c) => candidates[i] = c, cancellation);
        else stage.Guess(all, cancellation).Select(g => g.Candidates).ToArray().CopyTo(candidates, 0);
    }

    private ReconstructionOutcome Decode(
        ParticleStore store, StartingMaps starts, VolumeModel model, CandidateTable table, RunState? from, CancellationToken cancellation)
    {
        _track.Start("auto-decoding", 0.75, 0.92);
        HalfMaps begin = FirstMaps(store, model, from);
        MapTools tools = MapTools.For(store, team);
        if (settings.DecodingPasses == 0) return Finish(store, starts, tools, begin, table, null, options.MaxShiftPixels, cancellation);
        RefinementOptions refinement = settings.Refinement with { MaxShiftPixels = PoseRefinementLimits.ShiftOf(options.MaxShiftPixels) };
        GrowingShiftLimit limit = new(options.MaxShiftPixels, store.Box, observer.Log);
        AutoDecodingStage stage = new(store, table, tools, begin, refinement, team)
        {
            ShiftLimit = limit,
            MaxIterations = settings.DecodingPasses,
            Remask = Remasked,
            Renewal = Renewal(store, settings.Candidates, settings.SeparationDegrees, options.MaxShiftPixels),
        };
        DecodingState decoding = from?.Decoding ?? new DecodingState(Math.Min(model.Lattice.Radius, store.Disc.Radius), table.Count);
        RunState Now() => State(model, _random.State) with
        {
            Candidates = table.ToArrays(),
            Proposed = table.Count,
            Decoding = decoding,
            MaskDiameterAngstrom = _mask.DiameterAngstrom,
            MaskShape = stage.Maps.Mask.Shape?.Values,
            HalfMaps = stage.Maps.Maps,
            Fsc = stage.Maps.Fsc?.Values ?? [],
        };
        if (from?.Decoding is null) checkpoints.Write(Now);
        stage.Run(
            decoding,
            r =>
            {
                _track.Decoding(r, stage.MaxIterations);
                _track.Snapshot(r.Iteration, r.BandShells, stage.Maps.Mean, i => table.Best(i), i => table[i].ToArray());
            },
            passed =>
            {
                if (passed)
                {
                    checkpoints.Write(Now);
                    return;
                }
                _track.WithinPass(decoding.Iteration, stage.MaxIterations, decoding.Done);
                checkpoints.Offer(Now);
            },
            cancellation);
        CandidateTable? joint = null;
        double maxShift = limit.Of(decoding);
        refinement = refinement with { MaxShiftPixels = PoseRefinementLimits.ShiftOf(maxShift) };
        if (settings.RefinesJointly)
        {
            _track.Start("joint refinement", 0.92, 0.98);
            JointRefinement all = new(store, tools, stage.Maps, refinement, team)
            {
                Renewal = Renewal(store, settings.JointCandidates, settings.JointSeparationDegrees, maxShift),
                SearchesSettled = settings.SearchesSettled,
                Within = _track.WithinPass,
            };
            // The mean of the half-maps, and not the map of the joined sums: it is filtered more strongly, which measured better, and a
            // resumed run that had come to here has no sums.
            joint = all.Run(table, stage.Maps.Mean(), decoding, _track.Joint, cancellation);
        }
        return Finish(store, starts, tools, stage.Maps, table, joint, maxShift, cancellation);
    }

    /// <summary>The map of auto-encoding for both half-sets, or the maps of an interrupted run.</summary>
    private HalfMaps FirstMaps(ParticleStore store, VolumeModel model, RunState? from)
    {
        Volume start = MapResampling.ToBox(model.Map, store.Box, store.PixelSizeAngstrom, team);
        if (_mask.IsMeasured) _mask.Begin(from?.Decoding is null ? EstimatedMask(start) : from.MaskDiameterAngstrom);
        VolumeMask mask = _mask.Sphere(store.Box, store.PixelSizeAngstrom, team);
        if (from?.HalfMaps is null) return HalfMaps.Begin(start, mask);
        if (from.MaskShape is not null) mask = mask.WithShape(SoftMask.Of(store.Box, from.MaskShape));
        FscCurve? fsc = from.Fsc is { Count: > 0 } values ? new FscCurve(store.Box, store.PixelSizeAngstrom, [.. values]) : null;
        return HalfMaps.Restored(from.HalfMaps, mask, fsc);
    }

    private HalfMaps Remasked(int pass, HalfMaps maps)
    {
        if (pass >= FirstTighterPass) maps = _mask.Tightened(maps);
        return pass >= FirstShapedPass && settings.ShapesMask ? _mask.Shaped(maps) : maps;
    }

    private ProposalRenewal? Renewal(ParticleStore store, int candidates, double separationDegrees, double maxShiftPixels)
    {
        SearchSchedule search = settings.Search with { MaxShiftPixels = maxShiftPixels };
        return settings.RenewsProposals ? new ProposalRenewal(store, search, candidates, separationDegrees, s_space, options.Seed, team) : null;
    }

    private ReconstructionOutcome Finish(
        ParticleStore store, StartingMaps starts, MapTools tools, HalfMaps last, CandidateTable table, CandidateTable? joint, double maxShiftPixels, CancellationToken cancellation)
    {
        _track.Start("final map", 0.98, 1);
        tools.Slicer.Release();
        // Before the origins are counted from the middle of the map.
        string? warning = ShiftLimit.Warning(joint ?? table, maxShiftPixels);
        double shareAtLimit = ShiftLimit.Share(joint ?? table, maxShiftPixels);
        ReconstructionOutcome outcome = FinalMaps.Make(
            tools, last, table, joint, input.PixelSizeAngstrom, _mask, settings.ShapesMask, team, _track, cancellation);
        RunVerdict verdict = Verdict.Of(Evidence(starts.State, outcome, joint ?? table, shareAtLimit));
        return outcome with
        {
            Parameters = Parameters(table),
            MaxShiftPixels = maxShiftPixels,
            // Particles lie at the limit in front of a wrong map, too: a greater one would be the wrong advice.
            Warnings = warning is null || verdict.State != VerdictState.Solved ? [] : [warning],
            Verdict = verdict,
            ParticleProbability = starts.Probabilities(store, tools.Slicer, outcome.Map, joint ?? table),
        };
    }

    private VerdictEvidence Evidence(StartsState starts, ReconstructionOutcome outcome, CandidateTable final, double shareAtLimit)
    {
        Rotation[] orientations = [.. StartingMaps.Sample(final.Count).Select(i => final.Best(i).Rotation)];
        double[] agreement = [.. starts.Finished.Select(
            start => PoseAgreement.Of(orientations, [.. start.Poses.Select(p => p.Rotation)]).ShareWithin10Degrees)];
        double width = input.BoxSize * input.PixelSizeAngstrom;
        return new VerdictEvidence
        {
            Starts = agreement.Length,
            OwnAgreement = agreement[starts.Best],
            IndependentAgreement = agreement.Length < 2 ? null : agreement.Where((_, i) => i != starts.Best).Max(),
            ResolutionAngstrom = outcome.ResolutionAngstrom,
            StartAngstrom = width / starts.Finished[starts.Best].Band,
            NyquistAngstrom = 2 * input.PixelSizeAngstrom,
            MaskShareOfBox = outcome.MaskDiameterAngstrom / width,
            PowerInMask = options.MaskDiameterAngstrom is { } mask
                ? SignalShape.ShareWithin(outcome.Half1, outcome.Half2, mask, outcome.ResolutionAngstrom, team) : null,
            ShareAtShiftLimit = shareAtLimit,
        };
    }

    /// <summary>Both half-maps, the encoder where there is one, and five numbers of every particle.</summary>
    private long Parameters(CandidateTable table)
    {
        long encoder = settings.AutoEncoding is { } s ? EncoderArchitecture.Compact(s.InputSize, options.Heads).ParameterCount : 0;
        return 2L * input.BoxSize * input.BoxSize * input.BoxSize + encoder + (settings.DecodingPasses > 0 ? 5L * table.Count : 0);
    }

    /// <summary>Map and the encoder's own poses; at the stage's last report also what every head says.</summary>
    private void SnapshotOfEncoder(AutoEncodingStage stage, int[] sample, VolumeModel model, int step, CancellationToken cancellation)
    {
        // Made only where snapshots are wanted, within the time that is not counted.
        Lazy<(Candidate[] Candidates, Rotation[] PerHead, int Head)[]> guesses = new(() => stage.Guess(sample, cancellation));
        _track.Snapshot(
            step, model.Lattice.Radius, () => Copy(model.Map), i => Guess(i)?[0], i => Guess(i)!,
            () => new HeadGuesses(sample, [.. guesses.Value.Select(g => g.PerHead)], [.. guesses.Value.Select(g => g.Head)]));

        Candidate[]? Guess(int particle)
        {
            int at = Array.BinarySearch(sample, particle);
            return at < 0 ? null : guesses.Value[at].Candidates;
        }
    }

    private static int[] Sample(int count)
    {
        int size = Math.Min(SnapshotSample, count);
        return [.. Enumerable.Range(0, size).Select(i => (int)((long)i * count / size))];
    }

    private static Volume Copy(Volume map) => new(map.Size, map.PixelSizeAngstrom, [.. map.Voxels]);

    private RunState State(VolumeModel model, IReadOnlyList<ulong> random) => new()
    {
        Random = random,
        Course = _track.Course,
        Map = model.Map,
        Band = model.Lattice.Radius,
        Lattice = model.Lattice.Values,
        Starts = _starts,
    };

    /// <summary>The particle's own diameter with a margin, wherever in the box it stands.</summary>
    private double EstimatedMask(Volume map)
    {
        (double x, double y, double z) = MapCentre.OfMass(map);
        double off = Math.Sqrt(x * x + y * y + z * z);
        double diameter = Math.Min(MaskMargin * MapCentre.DiameterVoxels(map) + 2 * off, 0.95 * map.Size) * map.PixelSizeAngstrom;
        observer.Log($"Mask diameter {diameter:F0} Å, estimated from the map.");
        return diameter;
    }
}
