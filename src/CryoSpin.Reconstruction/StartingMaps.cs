using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Checkpoints;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Reconstruction.Starts;
using CryoSpin.Runs;
using static System.FormattableString;

namespace CryoSpin.Reconstruction;

/// <summary>
/// The default method's first stage: independent searches, each from a random map of its own. Images that the first map does not explain are left
/// out, and the search begins again without them. The map that explains the images best goes on; how far the others agree with it is
/// evidence that it is right.
/// </summary>
internal sealed class StartingMaps(
    MethodOptions options, MethodSettings settings, PoseSpace space, double maskDiameterAngstrom, SavedRandom random, RunTracker track,
    IRunObserver observer, WorkerTeam team, RunCheckpoints checkpoints)
{
    private const int SearchesPerSnapshot = 20;

    // Images that all starts are compared on, spread over the set.
    private const int SampleSize = 1000;

    // Images of noise alone that tell what the map makes of such; their random numbers are their own.
    private const int NoiseImages = 300;
    private const int NoiseRound = 6000;

    // Fewer say nothing of what the kinds of images are.
    private const int FewestForRejection = 200;

    // Below this share of the sample nothing is left out: so few images do not steer a map, and the particles themselves are not all alike.
    private const double LeastRejectedShare = 0.03;
    private const double LeastProbability = 0.5;
    private const int MostRejections = 2;

    /// <summary>What has been found so far.</summary>
    public StartsState State { get; private set; } = StartsState.None;

    /// <summary>The images that all starts are compared on.</summary>
    public static int[] Sample(int count)
    {
        int size = Math.Min(SampleSize, count);
        return [.. Enumerable.Range(0, size).Select(i => (int)((long)i * count / size))];
    }

    /// <summary>Goes on from what an interrupted run had found: the images that it had left out are left out again.</summary>
    public LoadedParticles Restore(LoadedParticles loaded, StartsState state)
    {
        State = state;
        if (state.Rejected.Count == 0) return loaded;
        LoadedParticles left = loaded.Without(state.Rejected, observer);
        track.Use(left.Input);
        return left;
    }

    /// <summary>Runs the searches, or what is left of them.</summary>
    /// <param name="loaded">The images; those of an interrupted run after <see cref="Restore"/>.</param>
    /// <param name="from">Where an interrupted search stood; null to begin one.</param>
    /// <param name="cancellation">Stops it between two mini-batches.</param>
    /// <returns>The images that are left, and the map that explains them best.</returns>
    public (LoadedParticles Loaded, VolumeModel Model) Run(LoadedParticles loaded, RunState? from, CancellationToken cancellation)
    {
        SearchSchedule schedule = settings.Search with { MaxShiftPixels = options.MaxShiftPixels };
        if (from is { Search: null }) (random.State, from) = (from.Random, null);
        while (!AreEnough)
        {
            (double begin, double end) = Share(State.Finished.Count + State.Rejections);
            track.Start("search", begin, end);
            VolumeModel model = Search(loaded, schedule, from, cancellation);
            from = null;
            ImageFits fits = new(loaded.Store, schedule, space, options.Seed, team);
            // To its end even where the run is to stop: a second's work, and a search that has ended is worth a checkpoint.
            ImageFit[] sample = fits.Of(model.Lattice, Sample(loaded.Store.Count), CancellationToken.None);
            if (State.Finished.Count == 0 && Rejected(loaded.Store, fits, model, sample, cancellation) is { Length: > 0 } rejected)
            {
                loaded = Leave(loaded, rejected);
                continue;
            }
            FinishedStart finished = new()
            {
                Map = model.Map,
                Band = model.Lattice.Radius,
                Lattice = model.Lattice.Values,
                Poses = [.. sample.Select(f => f.Pose)],
            };
            State = State with { Finished = [.. State.Finished, finished] };
            Log();
            if (!AreEnough) checkpoints.Write(() => Now(model));
        }
        return (loaded, Best());
    }

    /// <summary>Whether no further search is needed.</summary>
    public bool AreEnough
    {
        get
        {
            int starts = State.Finished.Count;
            return starts >= settings.MostStarts || (starts >= 2 && State.Agreement >= settings.StartAgreement);
        }
    }

    private void Log()
    {
        int starts = State.Finished.Count;
        if (starts < 2) return;
        observer.Log(Invariant(
            $"{starts} independent searches: the best agrees with another on the orientations of {100 * State.Agreement:0} % of the particles."));
    }

    /// <summary>For each particle the probability, 0 to 1, that its image shows the particle; null where they are too few to tell.</summary>
    /// <param name="store">The particles.</param>
    /// <param name="slicer">Slices the map.</param>
    /// <param name="map">The final map.</param>
    /// <param name="poses">The particles' final poses.</param>
    public double[]? Probabilities(ParticleStore store, MapSlicer slicer, Volume map, CandidateTable poses)
    {
        if (poses.Count < FewestForRejection) return null;
        SearchSchedule schedule = settings.Search with { MaxShiftPixels = options.MaxShiftPixels };
        FourierLattice lattice = slicer.LastingLattice(map, Math.Min(schedule.LastBand, store.Disc.Radius));
        ImageFit[] fits = new ImageFits(store, schedule, space, options.Seed, team)
            .At(lattice, [.. Enumerable.Range(0, poses.Count).Select(poses.Best)]);
        ParticleMixture mixture = ParticleMixture.Of(fits, NoiseFits(store, lattice));
        return [.. Enumerable.Range(0, poses.Count).Select(mixture.Probability)];
    }

    private VolumeModel Best()
    {
        FinishedStart best = State.Finished[State.Best];
        VolumeModel model = new(best.Map.Size, best.Map.PixelSizeAngstrom, maskDiameterAngstrom, team);
        model.Restore(best.Map, best.Band, best.Lattice);
        checkpoints.Write(() => Now(model));
        return model;
    }

    private VolumeModel Search(LoadedParticles loaded, SearchSchedule schedule, RunState? from, CancellationToken cancellation)
    {
        int count = loaded.Store.Count;
        Candidate[][]? latest = track.WantsSnapshots ? from?.Search?.Found ?? [.. Enumerable.Repeat<Candidate[]>([], count)] : null;
        StochasticSearch search = new(loaded.Store, schedule, maskDiameterAngstrom, loaded.SignalPower, space, random, team)
        {
            Found = latest is null ? null : (i, fit) => latest[i] = [fit],
        };
        if (from?.Search is { } state)
        {
            // After the search has been made, which draws a start that it does not need here.
            random.State = from.Random;
            search.Restore(state, from.Map, from.Band, from.Lattice);
        }
        search.Run(
            r =>
            {
                track.Search(r, Math.Max(schedule.Batches, r.Batch + 1), Math.Min(schedule.BatchSize, count));
                if ((r.Batch + 1) % SearchesPerSnapshot == 0)
                {
                    track.Snapshot(r.Batch + 1, r.BandShells, () => Copy(search.Model.Map), i => latest![i] is [var fit] ? fit : default(Candidate?));
                }
                if (!search.HasEnded) checkpoints.Offer(() => Now(search.Model) with { Search = search.State with { Found = latest } });
            },
            cancellation);
        return search.Model;
    }

    /// <summary>The images that the map does not explain, by their indices among those that are used; none where they are few.</summary>
    private RejectedImage[] Rejected(
        ParticleStore store, ImageFits fits, VolumeModel model, ImageFit[] sample, CancellationToken cancellation)
    {
        int count = store.Count;
        if (options.KeepAll || !settings.Rejects || State.Rejections >= MostRejections || sample.Length < FewestForRejection) return [];
        ImageFit[] noise = NoiseFits(store, model.Lattice);
        ParticleMixture ofSample = ParticleMixture.Of(sample, noise);
        int doubtful = Enumerable.Range(0, sample.Length).Count(i => ofSample.Probability(i) < LeastProbability);
        if (doubtful < LeastRejectedShare * sample.Length) return [];
        ImageFit[] all = fits.Of(model.Lattice, [.. Enumerable.Range(0, count)], cancellation);
        ParticleMixture mixture = ParticleMixture.Of(all, noise);
        RejectedImage[] rejected =
        [
            .. Enumerable.Range(0, count).Where(i => mixture.Probability(i) < LeastProbability).Select(
                i => new RejectedImage(i, mixture.Reason(i), 0) { ParticleProbability = mixture.Probability(i) }),
        ];
        if (count - rejected.Length >= FewestForRejection) return rejected;
        observer.Log($"{rejected.Length} of {count} images do not look like the particle. They are kept, because too few others would be left.");
        return [];
    }

    /// <summary>What the map makes of images of nothing but noise.</summary>
    private ImageFit[] NoiseFits(ParticleStore store, FourierLattice lattice)
    {
        int count = store.Count;
        SearchSchedule schedule = settings.Search with { MaxShiftPixels = options.MaxShiftPixels };
        int[] like = Sample(Math.Min(count, NoiseImages));
        using ParticleStore noise = store.NoiseLike([.. like.Select(i => (int)((long)i * count / like.Length))], new SavedRandom((ulong)options.Seed, NoiseRound));
        return new ImageFits(noise, schedule, space, options.Seed, team).Of(lattice, like, CancellationToken.None);
    }

    private LoadedParticles Leave(LoadedParticles loaded, RejectedImage[] rejected)
    {
        int count = loaded.Input.Count;
        observer.Log(Invariant($"{rejected.Length} of {count} images ({100.0 * rejected.Length / count:0.#} %) are left out: ")
            + Invariant($"{rejected.Count(r => r.Reason == RejectionReason.NoParticle)} show nothing that the map explains, ")
            + Invariant($"{rejected.Count(r => r.Reason == RejectionReason.Unexplained)} hold far more than it explains. The search begins again. ")
            + "rejected.star lists them; --keep-all keeps them.");
        State = State with { Rejected = Merged(State.Rejected, rejected), Rejections = State.Rejections + 1 };
        LoadedParticles left = loaded.Without(rejected, observer);
        track.Use(left.Input);
        return left;
    }

    /// <summary>Those of an earlier round and those of this one, whose indices count what the earlier left.</summary>
    private static RejectedImage[] Merged(IReadOnlyList<RejectedImage> earlier, RejectedImage[] now)
    {
        List<RejectedImage> all = [.. earlier];
        int next = 0, kept = -1;
        HashSet<int> gone = [.. earlier.Select(r => r.Particle)];
        for (int loaded = 0; next < now.Length; loaded++)
        {
            if (gone.Contains(loaded)) continue;
            kept++;
            if (now[next].Particle == kept) all.Add(now[next++] with { Particle = loaded });
        }
        return [.. all.OrderBy(r => r.Particle)];
    }

    private RunState Now(VolumeModel model) => new()
    {
        Random = random.State,
        Course = track.Course,
        Map = model.Map,
        Band = model.Lattice.Radius,
        Lattice = model.Lattice.Values,
        Starts = State,
    };

    /// <summary>The part of the run that a search is: later ones, which are rarer, share what is left.</summary>
    private static (double Begin, double End) Share(int search)
    {
        const double First = 0.01, Last = 0.2;
        double left = Math.Pow(0.5, search);
        return (Last - (Last - First) * left, Last - (Last - First) * left / 2);
    }

    private static Volume Copy(Volume map) => new(map.Size, map.PixelSizeAngstrom, [.. map.Voxels]);
}
