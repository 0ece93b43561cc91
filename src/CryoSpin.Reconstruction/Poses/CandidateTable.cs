namespace CryoSpin.Reconstruction.Poses;

/// <summary>Every particle's candidate poses, best first, and its half-set.</summary>
internal sealed class CandidateTable
{
    /// <summary>Candidates that are nearer than this are one pose, degrees.</summary>
    public const double SamePoseDegrees = 3;

    // Of the best one's weight, 2 %, in nats.
    private static readonly double s_leastShare = -Math.Log(0.02);

    /// <param name="candidates">Per particle at least one pose, best first.</param>
    /// <param name="halfSet">Per particle 1 or 2.</param>
    public CandidateTable(Candidate[][] candidates, int[] halfSet)
    {
        if (candidates.Length != halfSet.Length) throw new ArgumentException("Candidates and half-sets differ in number.");
        Candidates = candidates;
        HalfSet = halfSet;
        Members = [[.. Indices(1)], [.. Indices(2)]];
        IEnumerable<int> Indices(int half) => Enumerable.Range(0, halfSet.Length).Where(i => halfSet[i] == half);
    }

    /// <summary>Number of particles.</summary>
    public int Count => Candidates.Length;

    /// <summary>Candidates per particle, best first.</summary>
    public Candidate[][] Candidates { get; }

    /// <summary>1 or 2 per particle.</summary>
    public int[] HalfSet { get; }

    /// <summary>The particles of half-set 1 and of half-set 2.</summary>
    public int[][] Members { get; }

    /// <summary>The best pose of a particle.</summary>
    public Candidate Best(int particle) => Candidates[particle][0];

    /// <summary>
    /// The share of each of a particle's candidates in its posterior, those under 2 percent left out; candidates that have met (within 3
    /// degrees)
    /// count once.
    /// </summary>
    public int Weights(int particle, Span<(Candidate Pose, float Weight)> weighted)
    {
        Candidate[] candidates = Candidates[particle];
        Span<Candidate> distinct = stackalloc Candidate[weighted.Length];
        int n = Distinct(candidates, distinct, s_leastShare);
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
    public bool HasRival(int particle, double margin) => Distinct(Candidates[particle], 2, margin).Length > 1;

    /// <summary>The best of candidates that are given best first; of those that have met (within 3 degrees) only the better.</summary>
    /// <param name="candidates">The candidates.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="margin">How far their log likelihood may lie below the best one's, nats.</param>
    public static Candidate[] Distinct(Candidate[] candidates, int most, double margin = double.PositiveInfinity)
    {
        if (candidates.Length == 1) return candidates;
        Span<Candidate> distinct = stackalloc Candidate[most];
        return distinct[..Distinct(candidates, distinct, margin)].ToArray();
    }

    private static int Distinct(Candidate[] candidates, Span<Candidate> distinct, double margin)
    {
        int n = 0;
        foreach (Candidate candidate in candidates)
        {
            if (n == distinct.Length || candidate.LogLikelihood < candidates[0].LogLikelihood - margin) break;
            bool met = false;
            for (int j = 0; j < n && !met; j++) met = candidate.Rotation.AngleToDegrees(distinct[j].Rotation) < SamePoseDegrees;
            if (!met) distinct[n++] = candidate;
        }
        return n;
    }
}
