using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>How pose searches and volume take turns.</summary>
internal sealed record PoseSearchSchedule
{
    /// <summary>The grid of each search.</summary>
    public HierarchicalGrid Grid { get; init; } = new();

    /// <summary>Band of a search's first level, shells (cycles per box, so the same for a box of any sampling).</summary>
    public double FirstBand { get; init; } = 12;

    /// <summary>Band of its last level, shells.</summary>
    public double LastBand { get; init; } = 32;

    /// <summary>Both bands when the searches begin; they grow evenly from here.</summary>
    public double StartBand { get; init; } = 3;

    /// <summary>Passes over the particles, not whole numbers alone, after which the bands have grown to their end.</summary>
    public double GrowingPasses { get; init; } = 3;

    /// <summary>Searches of all particles.</summary>
    public int Searches { get; init; } = 6;

    /// <summary>Images with random poses that the volume begins with.</summary>
    public int PretrainingImages { get; init; } = 10_000;

    /// <summary>Most images between two updates of the volume.</summary>
    public int BatchSize { get; init; } = 250;

    /// <summary>Fewest updates of the volume in a search of all particles.</summary>
    public int LeastBatches { get; init; } = 20;

    /// <summary>Share of the volume's sums kept at an update.</summary>
    public double Memory { get; init; } = 0.9;

    public bool Refits { get; init; }
    public bool Shuffles { get; init; }

    /// <summary>Images between two updates for a number of particles.</summary>
    public int BatchFor(int count) => Math.Clamp(count / LeastBatches, 1, BatchSize);

    /// <summary>The bands of the first and the last level after some passes over the particles.</summary>
    /// <param name="passes">Passes so far.</param>
    /// <param name="limit">The images' own band.</param>
    public (double First, double Last) BandsAt(double passes, double limit)
    {
        double grown = GrowingPasses <= 0 ? 1 : Math.Min(1, passes / GrowingPasses);
        return (Math.Min(limit, StartBand + (FirstBand - StartBand) * grown), Math.Min(limit, StartBand + (LastBand - StartBand) * grown));
    }
}
