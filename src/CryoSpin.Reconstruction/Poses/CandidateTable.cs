namespace CryoSpin.Reconstruction.Poses;

/// <summary>
/// Every particle's candidate poses and its half-set. At any time each particle has at least one candidate, the best stands first, and
/// all numbers are finite, so that shares of the posterior are numbers that add up to 1.
/// </summary>
internal sealed class CandidateTable
{
    // Nats below the least of the known ones, for candidates whose own scores cannot be compared with theirs: less than any share counts.
    private const double NotCompared = 1000;

    // Of the best one's weight, 2 %, in nats.
    private static readonly double s_leastShare = -Math.Log(0.02);
    private readonly Candidate[][] _candidates;

    /// <param name="candidates">Per particle at least one pose, in any order: the best come first, of equals those that did.</param>
    /// <param name="halfSet">Per particle 1 or 2.</param>
    /// <param name="space">When two of them are the same.</param>
    /// <exception cref="ArgumentException">A particle has no pose, or one with a score or an origin that is not finite.</exception>
    public CandidateTable(IReadOnlyList<Candidate[]> candidates, int[] halfSet, PoseSpace space)
    {
        if (candidates.Count != halfSet.Length) throw new ArgumentException("Candidates and half-sets differ in number.");
        _candidates = new Candidate[candidates.Count][];
        for (int i = 0; i < _candidates.Length; i++) Set(i, candidates[i]);
        (HalfSet, Space) = (halfSet, space);
        Members = [[.. Indices(1)], [.. Indices(2)]];
        IEnumerable<int> Indices(int half) => Enumerable.Range(0, halfSet.Length).Where(i => halfSet[i] == half);
    }

    private CandidateTable(CandidateTable other)
    {
        _candidates = [.. other._candidates];
        (HalfSet, Members, Space) = (other.HalfSet, other.Members, other.Space);
    }

    /// <summary>Number of particles.</summary>
    public int Count => _candidates.Length;

    /// <summary>1 or 2 per particle.</summary>
    public int[] HalfSet { get; }

    /// <summary>The particles of half-set 1 and of half-set 2.</summary>
    public int[][] Members { get; }

    /// <summary>When two poses are the same.</summary>
    public PoseSpace Space { get; }

    /// <summary>The candidates of a particle, best first.</summary>
    public ReadOnlySpan<Candidate> this[int particle] => _candidates[particle];

    /// <summary>The candidates of all particles, best first, as they are now.</summary>
    public Candidate[][] ToArrays() => [.. _candidates];

    /// <summary>A table that changes apart from this one.</summary>
    public CandidateTable Copy() => new(this);

    /// <summary>The best pose of a particle.</summary>
    public Candidate Best(int particle) => _candidates[particle][0];

    /// <summary>Replaces a particle's candidates; from several threads for different particles.</summary>
    /// <param name="particle">The particle.</param>
    /// <param name="candidates">At least one, in any order: the best come first, of equals those that did. The caller must not change them
    /// afterwards.</param>
    /// <exception cref="ArgumentException">There is none, or one with a score or an origin that is not finite.</exception>
    public void Set(int particle, Candidate[] candidates)
    {
        if (candidates.Length == 0) throw new ArgumentException($"Particle {particle} has no candidate.");
        bool sorted = true;
        for (int c = 0; c < candidates.Length; c++)
        {
            Candidate candidate = candidates[c];
            if (!double.IsFinite(candidate.LogLikelihood) || !double.IsFinite(candidate.OriginX) || !double.IsFinite(candidate.OriginY))
            {
                throw new ArgumentException($"Candidate {c} of particle {particle} is not finite: {candidate}.");
            }
            sorted &= c == 0 || candidates[c - 1].LogLikelihood >= candidate.LogLikelihood;
        }
        _candidates[particle] = sorted ? candidates : [.. candidates.OrderByDescending(c => c.LogLikelihood)];
    }

    /// <summary>Adds poses whose scores say nothing beside those of the candidates that the particle has: they come last, in their order, and have
    /// no share until they are scored.</summary>
    public void AddUnscored(int particle, IEnumerable<Candidate> found)
    {
        Candidate[] known = _candidates[particle];
        double score = known[^1].LogLikelihood - NotCompared;
        Set(particle, [.. known, .. found.Select(f => f with { LogLikelihood = score })]);
    }

    /// <summary>Leaves a particle its best pose alone.</summary>
    public void KeepBest(int particle) => _candidates[particle] = [Best(particle)];

    /// <summary>
    /// The share of each of a particle's candidates in its posterior, those under 2 percent left out; candidates that have met (within 3
    /// degrees) count once. The shares add up to 1.
    /// </summary>
    public int Weights(int particle, Span<(Candidate Pose, float Weight)> weighted)
    {
        Candidate[] candidates = _candidates[particle];
        Span<Candidate> distinct = stackalloc Candidate[weighted.Length];
        int n = Space.Distinct(candidates, distinct, s_leastShare);
        double total = 0;
        for (int i = 0; i < n; i++)
        {
            double weight = Math.Exp(distinct[i].LogLikelihood - candidates[0].LogLikelihood);
            weighted[i] = (distinct[i], (float)weight);
            total += weight;
        }
        for (int i = 0; i < n; i++) weighted[i].Weight /= (float)total;
        return n;
    }

    /// <summary>Whether a particle has another pose, not one that has met the best, whose log likelihood comes near.</summary>
    /// <param name="particle">The particle.</param>
    /// <param name="margin">How near, nats.</param>
    public bool HasRival(int particle, double margin)
    {
        Span<Candidate> two = stackalloc Candidate[2];
        return Space.Distinct(_candidates[particle], two, margin) > 1;
    }
}
