using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;
using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>
/// The poses of all particles against one map of all of them, which is less noisy than a half-set's, after auto-decoding. The half-sets' own
/// poses stay as they are: their maps and FSC remain apart.
/// </summary>
/// <remarks>
/// Candidates are searched for again with the better map, and the map is made anew from the poses, in turn. Where the particles' modes have
/// settled a sample is searched first: if all of it stays where it is, so will the rest, and one pass is enough. Where they have not, all are
/// searched once, and then those in doubt between two poses until few of them get a pose from it.
/// </remarks>
/// <param name="store">The particles.</param>
/// <param name="tools">What makes maps of them; the half-sets' sums are lost.</param>
/// <param name="halves">The half-maps that auto-decoding ended with.</param>
/// <param name="options">What counts when candidates are refined.</param>
/// <param name="team">Workers.</param>
internal sealed class JointRefinement(
    ParticleStore store, MapTools tools, HalfMaps halves, RefinementOptions options, WorkerTeam team)
{
    // A round number of its own for each renewal, away from those of the half-sets' passes.
    private const int FirstRound = 1000;
    private const int SettledSearches = 2;

    // Share of the particles that get their best pose from a search. Below it the next is worth little. The share that changes mode would not do:
    // particles with modes that are alike, as those of a symmetric molecule, go on changing between poses that are known.
    private const double FewFound = 0.001;

    // Poses against the map of all are better than the half-sets' own, so that it has less noise than their agreement says: by a factor of 2
    // to 3 where the half-sets' FSC was measured again with these poses, which errs to that side. docs/results/ablations.md.
    private const double RatioGain = 2;

    // Nats between a particle's best pose and its next that make a further search worth while. Of the particles that these found in another
    // mode 98 % had a rival as near as this, of all particles of the spike 60 %. docs/results/ablations.md.
    private const double RivalMargin = 6;

    // Farther than refinement moves a pose: the search has found another one.
    private const double FoundElsewhereDegrees = 5;

    /// <summary>Most passes that begin with a search, where modes have not settled.</summary>
    public int Searches { get; init; } = 10;

    /// <summary>Passes after the last of these.</summary>
    public int FurtherPasses { get; init; } = 2;

    /// <summary>Most passes where they have; the first begins with a search of a sample, the second of the rest.</summary>
    public int SettledPasses { get; init; } = 3;

    /// <summary>Whether these are searched again at all; otherwise they get one pass.</summary>
    public bool SearchesSettled { get; init; } = true;

    /// <summary>Most particles in the sample. With none of 2,000 in a wrong mode the share of all that are is below 0.15 % (95 % confidence).
    /// </summary>
    public int Sample { get; init; } = 2000;

    /// <summary>Searches again; null to keep to the candidates that there are.</summary>
    public ProposalRenewal? Renewal { get; init; }

    /// <summary>Receives the number of the pass, that of all, and how many particles of it are done.</summary>
    public Action<int, int, long> Within { get; init; } = (_, _, _) => { };

    /// <summary>Refines.</summary>
    /// <param name="table">The half-sets' poses; not changed.</param>
    /// <param name="map">The map to begin with, filtered.</param>
    /// <param name="state">Where auto-decoding ended.</param>
    /// <param name="report">Receives the number of each pass, that of all, and the share of the particles that changed mode in it.</param>
    /// <param name="cancellation">Stops between chunks of particles.</param>
    public CandidateTable Run(CandidateTable table, Volume map, DecodingState state, Action<int, int, double> report, CancellationToken cancellation)
    {
        CandidateTable joint = table.Copy();
        bool settled = state.Choice == CandidateChoice.Likely;
        bool searches = Renewal is not null && (!settled || SearchesSettled);
        int lastSearch = !searches ? 0 : settled ? SettledSearches : Searches;
        int passes = !settled ? lastSearch + FurtherPasses : searches ? SettledPasses : 1;
        for (int pass = 1; pass <= passes; pass++)
        {
            if (pass > 1) map = tools.SolveJoined(joint, halves, RatioGain);
            int[] searched = pass <= lastSearch ? Searched(pass, settled, joint) : [];
            FourierLattice? coarse = searched.Length > 0 ? tools.Slicer.LastingLattice(map, Renewal!.Band) : null;
            int current = pass;
            (CandidateTable refined, double found) = Refine(
                joint, map, state, searched, ids => Renewal!.Add(joint, ids, coarse!, FirstRound + current, cancellation),
                done => Within(current, passes, done), cancellation);
            double[] change = [.. Enumerable.Range(0, joint.Count)
                .Select(i => joint.Space.AngleDegrees(refined.Best(i).Rotation, joint.Best(i).Rotation))];
            joint = refined;
            double moved = AutoDecodingStage.ShareMoved(change);
            if (!settled && pass < lastSearch && found < FewFound) (lastSearch, passes) = (pass, pass + FurtherPasses);
            report(pass, passes, moved);
            if (settled && pass == 1 && !searched.Any(i => change[i] > FoundElsewhereDegrees)) break;
        }
        return joint;
    }

    /// <summary>
    /// The particles that a pass searches. Where modes have settled, first a sample spread over the set, then the others; else first all, then
    /// those with a rival pose.
    /// </summary>
    private int[] Searched(int pass, bool settled, CandidateTable poses)
    {
        int count = poses.Count;
        if (!settled) return [.. Enumerable.Range(0, count).Where(i => pass == 1 || poses.HasRival(i, RivalMargin))];
        bool[] inSample = new bool[count];
        int size = Math.Min(Sample, count);
        for (int k = 0; k < size; k++) inSample[(long)k * count / size] = true;
        return [.. Enumerable.Range(0, count).Where(i => inSample[i] == (pass == 1))];
    }

    /// <summary>The particles' poses refined, and the share of all whose best pose is one that the search found.</summary>
    private (CandidateTable Refined, double Found) Refine(
        CandidateTable from, Volume map, DecodingState state, int[] searched, Action<int[]> search, Action<long> within,
        CancellationToken cancellation)
    {
        CandidateTable refined = from.Copy();
        CandidateChoice others = state.Choice == CandidateChoice.Likely ? CandidateChoice.Likely : CandidateChoice.Distinct;
        Candidate[][] known = new Candidate[from.Count][];
        bool[] isSearched = new bool[from.Count], isFound = new bool[from.Count];
        foreach (int i in searched) isSearched[i] = true;
        RefinementPass pass = new(store, halves.ReferenceOfBoth(map, from.Count), tools.Slicer, state.Band, options, team);
        PoseRefinementLimits wide = PoseRefinementLimits.Wide(options.MaxShiftPixels), fine = PoseRefinementLimits.Fine(options.MaxShiftPixels);
        for (int h = 0; h < 2; h++)
        {
            store.Pass(h, chunk =>
            {
                int[] ids = [.. Enumerable.Range(0, chunk.Count).Select(record => store.ParticleAt(chunk.First + record)).Where(i => isSearched[i])];
                foreach (int i in ids) known[i] = from[i].ToArray();
                if (ids.Length > 0) search(ids);
                team.ForEach(chunk.Count, (record, w) =>
                {
                    int i = store.ParticleAt(chunk.First + record);
                    // New candidates come from a grid.
                    Candidate[] found = pass.Refine(
                        from, i, chunk[record], isSearched[i] ? CandidateChoice.All : others, isSearched[i] ? wide : fine, w);
                    isFound[i] = isSearched[i]
                        && !known[i].Any(k => from.Space.AngleDegrees(k.Rotation, found[0].Rotation) < FoundElsewhereDegrees);
                    // What can enter the map, or be refined again: with all that searches find, tables would need twice the memory.
                    Candidate[] kept = from.Space.Distinct(found, SliceInsertion.PosesPerParticle);
                    refined.Set(i, pass.WithOrigins(i, chunk[record], kept, w));
                    from.KeepBest(i);
                });
                foreach (int i in ids) known[i] = [];
                within(chunk.First + chunk.Count);
                cancellation.ThrowIfCancellationRequested();
            });
        }
        return (refined, isFound.Count(f => f) / (double)from.Count);
    }
}
