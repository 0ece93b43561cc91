using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.Starts;

/// <summary>Finds images' best poses in front of a coarse map: a dense search, whose best few poses are refined in the same band.</summary>
/// <param name="store">The images.</param>
/// <param name="schedule">The search that made the map: its last band, its origins.</param>
/// <param name="space">When two poses are the same.</param>
/// <param name="seed">Seed of the run.</param>
/// <param name="team">Workers.</param>
internal sealed class ImageFits(ParticleStore store, SearchSchedule schedule, PoseSpace space, int seed, WorkerTeam team)
{
    private const int Candidates = 4;
    private const double SeparationDegrees = 30;
    private const int ImagesPerCall = 2048;

    // A number of its own, away from those of the later searches' grids.
    private const int GridRound = 5000;
    private readonly CandidateSearch _search = new(store, space, team);

    /// <summary>Fits them.</summary>
    /// <param name="lattice">The map's transform, at least up to the band.</param>
    /// <param name="images">Which images.</param>
    /// <param name="cancellation">Stops between groups of images.</param>
    public ImageFit[] Of(FourierLattice lattice, int[] images, CancellationToken cancellation)
    {
        FrequencyDisc disc = new(Math.Min(schedule.LastBand, store.Disc.Radius));
        ShiftGrid shifts = new(schedule.MaxShiftPixels, schedule.ShiftSpacingPeriods * store.Box / disc.Radius, disc, store.Box);
        BandView view = store.View(disc);
        ImageOnDisc[] buffers = ImageOnDisc.PerWorker(disc, store.Box, team.Workers);
        PoseRefiner[] refiners = [.. buffers.Select(image => new PoseRefiner(lattice, image))];
        PoseRefinementLimits limits = PoseRefinementLimits.Wide(PoseRefinementLimits.ShiftOf(schedule.MaxShiftPixels));
        ImageFit[] fits = new ImageFit[images.Length];
        Candidate[][] found = new Candidate[images.Length][];
        for (int first = 0; first < images.Length; first += ImagesPerCall)
        {
            cancellation.ThrowIfCancellationRequested();
            int start = first, count = Math.Min(ImagesPerCall, images.Length - first);
            // The same grid for every map, so that maps are compared on equal terms.
            _search.Find(
                lattice, disc, space.Grid(disc.Radius, new SavedRandom((ulong)seed, GridRound)), shifts, images.AsMemory(start, count), Candidates,
                SeparationDegrees, (slot, c) => found[start + slot] = c);
            team.ForEach(count, (slot, w) => fits[start + slot] = Fit(view, images[start + slot], found[start + slot], buffers[w], refiners[w], limits));
        }
        return fits;
    }

    /// <summary>The images at poses that are known.</summary>
    /// <param name="lattice">The map's transform, at least up to the band.</param>
    /// <param name="poses">One for each image of the store.</param>
    public ImageFit[] At(FourierLattice lattice, IReadOnlyList<Candidate> poses)
    {
        FrequencyDisc disc = new(Math.Min(schedule.LastBand, store.Disc.Radius));
        BandView view = store.View(disc);
        ImageOnDisc[] buffers = ImageOnDisc.PerWorker(disc, store.Box, team.Workers);
        PoseRefiner[] refiners = [.. buffers.Select(image => new PoseRefiner(lattice, image))];
        ImageFit[] fits = new ImageFit[poses.Count];
        team.ForEach(fits.Length, (i, w) =>
        {
            buffers[w].Read(view, i);
            fits[i] = Measured(poses[i] with { LogLikelihood = refiners[w].LogLikelihood(poses[i]) }, buffers[w]);
        });
        return fits;
    }

    private static ImageFit Fit(
        BandView view, int particle, Candidate[] from, ImageOnDisc image, PoseRefiner refiner, in PoseRefinementLimits limits)
    {
        image.Read(view, particle);
        Candidate best = refiner.Refine(from[0], limits);
        foreach (Candidate other in from.AsSpan(1))
        {
            Candidate refined = refiner.Refine(other, limits);
            if (refined.LogLikelihood > best.LogLikelihood) best = refined;
        }
        return Measured(best, image);
    }

    private static ImageFit Measured(in Candidate best, ImageOnDisc image)
    {
        double power = TensorPrimitives.SumOfSquares<float>(image.Real) + TensorPrimitives.SumOfSquares<float>(image.Imaginary);
        // |a|^2 - |a - c v|^2 is the log likelihood ratio.
        return new ImageFit(best, power - best.LogLikelihood);
    }
}
