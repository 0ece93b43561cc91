namespace CryoSpin.Reconstruction.Search;

/// <summary>How the marginalised search from a random start proceeds.</summary>
internal sealed record SearchSchedule
{
    /// <summary>The default method's: it goes on until it has settled.</summary>
    public static SearchSchedule UntilSettled { get; } = new() { MostBatches = 300 };

    /// <summary>Mini-batches, or the fewest where <see cref="MostBatches"/> is greater.</summary>
    public int Batches { get; init; } = 80;

    /// <summary>
    /// Most mini-batches: the search goes on beyond <see cref="Batches"/> while the images' evidence rises (<see cref="LeastGain"/>). Noisy
    /// images need more of them than clean ones until the map tells apart what is nearly symmetric. 0 for no further ones.
    /// </summary>
    public int MostBatches { get; init; }

    /// <summary>Mini-batches whose mean evidence is compared with that of as many before them.</summary>
    public int SettlingBatches { get; init; } = 10;

    /// <summary>The search has settled where the mean evidence gains less than this share of itself.</summary>
    public double LeastGain { get; init; } = 0.005;

    /// <summary>Images per mini-batch.</summary>
    public int BatchSize { get; init; } = 250;

    /// <summary>Band at the start, shells.</summary>
    public double FirstBand { get; init; } = 3;

    /// <summary>Band at the end, shells.</summary>
    public double LastBand { get; init; } = 10;

    /// <summary>Share of the run after which the band has reached its end.</summary>
    public double MarchingShare { get; init; } = 0.75;

    /// <summary>Share of the old sums kept at each mini-batch.</summary>
    public double Memory { get; init; } = 0.8;

    /// <summary>Power of the random start map, relative to the data's signal.</summary>
    public double StartPower { get; init; } = 0.1;

    /// <summary>Radius of the disc of shifts searched, pixels.</summary>
    public double MaxShiftPixels { get; init; } = 5;

    /// <summary>Spacing of shifts in periods of the highest frequency in the band.</summary>
    public double ShiftSpacingPeriods { get; init; } = 0.235;

    /// <summary>Share of the run before which the band stays at its beginning.</summary>
    public double WaitingShare { get; init; }

    /// <summary>Images per mini-batch before <see cref="BatchGrowthShare"/> of the run; null for as many as later.</summary>
    public int? FirstBatchSize { get; init; }

    /// <summary>Share of the run after which mini-batches have their full size.</summary>
    public double BatchGrowthShare { get; init; }

    /// <summary>
    /// Share of the grid's poses that shall be likely for the first images: the noise variance is inflated until they are, and annealed to
    /// its own value; 0 for no inflation.
    /// </summary>
    public double FirstEffectiveShare { get; init; }

    /// <summary>Share of the run after which the noise has its own variance.</summary>
    public double AnnealingShare { get; init; } = 0.5;

    /// <summary>The same where the images end at a radius: a small box has fewer shells than the schedule would go through.</summary>
    public SearchSchedule Within(double radiusShells) => this with { LastBand = Math.Min(LastBand, radiusShells) };

    /// <summary>The band at a mini-batch.</summary>
    public double BandAt(int batch)
    {
        double start = WaitingShare * Batches;
        return FirstBand + (LastBand - FirstBand) * Math.Clamp((batch - start) / Math.Max(1, MarchingShare * Batches - start), 0, 1);
    }

    /// <summary>Whether the search has ended.</summary>
    /// <param name="evidence">Mean evidence of each mini-batch so far.</param>
    public bool HasEnded(IReadOnlyList<double> evidence)
    {
        int done = evidence.Count;
        if (done < Batches) return false;
        return done >= MostBatches || ((done - Batches) % SettlingBatches == 0 && HasSettled(evidence));
    }

    /// <summary>Images of a mini-batch.</summary>
    public int BatchSizeAt(int batch) => batch < BatchGrowthShare * Batches ? FirstBatchSize ?? BatchSize : BatchSize;

    /// <summary>Inflation of the noise variance at a mini-batch.</summary>
    public double TemperatureAt(int batch, double first) =>
        first == 1 ? 1 : Math.Pow(first, Math.Max(0, 1 - batch / Math.Max(1, AnnealingShare * Batches)));

    private bool HasSettled(IReadOnlyList<double> evidence)
    {
        if (evidence.Count < 2 * SettlingBatches) return true;
        double now = evidence.TakeLast(SettlingBatches).Average(), before = evidence.SkipLast(SettlingBatches).TakeLast(SettlingBatches).Average();
        return now - before < LeastGain * Math.Abs(before);
    }
}
