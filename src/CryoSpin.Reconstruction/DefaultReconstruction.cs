using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Fourier;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.AutoEncoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Runs;

namespace CryoSpin.Reconstruction;

/// <summary>
/// The default method: a marginalised search starts the volume, auto-encoding teaches the encoder and refines the volume, the encoder's
/// heads
/// (and a search) propose poses for every particle, auto-decoding refines them with half-sets kept apart.
/// </summary>
internal sealed class DefaultReconstruction(
    ReconstructionInput input, ReconstructionOptions options, MethodSettings settings, IRunObserver observer, WorkerTeam team)
{
    private const double FirstMaskShare = 0.8;
    private const double MaskMargin = 1.15;
    private const int ParticlesPerReport = 2048;
    private readonly RunTracker _track = new(input, observer);
    private double _maskDiameterAngstrom;
    private double[] _signal = [];

    public ReconstructionOutcome Run(CancellationToken cancellation)
    {
        Random random = new(options.Seed);
        _track.Start("loading", 0, 0.01);
        ImagePreparation preparation = new(input);
        if (preparation.Contrast == Contrast.Black)
        {
            observer.Log(
                "warning: Particles look darker than their background: the map will have negative density. Leave --invert out, or give it.");
        }
        (ParticleCache cache, _signal) = preparation.Load(team, observer, _track.Particles, cancellation);
        _maskDiameterAngstrom = options.MaskDiameterAngstrom ?? FirstMaskShare * input.BoxSize * input.PixelSizeAngstrom;
        StochasticSearch search = Bootstrap(cache, random, cancellation);
        PoseTable table = Propose(cache, search, random, cancellation);
        return Decode(cache, search, table, cancellation);
    }

    private StochasticSearch Bootstrap(ParticleCache cache, Random random, CancellationToken cancellation)
    {
        _track.Start("search", 0.01, 0.2);
        SearchSchedule schedule = settings.Search with
        {
            MaxShiftPixels = options.MaxShiftPixels,
            // A small box ends before the usual band does.
            LastBand = Math.Min(settings.Search.LastBand, cache.Disc.Radius),
        };
        StochasticSearch search = new(cache, schedule, _maskDiameterAngstrom, _signal, random, team);
        search.Run(r => _track.Search(r, schedule.Batches, Math.Min(schedule.BatchSize, input.Count)), cancellation);
        return search;
    }

    private PoseTable Propose(ParticleCache cache, StochasticSearch search, Random random, CancellationToken cancellation)
    {
        int[] all = [.. Enumerable.Range(0, cache.Count)];
        List<PoseFit>[] candidates = [.. all.Select(_ => new List<PoseFit>(settings.Candidates + 5))];
        if (settings.AutoEncoding is not null) Encode(cache, search, random, all, candidates, cancellation);
        if (settings.Proposals == SearchProposals.All)
        {
            _track.Start("proposals", 0.65, 0.75);
            FrequencyDisc disc = new(search.Model.Lattice.Radius);
            ShiftGrid shifts = new(options.MaxShiftPixels, settings.Search.ShiftSpacingPeriods * cache.Box / disc.Radius, disc, cache.Box);
            Rotation[] grid = ViewGrid.ForBand(disc.Radius, random);
            CandidateSearch proposals = new(cache, team);
            for (int first = 0; first < all.Length; first += ParticlesPerReport)
            {
                cancellation.ThrowIfCancellationRequested();
                int start = first, count = Math.Min(ParticlesPerReport, all.Length - first);
                proposals.Find(
                    search.Model.Lattice, disc, grid, shifts, all.AsMemory(start, count), settings.Candidates, settings.SeparationDegrees,
                    (i, c) => candidates[start + i].AddRange(c));
                _track.Particles(start + count);
            }
        }
        return new PoseTable([.. candidates.Select(c => c.ToArray())], input.HalfSet ?? HalfSets.Draw(cache.Count, random));
    }

    private void Encode(
        ParticleCache cache, StochasticSearch search, Random random, int[] all, List<PoseFit>[] candidates, CancellationToken cancellation)
    {
        _track.Start("auto-encoding", 0.2, 0.65);
        AutoEncodingSchedule schedule = settings.AutoEncoding! with { MaxShiftPixels = options.MaxShiftPixels, Heads = options.Heads };
        using AutoEncodingStage stage = new(cache, search.Model, SignalPower.Inverse(_signal), schedule, random, team);
        stage.Run(r => _track.Encoding(r, schedule, search.Model.Lattice.Radius), cancellation);
        stage.Infer(all, (i, c) => candidates[i].AddRange(c), cancellation);
    }

    private ReconstructionOutcome Decode(ParticleCache cache, StochasticSearch search, PoseTable table, CancellationToken cancellation)
    {
        _track.Start("auto-decoding", 0.75, 0.98);
        double band = search.Model.Lattice.Radius;
        Volume start = Resampled(search.Model.Map, cache);
        if (options.MaskDiameterAngstrom is null) _maskDiameterAngstrom = EstimatedMask(start);
        HalfSetVolumes volumes = new(cache, _maskDiameterAngstrom, team);
        foreach (VolumeModel model in volumes.Models) model.Set(new Volume(start.Size, start.PixelSizeAngstrom, [.. start.Voxels]), band);
        if (settings.DecodingPasses > 0)
        {
            AutoDecodingStage stage = new(cache, table, volumes, options.MaxShiftPixels + 1, team) { MaxIterations = settings.DecodingPasses };
            stage.Run(band, r => _track.Decoding(r, stage.MaxIterations), cancellation);
        }
        _track.Start("final map", 0.98, 1);
        (double X, double Y, double Z) centre = MapCentre.OfMass(volumes.Models[0].Map);
        for (int i = 0; i < table.Count; i++) table.Candidates[i] = [.. table.Candidates[i].Select(c => MapCentre.Moved(c, centre))];
        cancellation.ThrowIfCancellationRequested();
        volumes.Update(table, _ => band);
        Volume[] halves = volumes.Unfiltered;
        FscCurve masked = volumes.Fsc, unmasked = FourierShellCorrelation.Compute(halves[0], halves[1], team: team);
        Volume map = volumes.Join();
        Pose[] poses = [.. Enumerable.Range(0, table.Count).Select(i => Angstrom(table.Best(i)))];
        return new ReconstructionOutcome(
            map, halves[0], halves[1], poses, table.HalfSet, masked, unmasked, masked.ResolutionAngstrom(0.143), _maskDiameterAngstrom,
            _track.Stop());
    }

    /// <summary>The particle's own diameter with a margin, wherever in the box it stands.</summary>
    private double EstimatedMask(Volume map)
    {
        (double x, double y, double z) = MapCentre.OfMass(map);
        double off = Math.Sqrt(x * x + y * y + z * z);
        double diameter = Math.Min(MaskMargin * MapCentre.DiameterVoxels(map) + 2 * off, 0.95 * map.Size) * map.PixelSizeAngstrom;
        observer.Log($"Mask diameter {diameter:F0} Å, estimated from the map.");
        return diameter;
    }

    private Volume Resampled(Volume coarse, ParticleCache cache)
    {
        Volume fine = new(cache.Box, cache.PixelSizeAngstrom);
        FourierCrop.ForVolumes(coarse.Size, cache.Box, team).Apply(coarse.Voxels, fine.Voxels);
        // Resampling keeps grey values; slices need the sum over voxels kept.
        System.Numerics.Tensors.TensorPrimitives.Multiply(fine.Voxels, MathF.Pow((float)coarse.Size / cache.Box, 3), fine.Voxels);
        return fine;
    }

    private Pose Angstrom(in PoseFit fit) =>
        new(fit.Rotation, fit.OriginX * input.PixelSizeAngstrom, fit.OriginY * input.PixelSizeAngstrom);
}
