using System.Diagnostics;
using CryoSpin.Geometry;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.BranchAndBound;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;
using CryoSpin.Runs;
using static System.FormattableString;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>
/// A first volume by stochastic gradient with the poses marginalised on a grid, then branch and bound for every image in turn with the
/// volume's closed form. Punjani, Rubinstein, Fleet and Brubaker, Nature Methods 14:290, 2017.
/// </summary>
internal sealed class CryoSparcMethod : IPoseMethod
{
    private const double IndependentFsc = 0.5;
    private const double BandMargin = 2;
    private const double MostBandGrowth = 1.35;

    /// <summary>All numbers.</summary>
    public CryoSparcSchedule Schedule { get; init; } = new();

    /// <inheritdoc/>
    public MethodResult Run(MethodContext context, CancellationToken cancellation)
    {
        Candidate?[] last = new Candidate?[context.Store.Count];
        VolumeModel first = Gradient(context, last, cancellation);
        Candidate[][] poses = Refine(context, first, last, cancellation);
        long box = context.Store.Box;
        return new MethodResult(poses, box * box * box + 5L * poses.Length);
    }

    /// <inheritdoc/>
    /// <remarks>Slices of the tree and a second padded transform. Nodes that wait for their turn are not counted: their number is the images' matter.</remarks>
    public long WorkBytes(MethodOptions options, int box)
    {
        double band = Math.Min(Schedule.GreatestTreeBand, ImagePreparation.DiscFor(box).Radius);
        return SliceDeviations.BytesFor(Tree(PoseSpace.C1, band, options.MaxShiftPixels, box, Rotation.Identity))
            + MapTransform.BytesFor(box, VolumeModel.Oversampling);
    }

    private VolumeModel Gradient(MethodContext context, Candidate?[] last, CancellationToken cancellation)
    {
        context.Track.Start("stochastic gradient", 0.01, 0.4);
        ParticleStore store = context.Store;
        double edge = store.Box * store.PixelSizeAngstrom;
        double end = Math.Min(Math.Min(Schedule.GreatestBand, store.Disc.Radius), edge / Schedule.LastResolutionAngstrom);
        SearchSchedule schedule = Schedule.Gradient with
        {
            MaxShiftPixels = context.Options.MaxShiftPixels,
            LastBand = end,
            FirstBand = Math.Min(end, Math.Max(Schedule.LeastBand, edge / Schedule.FirstResolutionAngstrom)),
        };
        MomentumStep step = new(schedule.LastBand, store.Count, Schedule.Momentum, Schedule.RateAt, context.SignalPower, context.Team);
        StochasticSearch search = new(
            store, schedule, context.Mask.DiameterAngstrom, context.SignalPower, context.Space, context.Random, context.Team,
            step)
        {
            Found = (particle, pose) => last[particle] = pose,
        };
        int epochs = (schedule.Batches + Schedule.ReportEvery - 1) / Schedule.ReportEvery;
        List<SearchReport> reports = [];
        search.Run(
            r =>
            {
                reports.Add(r);
                double loss = -reports.Average(x => x.MeanEvidence), rate = reports.Average(x => x.ImagesPerSecond);
                int epoch = r.Batch / Schedule.ReportEvery + 1;
                EpochReport figures = new(epoch, epochs, reports.Count * Math.Min(schedule.BatchSizeAt(r.Batch), store.Count), r.BandShells, loss, rate);
                context.Track.Within(figures, (r.Batch % Schedule.ReportEvery + 1) / (double)Schedule.ReportEvery);
                if ((r.Batch + 1) % Schedule.ReportEvery != 0 && r.Batch + 1 != schedule.Batches) return;
                context.Observer.Log(Invariant(
                    $"noise inflated {schedule.TemperatureAt(r.Batch, search.FirstTemperature):F2} times, {reports.Average(x => x.MeanEffectivePoses):F1} poses an image"));
                context.Track.Epoch(figures);
                context.Track.Snapshot(epoch, r.BandShells, () => search.Model.Map, i => last[i]);
                reports.Clear();
            },
            cancellation);
        return search.Model;
    }

    private Candidate[][] Refine(MethodContext context, VolumeModel first, Candidate?[] last, CancellationToken cancellation)
    {
        context.Track.Start("branch and bound", 0.4, 0.98);
        ParticleStore store = context.Store;
        VolumeModel model = new(store.Box, store.PixelSizeAngstrom, context.Mask.DiameterAngstrom, context.Team);
        MapTools tools = MapTools.For(store, context.Team);
        VolumeMask mask = context.Mask.Sphere(store.Box, store.PixelSizeAngstrom, context.Team);
        BoundedSearchStage stage = new(store, context.Team) { Bound = Schedule.Bound };
        double band = Math.Min(first.Lattice.Radius, store.Disc.Radius), best = 0;
        Volume map = MapResampling.ToBox(first.Map, store.Box, store.PixelSizeAngstrom, context.Team);
        Candidate[][] poses = new Candidate[store.Count][];
        int still = 0;
        for (int iteration = 1; iteration <= Schedule.MaxIterations && still < 2; iteration++)
        {
            long started = Stopwatch.GetTimestamp();
            double treeBand = Math.Min(band, Schedule.GreatestTreeBand);
            model.Set(map, band);
            // A small table of the tree's band, which slices are read from faster.
            FourierLattice coarse = treeBand < band ? model.TransformTo(treeBand) : model.Lattice;
            PoseTree tree = Tree(context.Space, treeBand, context.Options.MaxShiftPixels, store.Box, RandomRotations.Next(context.Random));
            int current = iteration;
            EpochReport Figures(double loss, int done) => new(
                current, Schedule.MaxIterations, store.Count, band, loss, done / Math.Max(1e-9, Stopwatch.GetElapsedTime(started).TotalSeconds));
            PruningCount count = stage.Run(
                coarse, model.Lattice, tree, new FrequencyDisc(band), last, (particle, found) => poses[particle] = found,
                done => context.Track.Within(Figures(double.NaN, done), done / (double)store.Count), cancellation);
            HalfMaps halves = tools.Solve(new CandidateTable(poses, store.HalfSet, context.Space), mask);
            // What the first band shows is wider than the particle by its own blur.
            if (iteration > 1) halves = context.Mask.Tightened(halves);
            if (iteration > 2) halves = context.Mask.Shaped(halves);
            mask = halves.Mask;
            map = halves.Mean();
            double shell = halves.Fsc!.CrossingShell(IndependentFsc);
            context.Observer.Log(Invariant(
                $"{100 * count.LeafShare(tree.Leaves):G3} % of {tree.Leaves:N0} poses compared over the tree's whole band, ")
                + Invariant($"{count.Scored.Sum() / (double)count.Images:F0} comparisons an image at all levels, FSC 0.5 at shell {shell:F1}"));
            double change = MedianChange(context.Space, poses, last);
            context.Track.Epoch(Figures(-poses.Average(p => p[0].LogLikelihood), store.Count) with { MedianPoseChangeDegrees = change });
            for (int i = 0; i < poses.Length; i++) last[i] = poses[i][0];
            context.Track.Snapshot(iteration, band, () => map, i => last[i], i => poses[i]);
            double next = Math.Clamp(shell + BandMargin, band, Math.Min(band * MostBandGrowth, store.Disc.Radius));
            still = shell < best + 0.3 && next < band + 0.5 ? still + 1 : 0;
            best = Math.Max(best, shell);
            band = next;
        }
        return poses;
    }

    /// <summary>
    /// The grid for a band: 15 degrees at the root, as fine as the band can tell apart at the leaves. The root's poses are compared at a low
    /// band; then the same poses over the whole band; then rotations are divided, and origins with the last of them.
    /// </summary>
    private PoseTree Tree(PoseSpace space, double band, double maxShiftPixels, int box, in Rotation offset)
    {
        double spacing = So3Grid.SpacingDegrees(Schedule.RootOrder) * Math.PI / 180, root = Math.Min(Schedule.RootBand, band);
        List<double> bands = [root];
        List<Division> divisions = [];
        if (root < band)
        {
            bands.Add(band);
            divisions.Add(Division.None);
        }
        for (; spacing * band > Schedule.LeafReachShells; spacing /= 2)
        {
            bands.Add(band);
            divisions.Add(Division.Rotations);
        }
        if (divisions.Count > 0) divisions[^1] |= Division.Origins;
        return new PoseTree(
            space, Schedule.RootOrder, [.. bands], maxShiftPixels, Schedule.RootShiftPeriods * box / root, offset, [.. divisions]);
    }

    private static double MedianChange(PoseSpace space, Candidate[][] poses, Candidate?[] last)
    {
        double[] change = [.. Enumerable.Range(0, poses.Length).Where(i => last[i] is not null)
            .Select(i => space.AngleDegrees(poses[i][0].Rotation, last[i]!.Value.Rotation)).Order()];
        return change.Length == 0 ? double.NaN : change[change.Length / 2];
    }
}
