namespace CryoSpin.Reconstruction.BranchAndBound;

/// <summary>What searches have looked at.</summary>
/// <param name="levels">Levels of the tree.</param>
internal sealed class PruningCount(int levels)
{
    /// <summary>Poses scored at each level.</summary>
    public long[] Scored { get; } = new long[levels];

    /// <summary>Images.</summary>
    public long Images { get; set; }

    /// <summary>Adds another count.</summary>
    public void Add(PruningCount other)
    {
        for (int l = 0; l < Scored.Length; l++) Scored[l] += other.Scored[l];
        Images += other.Images;
    }

    /// <summary>Share of the finest grid's poses that were scored over the whole band.</summary>
    /// <param name="leaves">Leaves of the tree.</param>
    public double LeafShare(long leaves) => Images == 0 ? 0 : Scored[^1] / ((double)leaves * Images);
}
