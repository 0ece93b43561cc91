using CryoSpin.Reconstruction.BranchAndBound;
using CryoSpin.Reconstruction.Search;

namespace CryoSpin.Reconstruction.Methods;

/// <summary>Numbers of cryoSPARC's method; what is published and what is not: docs/design/methods.md.</summary>
internal sealed record CryoSparcSchedule
{
    /// <summary>Mini-batches of the stochastic gradient.</summary>
    public SearchSchedule Gradient { get; init; } = new()
    {
        Batches = 240,
        BatchSize = 150,
        FirstBatchSize = 90,
        BatchGrowthShare = 0.4,
        WaitingShare = 0.2,
        MarchingShare = 0.8,
        FirstEffectiveShare = 0.011,
        AnnealingShare = 0.4,
        StartPower = 0.1,
        Memory = 0.9,
    };

    /// <summary>Resolution at which the gradient begins, angstrom.</summary>
    public double FirstResolutionAngstrom { get; init; } = 35;

    /// <summary>Resolution at which it ends, angstrom.</summary>
    public double LastResolutionAngstrom { get; init; } = 12;

    /// <summary>Greatest band of the gradient, shells: what the 15-degree grid can tell apart.</summary>
    public double GreatestBand { get; init; } = 10;

    /// <summary>Least first band, shells.</summary>
    public double LeastBand { get; init; } = 3;

    /// <summary>Momentum.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Step size of the first mini-batches, in units of the inverse curvature.</summary>
    public double FirstRate { get; init; } = 0.4;

    /// <summary>Step size at the end.</summary>
    public double LastRate { get; init; } = 0.4;

    /// <summary>Share of the mini-batches with the first step size.</summary>
    public double FirstRateShare { get; init; } = 0.25;

    /// <summary>Mini-batches between two reports.</summary>
    public int ReportEvery { get; init; } = 25;

    /// <summary>Most iterations of branch and bound.</summary>
    public int MaxIterations { get; init; } = 8;

    /// <summary>Order of the root's grid of rotations: 2 is 15 degrees, 4,608 rotations.</summary>
    public int RootOrder { get; init; } = 2;

    /// <summary>Band of the root, shells.</summary>
    public double RootBand { get; init; } = 8;

    /// <summary>
    /// Greatest band of the tree, shells. Its leaves are then close enough for the continuous refinement, which uses the whole band.
    /// </summary>
    public double GreatestTreeBand { get; init; } = 12;

    /// <summary>Levels are added until the leaves' spacing moves the rim of the band by no more than this, shells.</summary>
    public double LeafReachShells { get; init; } = 0.8;

    /// <summary>Spacing of the root's origins in periods of its highest frequency.</summary>
    public double RootShiftPeriods { get; init; } = 0.21;

    /// <summary>What prunes: four deviations of the noise and, beyond what is published, all that slices change within a cell.</summary>
    public BoundOptions Bound { get; init; } = new(BoundKind.Probable, 4, 1);

    /// <summary>The gradient's step size at a mini-batch.</summary>
    public double RateAt(int batch) => batch < FirstRateShare * Gradient.Batches ? FirstRate : LastRate;
}
