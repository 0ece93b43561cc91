using System.Numerics.Tensors;
using CryoSpin.Compute;
using CryoSpin.Geometry;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Search;

/// <summary>
/// Proposes several distinct poses per particle: the best of a grid, then the best of what is left away from it, and so on. Modes that a
/// coarse
/// map cannot tell apart (the mates of a nearly symmetric particle) stay in the race until a finer map decides.
/// </summary>
internal sealed class CandidateSearch(ParticleStore store, PoseSpace space, WorkerTeam team)
{
    private DenseSearch? _search;

    /// <summary>Finds candidates for some particles.</summary>
    /// <param name="lattice">The map's transform.</param>
    /// <param name="disc">Band to compare in.</param>
    /// <param name="grid">Rotations.</param>
    /// <param name="shifts">Origins.</param>
    /// <param name="particles">Which particles.</param>
    /// <param name="count">Most candidates per particle.</param>
    /// <param name="separationDegrees">Least angle between two of them.</param>
    /// <param name="found">Receives (position in <paramref name="particles"/>, candidates best first); called from the workers.</param>
    public void Find(
        FourierLattice lattice, FrequencyDisc disc, Rotation[] grid, ShiftGrid shifts, ReadOnlyMemory<int> particles, int count,
        double separationDegrees, Action<int, Candidate[]> found)
    {
        // Its tables are large: they are kept from call to call.
        DenseSearch search = _search is { } kept && kept.Disc == disc && kept.Shifts == shifts ? kept : new DenseSearch(disc, shifts, team);
        _search = search;
        search.SetModel(lattice, grid);
        float[][] best = [.. Enumerable.Range(0, team.Workers).Select(_ => new float[grid.Length])];
        search.Score(store.View(disc), particles, (slot, worker, scores, _, _) =>
        {
            Span<float> top = best[worker];
            scores[..grid.Length].CopyTo(top);
            for (int s = 1; s < shifts.Shifts.Length; s++) TensorPrimitives.Max(top, scores.Slice(s * grid.Length, grid.Length), top);
            found(slot, Pick(top, scores, grid, shifts, count, separationDegrees));
        });
    }

    private Candidate[] Pick(Span<float> top, ReadOnlySpan<float> scores, Rotation[] grid, ShiftGrid shifts, int count, double separationDegrees)
    {
        List<Candidate> picked = new(count);
        while (picked.Count < count)
        {
            int r = TensorPrimitives.IndexOfMax(top);
            if (float.IsNegativeInfinity(top[r])) break;
            int shift = 0;
            for (int s = 1; s < shifts.Shifts.Length; s++)
            {
                if (scores[s * grid.Length + r] > scores[shift * grid.Length + r]) shift = s;
            }
            picked.Add(new Candidate(grid[r], shifts.Shifts[shift].X, shifts.Shifts[shift].Y, top[r]));
            space.LeaveOut(grid, grid[r], separationDegrees, top);
        }
        return [.. picked];
    }
}
