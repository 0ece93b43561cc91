using CryoSpin.Reconstruction.Poses;

namespace CryoSpin.Reconstruction.Search;

/// <summary>
/// Where the marginalised search with the closed form stands between two mini-batches, besides its map and the random numbers.
/// </summary>
internal sealed record SearchState
{
    /// <summary>Mean evidence of each mini-batch that is done, at least one.</summary>
    public required double[] Evidence { get; init; }

    /// <summary>Mini-batches that are done.</summary>
    public int Done => Evidence.Length;

    /// <summary>By what the noise variance was inflated at the beginning.</summary>
    public required double FirstTemperature { get; init; }

    /// <summary>The particles in the order in which they are drawn: a permutation.</summary>
    public required int[] Order { get; init; }

    /// <summary>Position in <see cref="Order"/> of the next mini-batch's first particle.</summary>
    public required int Next { get; init; }

    /// <summary>The closed form's decaying sums, as in <see cref="Projection.BackProjection.Sums"/>.</summary>
    public required float[] Sums { get; init; }

    /// <summary>
    /// Per particle the best grid pose of the last mini-batch that it was in, none before its first; null where snapshots do not ask for it.
    /// </summary>
    public Candidate[][]? Found { get; init; }
}
