using System.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>
/// A volume from nothing by pose search: it begins with images at random poses; then mini-batches are searched and their best poses enter
/// the volume; at the end the volume is fitted to the poses of all.
/// </summary>
internal sealed class PoseSearchStage
{
    private readonly MethodContext _context;
    private readonly PoseSearchSchedule _schedule;
    private readonly HierarchicalSearch _search;
    private readonly double _limit;
    private readonly int _searches;
    private int _updates;

    /// <param name="context">What the method was given.</param>
    /// <param name="schedule">Schedule.</param>
    public PoseSearchStage(MethodContext context, PoseSearchSchedule schedule)
    {
        _context = context;
        _schedule = schedule;
        ParticleStore store = context.Store;
        _limit = schedule.LastBandFor(store.Box, store.Disc.Radius);
        _searches = schedule.SearchesFor(store.Count);
        Batch = schedule.BatchFor(store.Count);
        int box = VolumeModel.BoxFor(_limit, store.Box);
        Model = new VolumeModel(box, store.Box * store.PixelSizeAngstrom / box, context.Mask.DiameterAngstrom, context.Team);
        Model.Set(new Volume(box, Model.Map.PixelSizeAngstrom), _limit);
        Volume = new VolumeUpdate(
            store, new FrequencyDisc(_limit), SignalPower.Inverse(context.SignalPower), schedule.Memory, Batch, context.Team)
        {
            SolvesEarly = true,
        };
        _search = new HierarchicalSearch(store, schedule.Grid, context.Space, context.Options.MaxShiftPixels, context.Team);
        Kept = new Candidate[store.Count][];
    }

    /// <summary>The volume.</summary>
    public VolumeModel Model { get; }

    /// <summary>Its sums.</summary>
    public VolumeUpdate Volume { get; }

    /// <summary>Images between two updates of the volume.</summary>
    public int Batch { get; }

    /// <summary>Band of the volume, shells.</summary>
    public double Limit => _limit;

    /// <summary>Per particle the poses that its last search kept, best first; null before the first.</summary>
    public Candidate[]?[] Kept { get; }

    /// <summary>The particles in batches, in a new random order.</summary>
    public IEnumerable<int[]> Batches()
    {
        int[] order = [.. Enumerable.Range(0, _context.Store.Count)];
        _context.Random.Shuffle(order);
        return order.Chunk(Batch);
    }

    /// <summary>Begins the volume with images at random poses.</summary>
    public void Pretrain(CancellationToken cancellation)
    {
        int images = Math.Max(Math.Min(_schedule.PretrainingImages, _context.Store.Count), (int)Math.Ceiling(Batch / (1 - _schedule.Memory)));
        Volume.Band = _schedule.BandsAt(0, _limit).Last;
        for (int done = 0; done < images;)
        {
            foreach (int[] batch in Batches())
            {
                cancellation.ThrowIfCancellationRequested();
                Volume.Apply(Model, batch, [.. batch.Select(_ => new Candidate(RandomRotations.Next(_context.Random), 0, 0, 0))]);
                done += batch.Length;
                _context.Track.Particles(Math.Min(done, _context.Store.Count));
                if (done >= images) break;
            }
        }
    }

    /// <summary>Runs all searches.</summary>
    public void Run(CancellationToken cancellation)
    {
        for (int pass = 0; pass < _searches; pass++)
        {
            EpochReport report = Pass(pass, cancellation);
            _context.Track.Epoch(report);
            _context.Track.Snapshot(pass + 1, report.BandShells, () => Model.Map, i => Kept[i]?[0], i => Kept[i] ?? []);
        }
    }

    private EpochReport Pass(int pass, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        int count = _context.Store.Count, done = 0;
        double[] change = new double[count];
        double likelihood = 0;
        EpochReport Report(double band) => new(
            pass + 1, _searches, done, band, -likelihood / done, done / Stopwatch.GetElapsedTime(started).TotalSeconds);
        foreach (int[] batch in Batches())
        {
            (double first, double last) = _schedule.BandsAt(_updates++, _limit);
            _search.UseBands(first, last);
            Candidate[] best = new Candidate[batch.Length];
            _search.Find(
                Model.Lattice, batch, RandomRotations.Next(_context.Random),
                (slot, kept) =>
                {
                    int i = batch[slot];
                    change[i] = Kept[i] is { } before ? _context.Space.AngleDegrees(before[0].Rotation, kept[0].Rotation) : double.NaN;
                    Kept[i] = kept;
                    best[slot] = kept[0];
                },
                cancellation);
            likelihood += best.Sum(b => b.LogLikelihood);
            done += batch.Length;
            // One shell more than was compared is left in the map: it is what the next, slightly wider band starts from.
            Volume.Band = last + 1;
            Volume.Apply(Model, batch, best);
            _context.Track.Within(Report(last), done / (double)count);
        }
        if (_schedule.TrainsBetween || pass == _searches - 1) Volume.Refit(Model, [.. Enumerable.Range(0, count)], [.. Kept.Select(k => k![0])]);
        return Report(Volume.Band - 1) with { MedianPoseChangeDegrees = pass == 0 ? null : change.Order().ElementAt(count / 2) };
    }
}
