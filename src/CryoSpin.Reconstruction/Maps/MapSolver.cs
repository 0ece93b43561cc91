using CryoSpin.Compute;
using CryoSpin.Evaluation;
using CryoSpin.Imaging;
using CryoSpin.Projection;

namespace CryoSpin.Reconstruction.Maps;

/// <summary>Solves for maps from sums of inserted slices, and filters them by what the half-sets agree on.</summary>
internal sealed class MapSolver
{
    // Beyond these the ratio of signal to noise that follows from an FSC is meaningless.
    private const double LeastFsc = 0.01;
    private const double GreatestFsc = 0.9995;

    // Of a shell's mean weight. Samples that no slice came near stay near zero instead of becoming a quotient of two tiny numbers.
    private const double LeastRidge = 1e-3;
    private readonly MapTransform _transform;
    private readonly WorkerTeam _team;

    /// <param name="transform">The maps' transform.</param>
    /// <param name="team">Workers.</param>
    public MapSolver(MapTransform transform, WorkerTeam team) => (_transform, _team) = (transform, team);

    /// <summary>Each half-set's map from its own sum. Only the FSC, by which both are filtered, is common to them.</summary>
    /// <param name="sums">The sums; they stay as they are.</param>
    /// <param name="mapClass">Which class.</param>
    /// <param name="mask">Mask of the maps and of the FSC.</param>
    public HalfMaps Solve(SliceSums sums, int mapClass, VolumeMask mask)
    {
        Volume[] unfiltered = new Volume[SliceSums.HalfSets], filtered = new Volume[SliceSums.HalfSets];
        double[][] weights = [sums[0, mapClass].MeanWeights(), sums[1, mapClass].MeanWeights()];
        for (int h = 0; h < unfiltered.Length; h++)
        {
            unfiltered[h] = _transform.ReconstructWithRidge(sums[h, mapClass], [.. weights[h].Select(w => LeastRidge * w)]);
        }
        FscCurve fsc = FourierShellCorrelation.Compute(Masked(unfiltered[0], mask), Masked(unfiltered[1], mask), team: _team);
        for (int h = 0; h < filtered.Length; h++) filtered[h] = _transform.ReconstructWithRidge(sums[h, mapClass], Ridge(weights[h], fsc, 1));
        return HalfMaps.Solved(unfiltered, filtered, mask, fsc);
    }

    /// <summary>The map of all particles, masked, filtered by what the half-sets agree on.</summary>
    /// <param name="sums">Sums, joined in the first half-set's; they stay as they are.</param>
    /// <param name="mapClass">Which class.</param>
    /// <param name="halves">The half-maps whose FSC and mask are used.</param>
    /// <param name="ratioGain">How many times the ratio of signal to noise is what the half-sets' agreement tells of it.</param>
    public Volume SolveJoined(SliceSums sums, int mapClass, HalfMaps halves, double ratioGain = 1)
    {
        if (halves.Fsc is not { } fsc) throw new InvalidOperationException("Half-maps that were not solved have no FSC to filter by.");
        BackProjection sum = sums[0, mapClass];
        // With twice the particles the ratio of signal to noise is twice that of a half-set.
        Volume map = _transform.ReconstructWithRidge(sum, Ridge(sum.MeanWeights(), fsc, 2 * ratioGain));
        halves.Mask.Apply(map);
        return map;
    }

    /// <summary>The map of all particles, masked, without a filter: for half-sets that agree on nothing, whose FSC would be no filter.</summary>
    /// <param name="sums">Sums, joined in the first half-set's; they stay as they are.</param>
    /// <param name="mapClass">Which class.</param>
    /// <param name="mask">The mask.</param>
    public Volume SolveJoinedUnfiltered(SliceSums sums, int mapClass, VolumeMask mask)
    {
        BackProjection sum = sums[0, mapClass];
        Volume map = _transform.ReconstructWithRidge(sum, [.. sum.MeanWeights().Select(w => LeastRidge * w)]);
        mask.Apply(map);
        return map;
    }

    /// <summary>The Wiener filter's term: a shell's mean weight times the ratio of noise to signal, (1 - f) / f for a half-map.</summary>
    private static double[] Ridge(double[] meanWeights, FscCurve fsc, double sets)
    {
        double[] ridge = new double[Math.Min(meanWeights.Length, fsc.Values.Count)];
        bool ended = false;
        for (int s = 0; s < ridge.Length; s++)
        {
            double f = Math.Clamp(fsc.Values[s], LeastFsc, GreatestFsc);
            ended |= s > 2 && fsc.Values[s] < LeastFsc;
            ridge[s] = ended ? double.PositiveInfinity : meanWeights[s] * (1 - f) / (f * sets);
        }
        return ridge;
    }

    private static Volume Masked(Volume map, VolumeMask mask)
    {
        Volume copy = new(map.Size, map.PixelSizeAngstrom, [.. map.Voxels]);
        mask.Apply(copy);
        return copy;
    }
}
