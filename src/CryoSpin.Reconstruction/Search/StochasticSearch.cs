using System.Diagnostics;
using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Data;

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
/// then the closed-form update of the volume from a decaying sum, over a band that grows from 3 shells.
/// </summary>
/// <remarks>
/// The band is what makes it converge: at 3 shells the posterior is broad and the map a blob that any start leads to; each further shell
/// refines what the last one fixed. It finds a fold in seconds because both steps are matrix products.
/// </remarks>
internal sealed class StochasticSearch
{
    private readonly ParticleCache _cache;
    private readonly WorkerTeam _team;
    private readonly SearchSchedule _schedule;
    private readonly Random _random;
    private readonly double[] _signal;
    private readonly double[] _inverseSignal;
    private readonly BackProjection _sum;
    private readonly PosteriorSums _posterior;
    private DenseSearch? _search;
    private int[] _order;
    private int _next;

    /// <param name="cache">Particles.</param>
    /// <param name="schedule">Schedule.</param>
    /// <param name="maskDiameterAngstrom">Diameter of the mask.</param>
    /// <param name="signalPower">Per shell, variance of the map's transform as the data show it (see SignalPower).</param>
    /// <param name="random">Source of every random choice.</param>
    /// <param name="team">Workers.</param>
    public StochasticSearch(ParticleCache cache, SearchSchedule schedule, double maskDiameterAngstrom, double[] signalPower, Random random, WorkerTeam team)
    {
        _cache = cache;
        // A small box has fewer shells than the schedule would go through.
        _schedule = schedule = schedule with { LastBand = Math.Min(schedule.LastBand, cache.Disc.Radius) };
        _team = team;
        _random = random;
        _signal = signalPower;
        _inverseSignal = Data.SignalPower.Inverse(signalPower);
        int small = VolumeModel.BoxFor(schedule.LastBand, cache.Box);
        Model = new VolumeModel(small, cache.Box * cache.PixelSizeAngstrom / small, maskDiameterAngstrom, team);
        _sum = new BackProjection(schedule.LastBand, VolumeModel.Oversampling);
        _posterior = new PosteriorSums(team);
        _order = Shuffled();
        StartFromNoise();
    }

    /// <summary>The map so far.</summary>
    public VolumeModel Model { get; }

    /// <summary>Where to keep each visited image's best grid pose; null not to.</summary>
    public PoseFit?[]? Latest { get; init; }

    /// <summary>Runs the schedule.</summary>
    public void Run(Action<SearchReport> report, CancellationToken cancellation)
    {
        for (int batch = 0; batch < _schedule.Batches; batch++)
        {
            cancellation.ThrowIfCancellationRequested();
            report(Step(batch));
        }
    }

    private SearchReport Step(int batch)
    {
        long started = Stopwatch.GetTimestamp();
        double band = _schedule.BandAt(batch), next = _schedule.BandAt(batch + 1);
        FrequencyDisc disc = new(band);
        ShiftGrid shifts = new(_schedule.MaxShiftPixels, ShiftSpacing(band), disc, _cache.Box);
        DenseSearch search = _search ??= new DenseSearch(disc, shifts, _team);
        search.Use(disc, shifts);
        search.SetModel(Model.Lattice, ViewGrid.ForBand(band, _random));
        _posterior.Begin(search);
        ReadOnlyMemory<int> ids = NextBatch();
        double[] evidence = new double[ids.Length], effective = new double[ids.Length];
        search.Score(
            _cache.View(disc), ids,
            (slot, _, scores, _, _) =>
            {
                (int rotation, int shift, double best, evidence[slot], effective[slot]) =
                    _posterior.Weigh(slot % DenseSearch.ImagesPerProduct, scores);
                (double x, double y) = shifts.Shifts[shift];
                if (Latest is not null) Latest[ids.Span[slot]] = new PoseFit(search.Grid[rotation], x, y, best);
            },
            _posterior.Add);
        // Newer batches weigh more from the start, and old ones are forgotten: poses found with a poor map lose their weight.
        double window = Math.Min(batch + 1, 1 / (1 - _schedule.Memory));
        _sum.Scale((float)(1 - 1 / window), _team);
        _posterior.InsertInto(_sum);
        // One shell more than is known is left in the map: it is what the next, slightly wider band starts from.
        double[] ridge = _inverseSignal[..Math.Min(_inverseSignal.Length, (int)Math.Round(band + 1) + 1)];
        Model.Solve(_sum, ridge, next);
        return new SearchReport(
            batch, band, evidence.Average(), effective.Average(), ids.Length / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private double ShiftSpacing(double band) => _schedule.ShiftSpacingPeriods * _cache.Box / band;

    private ReadOnlyMemory<int> NextBatch()
    {
        int size = Math.Min(_schedule.BatchSize, _cache.Count);
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
        int[] order = [.. Enumerable.Range(0, _cache.Count)];
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
        Each((at, s) =>
        {
            power[s] += v[at] * v[at] + v[at + 1] * v[at + 1];
            counts[s]++;
        });
        Each((at, s) =>
        {
            float scale = (float)Math.Sqrt(_schedule.StartPower * _signal[Math.Min(s, _signal.Length - 1)] * counts[s] / Math.Max(power[s], 1e-30));
            v[at] *= scale;
            v[at + 1] *= scale;
        });
    }
}
