using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Search;

/// <summary>
/// Searches for the particles' poses again with a better map, and adds what is found to their candidates: where images are very noisy, the
/// right pose was often not among the first proposals, which came from a coarse map.
/// </summary>
/// <param name="store">The particles.</param>
/// <param name="schedule">The search that started the volume: its last band, its origins.</param>
/// <param name="candidates">Most poses found for a particle.</param>
/// <param name="separationDegrees">Least angle between two of them.</param>
/// <param name="space">When two of them are the same.</param>
/// <param name="seed">Seed of the run.</param>
/// <param name="team">Workers.</param>
internal sealed class ProposalRenewal(
    ParticleStore store, SearchSchedule schedule, int candidates, double separationDegrees, PoseSpace space, int seed, WorkerTeam team)
{
    private const int ParticlesPerCall = 2048;
    private readonly FrequencyDisc _disc = new(Math.Min(schedule.LastBand, store.Disc.Radius));
    private readonly CandidateSearch _search = new(store, space, team);
    private ShiftGrid? _shifts;
    private double _shiftsOf = -1;

    /// <summary>Band of the maps that are searched with, shells.</summary>
    public double Band => _disc.Radius;

    /// <summary>Radius of the disc of shifts searched, pixels.</summary>
    public double MaxShiftPixels { get; set; } = schedule.MaxShiftPixels;

    /// <summary>Adds candidates; those near one that a particle has are left out.</summary>
    /// <param name="table">Receives them, after those that it has.</param>
    /// <param name="particles">Which particles.</param>
    /// <param name="lattice">The map's transform, up to <see cref="Band"/>.</param>
    /// <param name="round">Number of the renewal: each has a grid of its own, the same for the same seed.</param>
    /// <param name="cancellation">Stops between groups of particles.</param>
    public void Add(CandidateTable table, int[] particles, FourierLattice lattice, int round, CancellationToken cancellation)
    {
        ShiftGrid shifts = Shifts();
        // Not the run's own stream: a resumed run must draw the same grid.
        Rotation[] grid = space.Grid(_disc.Radius, new SavedRandom((ulong)seed, (ulong)round));
        for (int first = 0; first < particles.Length; first += ParticlesPerCall)
        {
            cancellation.ThrowIfCancellationRequested();
            Memory<int> ids = particles.AsMemory(first, Math.Min(ParticlesPerCall, particles.Length - first));
            _search.Find(
                lattice, _disc, grid, shifts, ids, candidates, separationDegrees,
                (slot, found) => table.AddUnscored(ids.Span[slot], New(table[ids.Span[slot]].ToArray(), found)));
        }
    }

    private ShiftGrid Shifts()
    {
        if (_shifts is null || _shiftsOf != MaxShiftPixels)
        {
            _shifts = new ShiftGrid(MaxShiftPixels, schedule.ShiftSpacingPeriods * store.Box / _disc.Radius, _disc, store.Box);
            _shiftsOf = MaxShiftPixels;
        }
        return _shifts;
    }

    // Their scores are of another band than those of the known ones.
    private IEnumerable<Candidate> New(Candidate[] known, Candidate[] found) =>
        found.Where(f => known.All(k => space.AngleDegrees(k.Rotation, f.Rotation) > separationDegrees / 2));
}
