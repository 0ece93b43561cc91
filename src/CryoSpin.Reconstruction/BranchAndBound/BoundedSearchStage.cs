using CryoSpin.Compute;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.BranchAndBound;

/// <summary>Branch and bound for many particles: the root's nodes as matrix products, then a tree search for each image.</summary>
internal sealed class BoundedSearchStage(ParticleStore store, WorkerTeam team)
{
    private const int ParticlesPerReport = 4 * DenseSearch.ImagesPerProduct;
    private DenseSearch? _dense;
    private SliceDeviations? _slices;

    /// <summary>Most poses per particle.</summary>
    public int Candidates { get; init; } = 3;

    /// <summary>Least angle between two of them.</summary>
    public double SeparationDegrees { get; init; } = 12;

    /// <summary>Which bound prunes.</summary>
    public BoundOptions Bound { get; init; } = new(BoundKind.Probable);

    /// <summary>Most slices of the continuous refinement that follows the grid; 0 for none.</summary>
    public int RefinementSteps { get; init; } = 5;

    /// <summary>Searches all particles.</summary>
    /// <param name="coarse">The volume's transform up to the tree's whole band: a small table, which slices are read from faster.</param>
    /// <param name="lattice">The volume's transform up to the band of the refinement.</param>
    /// <param name="tree">Poses.</param>
    /// <param name="refinement">Frequencies compared in the continuous refinement.</param>
    /// <param name="before">Per particle the pose found before, if any. Refined, it gives the first bound.</param>
    /// <param name="found">Receives a particle and its poses, best first; from any worker.</param>
    /// <param name="done">Receives the number of particles done, now and then.</param>
    /// <param name="cancellation">Stops between mini-batches.</param>
    public PruningCount Run(
        FourierLattice coarse, FourierLattice lattice, PoseTree tree, FrequencyDisc refinement, Candidate?[] before,
        Action<int, Candidate[]> found, Action<int> done, CancellationToken cancellation)
    {
        SliceDeviations slices = _slices = new(coarse, tree, team, _slices);
        ShiftGrid shifts = new([.. tree.Cells(0).Select(c => tree.Origin(0, c.X, c.Y))], tree.Discs[0], store.Box);
        DenseSearch dense = _dense ??= new DenseSearch(tree.Discs[0], shifts, team);
        dense.Use(tree.Discs[0], shifts);
        dense.SetModel(coarse, tree.Roots);
        BandView view = store.View(tree.Discs[^1]), fine = store.View(refinement);
        TreeSearch[] searches = [.. Enumerable.Range(0, team.Workers).Select(_ => new TreeSearch(tree, coarse, slices, store.Box, Bound))];
        ImageOnDisc[] coarseImages = ImageOnDisc.PerWorker(tree.Discs[^1], store.Box, team.Workers);
        PoseRefiner[] first = [.. coarseImages.Select(image => new PoseRefiner(coarse, image))];
        ImageOnDisc[] images = ImageOnDisc.PerWorker(refinement, store.Box, team.Workers);
        PoseRefiner[] refiners = [.. images.Select(image => new PoseRefiner(lattice, image))];
        PoseRefinementLimits limits = new(RefinementSteps, tree.SpacingDegrees(tree.Levels - 1), tree.MaxShiftPixels);
        int[] all = [.. Enumerable.Range(0, store.Count)];
        for (int start = 0; start < all.Length; start += ParticlesPerReport)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlyMemory<int> ids = all.AsMemory(start, Math.Min(ParticlesPerReport, all.Length - start));
            dense.Score(store.View(tree.Discs[0]), ids, (slot, worker, scores, _, _) =>
            {
                int particle = ids.Span[slot];
                TreeSearch search = searches[worker];
                (float[] re, float[] im, float[] ctf) = search.Image;
                view.Read(particle, re, im, ctf);
                Candidate? known = before[particle];
                if (known is { } pose && RefinementSteps > 0)
                {
                    ImageOnDisc image = coarseImages[worker];
                    re.CopyTo(image.Real, 0);
                    im.CopyTo(image.Imaginary, 0);
                    ctf.CopyTo(image.Ctf, 0);
                    known = first[worker].Refine(pose, limits);
                }
                Candidate[] poses = search.Search(scores, Candidates, SeparationDegrees, known);
                if (RefinementSteps > 0)
                {
                    images[worker].Read(fine, particle);
                    for (int c = 0; c < poses.Length; c++) poses[c] = refiners[worker].Refine(poses[c], limits);
                    poses = [.. poses.OrderByDescending(p => p.LogLikelihood)];
                }
                found(particle, poses);
            });
            done(start + ids.Length);
        }
        PruningCount count = new(tree.Levels);
        foreach (TreeSearch search in searches) count.Add(search.Count);
        return count;
    }
}
