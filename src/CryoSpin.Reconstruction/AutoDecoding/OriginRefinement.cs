using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>
/// Origins from a narrower band than rotations and the choice between modes: up to where the map is half signal.
/// </summary>
/// <remarks>
/// A shift turns the phases of a shell by an angle in proportion to its radius, so that the outermost shells pull the hardest at the origin,
/// and what a filtered map keeps there is mostly noise. Rotations and modes lose by the narrower band, origins gain: docs/results/ablations.md.
/// </remarks>
internal sealed class OriginRefinement
{
    private const double HalfSignal = 0.5;

    // Shells. With fewer an origin is hardly known better than it was.
    private const double LeastBand = 10;

    // Shells. A band that is narrower by less is the same band.
    private const double LeastDifference = 0.5;
    private readonly PoseRefinementLimits _limits;
    private readonly BandView _view;
    private readonly ShellWeights? _weights;
    private readonly ImageOnDisc[] _images;
    private readonly PoseRefiner[] _refiners;

    private OriginRefinement(
        ParticleStore store, FrequencyDisc disc, ShellWeights? weights, FourierLattice lattice, double maxShiftPixels, int workers)
    {
        _limits = PoseRefinementLimits.Fine(maxShiftPixels);
        _view = store.View(disc);
        _weights = weights;
        _images = ImageOnDisc.PerWorker(disc, store.Box, workers);
        _refiners = [.. _images.Select(image => new PoseRefiner(lattice, image))];
    }

    /// <summary>
    /// For one map; null where it is half signal as far as rotations are refined, where nothing is known of its signal, or where particles are
    /// known to be centred.
    /// </summary>
    /// <param name="store">The particles.</param>
    /// <param name="map">The map.</param>
    /// <param name="lattice">Its transform, up to the band that rotations are refined in.</param>
    /// <param name="options">What counts, and how far origins may go.</param>
    /// <param name="workers">How many threads will call.</param>
    public static OriginRefinement? For(
        ParticleStore store, ReferenceMap map, FourierLattice lattice, RefinementOptions options, int workers)
    {
        if (map.HalfMapFsc is not { } fsc || options.MaxShiftPixels == 0) return null;
        double band = Math.Max(LeastBand, fsc.CrossingShell(ReferenceMap.FscFor(HalfSignal, map.IsOfBoth)));
        if (band > lattice.Radius - LeastDifference) return null;
        FrequencyDisc disc = new(band);
        ShellWeights? weights = options.WeighsShells ? new ShellWeights(disc, fsc, map.IsOfBoth) : null;
        return new OriginRefinement(store, disc, weights, lattice, options.MaxShiftPixels, workers);
    }

    /// <summary>The poses with new origins; rotations and likelihoods stay.</summary>
    /// <param name="particle">The particle.</param>
    /// <param name="record">Its image over the store's whole disc.</param>
    /// <param name="poses">Its poses.</param>
    /// <param name="worker">Number of the calling thread.</param>
    public Candidate[] Refine(int particle, ReadOnlySpan<Half> record, Candidate[] poses, int worker)
    {
        ImageOnDisc image = _images[worker];
        image.Read(_view, particle, record);
        _weights?.Apply(image);
        Candidate[] moved = new Candidate[poses.Length];
        for (int p = 0; p < poses.Length; p++)
        {
            // The rotation is free meanwhile: an origin that was found at one a little off would make up for it.
            Candidate narrow = _refiners[worker].Refine(poses[p], _limits);
            moved[p] = poses[p] with { OriginX = narrow.OriginX, OriginY = narrow.OriginY };
        }
        return moved;
    }
}
