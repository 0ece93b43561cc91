namespace CryoSpin.Reconstruction.AutoDecoding;

/// <summary>Every particle's candidate poses, best first, and its half-set.</summary>
internal sealed class PoseTable
{
    /// <param name="candidates">Per particle at least one pose, best first.</param>
    /// <param name="halfSet">Per particle 1 or 2.</param>
    public PoseTable(PoseFit[][] candidates, int[] halfSet)
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
    public PoseFit[][] Candidates { get; }

    /// <summary>1 or 2 per particle.</summary>
    public int[] HalfSet { get; }

    /// <summary>The particles of half-set 1 and of half-set 2.</summary>
    public int[][] Members { get; }

    /// <summary>The best pose of a particle.</summary>
    public PoseFit Best(int particle) => Candidates[particle][0];

    /// <summary>
    /// The share of each of a particle's candidates in its posterior, those under 2 percent left out; candidates that have met (within 3
    /// degrees)
    /// count once.
    /// </summary>
    public int Weights(int particle, Span<(PoseFit Pose, float Weight)> weighted)
    {
        PoseFit[] c = Candidates[particle];
        int n = 0;
        double total = 0;
        for (int i = 0; i < c.Length && n < weighted.Length; i++)
        {
            double w = Math.Exp(c[i].LogLikelihood - c[0].LogLikelihood);
            if (w < 0.02) break;
            bool met = false;
            for (int j = 0; j < n && !met; j++) met = c[i].Rotation.AngleToDegrees(weighted[j].Pose.Rotation) < 3;
            if (met) continue;
            weighted[n++] = (c[i], (float)w);
            total += w;
        }
        for (int i = 0; i < n; i++) weighted[i].Weight /= (float)total;
        return n;
    }
}
