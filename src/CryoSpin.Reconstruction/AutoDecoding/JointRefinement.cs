using CryoSpin.Compute;
using CryoSpin.Imaging;
using CryoSpin.Projection;
using CryoSpin.Reconstruction.Data;
using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>
/// The poses of all particles against one map of all of them, which is less noisy than a half-set's, after auto-decoding. The half-sets' own
/// poses stay as they are: their maps and FSC remain apart.
/// </summary>
/// <remarks>
/// One pass where the particles' modes have settled. Where they have not (very noisy images), candidates are searched for again with the
/// better map, and the map is made anew from the poses, in turn.
/// </remarks>
internal sealed class JointRefinement(ParticleCache cache, HalfSetVolumes volumes, double maxShiftPixels, WorkerTeam team)
{
    // A round number of its own for each renewal, away from those of the half-sets' passes.
    private const int FirstRound = 1000;

    /// <summary>Passes where modes have not settled.</summary>
    public int Passes { get; init; } = 4;

    /// <summary>The first so many of these begin with a search.</summary>
    public int Renewals { get; init; } = 2;

    /// <summary>Searches again; null to keep to the candidates that there are.</summary>
    public ProposalRenewal? Renewal { get; init; }

    /// <summary>Whether a particle's own share in the map is taken off its likelihoods.</summary>
    public bool TakesOwnShare { get; init; } = true;

    /// <summary>Whether shells count by the share of the map there that is signal.</summary>
    public bool WeighsShells { get; init; } = true;

    /// <summary>Receives the number of the pass, that of all, and how many particles of it are done.</summary>
    public Action<int, int, long> Within { get; init; } = (_, _, _) => { };

    /// <summary>Refines.</summary>
    /// <param name="table">The half-sets' poses; not changed.</param>
    /// <param name="map">The map to begin with, filtered.</param>
    /// <param name="state">Where auto-decoding ended.</param>
    /// <param name="report">Receives the number of each pass, that of all, and the share of the particles that changed mode in it.</param>
    /// <param name="cancellation">Stops between chunks of particles.</param>
    public PoseTable Run(PoseTable table, Volume map, DecodingState state, Action<int, int, double> report, CancellationToken cancellation)
    {
        PoseTable joint = Copy(table);
        int passes = state.Keep > 1 ? Passes : 1;
        for (int pass = 1; pass <= passes; pass++)
        {
            if (pass > 1) map = volumes.Join(joint);
            bool renews = Renewal is not null && passes > 1 && pass <= Renewals;
            if (renews) Renew(joint, map, pass, cancellation);
            int current = pass;
            PoseTable refined = Refine(
                joint, map, state, renews ? int.MaxValue : state.Keep, done => Within(current, passes, done), cancellation);
            report(pass, passes, AutoDecodingStage.ShareMoved([.. Enumerable.Range(0, joint.Count)
                .Select(i => refined.Best(i).Rotation.AngleToDegrees(joint.Best(i).Rotation))]));
            joint = refined;
        }
        return joint;
    }

    private void Renew(PoseTable joint, Volume map, int pass, CancellationToken cancellation) => Renewal!.Add(
        joint, [.. Enumerable.Range(0, joint.Count)], volumes.Lattice(map, Renewal.Band), FirstRound + pass, cancellation);

    private PoseTable Refine(
        PoseTable from, Volume map, DecodingState state, int keep, Action<long> within, CancellationToken cancellation)
    {
        PoseTable refined = Copy(from);
        FrequencyDisc disc = new(state.Band);
        BandView view = cache.View(disc);
        FourierLattice lattice = volumes.Lattice(map, state.Band);
        ShellWeights? weights = WeighsShells ? new ShellWeights(disc, volumes.Fsc, ofBoth: true) : null;
        FitBuffers[] buffers = [.. Enumerable.Range(0, team.Workers).Select(_ => new FitBuffers(disc, cache.Box))];
        PoseRefiner[] refiners = [.. buffers.Select(b => new PoseRefiner(lattice, b))];
        PoseRefinementLimits limits = keep == int.MaxValue
            ? PoseRefinementLimits.Wide(maxShiftPixels) : PoseRefinementLimits.Fine(maxShiftPixels);
        OwnShare? own = TakesOwnShare
            ? new OwnShare(view, [.. Enumerable.Range(0, from.Count)], volumes.Fsc, volumes.Mask.Mean) : null;
        for (int h = 0; h < 2; h++)
        {
            cache.Pass(h, chunk =>
            {
                team.ForEach(chunk.Count, (record, w) =>
                {
                    int i = cache.ParticleAt(chunk.First + record);
                    view.Read(i, chunk[record], buffers[w].DataReal, buffers[w].DataImaginary, buffers[w].Ctf);
                    weights?.Apply(buffers[w]);
                    refined.Candidates[i] = CandidateRefinement.Refine(from, i, keep, refiners[w], buffers[w], limits, own);
                });
                within(chunk.First + chunk.Count);
                cancellation.ThrowIfCancellationRequested();
            });
        }
        return refined;
    }

    private static PoseTable Copy(PoseTable table) => new([.. table.Candidates], table.HalfSet);
}
