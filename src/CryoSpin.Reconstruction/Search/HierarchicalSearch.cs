using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Search;

/// <summary>What a hierarchical search looks at.</summary>
internal sealed record HierarchicalGrid
{
    /// <summary>Order of the first level's grid of rotations (<see cref="So3Grid.Healpix"/>): 2 is 4,608 rotations 15 degrees apart.</summary>
    public int Order { get; init; } = 2;

    /// <summary>Cells of origins on each axis of the first level.</summary>
    public int ShiftsPerAxis { get; init; } = 7;

    /// <summary>Rotations that each level hands to the next.</summary>
    public int Kept { get; init; } = 8;

    /// <summary>Levels after the first; each halves the spacing: four end at 0.94 degrees.</summary>
    public int Subdivisions { get; init; } = 4;

    /// <summary>Spacing of a level's rotations, degrees.</summary>
    public double SpacingDegrees(int level) => So3Grid.SpacingDegrees(Order) / (1 << level);
}

/// <summary>
/// Hierarchical pose search: all rotations of a coarse grid with all shifts at low frequencies, then only the best few, subdivided level by
/// level while the band grows (Zhong et al., ICCV 2021).
/// </summary>
/// <remarks>
/// A level keeps the best rotations, each with its best shift: poses that differ in nothing but the shift would crowd out other rotations,
/// and their shifts are subdivided anyway. The first level is the same for all images, hence two matrix products; the others are lists
/// of each image's own, scored by the worker that met the image.
/// </remarks>
internal sealed class HierarchicalSearch
{
    private readonly ParticleStore _store;
    private readonly HierarchicalGrid _grid;
    private readonly PoseSpace _space;
    private readonly ShiftCells _cells;
    private readonly WorkerTeam _team;
    private readonly float[][] _best;
    private DenseSearch? _dense;
    private BandView? _firstView;
    private Subdivision[][] _levels = [];
    private double[] _bands = [];

    /// <param name="store">Particles.</param>
    /// <param name="grid">Grid and levels.</param>
    /// <param name="space">The poses to be searched.</param>
    /// <param name="maxShiftPixels">Radius of the disc of origins, pixels.</param>
    /// <param name="team">Workers.</param>
    public HierarchicalSearch(ParticleStore store, HierarchicalGrid grid, PoseSpace space, double maxShiftPixels, WorkerTeam team)
    {
        _store = store;
        _grid = grid;
        _space = space;
        _cells = new ShiftCells(maxShiftPixels, grid.ShiftsPerAxis);
        _team = team;
        _best = [.. Enumerable.Range(0, team.Workers).Select(_ => new float[So3Grid.ViewCount(grid.Order) * So3Grid.InPlaneCount(grid.Order)])];
    }

    /// <summary>Sets the bands of the levels, evenly from the first one's to the last one's.</summary>
    /// <param name="first">Band of the first level, shells.</param>
    /// <param name="last">Band of the last level, at least <paramref name="first"/>.</param>
    public void UseBands(double first, double last)
    {
        int levels = _grid.Subdivisions;
        double[] bands = [.. Enumerable.Range(0, levels + 1).Select(l => levels == 0 ? first : first + (last - first) * l / levels)];
        if (bands.AsSpan().SequenceEqual(_bands)) return;
        _bands = bands;
        FrequencyDisc disc = new(first);
        ShiftGrid shifts = new(_cells.First(), disc, _store.Box);
        if (_dense is null) _dense = new DenseSearch(disc, shifts, _team);
        else _dense.Use(disc, shifts);
        _firstView = _store.View(disc);
        _levels = [.. Enumerable.Range(1, levels).Select(l =>
        {
            FrequencyDisc finer = new(bands[l]);
            BandView view = _store.View(finer);
            return Enumerable.Range(0, _team.Workers).Select(_ => new Subdivision(view, _store.Box, _grid, _cells, l)).ToArray();
        })];
    }

    /// <summary>Searches the poses of some particles.</summary>
    /// <param name="lattice">The map's transform; must reach to the last band.</param>
    /// <param name="particles">Which particles.</param>
    /// <param name="offset">A rotation of the map applied to the first level's grid.</param>
    /// <param name="found">Receives (position in <paramref name="particles"/>, kept poses best first); called from the workers.</param>
    /// <param name="cancellation">Stops after some tens of images.</param>
    public void Find(
        FourierLattice lattice, ReadOnlyMemory<int> particles, in Rotation offset, Action<int, Candidate[]> found,
        CancellationToken cancellation = default)
    {
        if (_dense is null || _firstView is null) throw new InvalidOperationException("No bands are set.");
        cancellation.ThrowIfCancellationRequested();
        Rotation[] grid = _space.Healpix(_grid.Order, offset);
        _dense.SetModel(lattice, grid);
        _dense.Score(
            _firstView, particles,
            (slot, worker, scores, _, _) =>
            {
                Candidate[] kept = Keep(scores, grid, _dense.Shifts, _best[worker].AsSpan(0, grid.Length));
                foreach (Subdivision[] level in _levels) kept = level[worker].Refine(lattice, particles.Span[slot], kept);
                found(slot, kept);
            },
            _ => cancellation.ThrowIfCancellationRequested());
    }

    private Candidate[] Keep(ReadOnlySpan<float> scores, Rotation[] grid, ShiftGrid shifts, Span<float> best)
    {
        scores[..grid.Length].CopyTo(best);
        for (int s = 1; s < shifts.Shifts.Length; s++) TensorPrimitives.Max(best, scores.Slice(s * grid.Length, grid.Length), best);
        Candidate[] kept = new Candidate[Math.Min(_grid.Kept, grid.Length)];
        for (int i = 0; i < kept.Length; i++)
        {
            int r = TensorPrimitives.IndexOfMax<float>(best), shift = 0;
            for (int s = 1; s < shifts.Shifts.Length; s++)
            {
                if (scores[s * grid.Length + r] > scores[shift * grid.Length + r]) shift = s;
            }
            kept[i] = new Candidate(grid[r], shifts.Shifts[shift].X, shifts.Shifts[shift].Y, best[r]);
            best[r] = float.NegativeInfinity;
        }
        return kept;
    }
}
