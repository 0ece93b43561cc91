namespace CryoSpin.Benchmarks.Roofline;

/// <summary>One kernel at one size, with what an item of it costs at least.</summary>
/// <param name="Kernel">Name.</param>
/// <param name="Size">Size in words.</param>
/// <param name="Items">Items one call works off, all threads together.</param>
/// <param name="Run">One call.</param>
internal sealed record KernelCase(string Kernel, string Size, double Items, Action Run)
{
    /// <summary>Operations per item.</summary>
    public required double Operations { get; init; }

    /// <summary>Bytes per item that must come from or go to the level that holds the working set.</summary>
    public required double Bytes { get; init; }

    /// <summary>Whether a good part of them is written: then a copy's bandwidth is the ceiling, else a read's.</summary>
    public bool Writes { get; init; }

    /// <summary>Bytes one thread goes through before it meets the same ones again.</summary>
    public required double WorkingSet { get; init; }

    /// <summary>A limit nearer than the two ceilings.</summary>
    public NearLimit? Near { get; init; }

    /// <summary>A word on the figures.</summary>
    public string Remark { get; init; } = "";

    /// <summary>Frees what the case holds.</summary>
    public Action Release { get; init; } = () => { };
}

/// <summary>A lower bound of the time that says more than the two ceilings.</summary>
/// <param name="Name">What it is.</param>
/// <param name="SecondsPerItem">The bound, from the ceilings and, for a probe that must be timed, a clock.</param>
internal sealed record NearLimit(string Name, Func<Ceilings, BestOf, double> SecondsPerItem)
{
    /// <summary>A loop that does a part of the kernel's work, so many items a call.</summary>
    public static NearLimit Probe(string name, double items, Action run) => new(name, (_, clock) => clock.Seconds(run) / items);

    /// <summary>All traffic between registers and the first-level cache, at a copy's rate.</summary>
    public static NearLimit L1(string name, double bytes) => new(name, (c, _) => bytes / c.Levels[0].Copy);
}

/// <summary>A case as measured.</summary>
internal sealed record KernelResult(
    string Kernel, string Size, int Threads, double SecondsPerItem, double Operations, double Bytes, bool Writes, MemoryLevel Level,
    double ShareOfArithmetic, double ShareOfBandwidth, string? Near, double? ShareOfNear, string Remark)
{
    /// <summary>Operations per byte.</summary>
    public double Intensity => Operations / Bytes;

    /// <summary>Which of the two ceilings binds.</summary>
    public string Binding => ShareOfArithmetic >= ShareOfBandwidth ? "FMA" : Level == MemoryLevel.Memory ? "memory" : Level.ToString();

    /// <summary>Share of it that was reached.</summary>
    public double Share => Math.Max(ShareOfArithmetic, ShareOfBandwidth);

    /// <summary>The same against better measured ceilings; a nearer limit that was timed beside the kernel stays as it was.</summary>
    public KernelResult Against(Ceilings before, Ceilings after)
    {
        LevelBandwidth old = before.Levels[(int)Level], better = after.Levels[(int)Level];
        return this with
        {
            ShareOfArithmetic = ShareOfArithmetic * before.Fused / after.Fused,
            ShareOfBandwidth = ShareOfBandwidth * (Writes ? old.Copy / better.Copy : old.Read / better.Read),
            ShareOfNear = Near is not null && Near.EndsWith("L1") ? ShareOfNear * before.Levels[0].Copy / after.Levels[0].Copy : ShareOfNear,
        };
    }

    public static KernelResult Measure(KernelCase c, Ceilings ceilings, BestOf clock)
    {
        double seconds = clock.Seconds(c.Run) / c.Items;
        double? near = c.Near?.SecondsPerItem(ceilings, clock);
        // Once more, behind the probe: a burst of other work then spoils only one of the two.
        seconds = Math.Min(seconds, clock.Seconds(c.Run) / c.Items);
        MemoryLevel level = ceilings.LevelOf(c.WorkingSet);
        LevelBandwidth bandwidth = ceilings.Levels[(int)level];
        return new KernelResult(
            c.Kernel, c.Size, ceilings.Threads, seconds, c.Operations, c.Bytes, c.Writes, level,
            c.Operations / seconds / ceilings.Fused, c.Bytes / seconds / (c.Writes ? bandwidth.Copy : bandwidth.Read), c.Near?.Name, near / seconds, c.Remark);
    }
}
