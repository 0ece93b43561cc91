using CryoSpin.Reconstruction.Likelihood;
using CryoSpin.Reconstruction.Maps;
using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>Refines a particle's candidates and puts them in order.</summary>
internal static class CandidateRefinement
{
    private const int Few = 3;

    // Nats. A rival that is e^20 times less likely against a half-set's map does not win against the map of both.
    private const double MayStillWin = 20;

    /// <summary>The particle's candidates refined, best first.</summary>
    /// <param name="from">What they are refined from; the map was made of it.</param>
    /// <param name="particle">The particle.</param>
    /// <param name="choice">Which candidates.</param>
    /// <param name="refiner">Refines against the map.</param>
    /// <param name="image">Its image, which the refiner compares with.</param>
    /// <param name="limits">How far.</param>
    /// <param name="own">What the particle's own part in the map adds, which is taken off; null to leave it.</param>
    public static Candidate[] Refine(
        CandidateTable from, int particle, CandidateChoice choice, PoseRefiner refiner, ImageOnDisc image, in PoseRefinementLimits limits, OwnShare? own)
    {
        ReadOnlySpan<Candidate> old = Chosen(from[particle], choice, from.Space);
        Candidate[] refined = new Candidate[old.Length];
        for (int c = 0; c < refined.Length; c++) refined[c] = refiner.Refine(old[c], limits);
        if (refined.Length == 1) return refined;
        if (own is not null) TakeOff(own.Gain(image.Ctf), from, particle, old, refined);
        // Stable: equal candidates stay in order, so the result does not depend on chance.
        return [.. refined.OrderByDescending(p => p.LogLikelihood)];
    }

    /// <summary>The chosen ones of candidates that are given best first.</summary>
    private static ReadOnlySpan<Candidate> Chosen(ReadOnlySpan<Candidate> candidates, CandidateChoice choice, PoseSpace space) => choice switch
    {
        CandidateChoice.All => candidates,
        CandidateChoice.Best => candidates.Length <= Few ? candidates : candidates[..Few],
        CandidateChoice.Distinct => space.Distinct(candidates, Few),
        _ => space.Distinct(candidates, Few, MayStillWin),
    };

    /// <summary>The particle is in the map at several poses, each with its share of the posterior.</summary>
    private static void TakeOff(double gain, CandidateTable from, int particle, ReadOnlySpan<Candidate> before, Candidate[] refined)
    {
        Span<(Candidate Pose, float Weight)> inserted = stackalloc (Candidate, float)[SliceInsertion.PosesPerParticle];
        int n = from.Weights(particle, inserted);
        for (int c = 0; c < refined.Length; c++)
        {
            Candidate old = before[c];
            double weight = 0;
            for (int k = 0; k < n; k++)
            {
                if (from.Space.AreSame(inserted[k].Pose, old)) weight += inserted[k].Weight;
            }
            refined[c] = refined[c] with { LogLikelihood = refined[c].LogLikelihood - weight * gain };
        }
    }
}
