using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.AutoDecoding;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.BranchAndBound;

/// <summary>Branch and bound for many particles: the root's nodes as matrix products, then a tree search for each image.</summary>
internal sealed class BoundedSearchStage(ParticleCache cache, WorkerTeam team)
{
    private const int ParticlesPerReport = 4 * DenseSearch.ImagesPerProduct;
    private const int SampledPaths = 1024;
    private DenseSearch? _dense;

    /// <summary>Most poses per particle.</summary>
    public int Candidates { get; init; } = 3;

    /// <summary>Least angle between two of them.</summary>
    public double SeparationDegrees { get; init; } = 12;

    /// <summary>Which bound prunes.</summary>
    public BoundOptions Bound { get; init; } = new(BoundKind.Probable);

    /// <summary>Most slices of the continuous refinement that follows the grid; 0 for none.</summary>
    public int RefinementSteps { get; init; } = 5;

    /// <summary>Searches all particles.</summary>
    /// <param name="lattice">The volume's transform, up to the tree's whole band and that of the refinement.</param>
    /// <param name="tree">Poses.</param>
    /// <param name="refinement">Frequencies compared in the continuous refinement.</param>
    /// <param name="random">Draws the slices that the bounds are measured on.</param>
    /// <param name="found">Receives a particle and its poses, best first; from any worker.</param>
    /// <param name="done">Receives the number of particles done, now and then.</param>
    /// <param name="cancellation">Stops between mini-batches.</param>
    public PruningCount Run(
        FourierLattice lattice, PoseTree tree, FrequencyDisc refinement, Random random, Action<int, PoseFit[]> found, Action<int> done,
        CancellationToken cancellation)
    {
        SliceDeviations slices = new(lattice, tree, SampledPaths, random, team);
        ShiftGrid shifts = new([.. tree.Cells(0).Select(c => tree.Origin(0, c.X, c.Y))], tree.Discs[0], cache.Box);
        DenseSearch dense = _dense ??= new DenseSearch(tree.Discs[0], shifts, team);
        dense.Use(tree.Discs[0], shifts);
        dense.SetModel(lattice, tree.Roots);
        BandView view = cache.View(tree.Discs[^1]), fine = cache.View(refinement);
        TreeSearch[] searches = [.. Enumerable.Range(0, team.Workers).Select(_ => new TreeSearch(tree, lattice, slices, cache.Box, Bound))];
        FitBuffers[] buffers = [.. searches.Select(_ => new FitBuffers(refinement, cache.Box))];
        PoseRefiner[] refiners = [.. buffers.Select(b => new PoseRefiner(lattice, b))];
        PoseRefinementLimits limits = new(RefinementSteps, tree.SpacingDegrees(tree.Levels - 1), tree.MaxShiftPixels);
        int[] all = [.. Enumerable.Range(0, cache.Count)];
        for (int first = 0; first < all.Length; first += ParticlesPerReport)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlyMemory<int> ids = all.AsMemory(first, Math.Min(ParticlesPerReport, all.Length - first));
            dense.Score(cache.View(tree.Discs[0]), ids, (slot, worker, scores, _, _) =>
            {
                int particle = ids.Span[slot];
                TreeSearch search = searches[worker];
                (float[] re, float[] im, float[] ctf) = search.Image;
                view.Read(particle, re, im, ctf);
                PoseFit[] poses = search.Search(scores, Candidates, SeparationDegrees);
                if (RefinementSteps > 0)
                {
                    fine.Read(particle, buffers[worker]);
                    for (int c = 0; c < poses.Length; c++) poses[c] = refiners[worker].Refine(poses[c], limits);
                    poses = [.. poses.OrderByDescending(p => p.LogLikelihood)];
                }
                found(particle, poses);
            });
            done(first + ids.Length);
        }
        PruningCount count = new(tree.Levels);
        foreach (TreeSearch search in searches) count.Add(search.Count);
        return count;
    }
}
