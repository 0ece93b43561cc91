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

/// <summary>The default method: proposals by search, then auto-decoding with half-sets.</summary>
internal sealed class DefaultReconstruction(
    ReconstructionInput input, ReconstructionOptions options, MethodSettings settings, IRunObserver observer, WorkerTeam team)
{
    private readonly RunClock _clock = new();

    public ReconstructionOutcome Run(CancellationToken cancellation)
    {
        Random random = new(options.Seed);
        ParticleCache cache = Load(cancellation);
        double mask = options.MaskDiameterAngstrom ?? 0.8 * input.BoxSize * input.PixelSizeAngstrom;
        StochasticSearch search = Bootstrap(cache, mask, random, cancellation);
        PoseTable table = Propose(cache, search, random, cancellation);
        return Decode(cache, search, table, mask, cancellation);
    }

    private ParticleCache Load(CancellationToken cancellation)
    {
        _clock.Start("loading");
        FrequencyDisc disc = new(input.BoxSize / 2 - 1);
        ParticleCache cache = ParticleCache.Load(
            input.Count, input.BoxSize, input.PixelSizeAngstrom, disc, input.ReadImage, input.Ctf, team, cancellation);
        cache.SetNoise([.. Enumerable.Repeat((double)input.BoxSize * input.BoxSize, disc.Extent + 2)]);
        return cache;
    }

    private StochasticSearch Bootstrap(ParticleCache cache, double mask, Random random, CancellationToken cancellation)
    {
        _clock.Start("search");
        SearchSchedule schedule = settings.Search with { MaxShiftPixels = options.MaxShiftPixels };
        StochasticSearch search = new(cache, schedule, mask, SignalPower.PerShell(cache), random, team);
        search.Run(
            r =>
            {
                observer.Report(new RunProgress("search", r.Batch + 1, schedule.Batches, 0.3 * (r.Batch + 1) / schedule.Batches, r.ImagesPerSecond, -r.MeanEvidence, Shells(r.BandShells), null));
                if ((r.Batch + 1) % 20 == 0) observer.Log($"search {r.Batch + 1}/{schedule.Batches}: band {r.BandShells:F1} shells, evidence {r.MeanEvidence:F1}, {r.ImagesPerSecond:F0} images/s");
            },
            cancellation);
        return search;
    }

    private PoseTable Propose(ParticleCache cache, StochasticSearch search, Random random, CancellationToken cancellation)
    {
        int[] all = [.. Enumerable.Range(0, cache.Count)];
        List<PoseFit>[] candidates = [.. all.Select(_ => new List<PoseFit>(settings.Candidates + 3))];
        if (settings.AutoEncoding is { } schedule) Encode(cache, search, schedule with { MaxShiftPixels = options.MaxShiftPixels, Heads = options.Heads }, random, all, candidates, cancellation);
        if (settings.Proposals == SearchProposals.All)
        {
            _clock.Start("proposals");
            cancellation.ThrowIfCancellationRequested();
            FrequencyDisc disc = new(search.Model.Lattice.Radius);
            ShiftGrid shifts = new(options.MaxShiftPixels, 0.235 * cache.Box / disc.Radius, disc, cache.Box);
            new CandidateSearch(cache, team).Find(
                search.Model.Lattice, disc, ViewGrid.ForBand(disc.Radius, random), shifts, all, settings.Candidates, settings.SeparationDegrees,
                (i, c) => candidates[i].AddRange(c));
        }
        return new PoseTable([.. candidates.Select(c => c.ToArray())], input.HalfSet ?? HalfSets.Draw(cache.Count, random));
    }

    private void Encode(
        ParticleCache cache, StochasticSearch search, AutoEncodingSchedule schedule, Random random, int[] all, List<PoseFit>[] candidates, CancellationToken cancellation)
    {
        _clock.Start("auto-encoding");
        double[] inverse = [.. SignalPower.PerShell(cache).Select(v => v > 0 ? 1 / v : double.PositiveInfinity)];
        using AutoEncodingStage stage = new(cache, search.Model, inverse, schedule, random, team);
        stage.Run(
            r => observer.Log($"auto-encoding {r.Step}/{schedule.Steps}: nearest head off by {r.WinnerErrorDegrees:F1} degrees, log likelihood {r.MeanLogLikelihood:F1}, rescued {r.RescuedShare:P0}, heads {string.Join(" ", r.HeadShares.Select(h => h.ToString("F2")))}, {r.ImagesPerSecond:F0} images/s"),
            cancellation);
        stage.Infer(all, (i, c) => candidates[i].AddRange(c), cancellation);
    }

    private ReconstructionOutcome Decode(ParticleCache cache, StochasticSearch search, PoseTable table, double mask, CancellationToken cancellation)
    {
        _clock.Start("auto-decoding");
        HalfSetVolumes volumes = new(cache, mask, team);
        double band = search.Model.Lattice.Radius;
        foreach (VolumeModel model in volumes.Models) model.Set(Resampled(search.Model.Map, cache), band);
        new AutoDecodingStage(cache, table, volumes, options.MaxShiftPixels + 1, team) { MaxIterations = settings.DecodingPasses }.Run(
            band,
            r => observer.Log($"auto-decoding {r.Iteration}: band {r.BandShells:F1}, log likelihood {r.MeanLogLikelihood:F2}, pose change {r.MedianPoseChangeDegrees:F2}, modes {r.WinnerChangeShare:P1}, FSC 0.143 at {r.Fsc.ResolutionAngstrom(0.143):F2} A, {r.ImagesPerSecond:F0} images/s"),
            cancellation);
        _clock.Start("final map");
        (double X, double Y, double Z) centre = MapCentre.OfMass(volumes.Models[0].Map);
        for (int i = 0; i < table.Count; i++) table.Candidates[i] = [.. table.Candidates[i].Select(c => MapCentre.Moved(c, centre))];
        volumes.Update(table, _ => band);
        Volume[] halves = volumes.Unfiltered;
        FscCurve masked = volumes.Fsc, unmasked = FourierShellCorrelation.Compute(halves[0], halves[1], team: team);
        Volume map = volumes.Join();
        Pose[] poses = [.. Enumerable.Range(0, table.Count).Select(i => Angstrom(table.Best(i)))];
        return new ReconstructionOutcome(
            map, halves[0], halves[1], poses, table.HalfSet, masked, unmasked, masked.ResolutionAngstrom(0.143), mask, _clock.Stop());
    }

    private Volume Resampled(Volume coarse, ParticleCache cache)
    {
        Volume fine = new(cache.Box, cache.PixelSizeAngstrom);
        FourierCrop.ForVolumes(coarse.Size, cache.Box, team).Apply(coarse.Voxels, fine.Voxels);
        // Resampling keeps grey values; slices need the sum over voxels kept.
        System.Numerics.Tensors.TensorPrimitives.Multiply(fine.Voxels, MathF.Pow((float)coarse.Size / cache.Box, 3), fine.Voxels);
        return fine;
    }

    private Pose Angstrom(in PoseFit fit) => new(fit.Rotation, fit.OriginX * input.PixelSizeAngstrom, fit.OriginY * input.PixelSizeAngstrom);

    private double Shells(double band) => input.BoxSize * input.PixelSizeAngstrom / band;
}
