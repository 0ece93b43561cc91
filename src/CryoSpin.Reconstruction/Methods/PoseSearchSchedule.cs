using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>How pose searches and volume take turns.</summary>
internal sealed record PoseSearchSchedule
{
    /// <summary>The grid of each search.</summary>
    public HierarchicalGrid Grid { get; init; } = new();

    /// <summary>Band of a search's first level once the bands have grown, shells; at most that of the last level.</summary>
    public double FirstBand { get; init; } = 10;

    /// <summary>Band of its last level then, as a share of Nyquist.</summary>
    public double LastBandShare { get; init; } = 0.5;

    /// <summary>Both bands when the searches begin, shells; they grow evenly from here.</summary>
    public double StartBand { get; init; } = 3;

    /// <summary>Updates of the volume until the bands have grown: what counts is how often the map can turn to what it shows.</summary>
    public int GrowingUpdates { get; init; } = 800;

    /// <summary>Searches of all particles after that.</summary>
    public int SearchesAfterGrowth { get; init; } = 1;

    /// <summary>Images with random poses that the volume begins with.</summary>
    public int PretrainingImages { get; init; } = 10_000;

    /// <summary>Most images between two updates of the volume.</summary>
    public int BatchSize { get; init; } = 250;

    /// <summary>Fewest updates of the volume in a search of all particles.</summary>
    public int LeastBatches { get; init; } = 20;

    /// <summary>Share of the volume's sums kept at an update.</summary>
    public double Memory { get; init; } = 0.9;

    /// <summary>
    /// Whether the volume is fitted to the poses of all after each search, and not after the last alone. As published; but in closed form
    /// it then holds each image at its old pose in full, which the next search finds again.
    /// </summary>
    public bool TrainsBetween { get; init; }

    /// <summary>Images between two updates for a number of particles.</summary>
    public int BatchFor(int count) => Math.Clamp(count / LeastBatches, 1, BatchSize);

    /// <summary>Searches of all particles: as many as the bands need to grow, and those after that.</summary>
    public int SearchesFor(int count) =>
        Math.Max(1, (int)Math.Ceiling(GrowingUpdates * (double)BatchFor(count) / count)) + SearchesAfterGrowth;

    /// <summary>The last level's band for images of a box.</summary>
    /// <param name="box">Box, pixels.</param>
    /// <param name="limit">The images' own band, shells.</param>
    public double LastBandFor(int box, double limit) => Math.Min(limit, Math.Max(StartBand, LastBandShare * box / 2));

    /// <summary>The bands of the first and the last level after some updates of the volume.</summary>
    /// <param name="updates">Updates so far.</param>
    /// <param name="lastBand">Where the last level's band ends.</param>
    public (double First, double Last) BandsAt(int updates, double lastBand)
    {
        double grown = GrowingUpdates == 0 ? 1 : Math.Min(1, updates / (double)GrowingUpdates);
        double start = Math.Min(StartBand, lastBand);
        return (start + (Math.Min(FirstBand, lastBand) - start) * grown, start + (lastBand - start) * grown);
    }
}
