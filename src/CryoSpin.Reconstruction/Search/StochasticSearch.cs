using System.Diagnostics;
using CryoSpin.Compute;
using CryoSpin.Diagnostics;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Search;

/// <summary>What one mini-batch of the search gave.</summary>
/// <param name="Batch">Number of the mini-batch, from 0.</param>
/// <param name="BandShells">Band in use.</param>
/// <param name="MeanEvidence">Mean over the images of the log of the summed likelihood ratio over all poses, uniform prior left
/// out.</param>
/// <param name="MeanEffectivePoses">Mean effective number of grid poses per image.</param>
/// <param name="ImagesPerSecond">Rate.</param>
internal readonly record struct SearchReport(int Batch, double BandShells, double MeanEvidence, double MeanEffectivePoses, double ImagesPerSecond);

/// <summary>
/// Marginalised stochastic expectation maximisation from a random map: for each mini-batch the posterior over a grid of rotations and
/// shifts,
/// then a step of the volume (the closed form from a decaying sum, or another <see cref="IVolumeStep"/>), over a band that grows.
/// </summary>
/// <remarks>
/// The band is what makes it converge: at 3 shells the posterior is broad and the map a blob that any start leads to; each further shell
/// refines what the last one fixed. It finds a fold in seconds because both steps are matrix products.
/// </remarks>
internal sealed class StochasticSearch
{
    private const double MostTemperature = 1000;
    private readonly ParticleStore _store;
    private readonly WorkerTeam _team;
    private readonly SearchSchedule _schedule;
    private readonly Random _random;
    private readonly double[] _signal;
    private readonly IVolumeStep _step;
    private readonly PosteriorSums _posterior;
    private readonly PoseSpace _space;
    private readonly List<double> _evidence = [];
    private DenseSearch? _search;
    private int[] _order;
    private int _next;

    /// <param name="store">Particles.</param>
    /// <param name="schedule">Schedule.</param>
    /// <param name="maskDiameterAngstrom">Diameter of the mask.</param>
    /// <param name="signalPower">Per shell, variance of the map's transform as the data show it (see SignalPower).</param>
    /// <param name="space">The poses to be searched.</param>
    /// <param name="random">Source of every random choice.</param>
    /// <param name="team">Workers.</param>
    /// <param name="step">How the volume changes; null for the closed form.</param>
    public StochasticSearch(
        ParticleStore store, SearchSchedule schedule, double maskDiameterAngstrom, double[] signalPower, PoseSpace space, Random random,
        WorkerTeam team, IVolumeStep? step = null)
    {
        _store = store;
        _schedule = schedule = schedule.Within(store.Disc.Radius);
        _team = team;
        _space = space;
        _random = random;
        _signal = signalPower;
        int small = VolumeModel.BoxFor(schedule.LastBand, store.Box);
        Model = new VolumeModel(small, store.Box * store.PixelSizeAngstrom / small, maskDiameterAngstrom, team);
        _step = step ?? new ClosedFormStep(schedule.LastBand, schedule.Memory, signalPower, team);
        _posterior = new PosteriorSums(team);
        _order = Shuffled();
        StartFromNoise();
    }

    /// <summary>The map so far.</summary>
    public VolumeModel Model { get; }

    /// <summary>Whether nothing is left to do.</summary>
    public bool HasEnded => _schedule.HasEnded(_evidence);

    /// <summary>By what the noise variance was inflated at the beginning.</summary>
    public double FirstTemperature { get; private set; } = 1;

    /// <summary>Receives the best grid pose of each particle of a mini-batch, from any worker; null for nobody.</summary>
    public Action<int, Candidate>? Found { get; init; }

    /// <summary>Where it stands, for a search that goes on to the same bytes; not a copy. The random numbers' state belongs to it.</summary>
    /// <exception cref="InvalidOperationException">The volume changes by another step than the closed form.</exception>
    public SearchState State => new()
    {
        Evidence = [.. _evidence],
        FirstTemperature = FirstTemperature,
        Order = _order,
        Next = _next,
        Sums = ClosedForm.Sums,
    };

    private ClosedFormStep ClosedForm =>
        _step as ClosedFormStep ?? throw new InvalidOperationException("Only a search with the closed form can be interrupted.");

    /// <summary>Goes on where an interrupted search stood. The random numbers must be put back, too.</summary>
    /// <param name="state">Where it stood, of the same schedule and particles.</param>
    /// <param name="map">Its map, masked.</param>
    /// <param name="bandShells">Band of the map's transform.</param>
    /// <param name="lattice">The transform's values.</param>
    /// <exception cref="ArgumentException">The sums are of another schedule.</exception>
    public void Restore(SearchState state, Volume map, double bandShells, float[] lattice)
    {
        float[] sums = ClosedForm.Sums;
        if (state.Sums.Length != sums.Length) throw new ArgumentException("The sums are of another schedule.", nameof(state));
        state.Sums.CopyTo(sums, 0);
        Model.Restore(map, bandShells, lattice);
        _evidence.AddRange(state.Evidence);
        (FirstTemperature, _order, _next) = (state.FirstTemperature, state.Order, state.Next);
    }

    /// <summary>Runs the schedule, or what is left of it.</summary>
    /// <param name="report">Called after each mini-batch, when <see cref="State"/> is that of the next one.</param>
    /// <param name="cancellation">Stops it between two mini-batches.</param>
    public void Run(Action<SearchReport> report, CancellationToken cancellation)
    {
        while (!HasEnded)
        {
            cancellation.ThrowIfCancellationRequested();
            SearchReport done = Step(_evidence.Count);
            _evidence.Add(done.MeanEvidence);
            report(done);
        }
    }

    private SearchReport Step(int batch)
    {
        long started = Stopwatch.GetTimestamp();
        double band = _schedule.BandAt(batch), next = _schedule.BandAt(batch + 1);
        FrequencyDisc disc = new(band);
        ShiftGrid shifts = new(_schedule.MaxShiftPixels, ShiftSpacing(band), disc, _store.Box);
        DenseSearch search = _search ??= new DenseSearch(disc, shifts, _team);
        search.Use(disc, shifts);
        search.SetModel(Model.Lattice, _space.Grid(band, _random));
        _posterior.Begin(search);
        ReadOnlyMemory<int> ids = NextBatch(_schedule.BatchSizeAt(batch));
        if (batch == 0) FirstTemperature = BroadTemperature(search, ids);
        _posterior.Temperature = _schedule.TemperatureAt(batch, FirstTemperature);
        double[] evidence = new double[ids.Length], effective = new double[ids.Length];
        search.Score(
            _store.View(disc), ids,
            (slot, _, scores, _, _) =>
            {
                (int rotation, int shift, double best, evidence[slot], effective[slot]) =
                    _posterior.Weigh(slot % DenseSearch.ImagesPerProduct, scores);
                (double x, double y) = shifts.Shifts[shift];
                Found?.Invoke(ids.Span[slot], new Candidate(search.Grid[rotation], x, y, best));
            },
            _posterior.Add);
        double meanEvidence = evidence.Average();
        if (!double.IsFinite(meanEvidence))
        {
            throw new CryoSpinException(
                $"The search's log evidence is no longer a finite number (mini-batch {batch + 1} of {_schedule.Batches}). "
                + "Look for damaged images with 'cryospin validate', or take another --seed or --method.");
        }
        _step.Apply(Model, _posterior, new VolumeStepBatch(batch, ids.Length, _posterior.Temperature, band, next));
        return new SearchReport(
            batch, band, meanEvidence, effective.Average(), ids.Length / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>By what the noise must be inflated for the first posteriors to be as broad as the schedule wants them.</summary>
    private double BroadTemperature(DenseSearch search, ReadOnlyMemory<int> ids)
    {
        double wanted = _schedule.FirstEffectiveShare * search.Grid.Length * search.Shifts.Shifts.Length, temperature = 1;
        double[] effective = new double[ids.Length];
        for (_posterior.Temperature = 1; wanted > 0; _posterior.Temperature = temperature *= 1.5)
        {
            search.Score(
                _store.View(search.Disc), ids, (slot, _, scores, _, _) =>
                    effective[slot] = _posterior.Weigh(slot % DenseSearch.ImagesPerProduct, scores).EffectiveCount);
            if (effective.Average() >= wanted || temperature > MostTemperature) break;
        }
        return temperature;
    }

    private double ShiftSpacing(double band) => _schedule.ShiftSpacingPeriods * _store.Box / band;

    private ReadOnlyMemory<int> NextBatch(int wanted)
    {
        int size = Math.Min(wanted, _store.Count);
        if (_next + size > _order.Length)
        {
            _order = Shuffled();
            _next = 0;
        }
        ReadOnlyMemory<int> ids = _order.AsMemory(_next, size);
        _next += size;
        return ids;
    }

    private int[] Shuffled()
    {
        int[] order = [.. Enumerable.Range(0, _store.Count)];
        _random.Shuffle(order);
        return order;
    }

    private void StartFromNoise()
    {
        int n = Model.Map.Size;
        Volume noise = new(n, Model.Map.PixelSizeAngstrom);
        for (int i = 0; i < noise.Voxels.Length; i++)
        {
            noise.Voxels[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));
        }
        double band = _schedule.FirstBand;
        Model.Set(noise, band);
        FourierLattice lattice = Model.Lattice;
        int shells = lattice.Half / VolumeModel.Oversampling + 2;
        double[] power = new double[shells], counts = new double[shells];
        void Each(Action<long, int> visit)
        {
            for (int z = -lattice.Half; z <= lattice.Half; z++)
            {
                for (int y = -lattice.Half; y <= lattice.Half; y++)
                {
                    for (int x = -lattice.Half; x <= lattice.Half; x++)
                    {
                        int shell = (int)Math.Round(Math.Sqrt(x * x + y * y + z * z) / VolumeModel.Oversampling);
                        if (shell < shells) visit(lattice.IndexOf(x, y, z), shell);
                    }
                }
            }
        }
        float[] v = lattice.Values;
        float[] factors = new float[shells];
        Each((at, s) =>
        {
            power[s] += v[at] * v[at] + v[at + 1] * v[at + 1];
            counts[s]++;
        });
        for (int s = 0; s < shells; s++)
        {
            double wanted = _schedule.StartPower * _signal[Math.Min(s, _signal.Length - 1)];
            factors[s] = (float)Math.Sqrt(wanted * counts[s] / Math.Max(power[s], 1e-30));
        }
        Each((at, s) =>
        {
            v[at] *= factors[s];
            v[at + 1] *= factors[s];
        });
        _step.Begin(Model, [.. factors.Select(f => (double)f)]);
    }
}
