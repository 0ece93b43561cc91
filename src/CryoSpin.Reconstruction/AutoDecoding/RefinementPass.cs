using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>Particles against one map over one band: their candidates refined, from any number of threads.</summary>
internal sealed class RefinementPass
{
    private readonly BandView _view;
    private readonly ShellWeights? _weights;
    private readonly OwnShare? _own;
    private readonly OriginRefinement? _origins;
    private readonly ImageOnDisc[] _images;
    private readonly PoseRefiner[] _refiners;

    /// <param name="store">The particles.</param>
    /// <param name="map">The map.</param>
    /// <param name="slicer">Transforms it; no other map may be transformed by it while this is in use.</param>
    /// <param name="bandShells">The band.</param>
    /// <param name="options">What counts.</param>
    /// <param name="team">Workers.</param>
    public RefinementPass(
        ParticleStore store, ReferenceMap map, MapSlicer slicer, double bandShells, RefinementOptions options, WorkerTeam team)
    {
        FrequencyDisc disc = new(bandShells);
        FourierLattice lattice = slicer.Lattice(map.Map, bandShells);
        _view = store.View(disc);
        _images = ImageOnDisc.PerWorker(disc, store.Box, team.Workers);
        _refiners = [.. _images.Select(image => new PoseRefiner(lattice, image))];
        // A map of which no FSC is known was not made of these poses.
        if (map.HalfMapFsc is not { } fsc) return;
        if (options.WeighsShells) _weights = new ShellWeights(disc, fsc, map.IsOfBoth);
        if (options.TakesOwnShare) _own = new OwnShare(_view, map.Members, fsc, map.MaskMean);
        if (options.RefinesOrigins) _origins = OriginRefinement.For(store, map, lattice, options, team.Workers);
    }

    /// <summary>A particle's candidates refined, best first.</summary>
    /// <param name="from">What they are refined from; the map was made of it.</param>
    /// <param name="particle">The particle.</param>
    /// <param name="record">Its image over the store's whole disc.</param>
    /// <param name="choice">Which candidates.</param>
    /// <param name="limits">How far.</param>
    /// <param name="worker">Number of the calling thread.</param>
    public Candidate[] Refine(
        CandidateTable from, int particle, ReadOnlySpan<Half> record, CandidateChoice choice, in PoseRefinementLimits limits, int worker)
    {
        ImageOnDisc image = _images[worker];
        image.Read(_view, particle, record);
        _weights?.Apply(image);
        return CandidateRefinement.Refine(from, particle, choice, _refiners[worker], image, limits, _own);
    }

    /// <summary>Refined candidates with origins from the narrower band, where that is better; rotations and likelihoods stay.</summary>
    public Candidate[] WithOrigins(int particle, ReadOnlySpan<Half> record, Candidate[] refined, int worker) =>
        _origins?.Refine(particle, record, refined, worker) ?? refined;
}
